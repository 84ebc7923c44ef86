import { type ComponentModule, card, refusal } from '../../answer.ts';
import { isAboutHandle, tryAgainCard } from '../../cards/submission-card.ts';
import type { Services } from '../services.ts';
import { handIn, submitted } from './hand-in.ts';
import { DraftMemory, largestUpload, readSubmitModal, submitModal } from './submit-modal.ts';

/** What comes back from the modal, and "Try again" after a refusal: nobody types the same twice. */
export function submitForm(services: Pick<Services, 'submissions' | 'settings'>): readonly ComponentModule[] {
  const memory = new DraftMemory();
  return [
    {
      action: 'submission.modal',
      access: 'everyone',
      answer: 'private',
      run: async (press, caller, [handle = '']) => {
        if (!press.isModalSubmit()) return refusal({ code: 'panel-outdated' });
        const { draft, file } = readSubmitModal(press, handle);
        const result = await handIn(services, caller, { via: 'modal', draft, file });
        if (result.ok) return submitted(result);
        const kept = isAboutHandle(result.error) ? { ...draft, handle: '' } : draft;
        return card(tryAgainCard(result.error, memory.keep(caller.userId, kept)));
      },
    },
    {
      action: 'submission.retry',
      access: 'everyone',
      answer: 'modal',
      run: async (press, caller, [token = '']) => ({
        kind: 'modal',
        modal: submitModal(memory.find(caller.userId, token), await largestUpload(services.settings, press)),
      }),
    },
  ];
}
