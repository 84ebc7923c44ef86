import type { Failure } from '../domain/failure.ts';
import { isWaiting, type Submission } from '../domain/submission.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { StoreReads, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { explainPlace, notWaiting, paceOf } from './queue-reads.ts';
import type { PlaceExplained } from './snapshots.ts';
import { audit, recordMove } from './staff-record.ts';

export type StaffCause = 'staff' | 'approve' | 'reject';

export interface Relocation {
  readonly guildId: string;
  readonly actor: string;
  readonly submissionId: number;
  readonly cause: StaffCause;
  readonly reason: string | null;
  readonly at: number;
}

export interface Relocated {
  readonly explained: PlaceExplained;
  readonly fact: Pick<Facts['song.moved'], 'submissionId' | 'publicId' | 'from' | 'to'>;
}

const ACTIONS = {
  staff: 'queue.move',
  approve: 'queue.approve',
  reject: 'queue.reject',
} as const satisfies Record<StaffCause, string>;

/** A change of line by staff: the song, its move, the audit and the notice to its owner are one transaction. */
export async function relocate(
  tx: StoreTx,
  { guildId, actor, submissionId, cause, reason, at }: Relocation,
  place: (song: Submission) => Promise<Result<Submission, Failure>>,
): Promise<Result<Relocated, Failure>> {
  const found = await waitingSong(tx, guildId, submissionId);
  if (!found.ok) return found;
  const song = found.value;
  const placed = await place(song);
  if (!placed.ok) return placed;
  const after = placed.value;
  const moveId = await recordMove(tx, song, after, cause, actor, reason, at);
  await audit(tx, guildId, actor, ACTIONS[cause], song.publicId, { line: song.line }, { line: after.line, reason }, at);
  await tellOwner(tx, after, cause, reason, moveId, at);
  return ok({
    explained: await explainPlace(tx, after, await paceOf(tx, guildId, at)),
    fact: { submissionId, publicId: song.publicId, from: song.line, to: after.line },
  });
}

export async function waitingSong(
  reads: StoreReads,
  guildId: string,
  submissionId: number,
): Promise<Result<Submission, Failure>> {
  const song = await reads.submissions.get(submissionId);
  if (song === null || song.submission.guildId !== guildId) {
    return err({ code: 'no-such-song', asked: String(submissionId) });
  }
  return isWaiting(song.submission.line) ? ok(song.submission) : err(await notWaiting(reads, song.submission));
}

async function tellOwner(
  tx: StoreTx,
  { guildId, ownerId, publicId, line }: Submission,
  cause: StaffCause,
  reason: string | null,
  moveId: number,
  at: number,
): Promise<void> {
  if (!isWaiting(line)) return;
  const notice = {
    staff: { kind: 'moved', publicId, line, by: 'staff', reason },
    approve: { kind: 'approved', publicId, line, reason },
    reject: { kind: 'rejected', publicId, reason },
  } as const;
  await tx.outbox.add({
    guildId,
    dedupeKey: `move:${moveId}`,
    target: { kind: 'member', userId: ownerId },
    notice: notice[cause],
    at,
  });
}

/** Removes every free song as one step. Their owners are not told: it may be undone in the next minute. @returns how many */
export async function clearFreeLine(
  tx: StoreTx,
  guildId: string,
  actor: string,
  batch: string,
  at: number,
): Promise<number> {
  const songs = await tx.submissions.removeAllFree(guildId);
  if (songs.length === 0) return 0;
  await tx.moves.addAll(
    songs.map((song) => ({
      guildId,
      submissionId: song.id,
      fromLine: song.line,
      fromRank: song.rank,
      toLine: 'removed',
      toRank: song.rank,
      cause: 'clear',
      actor,
      at,
      batch,
    })),
  );
  await audit(tx, guildId, actor, 'queue.clear-free', batch, { songs: songs.length }, null, at);
  return songs.length;
}

/** Brings back what one clearing removed and nobody touched since. @returns how many */
export async function undoClearing(
  tx: StoreTx,
  guildId: string,
  actor: string,
  batch: string,
  at: number,
): Promise<number> {
  const songs = await tx.submissions.restoreCleared(guildId, batch);
  if (songs.length === 0) return 0;
  await tx.moves.addAll(
    songs.map((song) => ({
      guildId,
      submissionId: song.id,
      fromLine: 'removed',
      fromRank: song.rank,
      toLine: song.line,
      toRank: song.rank,
      cause: 'undo',
      actor,
      at,
    })),
  );
  await audit(tx, guildId, actor, 'queue.undo-clear', batch, null, { songs: songs.length }, at);
  return songs.length;
}
