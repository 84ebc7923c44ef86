import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BackoffPolicy, backoffDelay } from '../../src/lib/backoff.ts';

const policy: BackoffPolicy = { baseMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0.3 };

test.each([
  [0, 1_000],
  [1, 2_000],
  [4, 16_000],
  [5, 30_000],
  [50, 30_000],
  [5_000, 30_000],
])('try %i waits %i ms when chance is in the middle', (attempt, expected) => {
  expect(backoffDelay(policy, attempt, 0.5)).toBe(expected);
});

test('chance moves the wait by no more than its share', () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.double({ min: 0, max: 0.999_999, noNaN: true }), (attempt, random) => {
      const middle = backoffDelay(policy, attempt, 0.5);
      const delay = backoffDelay(policy, attempt, random);
      expect(delay).toBeGreaterThanOrEqual(Math.floor(middle * 0.7));
      expect(delay).toBeLessThanOrEqual(Math.ceil(middle * 1.3));
    }),
  );
});
