import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Live } from '../../sandbox/tiktok/live.ts';
import { MALFORMED } from '../../sandbox/tiktok/malformed.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import type { Viewer } from '../../sandbox/tiktok/viewer.ts';
import { GUILD, LiveStage, STAFF } from './live-stage.ts';
import { LiveWire } from './live-wire.ts';

let tiktok: TikTok;
let wire: LiveWire;
let live: Live;
let vera: Viewer;
beforeEach(async () => {
  tiktok = await startTikTok();
  wire = await LiveWire.open(tiktok);
  live = tiktok.host('djhost').goLive();
  vera = tiktok.viewer('vera');
});
afterEach(async () => {
  await wire.close();
  await tiktok.stop();
});

/** The book of the sandbox and the numbers of the bot say the same. */
async function expectTruth(sessionId: number): Promise<void> {
  const { totals, handles } = await wire.report(sessionId);
  const { comments, likes, shares, joins, subscriptions, gifts, coins, viewers } = live.truth;
  // Once per handle and show.
  const follows = [...viewers.values()].filter((viewer) => viewer.follows > 0).length;
  expect(totals).toEqual({ comments, likes, shares, follows, joins, subscribes: subscriptions, gifts, coins });
  expect(handles.reduce((sum, each) => sum + each.coins, 0)).toBe(coins);
  expect(handles.length).toBe(viewers.size);
}

describe('a show over the wire', () => {
  it('is counted exactly as it happened', async () => {
    const sessionId = await wire.follow(live);
    const burst = await live.burst({ events: 3_000, seed: 7, viewers: 150 });
    await wire.heard(burst.messages);
    tiktok.host('djhost').endLive();
    await wire.until(() => wire.status.kind === 'disconnected');
    await expectTruth(sessionId);
    expect(await wire.report(sessionId)).toMatchObject({ endCause: 'host' });
    await live.waitForDisconnection();
  });

  it('is counted exactly over drops and replays of everything', async () => {
    const sessionId = await wire.follow(live);
    for (let round = 1; round <= 3; round += 1) {
      live.comment(vera, `round ${round}`);
      live.gift(vera, 'Rose', { repeat: 5 });
      live.gift(vera, 'Galaxy');
      live.follow(vera);
      await wire.heard(round * 9);
      live.replay(500);
      live.dropSockets();
      await wire.until(() => wire.status.kind === 'active' && wire.active.reconnects === round);
      await live.waitForConnection();
      live.resend(200);
    }
    live.comment(vera, 'last');
    await wire.heard(28);
    const { totals } = await wire.report(sessionId);
    expect(totals).toMatchObject({ comments: 4, gifts: 18, coins: 3_015, follows: 1 });
    expect(wire.active).toMatchObject({ sessionId, gaps: 3, reconnects: 3 });
  });

  it('of two guilds with the same host is each their own', async () => {
    const other = '900000000000000002';
    await wire.follow(live);
    expect((await wire.service.connect(other, STAFF, '@DJHost', false)).ok).toBe(true);
    await live.waitForConnection(2);
    live.comment(vera, 'hello both');
    await wire.heard(1);
    await wire.until(() => {
      const status = wire.service.status(other);
      return status.kind === 'active' && status.events.comment === 1;
    });
    await wire.service.disconnect(GUILD, STAFF);
    expect(wire.service.status(other).kind).toBe('active');
  });

  it('moves a song a moment after the gift', async () => {
    await wire.stage.link(
      {
        userId: vera.userId,
        name: 'vera',
        nickname: 'Vera',
        avatarUrl: null,
        followerCount: null,
        gifterLevel: null,
        fanLevel: null,
        isModerator: false,
      },
      '400000000000000001',
    );
    const song = await wire.stage.song('400000000000000001');
    await wire.follow(live);
    live.gift(vera, 'Galaxy');
    await wire.heard(1);
    expect((await wire.stage.songNow(song.id)).line).toBe('skip');
  });
});

