import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PanelKind } from '../../../src/discord/panels/panel-kinds.ts';
import { GUILD, panelStage } from './panel-stage.ts';

const CHANNEL = '200000000000000001';
const KINDS: readonly PanelKind[] = ['control-room', 'reviewer-queue', 'pending-skips'];
const TWO_HOURS = 2 * 3_600_000;

interface Change {
  /** ms since the change before */
  readonly gap: number;
  /** Which panels show it, as bits; 0 = all of them. */
  readonly panels: number;
}

/**
 * Panels of one channel in a storm of changes.
 * @returns the longest time (ms) for which any panel did not show a change, and the edits beyond Discord's limits
 */
async function storm(count: number, ageMs: number, changes: readonly Change[]) {
  const { keeper, wire, state, place, clock } = panelStage();
  const kinds = KINDS.slice(0, count);
  await keeper.start();
  for (const kind of kinds) await place(kind, CHANNEL);
  await clock.advance(10_000);
  // Discord's own time decides how old a message is.
  wire.ahead = ageMs;
  const changed: { readonly at: number; readonly kinds: readonly PanelKind[] }[] = [];
  for (const { gap, panels } of changes) {
    await clock.advance(gap);
    state.word = `change ${changed.length}`;
    const picked = kinds.filter((_kind, index) => (panels & (1 << index)) !== 0);
    const touched = picked.length === 0 ? kinds : picked;
    changed.push({ at: clock.now(), kinds: touched });
    keeper.touch(GUILD, touched, 0);
  }
  await clock.advance(30_000);
  const edits = wire.requests('edit');
  const longest = kinds.map((kind) => {
    const shown = edits.filter(({ text }) => text.startsWith(kind));
    const seenAt = (change: number) =>
      shown.find(({ text }) => Number(/change (\d+)/.exec(text)?.[1]) >= change)?.at ?? Number.POSITIVE_INFINITY;
    const waits = changed.map(({ at, kinds: touched }, change) =>
      touched.includes(kind) ? seenAt(change) + wire.latencyMs - at : 0,
    );
    return Math.max(...waits);
  });
  return { longestMs: Math.max(...longest), tooFast: wire.tooFast, edits: edits.length };
}

/**
 * Discord allows 3 edits in 6 s of old messages: three panels that change all the time come round every 6 s, and two that
 * were shown at once have one edit left between them. Of fresh messages it is 5 in 5 s, of which one is left alone.
 */
describe.each([
  ['one fresh panel', 1, 0, 5_000],
  ['two fresh panels', 2, 0, 5_200],
  ['three fresh panels', 3, 0, 5_200],
  ['one panel older than an hour', 1, TWO_HOURS, 5_000],
  ['two panels older than an hour', 2, TWO_HOURS, 6_200],
  ['three panels older than an hour', 3, TWO_HOURS, 6_200],
])('%s in one channel', (_name, count, ageMs, boundMs) => {
  const gap = fc.oneof(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 3_000 }));

  test.each([
    ['all of them', fc.constant(0)],
    ['any of them', fc.nat(7)],
  ])(
    'shows every change in time however a storm comes, and never breaks a limit (changes of %s)',
    async (_which, panels) => {
      const changes = fc.array(fc.record({ gap, panels }), { minLength: 1, maxLength: 60 });
      await fc.assert(
        fc.asyncProperty(changes, async (each) => {
          const { longestMs, tooFast } = await storm(count, ageMs, each);
          expect(longestMs).toBeLessThanOrEqual(boundMs);
          expect(tooFast).toBe(0);
        }),
        { numRuns: 30 },
      );
    },
  );

  test('shows the first change within a second', async () => {
    expect((await storm(count, ageMs, [{ gap: 0, panels: 0 }])).longestMs).toBeLessThanOrEqual(1_000);
  });

  test('spends few edits on many changes', async () => {
    const { edits } = await storm(
      count,
      ageMs,
      Array.from({ length: 200 }, () => ({ gap: 50, panels: 0 })),
    );
    expect(edits).toBeLessThanOrEqual(ageMs > 0 ? 9 : 16);
  });
});
