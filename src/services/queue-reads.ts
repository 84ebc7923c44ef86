import type { Failure } from '../domain/failure.ts';
import type { PointOrigin, PointsByOrigin } from '../domain/handle.ts';
import { canUndo, MEASURED_SONGS, pageOf, songDuration, waitFor } from '../domain/queue.ts';
import type { Settings } from '../domain/setting.ts';
import { isPlayLine, type Submission, WAITING_LINES, type WaitingLine } from '../domain/submission.ts';
import type { Play } from '../ports/play-store.ts';
import type { StoreReads } from '../ports/store.ts';
import type { Song } from '../ports/submission-store.ts';
import type { LineState, OnAir, PlaceExplained, QueueEntry, QueuePage } from './snapshots.ts';

/** Without a LIVE session a show is taken to be no longer than this: older songs do not say how long one takes today. ms */
const SHOW_MS = 12 * 3_600_000;

/** What estimates are made of. */
export interface Pace {
  readonly songMs: number;
  /** How long the song on air has been playing; null when nothing is on air. ms */
  readonly elapsedMs: number | null;
  readonly onAir: Play | null;
  /** The play that Undo takes back; null when there is none, or it ended too long ago. */
  readonly undoable: Play | null;
}

export async function paceOf(reads: StoreReads, guildId: string, now: number): Promise<Pace> {
  const { newest, onAir, durations } = await reads.plays.pace(guildId, now - SHOW_MS, MEASURED_SONGS);
  const elapsedMs = onAir === null ? null : now - onAir.startedAt;
  const undoable = newest !== null && canUndo(newest.endedAt, now) ? newest : null;
  return { songMs: songDuration(durations), elapsedMs, onAir, undoable };
}

/** A LIVE is followed, or songs are played without one. Days before a show, the first in the queue does not play soon. */
export async function isShowOn(reads: StoreReads, guildId: string, now: number): Promise<boolean> {
  if ((await reads.lives.openSessionId(guildId)) !== null) return true;
  const newest = await reads.plays.newest(guildId);
  return newest !== null && newest.sessionId === null && newest.startedAt > now - SHOW_MS;
}

export async function explainPlace(reads: StoreReads, submission: Submission, pace: Pace): Promise<PlaceExplained> {
  const [explained] = await explainPlaces(reads, [submission], pace);
  if (explained === undefined) throw new Error('a song was not explained');
  return explained;
}

/** In the order of the songs. */
export async function explainPlaces(
  reads: StoreReads,
  submissions: readonly Submission[],
  pace: Pace,
): Promise<readonly PlaceExplained[]> {
  const before = await reads.submissions.ahead(submissions.filter(({ line }) => isPlayLine(line)).map(({ id }) => id));
  return submissions.map((submission) => {
    const ahead = before.get(submission.id);
    if (ahead === undefined) return { submission, place: null, ahead: 0, etaMs: null };
    return { submission, place: ahead + 1, ahead, etaMs: waitFor(ahead + 1, pace.songMs, pace.elapsedMs) };
  });
}

/** Where a member's waiting songs stand, in the one order, pending last. */
export async function ownPlaces(
  reads: StoreReads,
  guildId: string,
  userId: string,
  now: number,
): Promise<readonly PlaceExplained[]> {
  const songs = await reads.submissions.waitingOf(guildId, userId);
  return songs.length === 0 ? [] : explainPlaces(reads, songs, await paceOf(reads, guildId, now));
}

/** What stands behind a song. */
export interface SongOwner {
  /** @name of the handle that counts most, without the sign. */
  readonly handle: string | null;
  readonly points: PointsByOrigin;
  /** Of this session: what keeps the song where it is, and on the owner's newest song what waits for more. */
  readonly coins: number;
  /** Row ids of the handles whose points count. */
  readonly counted: readonly number[];
}

/**
 * What stands behind some songs, in their order. The handles whose points make a song's score are those linked to its
 * owner, or else the one named with it while it is free.
 */
export async function ownersOf(
  reads: StoreReads,
  guildId: string,
  submissions: readonly Submission[],
): Promise<readonly SongOwner[]> {
  const owners = [...new Set(submissions.map(({ ownerId }) => ownerId))];
  const named = submissions.flatMap(({ handleId }) => (handleId === null ? [] : [handleId]));
  const handles = await reads.handles.withPoints(guildId, owners, named);
  const linked = Map.groupBy(handles, ({ handle }) => handle.linkedUserId);
  const free = new Map((linked.get(null) ?? []).map((each) => [each.handle.id, each]));
  const coins = await reads.lives.coinsBehind(submissions.map(({ id }) => id));
  return submissions.map(({ id, ownerId, handleId }) => {
    const other = free.get(handleId ?? 0);
    // Highest points first.
    const counted = linked.get(ownerId) ?? (other === undefined ? [] : [other]);
    return {
      handle: counted[0]?.handle.name ?? null,
      points: summedPoints(counted.map(({ balance }) => balance)),
      coins: coins.get(id) ?? 0,
      counted: counted.map(({ handle }) => handle.id),
    };
  });
}

