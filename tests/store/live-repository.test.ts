import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { GiftWrite, LiveSums } from '../../src/ports/live-store.ts';
import { GUILD, LiveStage, liveUser, STAFF, T0 } from '../services/live-stage.ts';

let stage: LiveStage;
beforeEach(async () => {
  stage = await LiveStage.open();
});
afterEach(() => stage.close());

const NOTHING: LiveSums = {
  viewers: [],
  minutes: [],
  counts: [],
  messageIds: [],
  lastEventAt: null,
  likesRoomTotal: 0,
  viewersPeak: null,
  viewersLow: null,
  unreadable: 0,
  merged: 0,
};

const viewer = (handleId: number, more = {}) => ({
  ...{
    handleId,
    firstAt: T0,
    lastAt: T0,
    likes: 0,
    comments: 0,
    shares: 0,
    follows: 0,
    subscribes: 0,
    gifts: 0,
    coins: 0,
  },
  ...more,
});

const gift = (handleId: number, more: Partial<GiftWrite> = {}): GiftWrite => ({
  key: '7|5655|g',
  handleId,
  userId: '7',
  giftId: '5655',
  giftName: 'Rose',
  coinsEach: 1,
  count: 10,
  openedAt: T0,
  lastAt: T0,
  settled: { by: 'end', at: T0 },
  ...more,
});

describe('meeting viewers', () => {
  it('adds strangers in bulk and knows them again', async () => {
    const users = Array.from({ length: 500 }, (_, index) => liveUser(String(1_000 + index)));
    const first = await stage.store.transaction((tx) => tx.lives.meet(GUILD, users, T0));
    expect(first.size).toBe(500);
    const again = await stage.store.transaction((tx) => tx.lives.meet(GUILD, users, T0 + 1));
    expect(again).toEqual(first);
  });

  it('leaves out who took another name, or a name that is held, for more careful hands', async () => {
    await stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser('1', 'one')], T0));
    await stage.store.transaction((tx) => tx.handles.addUnseen(GUILD, 'Named'));
    const users = [liveUser('1', 'uno'), liveUser('2', 'NAMED'), liveUser('3', 'three')];
    const met = await stage.store.transaction((tx) => tx.lives.meet(GUILD, users, T0));
    expect([...met.keys()]).toEqual(['3']);
    const seen = await stage.store.transaction((tx) => tx.handles.seen(GUILD, users.slice(0, 2), T0));
    expect([...seen.values()].map(({ name }) => name)).toEqual(['uno', 'NAMED']);
  });

  it('takes an account without a told name, and keeps the name it has when it is not told later', async () => {
    await stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser('1', 'one')], T0));
    const met = await stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser('1', ''), liveUser('2', '')], T0));
    const handles = await stage.store.read((tx) => tx.handles.byIds([...met.values()]));
    expect(handles.map(({ name }) => name).sort()).toEqual(['2', 'one']);
  });
});

describe('sums of a batch', () => {
  it('add up over batches', async () => {
    const session = await stage.begin();
    const met = await stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser('7')], T0));
    const id = met.get('7') ?? 0;
    const minute = {
      minute: 5,
      viewersSum: 10,
      viewersN: 1,
      viewersMax: 10,
      likes: 3,
      comments: 1,
      shares: 0,
      follows: 0,
      subscribes: 0,
      gifts: 0,
      coins: 0,
      joins: 2,
    };
    const batch: LiveSums = {
      ...NOTHING,
      viewers: [viewer(id, { likes: 3, lastAt: T0 + 5 })],
      minutes: [minute],
      counts: [{ kind: 'like', events: 1 }],
      messageIds: ['a', 'b'],
      lastEventAt: T0 + 5,
      likesRoomTotal: 100,
      viewersPeak: 10,
      viewersLow: 10,
      unreadable: 1,
    };
    await stage.store.transaction(async (tx) => {
      await tx.lives.addSums(session.id, batch);
      await tx.lives.addSums(session.id, {
        ...batch,
        viewers: [viewer(id, { likes: 2, firstAt: T0 - 5 })],
        minutes: [{ ...minute, viewersSum: 20, viewersMax: 20 }],
        messageIds: ['b', 'c'],
        lastEventAt: T0 + 1,
        likesRoomTotal: 90,
        viewersPeak: 20,
        viewersLow: 4,
      });
      await tx.lives.addSums(session.id, NOTHING);
    });
    await stage.store.read(async (tx) => {
      expect(await tx.lives.viewers(session.id)).toMatchObject([{ likes: 5, firstAt: T0 - 5, lastAt: T0 + 5 }]);
      expect(await tx.lives.minutes(session.id)).toMatchObject([
        { minute: 5, viewersSum: 30, viewersN: 2, viewersMax: 20, likes: 6, joins: 4 },
      ]);
      expect(await tx.lives.counts(session.id)).toEqual({ like: 2 });
      expect(await tx.lives.totals(session.id)).toMatchObject({ likes: 6, comments: 2 });
      expect(await tx.lives.messageIds(session.id)).toEqual(['a', 'b', 'c']);
      expect(await tx.lives.session(GUILD, session.id)).toMatchObject({
        lastEventAt: T0 + 5,
        likesRoomTotal: 100,
        viewersPeak: 20,
        viewersLow: 4,
        unreadable: 2,
      });
    });
  });

  it('remember only the newest message ids, and none after the end', async () => {
    const session = await stage.begin();
    const ids = Array.from({ length: 6_000 }, (_, index) => String(index));
    const kept = await stage.store.transaction(async (tx) => {
      await tx.lives.addSums(session.id, { ...NOTHING, messageIds: ids });
      await tx.lives.pruneMessages(session.id);
      return tx.lives.messageIds(session.id);
    });
    expect(kept).toHaveLength(5_000);
    expect(kept.at(-1)).toBe('5999');
    await stage.store.transaction((tx) => tx.lives.end(session.id, 'host', T0));
    expect(await stage.store.read((tx) => tx.lives.messageIds(session.id))).toEqual([]);
  });
});

