import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultByRoute, FaultRoute } from '../../sandbox/tiktok/faults.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { Ear, enter, NO_SIGNAL, sourceFor } from './ear.ts';

let tiktok: TikTok;
beforeEach(async () => {
  tiktok = await startTikTok();
});
afterEach(() => tiktok.stop());

describe('finding a host', () => {
  it('who is live costs one page and no signature', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    const { source } = sourceFor(tiktok);
    const found = await source.find('djhost', NO_SIGNAL);
    expect(found).toEqual({ ok: true, value: { roomId: live.roomId, hostUserId: host.userId, hostName: 'djhost' } });
    expect(tiktok.requests.map(({ route }) => route)).toEqual(['live-page']);
  });

  it('who is offline, never was live or does not exist is told apart', async () => {
    const { source } = sourceFor(tiktok);
    const host = tiktok.host('djhost');
    host.goLive();
    host.endLive();
    tiktok.host('neverlive');
    const refusal = async (name: string) => {
      const found = await source.find(name, NO_SIGNAL);
      return found.ok ? null : found.error.kind;
    };
    expect(await refusal('djhost')).toBe('offline');
    expect(await refusal('neverlive')).toBe('offline');
    expect(await refusal('nobody')).toBe('unknown-user');
  });

  it('falls back to the second page when the first one fails', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('live-page', { kind: 'captcha' });
    const found = await sourceFor(tiktok).source.find('djhost', NO_SIGNAL);
    expect(found).toMatchObject({ ok: true, value: { roomId: live.roomId } });
  });

  it.each([
    [{ kind: 'captcha' }, { kind: 'blocked', detail: 'captcha' }],
    [
      { kind: 'status', status: 403 },
      { kind: 'blocked', detail: 'HTTP 403' },
    ],
    [
      { kind: 'status', status: 500 },
      { kind: 'network', detail: 'HTTP 500' },
    ],
    [{ kind: 'hang' }, { kind: 'network', detail: 'timeout' }],
    [{ kind: 'reset' }, { kind: 'network' }],
    [{ kind: 'user-not-found' }, { kind: 'unknown-user' }],
  ] as const)('with %o on both pages is refused as %o', async (fault, refusal) => {
    tiktok.host('djhost').goLive();
    tiktok.faults.set(['live-page', 'api-live'], fault);
    const found = await sourceFor(tiktok).source.find('djhost', NO_SIGNAL);
    expect(found).toMatchObject({ ok: false, error: refusal });
    expect(tiktok.countRequests('room-id')).toBe(0);
  });

  it('asks the sign server for the room when the pages are blocked and there is a key', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set(['live-page', 'api-live'], { kind: 'captcha' });
    const { source } = sourceFor(tiktok, { signApiKey: 'key' });
    expect(await source.find('djhost', NO_SIGNAL)).toMatchObject({ ok: true, value: { roomId: live.roomId } });
  });

  it('stops at once when it is cancelled', async () => {
    tiktok.host('djhost').goLive();
    tiktok.faults.set('live-page', { kind: 'hang' });
    const cancel = new AbortController();
    const finding = sourceFor(tiktok).source.find('djhost', cancel.signal);
    await tiktok.waitForRequest(({ route }) => route === 'live-page');
    cancel.abort();
    expect(await finding).toEqual({ ok: false, error: { kind: 'network', detail: 'cancelled' } });
  });
});