export function summedPoints(balances: readonly PointsByOrigin[]): PointsByOrigin {
  const sums: Partial<Record<PointOrigin, number>> = {};
  for (const balance of balances) {
    for (const [origin, points] of Object.entries(balance) as [PointOrigin, number][]) {
      sums[origin] = (sums[origin] ?? 0) + points;
    }
  }
  return sums;
}

/** @param firstPlace place of the first of these songs; null for pending ones */
export async function queueEntries(
  reads: StoreReads,
  guildId: string,
  songs: readonly Song[],
  firstPlace: number | null,
  pace: Pace,
): Promise<readonly QueueEntry[]> {
  const owners = await ownersOf(
    reads,
    guildId,
    songs.map(({ submission }) => submission),
  );
  return songs.map(({ submission, media }, index) => {
    const place = firstPlace === null ? null : firstPlace + index;
    return {
      submission,
      media,
      place,
      etaMs: place === null ? null : waitFor(place, pace.songMs, pace.elapsedMs),
      handle: owners[index]?.handle ?? null,
      points: owners[index]?.points ?? {},
      coins: owners[index]?.coins ?? 0,
    };
  });
}

/** The play of a song that is on air; null when it is not. */
export async function playOnAir(reads: StoreReads, guildId: string, submissionId: number): Promise<Play | null> {
  const play = await reads.plays.onAir(guildId);
  return play?.submissionId === submissionId ? play : null;
}

export async function onAirOf(reads: StoreReads, play: Play): Promise<OnAir> {
  const song = await reads.submissions.get(play.submissionId);
  if (song === null) throw new Error(`play ${play.id} names a song that is not stored`);
  return toOnAir(play, song);
}

export function toOnAir(play: Play, { submission, media }: Song): OnAir {
  return {
    playId: play.id,
    submission,
    media,
    fromLine: play.fromLine,
    scoreThen: play.score,
    points: play.shown.points,
    handle: play.shown.handle,
    coins: play.shown.coins,
    startedAt: play.startedAt,
    byUserId: play.byUserId,
  };
}

/** Why nothing can be done to a song that does not wait: where it is, and who brought it there. */
export async function notWaiting(reads: StoreReads, submission: Submission): Promise<Failure> {
  const { publicId, line, id } = submission;
  if (line === 'draft') return { code: 'no-such-song', asked: publicId };
  const by =
    line === 'archive'
      ? ((await reads.plays.ofSubmission(id))?.byUserId ?? null)
      : ((await reads.moves.newestOf(id))?.actor ?? null);
  return { code: 'song-not-waiting', publicId, line, by };
}

/** Somebody has taken this song since the pressed button was drawn. */
export function justPlayed({ submission, byUserId }: OnAir): Failure {
  return { code: 'just-played', publicId: submission.publicId, title: submission.title, by: byUserId };
}

/** One page of a list of waiting songs, with everything that stands around it. */
export async function queuePage(
  reads: StoreReads,
  settings: Settings,
  guildId: string,
  which: 'playable' | 'pending',
  asked: number,
  size: number,
  now: number,
): Promise<QueuePage> {
  const counts = await reads.submissions.counts(guildId);
  const playable = counts['back-to-back'] + counts['double-skip'] + counts.skip + counts.free;
  const total = which === 'playable' ? playable : counts.pending;
  const { page, pages, offset } = pageOf(asked, size, total);
  const songs = await reads.submissions[which](guildId, offset, size);
  const pace = await paceOf(reads, guildId, now);
  return {
    guildId,
    entries: await queueEntries(reads, guildId, songs, which === 'playable' ? offset + 1 : null, pace),
    page,
    pages,
    total,
    pending: counts.pending,
    lines: lineStates(settings, counts),
    onAir: pace.onAir === null ? null : await onAirOf(reads, pace.onAir),
    undoablePlayId: pace.undoable?.id ?? null,
    songMs: pace.songMs,
  };
}

export function lineStates(settings: Settings, counts: Readonly<Record<WaitingLine, number>>): readonly LineState[] {
  return WAITING_LINES.map((line) => ({ line, waiting: counts[line], open: settings[`submissions.open.${line}`] }));
}
