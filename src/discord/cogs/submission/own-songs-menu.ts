import type { Failure } from '../../../domain/failure.ts';
import { type Answer, type Caller, type ComponentModule, refusal, update } from '../../answer.ts';
import { ownSongsCard, submittedCard } from '../../cards/submission-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

const OUTDATED: Failure = { code: 'panel-outdated' };

type Submissions = Services['submissions'];

/** Pages and actions of `/mysubmissions`. The owner is checked by the service: ids in a menu may be forged. */
export function ownSongsMenu({ submissions }: Pick<Services, 'submissions'>): readonly ComponentModule[] {
  return [
    {
      action: 'submission.own-page',
      access: 'everyone',
      answer: 'update',
      run: async (_press, caller, [page]) => ownPage(submissions, caller, page),
    },
    {
      action: 'submission.own-act',
      access: 'everyone',
      answer: 'update',
      run: async (press, caller, [page]) => {
        const [verb, id] = (press.isStringSelectMenu() ? (press.values[0] ?? '') : '').split('-');
        const submissionId = idArgument(id);
        if (submissionId === null) return refusal(OUTDATED);
        if (verb === 'again') return again(submissions, caller, submissionId);
        if (verb !== 'withdraw' && verb !== 'hide') return refusal(OUTDATED);
        const result = await submissions[verb](caller.guildId, submissionId, caller.userId);
        return result.ok ? ownPage(submissions, caller, page) : refusal(result.error);
      },
    },
    {
      action: 'submission.again',
      access: 'everyone',
      answer: 'update',
      run: async (press, caller) => {
        const submissionId = idArgument(press.isStringSelectMenu() ? press.values[0] : undefined);
        return submissionId === null ? refusal(OUTDATED) : again(submissions, caller, submissionId);
      },
    },
  ];
}

async function ownPage(submissions: Submissions, caller: Caller, page: string | undefined): Promise<Answer> {
  return update(ownSongsCard(await submissions.own(caller.guildId, caller.userId, idArgument(page) ?? 0)));
}

async function again(submissions: Submissions, caller: Caller, submissionId: number): Promise<Answer> {
  const result = await submissions.submitAgain(caller.guildId, submissionId, caller.userId, caller.displayName);
  return result.ok ? update(submittedCard(result.value)) : refusal(result.error);
}
