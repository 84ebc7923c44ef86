import type { PointsByOrigin } from '../../../src/domain/handle.ts';
import { type Line, type Submission, WAITING_LINES } from '../../../src/domain/submission.ts';
import type {
  LiveStatus,
  OnAir,
  PlaceExplained,
  PlaybackStatus,
  QueueEntry,
  QueuePage,
} from '../../../src/services/snapshots.ts';

/** An ordinary evening: what cards look like when nobody tries anything. */
export const NOW = Date.UTC(2026, 10, 20, 21, 0);
const MINUTE = 60_000;

export const IDS = {
  guild: '100000000000000001',
  nova: '100000000000000011',
  ana: '100000000000000012',
  ben: '100000000000000013',
  review: '100000000000000021',
  studio: '100000000000000022',
} as const;

const SONGS: readonly (readonly [owner: string, artist: string, title: string, line: Line, score: number])[] = [
  ['ana', 'Ana Luz', 'Paper Moons', 'back-to-back', 0],
  ['ben', 'Ben Beats', 'Low Tide', 'double-skip', 120],
  ['Cleo', 'CLEO', 'Static (feat. Mirror Kid)', 'skip', 0],
  ['dj_dario', 'Dario & The Long Weekend', 'We Were Never Going To Make It Home Tonight', 'free', 4_812],
  ['ella', 'ella', 'one more hour', 'free', 640],
  ['Fritz', 'Fritz Ohm', 'Kabelsalat', 'free', 64],
  ['gigi', 'Gigi', 'Sugarcane', 'free', 2],
  ['ana', 'Ana Luz', 'Not Known', 'free', 0],
];

const POINTS: Readonly<Record<number, PointsByOrigin>> = {
  4812: { gift: 4_000, like: 700, comment: 82, share: 20, follow: 10 },
  640: { like: 600, comment: 40 },
  120: { like: 100, comment: 20 },
  64: { like: 64 },
  2: { comment: 2 },
};

const ID_LETTERS = ['4F7K', '9QRM', 'ZX2A', 'B3B3', 'C77H', 'K2PW', 'M4NN', 'T9TT'];

export function song(index = 0, change: Partial<Submission> = {}): Submission {
  const [ownerName = '', artist = '', title = '', line = 'free', score = 0] = SONGS[index] ?? [];
  const url = 'https://soundcloud.com/analuz/paper-moons';
  return {
    id: index + 1,
    guildId: IDS.guild,
    publicId: ID_LETTERS[index] ?? 'AAAA',
    ownerId: IDS.ana,
    ownerName,
    artist,
    title,
    note: null,
    track:
      index % 2 === 0
        ? { kind: 'link', url, normalizedUrl: url, platform: 'soundcloud' }
        : { kind: 'file', sha256: 'a'.repeat(64), fileName: 'low-tide-master.wav' },
    handleId: null,
    line,
    rank: index,
    score,
    submittedAt: NOW - (index + 4) * MINUTE,
    askedUntil: null,
    bookmarked: index === 4,
    via: 'modal',
    ...change,
  };
}

export function entry(index = 0, change: Partial<QueueEntry> = {}): QueueEntry {
  const submission = song(index);
  return {
    submission,
    media: index % 2 === 0 ? { kind: 'link' } : index === 3 ? { kind: 'preparing' } : { kind: 'ready', durationMs: 1 },
    place: index + 1,
    etaMs: (index + 1) * 3 * MINUTE,
    handle: submission.score > 0 ? 'benbeats' : null,
    points: POINTS[submission.score] ?? {},
    coins: index === 1 ? 2_400 : 0,
    ...change,
  };
}

export function onAir(change: Partial<OnAir> = {}): OnAir {
  return {
    playId: 41,
    submission: song(4, { line: 'archive', note: 'First song I ever finished. Be honest!', bookmarked: false }),
    media: { kind: 'link' },
    fromLine: 'free',
    scoreThen: 640,
    points: POINTS[640] ?? {},
    handle: 'ella.sings',
    coins: 1,
    startedAt: NOW - 2 * MINUTE,
    byUserId: IDS.nova,
    ...change,
  };
}

export function queuePage(change: Partial<QueuePage> = {}): QueuePage {
  const waiting = { 'back-to-back': 1, 'double-skip': 1, skip: 1, free: 20, pending: 2 } as const;
  return {
    guildId: IDS.guild,
    entries: SONGS.map((_, index) => entry(index)),
    page: 0,
    pages: 3,
    total: 23,
    pending: 2,
    lines: WAITING_LINES.map((line) => ({ line, waiting: waiting[line], open: line !== 'pending' })),
    onAir: onAir(),
    undoablePlayId: 41,
    songMs: 3 * MINUTE,
    ...change,
  };
}

export const emptyQueue = (): QueuePage =>
  queuePage({
    entries: [],
    pages: 1,
    total: 0,
    pending: 0,
    lines: WAITING_LINES.map((line) => ({ line, waiting: 0, open: true })),
    onAir: null,
    undoablePlayId: null,
  });

export function pendingPage(): QueuePage {
  const claims = [song(5, { line: 'pending', note: 'sent a lion as fritz.ohm' }), song(6, { line: 'pending' })];
  return queuePage({
    entries: claims.map((submission, index) =>
      entry(5 + index, { submission, place: null, etaMs: null, coins: index === 0 ? 1_000 : 0 }),
    ),
    pages: 1,
    total: 2,
  });
}

export const live = (change: Partial<Extract<LiveStatus, { kind: 'active' }>> = {}): LiveStatus => ({
  kind: 'active',
  host: 'nova_live',
  roomId: '7561234567890123456',
  sessionId: 7,
  startedAt: NOW - 83 * MINUTE,
  recovering: null,
  viewers: 412,
  lastEventAt: NOW - 1_000,
  events: { like: 18_204, comment: 2_311, gift: 96, join: 4_020, follow: 31 },
  coins: 12_480,
  likesSeen: 18_204,
  likesRoomTotal: 18_410,
  gaps: 1,
  gapMs: 14_000,
  reconnects: 1,
  unreadable: 0,
  drift: null,
  merged: 0,
  ...change,
});

export const offline: LiveStatus = { kind: 'disconnected', lastHost: null, lastRefusal: null };

export const playing = (change: Partial<PlaybackStatus> = {}): PlaybackStatus => ({
  guildId: IDS.guild,
  voice: { kind: 'ready', channelId: IDS.studio, attempt: 0 },
  player: {
    kind: 'playing',
    playId: 41,
    submissionId: 5,
    positionMs: 61_000,
    at: NOW,
    durationMs: 187_000,
  },
  volume: 100,
  filters: [],
  ...change,
});

export const silent = (): PlaybackStatus => playing({ voice: { kind: 'away', why: null }, player: { kind: 'idle' } });

export const explained = (index = 3, change: Partial<PlaceExplained> = {}): PlaceExplained => ({
  submission: song(index),
  place: index + 1,
  ahead: index,
  etaMs: (index + 1) * 3 * MINUTE,
  ...change,
});