describe('entering a room', () => {
  it('costs one room info, one signature and one socket, and hears what happens', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    const vera = tiktok.viewer('vera', { gifterLevel: 12, fanLevel: 3 });
    const { source } = sourceFor(tiktok);
    const ear = new Ear();
    const connection = await enter(source, 'djhost', ear);
    expect(connection.room).toEqual({ roomId: live.roomId, hostUserId: host.userId, hostName: 'djhost' });
    expect(tiktok.requests.map(({ route }) => route)).toEqual(['live-page', 'room-info', 'sign', 'socket']);
    await live.waitForConnection();
    live.inOneFrame(() => {
      live.join(vera);
      live.comment(vera, 'hi');
      live.like(vera, 15);
      live.follow(vera);
      live.share(vera);
      live.subscribe(vera);
      live.viewers(42);
      live.gift(vera, 'Rose', { repeat: 2 });
    });
    await ear.untilEvents(10);
    expect(ear.kinds()).toEqual([
      'join',
      'comment',
      'like',
      'follow',
      'share',
      'subscribe',
      'viewers',
      'gift',
      'gift',
      'gift',
    ]);
    expect(ear.events[1]).toMatchObject({ user: { userId: vera.userId, gifterLevel: 12, fanLevel: 3 }, text: 'hi' });
    expect(ear.bytes).toBeGreaterThan(0);
    expect(ear.rawMessages).toBe(10);
    await connection.close();
    await live.waitForDisconnection();
    expect(ear.closes).toEqual([]);
  });

  it('hears a drop once, with its code', async () => {
    const live = tiktok.host('djhost').goLive();
    const ear = new Ear();
    await enter(sourceFor(tiktok).source, 'djhost', ear);
    await live.waitForConnection();
    live.dropSockets();
    await ear.until(() => ear.closes.length > 0);
    expect(ear.closes).toEqual([1006]);
  });

  it('hears the end of the stream, and no drop after it', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    const ear = new Ear();
    await enter(sourceFor(tiktok).source, 'djhost', ear);
    await live.waitForConnection();
    host.endLive();
    await live.waitForDisconnection();
    expect(ear.kinds()).toEqual(['stream-end']);
    expect(ear.closes).toEqual([]);
  });

  it('gets the replay of the last messages before it is in, with their ids', async () => {
    const live = tiktok.host('djhost').goLive();
    const vera = tiktok.viewer('vera');
    const { source } = sourceFor(tiktok);
    live.comment(vera, 'before');
    live.replay(10);
    const ear = new Ear();
    await enter(source, 'djhost', ear);
    expect(ear.events).toMatchObject([{ kind: 'comment', text: 'before', msgId: expect.stringMatching(/^\d{19}$/) }]);
  });

  it('is refused as offline when the end is among the first messages, and no zombie stays', async () => {
    const live = tiktok.host('djhost').goLive();
    live.replay(0, { endInInitialBatch: true });
    const { source } = sourceFor(tiktok);
    const ear = new Ear();
    const opened = await source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, ear, NO_SIGNAL);
    expect(opened).toEqual({ ok: false, error: { kind: 'offline' } });
    expect(ear.kinds()).toEqual(['stream-end']);
    await live.waitForDisconnection();
  });

  it('of a restricted LIVE is refused as such, without a signature', async () => {
    const host = tiktok.host('djhost');
    host.goLive();
    host.ageRestricted = true;
    const { source } = sourceFor(tiktok);
    const found = await source.find('djhost', NO_SIGNAL);
    if (!found.ok) throw new Error('not found');
    const opened = await source.open({ ...found.value, host: 'djhost', urgent: false }, new Ear(), NO_SIGNAL);
    expect(opened).toEqual({ ok: false, error: { kind: 'age-restricted' } });
    expect(tiktok.countRequests('sign')).toBe(0);
  });

  it('that is over is refused as offline, without a signature', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    host.endLive();
    const { source } = sourceFor(tiktok);
    const opened = await source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, new Ear(), NO_SIGNAL);
    expect(opened).toEqual({ ok: false, error: { kind: 'offline' } });
    expect(await source.isRunning(live.roomId, NO_SIGNAL)).toEqual({ ok: true, value: false });
    expect(tiktok.countRequests('sign')).toBe(0);
  });

  it('works after the host took another name', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    host.rename('dj.new');
    const { source } = sourceFor(tiktok);
    const opened = await source.open({ roomId: live.roomId, host: 'djhost', urgent: true }, new Ear(), NO_SIGNAL);
    expect(opened).toMatchObject({ ok: true, value: { room: { hostName: 'dj.new' } } });
    expect(await source.isRunning(live.roomId, NO_SIGNAL)).toEqual({ ok: true, value: true });
  });
});

type Case<R extends FaultRoute = FaultRoute> = [string, R, FaultByRoute[R], object];
const c = <R extends FaultRoute>(what: string, route: R, fault: FaultByRoute[R], refusal: object): Case =>
  [what, route, fault, refusal] as Case;

