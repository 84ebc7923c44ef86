import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreError } from '../../src/ports/store.ts';
import { connect } from '../../src/store/connection.ts';
import { bigGift, LiveShow, live, ScriptedSource } from './live-show.ts';
import { GUILD, LiveStage, liveUser, STAFF, T0 } from './live-stage.ts';
import { ManualClock } from './manual-clock.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

const MEMBER = '400000000000000001';

async function handleOf(userId: string) {
  const ids = await show.stage.store.transaction((tx) => tx.lives.meet(GUILD, [liveUser(userId, '')], T0));
  const handle = await show.stage.store.read((tx) => tx.handles.get(ids.get(userId) ?? 0));
  if (handle === null) throw new Error(`nobody ${userId}`);
  return handle;
}

const pointsOf = async (userId: string) => {
  const { id } = await handleOf(userId);
  return (await show.stage.store.read((tx) => tx.points.of([id]))).get(id) ?? {};
};

describe('what viewers do', () => {
  it('is counted, earns points by the settings and is told in batches', async () => {
    const sessionId = await show.goLive();
    await show.settings.set(GUILD, STAFF, 'points.share', 7);
    await show.hear(live('join'));
    await show.hear(
      live('comment'),
      live('like', { count: 15, roomTotal: 900 }),
      live('share'),
      live('follow'),
      live('subscribe'),
      live('viewers', { count: 40 }),
      live('viewers', { count: 60 }),
    );
    expect(await pointsOf('7')).toEqual({ comment: 2, like: 15, share: 7, follow: 10, subscribe: 25 });
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      totals: { likes: 15, comments: 1, shares: 1, follows: 1, subscribes: 1, joins: 1 },
      viewers: { peak: 60, average: 50, lowest: 40 },
      handles: [{ handle: 'viewer7', likes: 15, comments: 1 }],
    });
    expect(show.active).toMatchObject({
      viewers: 60,
      likesSeen: 15,
      likesRoomTotal: 900,
      events: { viewers: 2, like: 1 },
    });
    expect(show.of('live.counted')).toHaveLength(2);
  });

  it('is written a quarter of a second later at most, or when there are five hundred', async () => {
    await show.goLive();
    show.source.ear?.event(live('comment'));
    await show.clock.advance(249);
    expect(show.of('live.counted')).toEqual([]);
    await show.clock.advance(1);
    await show.until(() => show.of('live.counted').length === 1);
    for (let index = 0; index < 500; index += 1) show.source.ear?.event(live('comment', { by: String(100 + index) }));
    await show.until(() => show.of('live.counted').length === 2);
  });

  it('counts once, however often a message comes', async () => {
    const sessionId = await show.goLive();
    const once = live('comment');
    await show.hear(once, once, live('like'));
    await show.hear(once);
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { comments: 1, likes: 1 } });
  });

  it('a follow counts once per show, comments beyond the cap earn nothing', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('follow'), live('follow'), ...Array.from({ length: 15 }, () => live('comment')));
    expect(await pointsOf('7')).toEqual({ follow: 10, comment: 20 });
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { follows: 1, comments: 15 } });
  });

  it('moves free songs of the one order, and says so once', async () => {
    await show.goLive();
    await show.stage.link(liveUser('7'), MEMBER);
    const song = await show.stage.song(MEMBER);
    await show.hear(live('join', { by: '8' }));
    const before = show.of('queue.changed').length;
    await show.hear(live('comment'));
    await show.hear(live('join', { by: '9' }));
    expect((await show.stage.songNow(song.id)).score).toBe(2);
    expect(show.of('queue.changed').length).toBe(before + 1);
  });

  it('follows viewers who rename, and keeps their points', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment', { user: liveUser('7', 'before') }));
    await show.hear(live('comment', { user: liveUser('7', 'after', { nickname: 'New' }) }));
    await show.hear(live('comment', { user: liveUser('8', 'before') }));
    expect(await handleOf('7')).toMatchObject({ name: 'after', points: 4 });
    expect(await handleOf('8')).toMatchObject({ name: 'before', points: 2 });
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      handles: [{ handle: 'after' }, { handle: 'before' }],
    });
  });

  it('meets a handle that a member linked before it was ever seen', async () => {
    await show.handles.link(GUILD, MEMBER, '@Fan_One');
    await show.goLive();
    await show.hear(live('comment', { user: liveUser('7', 'fan_one') }));
    expect(await handleOf('7')).toMatchObject({ linkedUserId: MEMBER, points: 2 });
  });

  it('takes no time for granted: a clock that jumps changes no numbers', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment', { at: show.clock.now() }));
    show.clock.jumpMs = -3_600_000;
    await show.hear(live('comment', { at: show.clock.now() + 3_600_000 }));
    show.clock.jumpMs = 86_400_000;
    await show.hear(live('comment', { at: show.clock.now() }), live('gift', { repeatCount: 3 }));
    await show.clock.advance(10_000);
    await show.service.flush();
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { comments: 3, coins: 3 } });
    expect((await show.reports.report(GUILD, sessionId))?.minutes.length).toBeLessThanOrEqual(3 * 24 * 60);
  });
});

