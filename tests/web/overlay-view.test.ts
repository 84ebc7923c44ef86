import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAY_LINES } from '../../src/domain/submission.ts';
import type { PlayerStatus } from '../../src/services/snapshots.ts';
import {
  changeBetween,
  climbedTo,
  EMPTY_STATE,
  giftAlert,
  leaderboardView,
  moveAlert,
  nowPlayingView,
  type OverlayState,
  queueView,
  settled,
  songView,
  waveView,
} from '../../src/web/overlay-view.ts';
import { parseMessage, QUEUE_MAX, TEXT_MAX, WAVE_BARS } from '../../src/web/protocol.ts';
import { applied, positionNow } from '../../src/web/public/picture.js';
import { gift, moved, onAir, queuePage, rank, SECRETS, songs, submission } from './overlay-fixture.ts';

const player = (change: Partial<Extract<PlayerStatus, { positionMs: number }>> = {}): PlayerStatus => ({
  kind: 'playing',
  playId: 99,
  submissionId: 1,
  positionMs: 5_000,
  at: 50_000,
  durationMs: 180_000,
  ...change,
});

describe('what viewers see', () => {
  test('holds no ids of people, notes, files or links', () => {
    const link = submission({
      publicId: 'LINK',
      track: {
        kind: 'link',
        url: 'https://soundcloud.com/secret',
        normalizedUrl: 'soundcloud.com/secret',
        platform: 'soundcloud',
      },
    });
    const song = submission({ publicId: 'AAAA' });
    const everything = JSON.stringify([
      queueView(queuePage([song, link], onAir(song))),
      nowPlayingView(onAir(song), player(), [1, 2]),
      leaderboardView([rank(1, 'viewer', 5)]),
      moveAlert('1', 1, songView(song, 'skip'), moved(), gift()),
      giftAlert('2', 1, gift(), songView(song, 'free')),
    ]);
    for (const secret of [...SECRETS, 'soundcloud', '4711', 'playId', 'submissionId'])
      expect(everything).not.toContain(secret);
  });

  test('is one line of harmless length, whatever people wrote', () => {
    const view = songView(
      submission({
        publicId: 'AAAA',
        title: `a\n\t b\u202e\u0000 ${'x'.repeat(5_000)}`,
        artist: '<script>alert(1)</script>',
        ownerName: '🎧'.repeat(400),
      }),
      'free',
    );
    expect(view.title.startsWith('a b x')).toBe(true);
    expect([...view.title].length).toBe(TEXT_MAX);
    expect(view.artist).toBe('<script>alert(1)</script>');
    expect(view.owner).toBe('🎧'.repeat(TEXT_MAX));
  });

  test('of the queue are the first songs, in its order, pending ones never', () => {
    const view = queueView(queuePage([...songs(30), submission({ publicId: 'PEND', line: 'pending' })]));
    expect(view.songs).toHaveLength(QUEUE_MAX);
    expect(view.songs[0]).toEqual({
      id: 'AAAA',
      title: 'Song 1',
      artist: 'Artist',
      owner: 'Owner',
      line: 'free',
      points: 0,
    });
    expect(view.total).toBe(31);
    expect(queueView(queuePage([submission({ publicId: 'PEND', line: 'pending' })])).songs).toEqual([]);
  });
});

describe('the waveform', () => {
  test.each<[string, readonly number[], readonly number[]]>([
    ['nothing measured', [], []],
    ['silence', [0, 0, 0], []],
    ['fewer slices than bars', [0, 51, 102], [0, 50, 100]],
  ])('of %s', (_what, peaks, bars) => expect(waveView(peaks)).toEqual(bars));

  test('keeps the loudest sample of the slices that share a bar', () => {
    const bars = waveView([1, 10, 2, 20, 3, 5], 3);
    expect(bars).toEqual([50, 100, 25]);
  });

  test('of any peaks fits the protocol', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 3_000 }), (peaks) => {
        const bars = waveView(peaks);
        return bars.length <= WAVE_BARS && bars.every((bar) => Number.isInteger(bar) && bar >= 0 && bar <= 100);
      }),
    );
  });
});

describe('progress', () => {
  const song = submission({ publicId: 'AAAA' });

  test.each<[string, PlayerStatus, object]>([
    ['of the playing song', player(), { state: 'playing', positionMs: 5_000, measuredAt: 50_000, durationMs: 180_000 }],
    [
      'goes on silently while voice recovers',
      player({ kind: 'recovering' }),
      { state: 'loading', positionMs: 5_000, measuredAt: 50_000, durationMs: 180_000 },
    ],
    [
      'takes the length of the file when the player has none',
      player({ durationMs: null }),
      { state: 'playing', positionMs: 5_000, measuredAt: 50_000, durationMs: 200_000 },
    ],
    [
      'is silent when nothing plays',
      { kind: 'idle' },
      { state: 'silent', positionMs: 0, measuredAt: 1_000, durationMs: 200_000 },
    ],
    [
      'is silent when the song cannot be played',
      { kind: 'failed', submissionId: 1, why: 'x' },
      { state: 'silent', positionMs: 0, measuredAt: 1_000, durationMs: 200_000 },
    ],
    [
      'is silent while the player still holds the song before',
      player({ submissionId: 7 }),
      { state: 'silent', positionMs: 0, measuredAt: 1_000, durationMs: 200_000 },
    ],
  ])('%s', (_what, status, progress) => {
    expect(nowPlayingView(onAir(song), status, null).progress).toEqual(progress);
  });

  test('measured again without news is no change, a seek and a pause are', () => {
    const view = (status: PlayerStatus) => nowPlayingView(onAir(song), status, null);
    const before = view(player());
    const later = player({ at: 52_000, positionMs: 7_030 });
    expect(settled(before, view(later))).toEqual(before);
    const sought = view(player({ at: 52_000, positionMs: 90_000 }));
    expect(settled(before, sought)).toBe(sought);
    const paused = view(player({ kind: 'paused', at: 52_000, positionMs: 7_000 }));
    expect(settled(before, paused)).toBe(paused);
    expect(settled(paused, view(player({ kind: 'paused', at: 60_000, positionMs: 7_000 })))).toEqual(paused);
  });

  test('goes on from the measured position on the page, never past the end', () => {
    const progress = { state: 'playing', positionMs: 5_000, measuredAt: 50_000, durationMs: 20_000 } as const;
    expect(positionNow(progress, 51_000, 500)).toBe(6_500);
    expect(positionNow(progress, 99_000, 500)).toBe(20_000);
    expect(positionNow({ ...progress, state: 'paused' }, 99_000, 500)).toBe(5_000);
    expect(positionNow({ ...progress, durationMs: null }, 99_000, 0)).toBe(54_000);
  });
});