describe('entering a room fails with the cause it has', () => {
  it.each([
    c('room info 500', 'room-info', { kind: 'status', status: 500 }, { kind: 'network', detail: 'HTTP 500' }),
    c('room info captcha', 'room-info', { kind: 'captcha' }, { kind: 'blocked', detail: 'captcha' }),
    c('room info hangs', 'room-info', { kind: 'hang' }, { kind: 'network', detail: 'timeout' }),
    c('room info cut', 'room-info', { kind: 'reset' }, { kind: 'network' }),
    c(
      'sign 429',
      'sign',
      { kind: 'rate-limited', retryAfterSeconds: 20 },
      { kind: 'rate-limited', retryAfterMs: 20_000 },
    ),
    c('sign 429 without a time', 'sign', { kind: 'rate-limited' }, { kind: 'rate-limited', retryAfterMs: 0 }),
    c('sign 429 as a page', 'sign', { kind: 'rate-limited', body: 'html' }, { kind: 'rate-limited', retryAfterMs: 0 }),
    c('sign 402', 'sign', { kind: 'premium' }, { kind: 'sign-refused', status: 402 }),
    c('sign 401', 'sign', { kind: 'status', status: 401 }, { kind: 'sign-refused', status: 401 }),
    c('sign 500', 'sign', { kind: 'status', status: 500 }, { kind: 'sign-refused', status: 500 }),
    c('sign hangs', 'sign', { kind: 'hang' }, { kind: 'network', detail: 'sign server unreachable' }),
    c('sign cut', 'sign', { kind: 'reset' }, { kind: 'network', detail: 'sign server unreachable' }),
    c(
      'sign without cookies',
      'sign',
      { kind: 'no-cookies' },
      { kind: 'network', detail: 'sign server: empty cookies' },
    ),
    c('sign without cursor', 'sign', { kind: 'no-cursor' }, { kind: 'network', detail: 'unusable answer' }),
    c(
      'sign undecodable',
      'sign',
      { kind: 'undecodable' },
      { kind: 'network', detail: 'unreadable answer of the sign server' },
    ),
    c('socket refused', 'socket', { kind: 'refuse' }, { kind: 'blocked', detail: 'DEVICE_BLOCKED' }),
    c('socket cut', 'socket', { kind: 'reset' }, { kind: 'network' }),
  ])('%s', async (_, route, fault, refusal) => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set(route, fault);
    const { source, log } = sourceFor(tiktok);
    const opened = await source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, new Ear(), NO_SIGNAL);
    expect(opened).toMatchObject({ ok: false, error: refusal });
    expect(log.of('info')).toHaveLength(1);
    expect(log.of('error')).toEqual([]);
  });

  it('a socket that hangs, by the deadline', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('socket', { kind: 'hang' });
    const { source } = sourceFor(tiktok, { deadlineMs: 300 });
    const opened = await source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, new Ear(), NO_SIGNAL);
    expect(opened).toEqual({ ok: false, error: { kind: 'network', detail: 'timeout' } });
  });
});

describe('the sign server', () => {
  it('is left alone for as long as it asked, by all guilds', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('sign', { kind: 'rate-limited', retryAfterSeconds: 20 }, { times: 1 });
    const { source } = sourceFor(tiktok);
    const tryOnce = () => source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, new Ear(), NO_SIGNAL);
    await tryOnce();
    const again = await tryOnce();
    expect(again).toMatchObject({ ok: false, error: { kind: 'rate-limited' } });
    if (again.ok || again.error.kind !== 'rate-limited') throw new Error('not limited');
    expect(again.error.retryAfterMs).toBeGreaterThan(15_000);
    expect(tiktok.countRequests('sign')).toBe(1);
  });

  it('is not asked beyond the shared budget', async () => {
    const live = tiktok.host('djhost').goLive();
    const { source } = sourceFor(tiktok, { budget: { perMinute: 2, perHour: 10, reserved: 0.5 } });
    const tryOnce = (urgent: boolean) =>
      source.open({ roomId: live.roomId, host: 'djhost', urgent }, new Ear(), NO_SIGNAL);
    expect((await tryOnce(false)).ok).toBe(true);
    expect(await tryOnce(false)).toMatchObject({ ok: false, error: { kind: 'rate-limited' } });
    expect((await tryOnce(true)).ok).toBe(true);
    expect(tiktok.countRequests('sign')).toBe(2);
  });
});