describe('a proof of a handle', () => {
  it('is taken from the LIVE chat, and moves what was waiting for it', async () => {
    await show.settings.set(GUILD, STAFF, 'handles.policy', 'proven');
    await show.goLive();
    await show.hear(bigGift(1_200));
    const song = await show.stage.song(MEMBER);
    const linked = await show.handles.link(GUILD, MEMBER, 'viewer7');
    const code = linked.ok ? linked.value.proof?.code : undefined;
    await show.hear(live('comment', { text: `hey ${code?.toLowerCase()}`, by: '8' }));
    expect((await handleOf('7')).linkedUserId).toBeNull();
    await show.hear(live('comment', { text: `my code: ${code}!` }));
    expect(await handleOf('7')).toMatchObject({ linkedUserId: MEMBER, proven: true });
    expect((await show.stage.songNow(song.id)).line).toBe('skip');
    expect((await show.outbox()).map(({ kind }) => kind)).toContain('handle-proven');
  });
});

describe('under overload', () => {
  it('likes and joins of ever more viewers are merged and counted, gifts never', async () => {
    const sessionId = await show.goLive();
    const busy = Promise.withResolvers<void>();
    const holding = show.stage.store.transaction(() => busy.promise);
    show.source.ear?.event(live('join', { by: '1' }));
    await show.clock.advance(250);
    for (let index = 0; index < 20_500; index += 1)
      show.source.ear?.event(live('like', { by: String(100 + index), count: 2 }));
    for (let index = 0; index < 50; index += 1) show.source.ear?.event(bigGift(10, String(90_000 + index)));
    busy.resolve();
    await holding;
    await show.service.flush();
    const report = await show.reports.report(GUILD, sessionId);
    expect(report).toMatchObject({ totals: { likes: 41_000, coins: 500, gifts: 50 } });
    expect(report?.handles.filter(({ likes }) => likes > 0)).toHaveLength(20_000);
    // Every event that was taken in is counted; what the viewers' own numbers lack is what was merged.
    const { events, merged } = show.active;
    expect(Object.values(events).reduce((sum, each) => sum + each, 0)).toBe(1 + 20_500 + 50);
    expect(merged).toBe(500);
    const told = report?.handles.reduce((sum, { likes }) => sum + likes, 0) ?? 0;
    expect(told + merged * 2).toBe(report?.totals.likes);
    expect(await show.stage.store.read((tx) => tx.lives.session(GUILD, sessionId))).toMatchObject({ merged: 500 });
  });

  it('or while the store says no, events wait and nothing is lost', async () => {
    const sessionId = await show.goLive();
    const { store } = show.stage;
    const real = store.transaction.bind(store);
    store.transaction = () => Promise.reject(new StoreError('full', 'disk full'));
    show.source.ear?.event(live('comment'));
    show.source.ear?.event(bigGift(100));
    await show.clock.advance(300);
    show.source.ear?.event(live('comment'));
    show.source.ear?.event(bigGift(100));
    await show.clock.advance(600);
    expect(show.log.of('error')).toContain('LIVE events wait for the store');
    store.transaction = real;
    await show.clock.advance(15_000);
    await show.service.flush();
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      totals: { comments: 2, coins: 200, gifts: 2 },
    });
    expect((await handleOf('7')).points).toBe(404);
  });

  it('or when a viewer’s row is gone, the batch is written with a new one', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skipline-live-'));
    const file = join(folder, 'show.db');
    const other = new LiveShow(await LiveStage.open(file));
    const sessionId = await other.goLive();
    await other.hear(live('join'));
    const connection = await connect(file, false);
    await connection.query('DELETE FROM handle', []);
    await connection.close();
    other.source.ear?.event(live('comment'));
    await other.clock.advance(250);
    await other.pass(500, () => other.of('live.counted').length === 2);
    expect(await other.reports.report(GUILD, sessionId)).toMatchObject({
      handles: [{ handle: 'viewer7', comments: 1 }],
    });
    await other.close();
    await rm(folder, { recursive: true });
  });
});

