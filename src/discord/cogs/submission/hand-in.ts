import type { Failure } from '../../../domain/failure.ts';
import type { SubmissionVia } from '../../../domain/submission.ts';
import type { Result } from '../../../lib/result.ts';
import type { IncomingFile } from '../../../ports/media-intake.ts';
import type { Submitted } from '../../../services/song-intake.ts';
import { type Answer, type Caller, card, refusal } from '../../answer.ts';
import { submittedCard } from '../../cards/submission-card.ts';
import type { Services } from '../services.ts';
import type { SubmitDraft } from './submit-modal.ts';

/** A song as a person hands it in, whichever the way. */
export interface Handed {
  readonly via: SubmissionVia;
  readonly draft: SubmitDraft;
  readonly file: IncomingFile | null;
  /** Undefined = nobody said: the use case decides, and may ask. */
  readonly line?: 'free' | 'pending' | undefined;
}

/** Fields that were left empty are left out, so that the use case fills them. */
export function handIn(
  { submissions }: Pick<Services, 'submissions'>,
  caller: Caller,
  { via, draft, file, line }: Handed,
): Promise<Result<Submitted, Failure>> {
  return submissions.submit({
    guildId: caller.guildId,
    ownerId: caller.userId,
    ownerName: caller.displayName,
    via,
    artist: draft.artist,
    title: draft.title,
    note: draft.note,
    ...(draft.link === '' ? {} : { link: draft.link }),
    ...(file === null ? {} : { file }),
    ...(draft.handle === '' ? {} : { handleName: draft.handle }),
    ...(line === undefined ? {} : { line }),
  });
}

export function submitted(result: Result<Submitted, Failure>): Answer {
  return result.ok ? card(submittedCard(result.value)) : refusal(result.error);
}
