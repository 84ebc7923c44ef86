import type { Failure } from '../domain/failure.ts';
import type { Settings } from '../domain/setting.ts';
import type { Submission, Track } from '../domain/submission.ts';
import type { StoreReads, StoreTx } from '../ports/store.ts';

/** Why this member may not have one more song in this line now; null when they may. */
export async function lineRefusal(
  reads: StoreReads,
  settings: Settings,
  guildId: string,
  ownerId: string,
  line: 'free' | 'pending',
): Promise<Failure | null> {
  if (!settings[`submissions.open.${line}`]) return { code: 'line-closed', line };
  const limit = settings[`submissions.${line}-limit`];
  if (limit === 0) return null;
  const waiting = (await reads.submissions.waitingOf(guildId, ownerId)).filter((song) => song.line === line);
  if (waiting.length < limit) return null;
  return { code: 'limit-reached', line, limit, waiting: waiting.map(({ publicId }) => publicId) };
}

export type Admission =
  /** `asks`: the owner is asked whether it is a paid skip. `notFree`: why only as one it is kept. */
  | {
      readonly kind: 'taken';
      readonly line: 'free' | 'pending' | 'draft';
      readonly asks: boolean;
      readonly notFree: Failure | null;
    }
  | { readonly kind: 'refused'; readonly failure: Failure };

/**
 * Where a new song goes. When nobody said which line, the free line is tried first; a member who may not use it is asked
 * whether it is a paid skip before the song is refused.
 */
export async function admission(
  reads: StoreReads,
  settings: Settings,
  guildId: string,
  ownerId: string,
  wanted: 'free' | 'pending' | undefined,
): Promise<Admission> {
  if (wanted !== undefined) {
    const failure = await lineRefusal(reads, settings, guildId, ownerId, wanted);
    return failure === null
      ? { kind: 'taken', line: wanted, asks: false, notFree: null }
      : { kind: 'refused', failure };
  }
  const free = await lineRefusal(reads, settings, guildId, ownerId, 'free');
  const pending = await lineRefusal(reads, settings, guildId, ownerId, 'pending');
  if (free === null) return { kind: 'taken', line: 'free', asks: pending === null, notFree: null };
  return pending === null
    ? { kind: 'taken', line: 'draft', asks: true, notFree: free }
    : { kind: 'refused', failure: free };
}

/** A waiting song of the same member with the same bytes or the same link. */
export async function duplicateOf(
  reads: StoreReads,
  guildId: string,
  ownerId: string,
  track: Track,
): Promise<Submission | null> {
  const waiting = await reads.submissions.waitingOf(guildId, ownerId);
  return waiting.find((song) => isSameTrack(song.track, track)) ?? null;
}

export function isSameTrack(a: Track, b: Track): boolean {
  if (a.kind === 'file') return b.kind === 'file' && a.sha256 === b.sha256;
  return b.kind === 'link' && a.normalizedUrl === b.normalizedUrl;
}

/**
 * A draft leaves no trace for its owner: it never was in the show.
 * @param actor null when the bot does it by itself
 */
export async function withdrawSong(
  tx: StoreTx,
  song: Submission,
  actor: string | null,
  at: number,
): Promise<Submission> {
  const after = await tx.submissions.finish(song.id, 'withdrawn');
  if (song.line === 'draft') await tx.submissions.setHidden(song.id);
  await tx.moves.add({
    guildId: song.guildId,
    submissionId: song.id,
    fromLine: song.line,
    fromRank: song.rank,
    toLine: 'withdrawn',
    toRank: after.rank,
    cause: 'withdraw',
    actor,
    at,
  });
  return after;
}
