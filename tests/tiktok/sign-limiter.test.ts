import { describe, expect, it } from 'vitest';
import { KEYLESS_BUDGET, SignLimiter } from '../../src/tiktok/sign-limiter.ts';
import { ManualClock } from '../services/manual-clock.ts';

const setUp = () => {
  const clock = new ManualClock();
  return { clock, limiter: new SignLimiter(KEYLESS_BUDGET, clock) };
};

describe('the budget for signed requests', () => {
  it('gives five a minute to all guilds together, the last only to a show that dropped', () => {
    const { limiter } = setUp();
    expect([1, 2, 3, 4].map(() => limiter.take(false))).toEqual([0, 0, 0, 0]);
    expect(limiter.take(false)).toBe(60_000);
    expect(limiter.take(true)).toBe(0);
    expect(limiter.take(true)).toBe(60_000);
  });

  it('slides: a turn comes back a minute after it was taken', async () => {
    const { clock, limiter } = setUp();
    limiter.take(false);
    await clock.advance(50_000);
    for (let turn = 0; turn < 3; turn += 1) limiter.take(false);
    expect(limiter.take(false)).toBe(10_000);
    await clock.advance(10_000);
    expect(limiter.take(false)).toBe(0);
    expect(limiter.take(false)).toBe(50_000);
  });

  it('gives thirty an hour', async () => {
    const { clock, limiter } = setUp();
    let taken = 0;
    for (let minute = 0; minute < 60; minute += 1) {
      for (let ask = 0; ask < 10; ask += 1) if (limiter.take(true) === 0) taken += 1;
      await clock.advance(59_000);
    }
    expect(taken).toBe(30);
  });

  it('keeps everybody away for as long as the sign server asked', async () => {
    const { clock, limiter } = setUp();
    limiter.block(42_000);
    limiter.block(1_000);
    expect(limiter.take(true)).toBe(42_000);
    await clock.advance(42_000);
    expect(limiter.take(true)).toBe(0);
  });
});
