import { type ComponentModule, refusal, update } from '../../answer.ts';
import { skipAnsweredCard, skipRefusedCard } from '../../cards/submission-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

/** The answers to "is this a paid skip?". */
export function skipQuestion({ submissions }: Pick<Services, 'submissions'>): ComponentModule {
  return {
    action: 'submission.skip',
    access: 'everyone',
    answer: 'update',
    run: async (_press, { guildId, userId }, [id, said]) => {
      const submissionId = idArgument(id);
      if (submissionId === null || (said !== 'yes' && said !== 'no')) return refusal({ code: 'panel-outdated' });
      const result = await submissions.answerSkip(guildId, submissionId, userId, said === 'yes');
      // A refusal takes the question's place: nobody should go on pressing its buttons.
      if (result.ok) return update(skipAnsweredCard(result.value));
      const song = await submissions.get(guildId, submissionId);
      return update(skipRefusedCard(result.error, song?.ownerId === userId ? song : null));
    },
  };
}