describe('the wire’s own traps', () => {
  it('a half-open socket is found out and replaced', async () => {
    const sessionId = await wire.follow(live);
    live.stallSockets();
    await wire.until(() => wire.status.kind === 'active' && wire.active.reconnects === 1);
    await live.waitForConnection();
    live.comment(vera, 'after');
    await wire.heard(1);
    expect((await wire.report(sessionId)).gaps).toMatchObject([{ cause: 'silent' }]);
  });

  it('an end that nobody announced is found out by asking the room', async () => {
    const sessionId = await wire.follow(live);
    tiktok.host('djhost').endLive({ announce: false });
    await wire.until(() => wire.status.kind === 'disconnected');
    expect(await wire.report(sessionId)).toMatchObject({ endCause: 'host' });
  });

  it('an end while the connection was away is found out on the way back', async () => {
    const sessionId = await wire.follow(live);
    tiktok.host('djhost').endLive({ announce: false, sockets: 'close' });
    await wire.until(() => wire.status.kind === 'disconnected');
    expect(await wire.report(sessionId)).toMatchObject({ endCause: 'host' });
    expect(tiktok.countRequests('sign')).toBe(1);
  });

  it('a LIVE that goes on in a new room is followed as a new session', async () => {
    const first = await wire.follow(live);
    const host = tiktok.host('djhost');
    host.endLive({ announce: false });
    const second = host.goLive();
    await wire.until(() => wire.status.kind === 'active' && wire.active.roomId === second.roomId);
    expect(wire.active.sessionId).toBe(first + 1);
  });

  it('an end in the first messages is an end, not a zombie', async () => {
    live.replay(0, { endInInitialBatch: true });
    const connected = await wire.service.connect(GUILD, STAFF, 'djhost', false);
    expect(connected).toMatchObject({ ok: false, error: { code: 'live-refused', refusal: { kind: 'offline' } } });
    await live.waitForDisconnection();
    expect(await wire.reports.sessions(GUILD, 5)).toEqual([]);
  });

  it('a disconnect while connecting leaves no socket and no session', async () => {
    tiktok.faults.set('sign', { kind: 'slow', ms: 100 });
    const connecting = wire.service.connect(GUILD, STAFF, 'djhost', true);
    await tiktok.waitForRequest(({ route }) => route === 'sign');
    expect(await wire.service.disconnect(GUILD, STAFF)).toEqual({ ok: true, value: { ended: null } });
    expect((await connecting).ok).toBe(true);
    await tiktok.waitForRequest(({ route }) => route === 'socket');
    await live.waitForDisconnection();
    expect(await wire.reports.sessions(GUILD, 5)).toEqual([]);
  });

  it('connecting twice is refused, and the first goes on', async () => {
    await wire.follow(live);
    expect(await wire.service.connect(GUILD, STAFF, 'djhost', false)).toMatchObject({
      error: { code: 'live-already' },
    });
    expect(live.connections).toHaveLength(1);
  });

  it('a persistent connect waits through offline, trouble and a slow-down, and enters when the host is live', async () => {
    const host = tiktok.host('latehost');
    const connected = await wire.service.connect(GUILD, STAFF, 'latehost', true);
    expect(connected).toMatchObject({ ok: true, value: { kind: 'trying' } });
    await tiktok.waitForRequest(({ route, handle }) => route === 'live-page' && handle === 'latehost');
    tiktok.faults.set(['live-page', 'api-live'], { kind: 'user-not-found' }, { handle: 'latehost', times: 2 });
    tiktok.faults.set('socket', { kind: 'refuse' }, { handle: 'latehost', times: 1 });
    tiktok.faults.set('sign', { kind: 'status', status: 500 }, { handle: 'latehost', times: 1 });
    const late = host.goLive();
    await wire.until(() => wire.status.kind === 'active');
    await late.waitForConnection();
    expect(tiktok.countRequests('sign', 'latehost')).toBe(3);
  });

  it('is not asked for signatures while the host is offline', async () => {
    tiktok.host('offline');
    await wire.service.connect(GUILD, STAFF, 'offline', true);
    await tiktok.waitForRequest(({ route, index }) => route === 'live-page' && index >= 5);
    expect(tiktok.countRequests('sign')).toBe(0);
    expect(tiktok.countRequests('room-id')).toBe(0);
  });

  it('a host who renames in mid-show is followed over a drop', async () => {
    const sessionId = await wire.follow(live);
    tiktok.host('djhost').rename('dj.new');
    live.dropSockets();
    await wire.until(() => wire.status.kind === 'active' && wire.active.reconnects === 1);
    expect(wire.active).toMatchObject({ sessionId, host: 'dj.new' });
  });
});

