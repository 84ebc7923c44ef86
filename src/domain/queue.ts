import { PLAY_LINES, type WaitingLine } from './submission.ts';

/** What the order looks at. */
export interface WaitingKey {
  readonly id: number;
  readonly line: WaitingLine;
  /** ms; counts inside every line but `free`. */
  readonly rank: number;
  /** Points; counts inside `free`. */
  readonly score: number;
  /** ms since the epoch; counts inside `free`. */
  readonly submittedAt: number;
}

/**
 * The one order: line by priority, inside a paid line who entered it first, inside `free` the higher score, then the
 * earlier submission, ties by row id. The store's index says the same in SQL, and a test holds the two together.
 * @returns negative when `a` plays before `b`; 0 only for the same song
 */
export function compareWaiting(a: WaitingKey, b: WaitingKey): number {
  const [first, second] = [sortKey(a), sortKey(b)];
  for (const [index, value] of first.entries()) {
    const difference = value - (second[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Columns `priority`, `sort_a`, `sort_b`, `id` of the store. */
function sortKey({ id, line, rank, score, submittedAt }: WaitingKey): readonly number[] {
  return line === 'free' ? [linePriority(line), -score, submittedAt, id] : [linePriority(line), rank, 0, id];
}

/** 0 plays first. `pending` comes last: it is not playable. */
export function linePriority(line: WaitingLine): number {
  return line === 'pending' ? PLAY_LINES.length : PLAY_LINES.indexOf(line);
}

/** How many measured songs the estimate looks back on. */
export const MEASURED_SONGS = 10;
/** Assumed per song before any was measured, ms. */
export const DEFAULT_SONG_MS = 180_000;

/**
 * How long a song takes.
 * @param measured ms of the newest played songs; only the first ten count
 * @returns their median in whole ms, three minutes when there are none
 */
export function songDuration(measured: readonly number[]): number {
  const sorted = measured.slice(0, MEASURED_SONGS).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle];
  if (upper === undefined) return DEFAULT_SONG_MS;
  const lower = sorted.length % 2 === 0 ? (sorted[middle - 1] ?? upper) : upper;
  return Math.round((lower + upper) / 2);
}

/**
 * When a song is expected to play, in ms from now.
 * @param place from 1
 * @param songMs what one song takes
 * @param elapsedMs how long the song on air has been playing; null when nothing is on air
 */
export function waitFor(place: number, songMs: number, elapsedMs: number | null): number {
  const restOfOnAir = elapsedMs === null ? 0 : Math.max(0, songMs - Math.max(0, elapsedMs));
  return restOfOnAir + (place - 1) * songMs;
}

/** How long after a song ended its taking may still be undone, ms. */
const UNDO_MS = 10 * 60_000;

/** @param endedAt ms since the epoch; null while the song is on air */
export function canUndo(endedAt: number | null, now: number): boolean {
  return endedAt === null || now - endedAt <= UNDO_MS;
}

/** Zero-based pages of a list, clamped to what exists; an empty list has one page. */
export function pageOf(
  asked: number,
  size: number,
  total: number,
): { readonly page: number; readonly pages: number; readonly offset: number } {
  const pages = Math.max(1, Math.ceil(total / size));
  const page = Number.isFinite(asked) ? Math.min(Math.max(0, Math.trunc(asked)), pages - 1) : 0;
  return { page, pages, offset: page * size };
}
