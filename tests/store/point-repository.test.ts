import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { POINT_ORIGINS, type PointOrigin } from '../../src/domain/handle.ts';
import type { StoreTx } from '../../src/ports/store.ts';
import type { SqliteStore } from '../../src/store/database.ts';
import { GUILD, liveUser, openMemory, T0 } from './stage.ts';

let store: SqliteStore;

beforeEach(async () => {
  store = await openMemory();
});
afterEach(() => store.close());

async function twoHandles(tx: StoreTx): Promise<readonly [number, number]> {
  const seen = await tx.handles.seen(GUILD, [liveUser('1', 'a'), liveUser('2', 'b')], T0);
  return [seen.get('1')?.id ?? 0, seen.get('2')?.id ?? 0];
}

async function session(tx: StoreTx): Promise<number> {
  const begun = await tx.lives.begin({
    guildId: GUILD,
    hostName: 'host',
    hostUserId: null,
    roomId: '7',
    persistent: false,
    askedBy: '9',
    startedAt: T0,
  });
  return begun.id;
}

describe('points earned in a LIVE', () => {
  test('are summed per handle, origin and minute in the ledger', async () => {
    await store.transaction(async (tx) => {
      const [a, b] = await twoHandles(tx);
      const sessionId = await session(tx);
      const earn = (handleId: number, origin: PointOrigin, points: number, at: number) =>
        tx.points.earn(GUILD, sessionId, [{ handleId, origin, points }], at);
      await tx.points.earn(
        GUILD,
        sessionId,
        [
          { handleId: a, origin: 'like', points: 3 },
          { handleId: a, origin: 'like', points: 4 },
          { handleId: a, origin: 'share', points: 5 },
          { handleId: b, origin: 'like', points: 1 },
        ],
        T0,
      );
      await earn(a, 'like', 10, T0 + 1_000);
      await earn(a, 'like', 100, T0 + 60_000);
      expect((await tx.points.of([a, b])).get(a)).toEqual({ like: 117, share: 5 });
      expect((await tx.handles.get(a))?.points).toBe(122);
      const changes = (await tx.points.changes(a, 9)).map(({ cause, amount }) => [cause, amount]);
      expect(changes).toHaveLength(3);
      expect(changes).toEqual(
        expect.arrayContaining([
          ['like', 100],
          ['like', 17],
          ['share', 5],
        ]),
      );
    });
  });

  test('of nothing change nothing', async () => {
    await store.transaction(async (tx) => {
      const [a] = await twoHandles(tx);
      await tx.points.earn(GUILD, await session(tx), [{ handleId: a, origin: 'join', points: 0 }], T0);
      expect(await tx.points.changes(a, 9)).toEqual([]);
    });
  });
});

test('what is taken for a played song comes back by origin, whatever was earned in between', async () => {
  await store.transaction(async (tx) => {
    const [a, b] = await twoHandles(tx);
    const earned = [
      { handleId: a, origin: 'like' as const, points: 3 },
      { handleId: a, origin: 'gift' as const, points: 40 },
      { handleId: b, origin: 'share' as const, points: 5 },
    ];
    await tx.points.change(GUILD, earned, 'staff', 'x', T0);
    const taken = await tx.points.take(GUILD, [a, b], 'song-played', 'song:1', T0 + 1);
    expect(taken).toHaveLength(3);
    expect((await tx.points.of([a, b])).size).toBe(0);
    expect((await tx.handles.get(a))?.points).toBe(0);
    await tx.points.change(GUILD, [{ handleId: a, origin: 'like', points: 2 }], 'like', 'y', T0 + 2);
    await tx.points.giveBack(GUILD, taken, 'undo', 'song:1', T0 + 3);
    expect(await tx.points.of([a, b])).toEqual(
      new Map([
        [a, { like: 5, gift: 40 }],
        [b, { share: 5 }],
      ]),
    );
    expect((await tx.points.changes(a, 9)).map(({ cause, amount, ref }) => [cause, amount, ref])).toEqual([
      ['undo', 43, 'song:1'],
      ['like', 2, 'y'],
      ['song-played', -43, 'song:1'],
      ['staff', 43, 'x'],
    ]);
  });
});

test('a correction takes no balance below zero', async () => {
  await store.transaction(async (tx) => {
    const [a] = await twoHandles(tx);
    await tx.points.change(GUILD, [{ handleId: a, origin: 'gift', points: 10 }], 'gift', 'g', T0);
    await tx.points.change(GUILD, [{ handleId: a, origin: 'gift', points: -25 }], 'reverse', 'g', T0);
    expect((await tx.handles.get(a))?.points).toBe(0);
    expect((await tx.points.changes(a, 1))[0]?.amount).toBe(-10);
  });
});

test('resetting everybody says how many and how much', async () => {
  await store.transaction(async (tx) => {
    const [a, b] = await twoHandles(tx);
    const earned = [a, b].map((handleId) => ({ handleId, origin: 'like' as const, points: 4 }));
    await tx.points.change(GUILD, earned, 'like', 'x', T0);
    expect(await tx.points.takeAll(GUILD, 'reset', 'staff:9', T0)).toEqual({ handles: 2, points: 8 });
    expect(await tx.points.takeAll(GUILD, 'reset', 'staff:9', T0)).toEqual({ handles: 0, points: 0 });
    expect((await tx.points.of([a, b])).size).toBe(0);
    expect((await tx.points.changes(a, 1))[0]).toMatchObject({ cause: 'reset', amount: -4, ref: 'staff:9' });
  });
});

test('balance by origin, their sum and the ledger never disagree, whatever happens in whatever order', async () => {
  const step = fc.record({
    what: fc.constantFrom('earn', 'change', 'take', 'give back'),
    handle: fc.constantFrom(0, 1),
    origin: fc.constantFrom(...POINT_ORIGINS),
    points: fc.integer({ min: -20, max: 50 }),
    minute: fc.integer({ min: 0, max: 2 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const own = await openMemory();
      await own.transaction(async (tx) => {
        const handles = await twoHandles(tx);
        const sessionId = await session(tx);
        let taken: Awaited<ReturnType<typeof tx.points.take>> = [];
        for (const { what, handle, origin, points, minute } of steps) {
          const handleId = handles[handle] ?? 0;
          const at = T0 + minute * 60_000;
          if (what === 'earn')
            await tx.points.earn(GUILD, sessionId, [{ handleId, origin, points: Math.abs(points) }], at);
          if (what === 'change') await tx.points.change(GUILD, [{ handleId, origin, points }], 'staff', 'x', at);
          if (what === 'take' && taken.length === 0) taken = await tx.points.take(GUILD, handles, 'reset', 'x', at);
          if (what === 'give back') {
            await tx.points.giveBack(GUILD, taken, 'undo', 'x', at);
            taken = [];
          }
          for (const id of handles) {
            const balance = Object.values((await tx.points.of([id])).get(id) ?? {});
            const sum = balance.reduce((a, b) => a + b, 0);
            const ledger = (await tx.points.changes(id, 1_000)).reduce((total, { amount }) => total + amount, 0);
            expect((await tx.handles.get(id))?.points).toBe(sum);
            expect(ledger).toBe(sum);
            expect(Math.min(0, ...balance)).toBe(0);
          }
        }
      });
      await own.close();
    }),
    { numRuns: 40 },
  );
});
