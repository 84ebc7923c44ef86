import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Handle } from '../../src/domain/handle.ts';
import type { StoreTx } from '../../src/ports/store.ts';
import type { SqliteStore } from '../../src/store/database.ts';
import { GUILD, liveUser, newSong, OTHER_GUILD, openMemory, T0 } from './stage.ts';

let store: SqliteStore;

beforeEach(async () => {
  store = await openMemory();
});
afterEach(() => store.close());

async function see(tx: StoreTx, userId: string, name: string, at = T0): Promise<Handle> {
  const handle = (await tx.handles.seen(GUILD, [liveUser(userId, name)], at)).get(userId);
  if (handle === undefined) throw new Error('not seen');
  return handle;
}

describe('an account seen in a LIVE', () => {
  test('is known from then on by its id, with what it was last seen with', async () => {
    await store.transaction(async (tx) => {
      const first = await see(tx, '71', 'Anna');
      const users = [liveUser('71', 'Anna', { nickname: 'Anna ✨', gifterLevel: 7 })];
      const again = (await tx.handles.seen(GUILD, users, T0 + 5)).get('71');
      expect(again).toEqual({ ...first, nickname: 'Anna ✨', lastSeenAt: T0 + 5 });
      expect(await tx.handles.byName(GUILD, 'ANNA')).toEqual(again);
      expect(await tx.handles.byName(OTHER_GUILD, 'anna')).toBeNull();
    });
  });

  test('keeps points and link when it renames', async () => {
    await store.transaction(async (tx) => {
      const before = await see(tx, '71', 'anna');
      await tx.handles.setLink(before.id, '1', true, T0);
      await tx.points.change(GUILD, [{ handleId: before.id, origin: 'gift', points: 9 }], 'gift', 'test', T0);
      const after = await see(tx, '71', 'anna.music');
      expect(after).toMatchObject({ id: before.id, name: 'anna.music', linkedUserId: '1', proven: true, points: 9 });
      expect(await tx.handles.byName(GUILD, 'anna')).toBeNull();
    });
  });

  test('takes the name from an account that had it before; both stay themselves', async () => {
    await store.transaction(async (tx) => {
      const old = await see(tx, '71', 'anna');
      const fresh = await see(tx, '72', 'anna');
      expect(fresh.id).not.toBe(old.id);
      expect((await tx.handles.byName(GUILD, 'anna'))?.id).toBe(fresh.id);
      const back = await see(tx, '71', 'anna2');
      expect(back.id).toBe(old.id);
      expect((await tx.handles.byName(GUILD, 'anna2'))?.id).toBe(old.id);
    });
  });

  test('swapping names with another one in the same batch leaves both findable', async () => {
    await store.transaction(async (tx) => {
      const [a, b] = [await see(tx, '71', 'anna'), await see(tx, '72', 'ben')];
      await tx.handles.seen(GUILD, [liveUser('71', 'ben'), liveUser('72', 'anna')], T0 + 1);
      expect((await tx.handles.byName(GUILD, 'ben'))?.id).toBe(a.id);
      expect((await tx.handles.byName(GUILD, 'anna'))?.id).toBe(b.id);
    });
  });

  test('becomes the row that a member had named before it was ever seen', async () => {
    await store.transaction(async (tx) => {
      const named = await tx.handles.addUnseen(GUILD, 'Anna');
      await tx.handles.setLink(named.id, '1', false, T0);
      const seen = await see(tx, '71', 'anna');
      expect(seen).toMatchObject({ id: named.id, tiktokUserId: '71', linkedUserId: '1', lastSeenAt: T0 });
    });
  });

  test('that renames to a name somebody had linked takes that link and those songs over', async () => {
    await store.transaction(async (tx) => {
      const account = await see(tx, '71', 'old');
      const named = await tx.handles.addUnseen(GUILD, 'new');
      await tx.handles.setLink(named.id, '1', false, T0);
      const song = await tx.submissions.add(newSong('2', { handleId: named.id }));
      const after = await see(tx, '71', 'new');
      expect(after).toMatchObject({ id: account.id, linkedUserId: '1' });
      expect((await tx.submissions.get(song.id))?.submission.handleId).toBe(account.id);
      expect(await tx.handles.get(named.id)).toBeNull();
    });
  });

  test('that is linked already keeps its own link when it renames to a name that another member had linked', async () => {
    await store.transaction(async (tx) => {
      const account = await see(tx, '71', 'old');
      await tx.handles.setLink(account.id, '1', true, T0);
      const named = await tx.handles.addUnseen(GUILD, 'new');
      await tx.handles.setLink(named.id, '2', false, T0);
      expect(await see(tx, '71', 'new')).toMatchObject({ id: account.id, linkedUserId: '1', proven: true });
      expect((await tx.handles.byName(GUILD, 'new'))?.id).toBe(account.id);
      expect(await tx.handles.ofMember(GUILD, '2')).toEqual([]);
    });
  });

  test('twice in one batch counts as its latest entry; names without text get no key', async () => {
    await store.transaction(async (tx) => {
      const users = [liveUser('71', 'first'), liveUser('71', 'second'), liveUser('72', ''), liveUser('73', '')];
      const seen = await tx.handles.seen(GUILD, users, T0);
      expect(seen.size).toBe(3);
      expect(seen.get('71')?.name).toBe('second');
      expect(await tx.handles.byName(GUILD, '')).toBeNull();
    });
  });

  test('is one of hundreds in a batch, quickly, and hostile texts are only texts', async () => {
    await store.transaction(async (tx) => {
      const users = Array.from({ length: 500 }, (_, n) =>
        liveUser(`${n}`, `viewer.${n}`, { nickname: `'"); DROP TABLE handle; -- ${n} 💥` }),
      );
      expect((await tx.handles.seen(GUILD, users, T0)).size).toBe(500);
      const again = await tx.handles.seen(GUILD, users, T0 + 1);
      expect(again.get('499')).toMatchObject({ lastSeenAt: T0 + 1, nickname: `'"); DROP TABLE handle; -- 499 💥` });
    });
  });
});