describe('the gift ledger', () => {
  const setUp = async () => {
    const session = await stage.begin();
    const met = await stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser('7')], T0));
    const handleId = met.get('7') ?? 0;
    const put = (...gifts: GiftWrite[]) => stage.store.transaction((tx) => tx.lives.putGifts(GUILD, session.id, gifts));
    return { session, handleId, put };
  };

  it('pays a streak once, whatever comes twice', async () => {
    const { handleId, put } = await setUp();
    expect(await put(gift(handleId, { count: 3, settled: null }))).toEqual([]);
    expect(await put(gift(handleId))).toMatchObject([
      { count: 10, coins: 10, addedCount: 10, addedCoins: 10, pointsBefore: 0 },
    ]);
    expect(await put(gift(handleId))).toEqual([]);
    expect(await put(gift(handleId, { count: 4 }))).toEqual([]);
  });

  it('pays the difference when a settled streak turns out to be longer', async () => {
    const { handleId, put } = await setUp();
    const [first] = await put(gift(handleId));
    await stage.store.transaction((tx) => tx.lives.setGiftPoints([{ giftId: first?.giftId ?? 0, points: 20 }]));
    expect(await put(gift(handleId, { count: 12, settled: null }))).toEqual([]);
    expect(await put(gift(handleId, { count: 12 }))).toMatchObject([
      { giftId: first?.giftId, count: 12, coins: 12, addedCount: 2, addedCoins: 2, pointsBefore: 20 },
    ]);
  });

  it('keeps streaks that run on for the next process', async () => {
    const { session, handleId, put } = await setUp();
    await put(gift(handleId, { settled: null }), gift(handleId, { key: 'k2', settled: null }));
    await put(gift(handleId, { key: 'k2' }));
    const open = await stage.store.read((tx) => tx.lives.openStreaks(session.id));
    expect(open).toMatchObject([{ key: '7|5655|g', userId: '7', count: 10 }]);
  });

  it('reverses a settled gift once, and never pays it again', async () => {
    const { handleId, put } = await setUp();
    const [paid] = await put(gift(handleId));
    const giftId = paid?.giftId ?? 0;
    const reverse = () => stage.store.transaction((tx) => tx.lives.reverseGift(giftId, STAFF, T0));
    expect(await reverse()).toBe(true);
    expect(await reverse()).toBe(false);
    expect(await put(gift(handleId, { count: 99 }))).toEqual([]);
    expect(await stage.store.read((tx) => tx.lives.gift(GUILD, giftId))).toMatchObject({
      state: 'reversed',
      reversedBy: STAFF,
      coins: 10,
      handle: 'viewer7',
    });
  });
});

describe('sessions', () => {
  it('one at a time is open in a guild', async () => {
    const session = await stage.begin();
    await expect(stage.begin('71')).rejects.toThrow();
    await stage.store.transaction((tx) => tx.lives.end(session.id, 'host', T0 + 9));
    await stage.begin('71');
    expect(await stage.store.read((tx) => tx.lives.openSessions())).toMatchObject([{ roomId: '71' }]);
    expect(await stage.store.read((tx) => tx.lives.sessions(GUILD, 5))).toMatchObject([
      { roomId: '71', endedAt: null },
      { roomId: '70', endedAt: T0 + 9, endCause: 'host' },
    ]);
  });

  it('know their gaps', async () => {
    const { id } = await stage.begin();
    await stage.store.transaction(async (tx) => {
      await tx.lives.openGap(id, T0, 'closed 1006');
      await tx.lives.openGap(id, T0 + 5, 'again');
      await tx.lives.closeGap(id, T0 + 20, true);
      await tx.lives.openGap(id, T0 + 50, 'restart');
    });
    expect(await stage.store.read((tx) => tx.lives.gaps(id))).toEqual([
      { fromAt: T0, toAt: T0 + 20, cause: 'closed 1006' },
      { fromAt: T0 + 50, toAt: null, cause: 'restart' },
    ]);
    expect(await stage.store.read((tx) => tx.lives.session(GUILD, id))).toMatchObject({ reconnects: 1 });
  });
});
