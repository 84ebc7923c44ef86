import { describe, expect, it } from 'vitest';
import { IdentifyPace } from '../../src/discord/identify-pace.ts';
import { ManualClock } from '../services/manual-clock.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Identifies as often as it is let, for so long. @returns when it was let. Monotonic ms */
async function identifyFor(ms: number, clock: ManualClock, pace: IdentifyPace): Promise<number[]> {
  const until = clock.monotonic() + ms;
  const entries: number[] = [];
  while (clock.monotonic() < until) {
    const turn = pace.waitForIdentify(0, new AbortController().signal).then(() => entries.push(clock.monotonic()));
    await clock.advance(0);
    if (clock.waiting > 0) await clock.advance(302_000);
    await turn;
  }
  return entries;
}

describe('new gateway sessions', () => {
  it('begin at once, and then at the pace Discord asks for', async () => {
    const clock = new ManualClock();
    clock.chance = 0;
    const pace = new IdentifyPace(clock);
    const waits: number[] = [];
    for (let turn = 0; turn < 7; turn += 1) {
      const before = clock.monotonic();
      let entered = false;
      const waiting = pace.waitForIdentify(0, new AbortController().signal).then(() => {
        entered = true;
      });
      await clock.advance(0);
      while (!entered) await clock.advance(1_000);
      await waiting;
      waits.push(clock.monotonic() - before);
    }
    expect(waits).toEqual([0, 5_000, 5_000, 5_000, 5_000, 10_000, 20_000]);
  });

  it('that are refused for a whole day are a third of what costs the token', async () => {
    const clock = new ManualClock();
    const entered = await identifyFor(DAY_MS, clock, new IdentifyPace(clock));
    expect(entered.length).toBeGreaterThan(250);
    expect(entered.length).toBeLessThan(333);
  });

  it('are at once again after a time without any', async () => {
    const clock = new ManualClock();
    const pace = new IdentifyPace(clock);
    await identifyFor(HOUR_MS, clock, pace);
    await clock.advance(600_000);
    const before = clock.monotonic();
    await pace.waitForIdentify(0, new AbortController().signal);
    expect(clock.monotonic()).toBe(before);
  });

  it('are not waited for when the connection is gone, and that counts nothing', async () => {
    const clock = new ManualClock();
    const pace = new IdentifyPace(clock);
    await pace.waitForIdentify(0, new AbortController().signal);
    const gone = new AbortController();
    const waiting = pace.waitForIdentify(0, gone.signal);
    await clock.advance(1_000);
    gone.abort(new Error('closed'));
    await expect(waiting).rejects.toThrow('closed');
    const next = pace.waitForIdentify(0, new AbortController().signal);
    await clock.advance(6_500);
    await next;
    expect(clock.waiting).toBe(0);
  });
});
