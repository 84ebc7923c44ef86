import { type Submission, TEXT_LIMITS } from '../domain/submission.ts';
import { cleanText, cutText } from '../lib/text.ts';
import type { MoveCause } from '../ports/move-store.ts';
import type { StoreTx } from '../ports/store.ts';

/** Who did what to what, and what was before and after. */
export function audit(
  tx: StoreTx,
  guildId: string,
  actor: string,
  action: string,
  target: string | null,
  before: unknown,
  after: unknown,
  at: number,
): Promise<void> {
  return tx.audits.add({ guildId, actor, action, target, before, after, at });
}

/** A change of line, as the history of the song keeps it. @returns the move's id */
export function recordMove(
  tx: StoreTx,
  before: Submission,
  after: Submission,
  cause: MoveCause,
  actor: string | null,
  reason: string | null,
  at: number,
): Promise<number> {
  return tx.moves.add({
    guildId: before.guildId,
    submissionId: before.id,
    fromLine: before.line,
    fromRank: before.rank,
    toLine: after.line,
    toRank: after.rank,
    cause,
    actor,
    reason,
    at,
  });
}

/** A reason as it reaches the owner; null when none was given. */
export function reasonOf(typed: string | undefined): string | null {
  return cutText(cleanText(typed ?? ''), TEXT_LIMITS.note) || null;
}