describe('autocomplete', () => {
  test('finds by the beginning of the name in any case, in scope, by name', async () => {
    await store.transaction(async (tx) => {
      for (const [id, name] of [
        ['1', 'Anna'],
        ['2', 'anders'],
        ['3', 'ben'],
        ['4', 'an_na'],
      ] as const)
        await see(tx, id, name);
      const mine = await tx.handles.byName(GUILD, 'anders');
      await tx.handles.setLink(mine?.id ?? 0, '9', false, T0);
      const names = async (scope: 'unlinked' | 'any', prefix: string) =>
        (await tx.handles.suggest(GUILD, scope, prefix, 25)).map(({ name }) => name);
      expect(await names('any', 'AN')).toEqual(['an_na', 'anders', 'Anna']);
      expect(await names('unlinked', 'an')).toEqual(['an_na', 'Anna']);
      expect(await names('any', 'an_')).toEqual(['an_na']);
      expect(await names('any', '%')).toEqual([]);
    });
  });
});

describe('the leaderboard', () => {
  test('has those with points, highest first, ties by who came first, and everyone knows their rank', async () => {
    await store.transaction(async (tx) => {
      const points = [5, 0, 9, 5, 1];
      const handles = [];
      for (const [n, amount] of points.entries()) {
        const handle = await see(tx, `${n}`, `viewer${n}`);
        handles.push(handle);
        await tx.points.change(GUILD, [{ handleId: handle.id, origin: 'like', points: amount }], 'like', 'test', T0);
      }
      const board = await tx.handles.leaderboard(GUILD, 0, 10);
      expect(board.map(({ name }) => name)).toEqual(['viewer2', 'viewer0', 'viewer3', 'viewer4']);
      expect(await tx.handles.leaderboardTotal(GUILD)).toBe(4);
      expect((await tx.handles.leaderboard(GUILD, 2, 1))[0]).toEqual(board[2]);
      for (const [index, handle] of board.entries()) expect(await tx.handles.rank(handle)).toBe(index + 1);
    });
  });
});

test('a proof replaces an older one of the same member and name, and runs out', async () => {
  await store.transaction(async (tx) => {
    const proof = { guildId: GUILD, userId: '1', nameKey: 'anna', code: 'AAAAAA', expiresAt: T0 + 10 };
    await tx.handles.putProof(proof);
    await tx.handles.putProof({ ...proof, code: 'BBBBBB', expiresAt: T0 + 20 });
    expect(await tx.handles.proofs(GUILD, T0 + 15)).toEqual([{ ...proof, code: 'BBBBBB', expiresAt: T0 + 20 }]);
    expect(await tx.handles.proofs(GUILD, T0 + 20)).toEqual([]);
    await tx.handles.dropExpiredProofs(T0 + 20);
    expect(await tx.handles.proofs(GUILD, T0)).toEqual([]);
  });
});
