import { type ComponentModule, card } from '../../answer.ts';
import { againCard, ownSongsCard } from '../../cards/submission-card.ts';
import type { Services } from '../services.ts';
import { EMPTY_DRAFT, largestUpload, submitModal } from './submit-modal.ts';

/** The submission portal: submit, one's own songs, one's songs of past shows. */
export function portalButtons({
  submissions,
  settings,
}: Pick<Services, 'submissions' | 'settings'>): readonly ComponentModule[] {
  return [
    {
      action: 'portal.submit',
      access: 'everyone',
      answer: 'modal',
      run: async (press) => ({ kind: 'modal', modal: submitModal(EMPTY_DRAFT, await largestUpload(settings, press)) }),
    },
    {
      action: 'portal.mine',
      access: 'everyone',
      answer: 'private',
      run: async (_press, { guildId, userId }) => card(ownSongsCard(await submissions.own(guildId, userId, 0))),
    },
    {
      action: 'portal.again',
      access: 'everyone',
      answer: 'private',
      run: async (_press, { guildId, userId }) => card(againCard(await submissions.history(guildId, userId))),
    },
  ];
}