describe('cancelling while it connects', () => {
  it('refuses at once and leaves no socket behind', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('sign', { kind: 'slow', ms: 150 });
    const cancel = new AbortController();
    const ear = new Ear();
    const { source } = sourceFor(tiktok);
    const opening = source.open({ roomId: live.roomId, host: 'djhost', urgent: false }, ear, cancel.signal);
    await tiktok.waitForRequest(({ route }) => route === 'sign');
    cancel.abort();
    expect(await opening).toEqual({ ok: false, error: { kind: 'network', detail: 'cancelled' } });
    // The library goes on regardless; what it opens late is closed again.
    await tiktok.waitForRequest(({ route }) => route === 'socket');
    await live.waitForDisconnection();
    expect(ear.events).toEqual([]);
    expect(ear.closes).toEqual([]);
  });

  it('cuts a socket that is being opened', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('socket', { kind: 'hang' });
    const cancel = new AbortController();
    const opening = sourceFor(tiktok).source.open(
      { roomId: live.roomId, host: 'djhost', urgent: false },
      new Ear(),
      cancel.signal,
    );
    await tiktok.waitForRequest(({ route }) => route === 'socket');
    cancel.abort();
    expect((await opening).ok).toBe(false);
  });
});

describe('messages that cannot be used', () => {
  it('are counted, logged once per kind with their shape, and stop nothing', async () => {
    const live = tiktok.host('djhost').goLive();
    const vera = tiktok.viewer('vera');
    const { source, log } = sourceFor(tiktok);
    const ear = new Ear();
    await enter(source, 'djhost', ear);
    await live.waitForConnection();
    live.inOneFrame(() => {
      live.comment(vera, 'a', 'no-user');
      live.comment(vera, 'b', 'no-user');
      live.comment(vera, 'c', 'empty');
      live.comment(vera, 'd', 'no-common');
      live.comment(vera, 'e');
    });
    await ear.untilEvents(2);
    expect(ear.events.map((event) => (event.kind === 'comment' ? event.text : event.kind))).toEqual(['d', 'e']);
    expect(ear.unread).toHaveLength(3);
    expect(log.lines.filter(({ level }) => level === 'warn')).toMatchObject([
      { facts: { method: 'chat', problem: 'no user', shape: expect.objectContaining({ content: 'string' }) } },
    ]);
  });

  it('neither are those that fail further in: logged, and the next one comes all the same', async () => {
    const live = tiktok.host('djhost').goLive();
    const vera = tiktok.viewer('vera');
    const { source, log } = sourceFor(tiktok);
    const ear = new Ear();
    const hear = ear.event.bind(ear);
    ear.event = (event) => {
      if (event.kind === 'comment' && event.text === 'boom') throw new Error('a bug of ours');
      hear(event);
    };
    await enter(source, 'djhost', ear);
    await live.waitForConnection();
    live.inOneFrame(() => {
      live.comment(vera, 'boom');
      live.comment(vera, 'next');
    });
    await ear.untilEvents(1);
    expect(ear.events).toMatchObject([{ text: 'next' }]);
    expect(log.of('error')).toEqual(['LIVE event failed in the listener']);
    expect(ear.closes).toEqual([]);
  });

  it('show a change of the protocol', async () => {
    const live = tiktok.host('djhost').goLive();
    const vera = tiktok.viewer('vera');
    const ear = new Ear();
    await enter(sourceFor(tiktok).source, 'djhost', ear);
    await live.waitForConnection();
    live.inOneFrame(() => {
      for (let index = 0; index < 200; index += 1) live.comment(vera, '');
    });
    await ear.until(() => ear.verdicts.length > 0);
    expect(ear.verdicts).toEqual(['chat messages lack the chat text']);
  });
});
