import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ChannelPace, FRESH_PACE, OLD_PACE } from '../../../src/discord/panels/channel-pace.ts';

describe.each([
  ['fresh messages', FRESH_PACE, { edits: 5, windowMs: 5_000 }],
  ['messages older than an hour', OLD_PACE, { edits: 3, windowMs: 6_000 }],
])('the pace of %s', (_what, rule, discord) => {
  test('lets the first edits of a quiet channel through at once', () => {
    const pace = new ChannelPace();
    for (let edit = 0; edit < rule.edits; edit += 1) {
      expect(pace.waitMs(1_000, rule)).toBe(0);
      pace.edited(1_000);
    }
    expect(pace.waitMs(1_000, rule)).toBeGreaterThan(0);
  });

  test('never lets more through than Discord takes, whenever edits are wanted', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 200 }), (gaps) => {
        const pace = new ChannelPace();
        const sent: number[] = [];
        let now = 0;
        for (const gap of gaps) {
          now += gap;
          now += pace.waitMs(now, rule);
          expect(pace.waitMs(now, rule)).toBe(0);
          pace.edited(now);
          sent.push(now);
        }
        for (const at of sent) {
          const within = sent.filter((other) => other >= at && other < at + discord.windowMs);
          expect(within.length).toBeLessThanOrEqual(discord.edits);
        }
      }),
    );
  });

  test('waits as long as Discord asked for', () => {
    const pace = new ChannelPace();
    pace.blocked(1_000, 9_000);
    expect(pace.waitMs(1_000, rule)).toBe(9_000);
    expect(pace.waitMs(10_000, rule)).toBe(0);
  });

  test('is not held up by edits of a time to come: the clock was set right since', () => {
    const pace = new ChannelPace();
    pace.recall([8_000_000, 8_000_100, 8_000_200, 8_000_300]);
    expect(pace.waitMs(1_000, rule)).toBe(0);
  });
});