describe('what TikTok tells again', () => {
  it('from before a new session is not counted', async () => {
    show.source.replay = [live('comment'), bigGift(5_000), live('gift', { repeatCount: 4 })];
    const sessionId = await show.goLive();
    await show.hear(live('gift', { repeatCount: 6, final: true }));
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { comments: 0, coins: 6 } });
  });

  it('after a drop counts what was missed and nothing twice', async () => {
    const sessionId = await show.goLive();
    const heard = [live('comment'), live('like'), bigGift(10), live('gift', { repeatCount: 4 })];
    await show.hear(...heard);
    show.source.replay = [...heard, live('comment'), live('like'), live('gift', { repeatCount: 7, final: true })];
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.active.recovering === null);
    await show.service.flush();
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      totals: { comments: 2, likes: 2, gifts: 8, coins: 17 },
    });
  });

  it('after a restart in mid-streak counts what was missed and nothing twice', async () => {
    const sessionId = await show.goLive();
    const at = show.clock.now();
    const heard = [
      live('comment', { at }),
      live('like', { at }),
      live('follow', { at }),
      bigGift(10, '7', { at }),
      live('gift', { repeatCount: 4, at }),
      live('gift', { repeatCount: 2, groupId: 'lost', at }),
    ];
    await show.hear(...heard);
    await show.service.stop();
    const next = new LiveShow(show.stage, new ScriptedSource(), new ManualClock(show.clock.now() + 20_000));
    next.source.replay = [
      ...heard,
      live('comment', { at: at + 9_000 }),
      live('like', { at: at + 9_000 }),
      live('follow', { at: at + 9_000 }),
      live('gift', { repeatCount: 9, final: true, at: at + 9_000 }),
    ];
    await next.service.start();
    await next.pass(100, () => next.active.recovering === null);
    // The streak whose end never came is settled by silence.
    await next.clock.advance(11_000);
    await next.service.flush();
    expect(await next.reports.report(GUILD, sessionId)).toMatchObject({
      totals: { comments: 2, likes: 2, follows: 1, gifts: 12, coins: 21 },
    });
    expect(next.of('gift.settled').map(({ coins }) => coins)).toEqual([9, 2]);
    await next.service.stop();
  });
});

describe('a session that was left open', () => {
  it('because its end could not be stored is ended by the next one, with its numbers', async () => {
    const left = await show.stage.begin('69');
    const sessionId = await show.goLive('70');
    expect(sessionId).toBe(left.id + 1);
    expect(await show.reports.report(GUILD, left.id)).toMatchObject({ endCause: 'restart' });
    expect((await show.outbox()).filter(({ kind }) => kind === 'metrics')).toMatchObject([{ sessionId: left.id }]);
  });
});

describe('gifts', () => {
  const settled = () =>
    show.of('gift.settled').map(({ handle, giftName, count, coins }) => ({ handle, giftName, count, coins }));

  it('of a streak count once with the whole count, points and coins', async () => {
    await show.goLive();
    await show.hear(
      live('gift', { repeatCount: 1 }),
      live('gift', { repeatCount: 100 }),
      live('gift', { repeatCount: 100, final: true }),
    );
    expect(settled()).toEqual([{ handle: 'viewer7', giftName: 'Rose', count: 100, coins: 100 }]);
    expect(await pointsOf('7')).toEqual({ gift: 200 });
    expect(show.active.coins).toBe(100);
  });

  it('of a streak without an end are settled after ten seconds of silence', async () => {
    await show.goLive();
    await show.hear(live('gift', { repeatCount: 3 }));
    await show.clock.advance(9_900);
    expect(settled()).toEqual([]);
    await show.clock.advance(200);
    await show.service.flush();
    expect(settled()).toEqual([{ handle: 'viewer7', giftName: 'Rose', count: 3, coins: 3 }]);
  });

  it('from the large-gift mark on earn less per coin, also when a streak grows over it', async () => {
    await show.goLive();
    await show.hear(bigGift(999, '7'), bigGift(1_000, '8'));
    expect(await pointsOf('7')).toEqual({ gift: 1_998 });
    expect(await pointsOf('8')).toEqual({ gift: 1_000 });
    await show.hear(live('gift', { by: '9', coinsEach: 100, repeatCount: 5, final: true }));
    expect(await pointsOf('9')).toEqual({ gift: 1_000 });
    await show.hear(live('gift', { by: '9', coinsEach: 100, repeatCount: 12, final: true }));
    expect(await pointsOf('9')).toEqual({ gift: 1_200 });
  });

  it('are written at once, without waiting for the batch', async () => {
    await show.goLive();
    show.source.ear?.event(bigGift(10));
    await show.clock.advance(20);
    await show.until(() => show.of('gift.settled').length === 1);
  });
});

describe('a change of TikTok’s protocol', () => {
  it('stands in the status for as long as it lasts, and what could not be read is counted', async () => {
    await show.goLive();
    show.source.ear?.drift('chat messages lack the chat text');
    expect(show.active.drift).toBe('chat messages lack the chat text');
    show.source.ear?.unreadable({ method: 'chat', problem: 'no user' });
    await show.hear(live('comment'));
    expect(show.active.unreadable).toBe(1);
    show.source.ear?.drift(null);
    expect(show.active.drift).toBeNull();
  });
});

describe('recordings', () => {
  it('are made while the setting says so', async () => {
    await show.service.start();
    const sessionId = await show.goLive();
    show.source.ear?.raw('chat', {});
    await show.settings.set(GUILD, STAFF, 'live.record', true);
    await show.bus.idle();
    show.source.ear?.raw('gift', {});
    await show.settings.set(GUILD, STAFF, 'live.record', false);
    await show.bus.idle();
    show.source.ear?.raw('like', {});
    expect(show.recorder.lines).toEqual([`${GUILD}/${sessionId} gift`]);
    expect(show.recorder.closed).toBe(1);
  });
});
