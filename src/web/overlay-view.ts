import { PLAY_LINES, type PlayLine, type Submission } from '../domain/submission.ts';
import { cleanText, cutText } from '../lib/text.ts';
import type { Facts } from '../services/events.ts';
import type { LeaderboardRow, OnAir, PlayerStatus, QueuePage } from '../services/snapshots.ts';
import {
  type ChangeMessage,
  LEADERBOARD_MAX,
  type OverlayAlert,
  type OverlayNowPlaying,
  type OverlayProgress,
  type OverlayQueueSong,
  type OverlayRank,
  type OverlaySong,
  QUEUE_MAX,
  type StateMessage,
  TEXT_MAX,
  WAVE_BARS,
} from './protocol.ts';

/**
 * Snapshots -> what viewers may see: names as they are shown anyway, public ids, points. No ids of people, no notes, no
 * links, no files.
 */
export type OverlayState = Pick<StateMessage, 'nowPlaying' | 'queue' | 'leaderboard'>;

export const EMPTY_STATE: OverlayState = { nowPlaying: null, queue: { songs: [], total: 0 }, leaderboard: [] };

/** Positions that differ by less are the same: measuring twice never gives the same ms. */
const SAME_POSITION_MS = 250;

export function songView(submission: Submission, line: PlayLine): OverlaySong {
  return {
    id: submission.publicId,
    title: shown(submission.title),
    artist: shown(submission.artist),
    owner: shown(submission.ownerName),
    line,
  };
}

export function queueView(page: QueuePage): OverlayState['queue'] {
  const songs = page.entries.flatMap(({ submission }): readonly OverlayQueueSong[] => {
    const line = playLine(submission.line);
    return line === null ? [] : [{ ...songView(submission, line), points: submission.score }];
  });
  return { songs: songs.slice(0, QUEUE_MAX), total: page.total };
}

export function leaderboardView(rows: readonly LeaderboardRow[]): readonly OverlayRank[] {
  return rows
    .slice(0, LEADERBOARD_MAX)
    .map(({ rank, handle, nickname, points }) => ({ rank, handle: shown(handle), nickname: shown(nickname), points }));
}

/** @param peaks loudest sample per slice, 0..255; null when not measured */
export function nowPlayingView(onAir: OnAir, player: PlayerStatus, peaks: readonly number[] | null): OverlayNowPlaying {
  return {
    song: songView(onAir.submission, onAir.fromLine),
    wave: waveView(peaks ?? []),
    progress: progressView(onAir, player),
  };
}

/** The loudest bar is 100, so that a quiet recording has a waveform too. */
export function waveView(peaks: readonly number[], bars = WAVE_BARS): readonly number[] {
  const loudest = peaks.reduce((a, b) => Math.max(a, b), 0);
  if (loudest <= 0) return [];
  const count = Math.min(bars, peaks.length);
  return Array.from({ length: count }, (_, bar) => {
    const slice = peaks.slice(Math.floor((bar * peaks.length) / count), Math.floor(((bar + 1) * peaks.length) / count));
    return Math.max(0, Math.round((slice.reduce((a, b) => Math.max(a, b), 0) / loudest) * 100));
  });
}

function progressView(onAir: OnAir, player: PlayerStatus): OverlayProgress {
  const known = onAir.media.kind === 'ready' ? onAir.media.durationMs : null;
  const silent = {
    state: 'silent',
    positionMs: 0,
    measuredAt: onAir.startedAt,
    durationMs: durationOf(known),
  } as const;
  if (player.kind === 'idle' || player.kind === 'failed') return silent;
  // The player may still hold the song before this one.
  if (player.submissionId !== onAir.submission.id) return silent;
  return {
    state: player.kind === 'recovering' ? 'loading' : player.kind,
    positionMs: Math.max(0, Math.round(player.positionMs)),
    measuredAt: Math.round(player.at),
    durationMs: durationOf(player.durationMs ?? known),
  };
}

function durationOf(ms: number | null): number | null {
  return ms === null || ms < 1 ? null : Math.round(ms);
}

/** Keeps the older measurement when the newer one only says the same again, so that nothing is sent for it. */
export function settled(before: OverlayNowPlaying | null, after: OverlayNowPlaying | null): OverlayNowPlaying | null {
  if (before === null || after === null || before.song.id !== after.song.id) return after;
  const [a, b] = [before.progress, after.progress];
  if (a.state !== b.state || a.durationMs !== b.durationMs) return after;
  const goesOn = a.state === 'playing' ? b.measuredAt - a.measuredAt : 0;
  if (Math.abs(a.positionMs + goesOn - b.positionMs) >= SAME_POSITION_MS) return after;
  return { ...after, progress: a };
}

/** What to tell somebody who has `before`; null when nothing became different. */
export function changeBetween(before: OverlayState, after: OverlayState): Omit<ChangeMessage, 'kind' | 'at'> | null {
  const queue = queueChange(before.queue, after.queue);
  const change = {
    ...(same(before.nowPlaying, after.nowPlaying) ? {} : { nowPlaying: after.nowPlaying }),
    ...(queue === null ? {} : { queue }),
    ...(same(before.leaderboard, after.leaderboard) ? {} : { leaderboard: after.leaderboard }),
  };
  return Object.keys(change).length === 0 ? null : change;
}

function queueChange(
  before: OverlayState['queue'],
  after: OverlayState['queue'],
): NonNullable<ChangeMessage['queue']> | null {
  if (same(before, after)) return null;
  const known = new Map(before.songs.map((song) => [song.id, song]));
  return {
    order: after.songs.map(({ id }) => id),
    songs: after.songs.filter((song) => !same(known.get(song.id), song)),
    total: after.total,
  };
}

/** Both sides are built here, with their keys in the same order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The line a song climbed to, when that is worth an alert: upwards, into a line that was paid for. */
export function climbedTo({ from, to, cause }: Facts['song.moved']): PlayLine | null {
  const line = playLine(to);
  if (line === null || line === 'free' || cause === 'reverse' || cause === 'reject') return null;
  const before = playLine(from);
  return before !== null && PLAY_LINES.indexOf(before) <= PLAY_LINES.indexOf(line) ? null : line;
}

/** @param gift the gift that came with it, when it is known */
export function moveAlert(
  id: string,
  at: number,
  song: OverlaySong,
  moved: Facts['song.moved'],
  gift: Facts['gift.settled'] | null,
): OverlayAlert {
  const byGift = moved.cause === 'gift';
  return {
    kind: 'move',
    id,
    at,
    song,
    cause: byGift ? 'gift' : 'staff',
    by: byGift && moved.handle ? shown(moved.handle) : null,
    gift: gift === null ? null : { name: shown(gift.giftName), count: Math.max(1, gift.count) },
    coins: byGift ? moved.coins : null,
  };
}

/** @param song the gifter's song that the coins count towards */
export function giftAlert(id: string, at: number, gift: Facts['gift.settled'], song: OverlaySong | null): OverlayAlert {
  return {
    kind: 'gift',
    id,
    at,
    by: shown(gift.handle),
    gift: { name: shown(gift.giftName), count: Math.max(1, gift.count) },
    coins: Math.max(0, gift.coins),
    song,
  };
}

export function playLine(line: string): PlayLine | null {
  return PLAY_LINES.find((each) => each === line) ?? null;
}

/** One harmless line; the page shows it as text alone. */
function shown(text: string): string {
  return cutText(cleanText(text), TEXT_MAX);
}