const aSong = fc.record({
  id: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'),
  title: fc.constantFrom('one', 'two'),
  artist: fc.constant('x'),
  owner: fc.constant('o'),
  line: fc.constantFrom(...PLAY_LINES),
  points: fc.integer({ min: 0, max: 3 }),
});
const aState: fc.Arbitrary<OverlayState> = fc.record({
  nowPlaying: fc.option(
    fc.record({
      song: aSong.map(({ points: _points, ...song }) => song),
      wave: fc.constantFrom([], [100, 50]),
      progress: fc.record({
        state: fc.constantFrom('playing', 'paused', 'loading', 'silent'),
        positionMs: fc.integer({ min: 0, max: 2 }),
        measuredAt: fc.integer({ min: 0, max: 2 }),
        durationMs: fc.constantFrom(null, 5),
      }),
    }),
  ),
  queue: fc.record({
    songs: fc.uniqueArray(aSong, { selector: ({ id }) => id, maxLength: 6 }),
    total: fc.integer({ min: 0, max: 9 }),
  }),
  leaderboard: fc.array(
    fc.record({
      rank: fc.constant(1),
      handle: fc.constantFrom('a', 'b'),
      nickname: fc.constant(''),
      points: fc.integer(),
    }),
    { maxLength: 3 },
  ),
});

describe('a change', () => {
  test('applied to any state gives the next one', () => {
    fc.assert(
      fc.property(aState, aState, (before, after) => {
        const change = changeBetween(before, after);
        if (change === null) {
          expect(after).toEqual(before);
          return;
        }
        const message = parseMessage(JSON.stringify({ kind: 'change', at: 1, ...change }));
        expect(applied(before, message)).toEqual(after);
      }),
      { numRuns: 500 },
    );
  });

  test('between equal states is none', () => {
    fc.assert(fc.property(aState, (state) => changeBetween(state, structuredClone(state)) === null));
  });

  test('of one song tells the new order and that song alone', () => {
    const state = (list: ReturnType<typeof songs>) => ({ ...EMPTY_STATE, queue: queueView(queuePage(list)) });
    const [a, b, c] = songs(3) as [
      ReturnType<typeof submission>,
      ReturnType<typeof submission>,
      ReturnType<typeof submission>,
    ];
    const change = changeBetween(state([a, b, c]), state([{ ...c, line: 'skip' }, a, b]));
    expect(change?.queue).toEqual({
      order: ['CCCC', 'AAAA', 'BBBB'],
      songs: [expect.objectContaining({ id: 'CCCC', line: 'skip' })],
      total: 3,
    });
  });

  test('that names a song nobody told of makes the page start over', () => {
    expect(() =>
      applied(EMPTY_STATE, { kind: 'change', at: 1, queue: { order: ['ZZZZ'], songs: [], total: 1 } }),
    ).toThrow('ZZZZ');
  });
});

describe('an alert is worth', () => {
  test.each<[string, Parameters<typeof moved>[0], string | null]>([
    ['a gift into a paid line', { from: 'free', to: 'skip' }, 'skip'],
    ['a gift further up', { from: 'skip', to: 'back-to-back' }, 'back-to-back'],
    ['an approved claim', { from: 'pending', to: 'double-skip', cause: 'approve' }, 'double-skip'],
    ['a move upwards by the reviewer', { from: 'free', to: 'skip', cause: 'staff' }, 'skip'],
    ['no move downwards', { from: 'back-to-back', to: 'skip', cause: 'staff' }, null],
    ['no move inside a line', { from: 'skip', to: 'skip', cause: 'staff' }, null],
    ['no move to free', { from: 'pending', to: 'free', cause: 'staff' }, null],
    ['no rejection', { from: 'pending', to: 'free', cause: 'reject' }, null],
    ['no reversal', { from: 'free', to: 'skip', cause: 'reverse' }, null],
    ['nothing that is over', { from: 'free', to: 'removed', cause: 'staff' }, null],
  ])('%s', (_what, change, line) => expect(climbedTo(moved(change))).toBe(line));

  test('names the song, and the gifter only when a gift did it', () => {
    const song = songView(submission({ publicId: 'AAAA', title: 'Mine' }), 'skip');
    expect(moveAlert('1', 2, song, moved(), gift({ count: 5 }))).toEqual({
      kind: 'move',
      id: '1',
      at: 2,
      song,
      cause: 'gift',
      by: 'gifter',
      gift: { name: 'Galaxy', count: 5 },
      coins: 1_000,
    });
    expect(moveAlert('1', 2, song, moved({ cause: 'approve', handle: 'x', coins: 3 }), null)).toEqual({
      kind: 'move',
      id: '1',
      at: 2,
      song,
      cause: 'staff',
      by: null,
      gift: null,
      coins: null,
    });
  });
});
