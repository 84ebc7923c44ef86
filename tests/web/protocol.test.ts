import { describe, expect, test } from 'vitest';
import {
  eventFrame,
  LEADERBOARD_MAX,
  messageSchema,
  type OverlayAlert,
  type OverlayMessage,
  parseMessage,
  QUEUE_MAX,
  WAVE_BARS,
} from '../../src/web/protocol.ts';
import { frameReader } from '../../src/web/public/sse.js';

const song = {
  id: '4F7K',
  title: '<b>Ünïcode</b> "quoted"\\ 🎧 שלום\u2028',
  artist: 'A & B',
  owner: "O'Neil",
  line: 'skip',
} as const;
const playing = {
  song,
  wave: [0, 50, 100],
  progress: { state: 'playing', positionMs: 1_000, measuredAt: 1_700_000_000_000, durationMs: null },
} as const;
const move: OverlayAlert = {
  kind: 'move',
  id: 'x-1',
  at: 5,
  song,
  cause: 'gift',
  by: 'viewer',
  gift: { name: 'Rose', count: 100 },
  coins: 100,
};
const present: OverlayAlert = {
  kind: 'gift',
  id: 'x-2',
  at: 5,
  by: 'viewer',
  gift: { name: 'Rose', count: 1 },
  coins: 1,
  song: null,
};

const MESSAGES: readonly OverlayMessage[] = [
  {
    kind: 'state',
    protocol: 1,
    at: 5,
    nowPlaying: playing,
    queue: { songs: [{ ...song, points: -3 }], total: 12 },
    leaderboard: [{ rank: 1, handle: 'viewer', nickname: '', points: 7 }],
    alerts: [move, present],
  },
  { kind: 'state', protocol: 1, at: 5, nowPlaying: null, queue: { songs: [], total: 0 }, leaderboard: [], alerts: [] },
  { kind: 'change', at: 6, nowPlaying: null },
  { kind: 'change', at: 6, nowPlaying: playing },
  { kind: 'change', at: 6, queue: { order: ['4F7K', 'AAAA'], songs: [{ ...song, points: 1 }], total: 2 } },
  { kind: 'change', at: 6, leaderboard: [] },
  { kind: 'alert', at: 7, alert: move },
  { kind: 'alert', at: 7, alert: { ...move, cause: 'staff', by: null, gift: null, coins: null } },
  { kind: 'alert', at: 7, alert: present },
  { kind: 'alert', at: 7, alert: { ...present, song } },
  { kind: 'beat', at: 8 },
  { kind: 'bye', at: 9, reason: 'restart' },
  { kind: 'bye', at: 9, reason: 'revoked' },
];

describe('every message', () => {
  test.each(MESSAGES.map((message) => [message.kind, message] as const))(
    '%s survives the wire as it was',
    (_kind, message) => {
      const [frame] = frameReader()(eventFrame(7, JSON.stringify(message)));
      expect(frame?.number).toBe(7);
      expect(parseMessage(frame?.json ?? '')).toEqual(message);
    },
  );

  test('that exists is among the tested ones', () => {
    const kinds = messageSchema.options.map((option) => option.unwrap().shape.kind.value);
    expect([...new Set(MESSAGES.map(({ kind }) => kind))].sort()).toEqual([...kinds].sort());
  });

  test.each<[string, unknown]>([
    ['an unknown kind', { kind: 'error', at: 1 }],
    ['a field that is not in the protocol', { kind: 'beat', at: 1, ownerId: '7' }],
    [
      'a private field of a song',
      { kind: 'change', at: 1, nowPlaying: { ...playing, song: { ...song, note: 'psst' } } },
    ],
    ['another protocol', { ...MESSAGES[0], protocol: 2 }],
    [
      'too many songs',
      { kind: 'change', at: 1, queue: { order: Array(QUEUE_MAX + 1).fill('A'), songs: [], total: 0 } },
    ],
    [
      'too many ranks',
      {
        kind: 'change',
        at: 1,
        leaderboard: Array(LEADERBOARD_MAX + 1).fill({ rank: 1, handle: 'a', nickname: '', points: 1 }),
      },
    ],
    ['too many bars', { kind: 'change', at: 1, nowPlaying: { ...playing, wave: Array(WAVE_BARS + 1).fill(1) } }],
  ])('with %s is refused', (_what, message) => {
    expect(() => parseMessage(JSON.stringify(message))).toThrow();
  });
});

describe('the reader of events', () => {
  test('puts together what arrives in pieces of any size', () => {
    const wire = MESSAGES.map((message, index) => eventFrame(index + 1, JSON.stringify(message))).join('');
    for (const size of [1, 2, 7, 100, wire.length]) {
      const read = frameReader();
      const pieces = Array.from({ length: Math.ceil(wire.length / size) }, (_, i) =>
        wire.slice(i * size, (i + 1) * size),
      );
      const frames = pieces.flatMap(read);
      expect(frames.map(({ number }) => number)).toEqual(MESSAGES.map((_, index) => index + 1));
      expect(frames.map(({ json }) => parseMessage(json))).toEqual(MESSAGES);
    }
  });

  test('passes over comments and blocks without data', () => {
    expect(frameReader()(': hello\n\nid: 3\n\nid: 4\ndata: {}\n\n')).toEqual([{ number: 4, json: '{}' }]);
  });
});
