import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PanelKind } from '../../../src/discord/panels/panel-kinds.ts';
import { GUILD, panelStage } from './panel-stage.ts';

const CHANNEL = '200000000000000001';
const KINDS: readonly PanelKind[] = ['control-room', 'reviewer-queue', 'pending-skips'];
const TWO_HOURS = 2 * 3_600_000;

/**
 * Panels of one channel in a storm of changes that all of them show.
 * @returns the longest time (ms) for which any panel did not show a change, and the edits beyond Discord's limits
 */
async function storm(count: number, ageMs: number, gaps: readonly number[]) {
  const { keeper, wire, state, place, clock } = panelStage();
  const kinds = KINDS.slice(0, count);
  await keeper.start();
  for (const kind of kinds) await place(kind, CHANNEL);
  await clock.advance(10_000);
  // Discord's own time decides how old a message is.
  wire.ahead = ageMs;
  const changedAt: number[] = [];
  for (const gap of gaps) {
    await clock.advance(gap);
    state.word = `change ${changedAt.length}`;
    changedAt.push(clock.now());
    keeper.touch(GUILD, kinds, 0);
  }
  await clock.advance(30_000);
  const edits = wire.requests('edit');
  const longest = kinds.map((kind) => {
    const shown = edits.filter(({ text }) => text.startsWith(kind));
    const seenAt = (change: number) =>
      shown.find(({ text }) => Number(/change (\d+)/.exec(text)?.[1]) >= change)?.at ?? Number.POSITIVE_INFINITY;
    return Math.max(...changedAt.map((at, change) => seenAt(change) + wire.latencyMs - at));
  });
  return { longestMs: Math.max(...longest), tooFast: wire.tooFast, edits: edits.length };
}

/** Discord allows 3 edits in 6 s of old messages: the second panel of a channel can't do better than that. */
describe.each([
  ['one fresh panel', 1, 0, 5_000],
  ['two fresh panels', 2, 0, 5_000],
  ['three fresh panels', 3, 0, 5_100],
  ['one panel older than an hour', 1, TWO_HOURS, 5_000],
  ['two panels older than an hour', 2, TWO_HOURS, 6_300],
  ['three panels older than an hour', 3, TWO_HOURS, 6_300],
])('%s in one channel', (_name, count, ageMs, boundMs) => {
  test('shows every change in time however a storm comes, and never breaks a limit', async () => {
    const gaps = fc.array(fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3_000 })), {
      minLength: 1,
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(gaps, async (each) => {
        const { longestMs, tooFast } = await storm(count, ageMs, each);
        expect(longestMs).toBeLessThanOrEqual(boundMs);
        expect(tooFast).toBe(0);
      }),
      { numRuns: 25 },
    );
  });

  test('shows the first change within a second', async () => {
    expect((await storm(count, ageMs, [0])).longestMs).toBeLessThanOrEqual(1_000);
  });

  test('spends few edits on many changes', async () => {
    const { edits } = await storm(
      count,
      ageMs,
      Array.from({ length: 200 }, () => 50),
    );
    expect(edits).toBeLessThanOrEqual(ageMs > 0 ? 9 : 16);
  });
});
