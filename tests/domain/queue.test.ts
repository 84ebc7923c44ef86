import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareWaiting,
  DEFAULT_SONG_MS,
  pageOf,
  songDuration,
  type WaitingKey,
  waitFor,
} from '../../src/domain/queue.ts';
import { WAITING_LINES } from '../../src/domain/submission.ts';

const song = (id: number, more: Partial<WaitingKey> = {}): WaitingKey => ({
  id,
  line: 'free',
  rank: 0,
  score: 0,
  submittedAt: 0,
  ...more,
});

const anySong = fc.record({
  id: fc.integer({ min: 1, max: 1_000 }),
  line: fc.constantFrom(...WAITING_LINES),
  rank: fc.integer({ min: -5, max: 5 }),
  score: fc.integer({ min: 0, max: 5 }),
  submittedAt: fc.integer({ min: 0, max: 5 }),
});

describe('the one order', () => {
  test.each<[string, WaitingKey, WaitingKey]>([
    ['back-to-back before double skip', song(2, { line: 'back-to-back', rank: 9 }), song(1, { line: 'double-skip' })],
    ['double skip before skip', song(2, { line: 'double-skip', rank: 9 }), song(1, { line: 'skip' })],
    ['skip before free, whatever the points', song(2, { line: 'skip' }), song(1, { score: 1_000_000 })],
    [
      'in a paid line who entered it first, whatever the points',
      song(2, { line: 'skip', rank: 1 }),
      song(1, { line: 'skip', rank: 2, score: 99 }),
    ],
    ['in a paid line with the same moment, the lower id', song(1, { line: 'skip' }), song(2, { line: 'skip' })],
    ['in the free line the higher score', song(2, { score: 5, submittedAt: 9 }), song(1, { score: 4 })],
    [
      'in the free line with the same score, the earlier submission',
      song(2, { submittedAt: 1 }),
      song(1, { submittedAt: 2 }),
    ],
    ['in the free line with all the same, the lower id', song(1), song(2)],
    ['everything playable before pending', song(2), song(1, { line: 'pending' })],
  ])('%s', (_rule, first, second) => {
    expect(compareWaiting(first, second)).toBeLessThan(0);
    expect(compareWaiting(second, first)).toBeGreaterThan(0);
  });

  test('is total: no two songs share a place, and it does not matter how they were shuffled', () => {
    fc.assert(
      fc.property(fc.uniqueArray(anySong, { selector: ({ id }) => id, maxLength: 30 }), fc.nat(), (songs, turn) => {
        const sorted = songs.toSorted(compareWaiting);
        const turned = [...songs.slice(turn % (songs.length + 1)), ...songs.slice(0, turn % (songs.length + 1))];
        expect(turned.toSorted(compareWaiting)).toEqual(sorted);
        for (const [index, each] of sorted.entries()) {
          for (const later of sorted.slice(index + 1)) expect(compareWaiting(each, later)).toBeLessThan(0);
        }
      }),
    );
  });
});

describe('the estimate', () => {
  test.each([
    ['three minutes before anything was measured', [], DEFAULT_SONG_MS],
    ['the one measured song', [100_000], 100_000],
    ['the median of an odd number', [300_000, 100_000, 200_000], 200_000],
    ['the middle of the two in the middle', [100_000, 400_000, 200_000, 300_000], 250_000],
    ['the newest ten only', [...Array(10).fill(60_000), ...Array(50).fill(900_000)], 60_000],
  ])('takes %s', (_what, measured, expected) => {
    expect(songDuration(measured)).toBe(expected);
  });

  test('takes off what the song on air has played already', () => {
    expect(waitFor(1, 180_000, 60_000)).toBe(120_000);
    expect(waitFor(3, 180_000, 60_000)).toBe(480_000);
  });

  test('is never below zero when the song on air runs long, or the clock was set back', () => {
    expect(waitFor(1, 180_000, 999_000)).toBe(0);
    expect(waitFor(1, 180_000, -5_000)).toBe(180_000);
  });

  test('is nothing for the first song when nothing is on air', () => {
    expect(waitFor(1, 180_000, null)).toBe(0);
    expect(waitFor(2, 180_000, null)).toBe(180_000);
  });
});

test.each([
  [0, 8, 0, { page: 0, pages: 1, offset: 0 }],
  [5, 8, 0, { page: 0, pages: 1, offset: 0 }],
  [1, 8, 9, { page: 1, pages: 2, offset: 8 }],
  [99, 8, 16, { page: 1, pages: 2, offset: 8 }],
  [-3, 8, 16, { page: 0, pages: 2, offset: 0 }],
  [Number.NaN, 8, 16, { page: 0, pages: 2, offset: 0 }],
])('page %s with %s of %s songs is clamped', (asked, size, total, expected) => {
  expect(pageOf(asked, size, total)).toEqual(expected);
});
