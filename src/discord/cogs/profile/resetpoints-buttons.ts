import { type ComponentModule, refusal, update } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { resetCard } from '../../cards/profile-card.ts';
import { isConfirmExpired } from '../confirm-window.ts';
import type { Services } from '../services.ts';

/** The answers to "reset all points?". */
export function resetpointsButtons(
  { handles }: Pick<Services, 'handles'>,
  now: () => number,
): readonly ComponentModule[] {
  return [
    {
      action: 'points.reset-all',
      access: 'reviewer',
      answer: 'update',
      run: async (_press, caller, [askedAt]) => {
        if (isConfirmExpired(askedAt, now())) return refusal({ code: 'confirm-expired' });
        const result = await handles.reset(caller.guildId, caller.userId, { kind: 'all' });
        return result.ok ? update(resetCard(result.value)) : refusal(result.error);
      },
    },
    {
      action: 'points.keep',
      access: 'reviewer',
      answer: 'update',
      run: async () => update(textCard('quiet', 'Nothing was reset.')),
    },
  ];
}