describe('bad input', () => {
  it('of every broken kind is counted and stops nothing', async () => {
    const sessionId = await wire.follow(live);
    for (const kind of MALFORMED) live.malformed(kind);
    live.comment(vera, 'still here');
    await wire.heard(1);
    expect((await wire.report(sessionId)).totals.comments).toBe(1);
    await wire.until(() => wire.active.unreadable >= 5);
    expect(wire.active.recovering).toBeNull();
  });

  it('holes in messages, a nickname of 10,000 characters and a handle with markdown change nothing', async () => {
    const sessionId = await wire.follow(live);
    const odd = tiktok.viewer('**@everyone** `x`', { nickname: '𝔛'.repeat(10_000) });
    for (const shape of ['no-user', 'empty', 'no-common', 'whole'] as const) live.comment(odd, 'hi', shape);
    await wire.heard(2);
    const report = await wire.report(sessionId);
    expect(report.totals.comments).toBe(2);
    expect(report.handles).toMatchObject([{ handle: '**@everyone** `x`', nickname: '𝔛'.repeat(40) }]);
    expect(wire.active.unreadable).toBe(2);
  });

  it('absurd counts of likes and gifts stay within reason', async () => {
    const sessionId = await wire.follow(live);
    live.like(vera, -5);
    live.like(vera, 2 ** 31 - 1);
    live.giftFrames(vera, 'Rose', [
      { repeatCount: -7, groupId: '700003', counts: false },
      { repeatCount: 2 ** 31 - 1, repeatEnd: 1, groupId: '700004', counts: false },
      { repeatCount: 0, repeatEnd: 1, groupId: '700003', counts: false },
    ]);
    await wire.heard(5);
    expect((await wire.report(sessionId)).totals).toMatchObject({
      likes: 1_000_000,
      gifts: 1_000_001,
      coins: 1_000_001,
    });
  });

  it('gift frames in any order, going down, doubled, two in one frame, or without the gift, pay the truth', async () => {
    const sessionId = await wire.follow(live);
    live.inOneFrame(() => {
      live.giftFrames(vera, 'Rose', [
        { repeatCount: 5, repeatEnd: 1, groupId: '700000' },
        { repeatCount: 3, groupId: '700000' },
      ]);
      live.gift(vera, 'Galaxy');
    });
    live.giftFrames(vera, 'Rosa', [
      { repeatCount: 4, groupId: '700001' },
      { repeatCount: 2, groupId: '700001' },
      { repeatCount: 4, repeatEnd: 1, groupId: '700001', withGift: false },
      { repeatCount: 4, repeatEnd: 1, groupId: '700001' },
      { repeatCount: 9, groupId: '700002' },
    ]);
    live.giftFrames(vera, 'Swan', [{ repeatCount: 1, withGift: false, counts: false }]);
    live.giftFrames(vera, 'Swan', [{ repeatCount: 1, withUser: false }]);
    await wire.heard(9);
    tiktok.host('djhost').endLive();
    await wire.until(() => wire.status.kind === 'disconnected');
    const { totals } = await wire.report(sessionId);
    // The swan without its details counts as a gift that costs nothing.
    expect(totals).toMatchObject({ gifts: live.truth.gifts + 1, coins: live.truth.coins });
  });

  it('a clock that is wrong on TikTok’s side changes nothing, and seconds are taken for what they are', async () => {
    const sessionId = await wire.follow(live);
    tiktok.clock.offsetMs = 7_200_000;
    live.comment(vera, 'ahead');
    tiktok.clock.offsetMs = -86_400_000;
    live.comment(vera, 'behind');
    tiktok.clock.offsetMs = 0;
    tiktok.clock.createTimeUnit = 's';
    live.comment(vera, 'seconds');
    await wire.heard(3);
    const report = await wire.report(sessionId);
    expect(report.totals.comments).toBe(3);
    expect(report.minutes.length).toBeLessThanOrEqual(3);
    expect(report.handles[0]?.watchMs).toBeLessThan(60_000);
  });

  it('a subscription told in two ways counts once', async () => {
    const sessionId = await wire.follow(live);
    live.subscribe(vera, 1, { asMember: true });
    await wire.heard(2);
    expect((await wire.report(sessionId)).totals.subscribes).toBe(1);
  });
});

describe('a restart in mid-streak', () => {
  it('settles the streak exactly once, with what came before and after', async () => {
    const stage = await LiveStage.open();
    const first = new LiveWire(tiktok, stage);
    const sessionId = await first.follow(live);
    const streak = live.gift(vera, 'Rosa', { repeat: 4, end: false });
    live.gift(vera, 'Galaxy');
    live.comment(vera, 'before');
    await first.heard(6);
    await first.service.stop();
    await live.waitForDisconnection();
    streak.tap(3);
    live.replay(500);
    const second = new LiveWire(tiktok, stage);
    await second.service.start();
    await live.waitForConnection();
    streak.tap(2);
    streak.end();
    live.comment(vera, 'after');
    await second.until(() => second.status.kind === 'active' && second.active.events.comment === 2);
    await second.service.flush();
    expect((await second.report(sessionId)).totals).toMatchObject({ comments: 2, gifts: 10, coins: 1_090 });
    await second.service.stop();
    await stage.close();
  });
});
