import { type ComponentModule, refusal, update } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { clearedCard, unclearedCard } from '../../cards/staff-card.ts';
import { isConfirmExpired } from '../confirm-window.ts';
import type { Services } from '../services.ts';

/** The answers to "clear the free line?", and its undo. */
export function clearfreeButtons({ queue }: Pick<Services, 'queue'>, now: () => number): readonly ComponentModule[] {
  return [
    {
      action: 'reviewer.clear',
      access: 'reviewer',
      answer: 'update',
      run: async (_press, { guildId, userId }, [askedAt]) => {
        if (isConfirmExpired(askedAt, now())) return refusal({ code: 'confirm-expired' });
        const result = await queue.clearFree(guildId, userId);
        return result.ok ? update(clearedCard(result.value.count, result.value.batch)) : refusal(result.error);
      },
    },
    {
      action: 'reviewer.keep',
      access: 'reviewer',
      answer: 'update',
      run: async () => update(textCard('quiet', 'Nothing was removed.')),
    },
    {
      action: 'reviewer.unclear',
      access: 'reviewer',
      answer: 'update',
      run: async (_press, { guildId, userId }, [batch = '']) => {
        const result = await queue.undoClear(guildId, userId, batch);
        return result.ok ? update(unclearedCard(result.value.count)) : refusal(result.error);
      },
    },
  ];
}
