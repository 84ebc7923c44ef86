import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err, ok } from '../../src/lib/result.ts';
import type { LiveStatus } from '../../src/services/snapshots.ts';
import { LiveShow, live, ScriptedSource } from './live-show.ts';
import { GUILD, STAFF } from './live-stage.ts';
import { ManualClock } from './manual-clock.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

describe('connecting', () => {
  it('enters the LIVE, begins a session and tells the debug channel', async () => {
    const seen: LiveStatus[] = [];
    show.source.goLive();
    const connected = await show.service.connect(GUILD, STAFF, 'https://www.tiktok.com/@djhost/live', false, (status) =>
      seen.push(status),
    );
    expect(connected).toMatchObject({ ok: true, value: { kind: 'active', host: 'djhost', roomId: '70' } });
    expect(seen.map(({ kind }) => kind)).toEqual(['trying', 'trying', 'active']);
    expect(await show.outbox()).toMatchObject([{ kind: 'live-connected', host: 'djhost', roomId: '70' }]);
    expect(await show.stage.store.read((tx) => tx.audits.list(GUILD, 5))).toMatchObject([
      { actor: STAFF, action: 'live.connect' },
    ]);
  });

  it.each([
    [{ kind: 'offline' }, 1],
    [{ kind: 'unknown-user' }, 1],
    [{ kind: 'network', detail: 'HTTP 500' }, 1],
  ] as const)('once, when not persistent: %o', async (refusal, finds) => {
    show.source.found = err(refusal);
    expect(await show.service.connect(GUILD, STAFF, 'djhost', false)).toEqual({
      ok: false,
      error: { code: 'live-refused', host: 'djhost', refusal },
    });
    expect(show.source.finds).toBe(finds);
    expect(show.status).toEqual({ kind: 'disconnected', lastHost: 'djhost', lastRefusal: refusal });
    expect(show.clock.waiting).toBe(0);
  });

  it.each([[{ kind: 'sign-refused', status: 401 }], [{ kind: 'age-restricted' }]] as const)(
    'is given up even when persistent, for %o',
    async (refusal) => {
      show.source.goLive();
      show.source.refusals = [refusal];
      const connected = await show.service.connect(GUILD, STAFF, 'djhost', true);
      expect(connected).toMatchObject({ ok: false, error: { code: 'live-refused', refusal } });
    },
  );

  it('refuses a name that can not be one, and a second connect', async () => {
    expect(await show.service.connect(GUILD, STAFF, 'no such name!', false)).toMatchObject({
      error: { code: 'live-name-invalid' },
    });
    await show.goLive();
    expect(await show.service.connect(GUILD, STAFF, 'other', false)).toEqual({
      ok: false,
      error: { code: 'live-already', host: 'djhost', state: 'live' },
    });
  });

  it('waits for a host who is offline: ten seconds three times, then thirty', async () => {
    const connected = await show.service.connect(GUILD, STAFF, 'djhost', true);
    expect(connected).toMatchObject({
      ok: true,
      value: { kind: 'trying', phase: 'waiting-for-live', tries: 1, lastRefusal: { kind: 'offline' } },
    });
    const waits: number[] = [];
    for (let tries = 1; tries <= 5; tries += 1) {
      const { status } = show;
      if (status.kind !== 'trying' || status.nextTryAt === null) throw new Error('not waiting');
      const wait = status.nextTryAt - show.clock.now();
      waits.push(wait);
      await show.clock.advance(wait);
    }
    expect(waits).toEqual([10_000, 10_000, 10_000, 30_000, 30_000]);
    show.source.goLive();
    await show.clock.advance(30_000);
    await show.until(() => show.status.kind === 'active');
    expect(show.source.finds).toBe(7);
  });

  it('shakes the waits a little, so that guilds do not ask in step', async () => {
    show.clock.chance = 0.999;
    await show.service.connect(GUILD, STAFF, 'djhost', true);
    const { status } = show;
    if (status.kind !== 'trying') throw new Error('not waiting');
    expect((status.nextTryAt ?? 0) - show.clock.now()).toBeGreaterThan(11_000);
  });

  it('goes on telling its progress after it answered', async () => {
    const seen: string[] = [];
    await show.service.connect(GUILD, STAFF, 'djhost', true, (status) => seen.push(status.kind));
    show.source.goLive();
    await show.clock.advance(10_000);
    await show.until(() => show.status.kind === 'active');
    expect(seen.at(-1)).toBe('active');
  });

  it('is not stopped by somebody whose progress message fails', async () => {
    show.source.goLive();
    const connected = await show.service.connect(GUILD, STAFF, 'djhost', false, () => {
      throw new Error('message gone');
    });
    expect(connected.ok).toBe(true);
  });

  it('is cancelled by disconnect, and leaves no session', async () => {
    await show.service.connect(GUILD, STAFF, 'djhost', true);
    expect(await show.service.disconnect(GUILD, STAFF)).toEqual({ ok: true, value: { ended: null } });
    expect(show.status.kind).toBe('disconnected');
    expect(show.clock.waiting).toBe(0);
    expect(await show.stage.store.read((tx) => tx.lives.sessions(GUILD, 5))).toEqual([]);
  });

  it('is cancelled by disconnect while a room is being entered', async () => {
    const entered = Promise.withResolvers<void>();
    show.source.goLive();
    show.source.open = (_room, _listener, signal) => {
      entered.resolve();
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(err({ kind: 'network', detail: 'cancelled' })));
      });
    };
    const connecting = show.service.connect(GUILD, STAFF, 'djhost', false);
    await entered.promise;
    expect(await show.service.disconnect(GUILD, STAFF)).toEqual({ ok: true, value: { ended: null } });
    expect(await connecting).toMatchObject({ ok: true, value: { kind: 'disconnected' } });
  });
});

describe('a show', () => {
  it('that staff end is over without a notice to the debug channel, but with its numbers', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment'));
    const ended = await show.service.disconnect(GUILD, STAFF);
    expect(ended).toMatchObject({
      ok: true,
      value: { ended: { sessionId, endCause: 'staff', totals: { comments: 1 } } },
    });
    expect((await show.outbox()).map(({ kind }) => kind)).toEqual(['live-connected', 'metrics']);
    expect(show.of('session.ended')).toEqual([{ guildId: GUILD, sessionId }]);
    expect(await show.service.disconnect(GUILD, STAFF)).toMatchObject({ error: { code: 'live-not-connected' } });
  });

  it('that the host ends is over, with its last events stored', async () => {
    const sessionId = await show.goLive();
    await show.clock.advance(50_000);
    show.source.ear?.event(live('comment'));
    show.source.ear?.event(live('gift', { repeatCount: 5 }));
    show.source.ear?.event(live('stream-end'));
    await show.until(() => show.status.kind === 'disconnected');
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      endCause: 'host',
      totals: { comments: 1, gifts: 5, coins: 5 },
    });
    expect(await show.outbox()).toMatchObject([
      { kind: 'live-connected' },
      { kind: 'live-ended-unexpectedly', durationMs: 50_000, cause: 'host', sessionId },
      { kind: 'metrics', sessionId },
    ]);
    expect(show.clock.waiting).toBe(0);
    expect(show.source.closes).toBe(1);
  });

  it('can be followed by another one', async () => {
    const first = await show.goLive('70');
    show.source.ear?.event(live('stream-end'));
    await show.until(() => show.of('session.ended').length > 0);
    expect(await show.goLive('71')).toBe(first + 1);
  });

  it('survives a drop as the same session, with the gap recorded', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment'));
    show.source.refusals = [{ kind: 'network', detail: 'timeout' }];
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    expect(show.active).toMatchObject({ sessionId, gaps: 1, reconnects: 0 });
    await show.pass(1_000, () => show.active.recovering === null);
    await show.hear(live('comment'));
    expect(show.active).toMatchObject({ sessionId, reconnects: 1, gaps: 1 });
    expect(show.active.gapMs).toBeGreaterThanOrEqual(3_000);
    const report = await show.reports.report(GUILD, sessionId);
    expect(report).toMatchObject({
      totals: { comments: 2 },
      gaps: [{ cause: 'closed 1006', toAt: expect.any(Number) }],
    });
    expect(show.source.tries.map(({ urgent }) => urgent)).toEqual([false, true, true]);
    expect((await show.outbox()).map(({ kind }) => kind)).toEqual(['live-connected']);
  });

  it.each([
    ['forwards a day', 24 * 3_600_000],
    ['back an hour', -3_600_000],
  ])(
    'survives a drop during which the clock is set %s, and is given its whole time to return',
    async (_how, jumpMs) => {
      const sessionId = await show.goLive();
      show.source.refusals = Array.from({ length: 500 }, () => ({ kind: 'network', detail: 'timeout' }) as const);
      show.source.ear?.closed(1006);
      await show.until(() => show.active.recovering !== null);
      show.clock.jumpMs = jumpMs;
      for (let minute = 0; minute < 8; minute += 1) await show.clock.advance(60_000);
      expect(show.active).toMatchObject({ sessionId, recovering: expect.anything() });
      show.source.refusals = [];
      await show.pass(5_000, () => show.active.recovering === null);
      await show.hear(live('comment'));
      expect(show.active).toMatchObject({ sessionId, reconnects: 1 });
      expect(show.active.gapMs).toBeGreaterThanOrEqual(0);
    },
  );

  it('that can not be returned to is over after the grace time, as of the drop', async () => {
    const sessionId = await show.goLive();
    await show.clock.advance(30_000);
    const droppedAt = show.clock.now();
    show.source.ear?.alive();
    show.source.refusals = Array.from({ length: 500 }, () => ({ kind: 'network', detail: 'timeout' }) as const);
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(5_000, () => show.status.kind === 'disconnected');
    expect(show.clock.now() - droppedAt).toBeGreaterThanOrEqual(600_000);
    expect(show.clock.now() - droppedAt).toBeLessThan(620_000);
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ endCause: 'lost', endedAt: droppedAt });
    expect(await show.outbox()).toMatchObject([
      {},
      { kind: 'live-ended-unexpectedly', cause: 'lost', durationMs: 30_000 },
      {},
    ]);
    // Doubling waits of at most half a minute: some twenty tries, not hundreds.
    expect(show.source.tries.length).toBeLessThan(30);
  });

  it('honours what the sign server asks while it comes back', async () => {
    await show.goLive();
    show.source.refusals = [{ kind: 'rate-limited', retryAfterMs: 120_000 }];
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.source.tries.length === 2);
    await show.clock.advance(110_000);
    expect(show.source.tries).toHaveLength(2);
    await show.pass(1_000, () => show.active.recovering === null);
  });

  it('whose room is over when it comes back has ended, told twice', async () => {
    const sessionId = await show.goLive();
    show.source.found = err({ kind: 'offline' });
    show.source.refusals = [{ kind: 'offline' }, { kind: 'offline' }];
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.status.kind === 'disconnected');
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ endCause: 'host' });
    expect(show.source.tries).toHaveLength(3);
  });

  it('is not over because TikTok said so once by mistake', async () => {
    const sessionId = await show.goLive();
    show.source.refusals = [{ kind: 'offline' }, { kind: 'unknown-user' }, { kind: 'offline' }];
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.active.recovering === null);
    expect(show.active.sessionId).toBe(sessionId);
  });

  it('goes on as a new one when the host is live in another room', async () => {
    const first = await show.goLive('70');
    show.source.refusals = [{ kind: 'offline' }, { kind: 'offline' }];
    show.source.goLive('71');
    show.source.ear?.closed(1000);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.status.kind === 'active' && show.status.roomId === '71');
    expect(show.active.sessionId).toBe(first + 1);
    expect(await show.reports.report(GUILD, first)).toMatchObject({ endCause: 'host' });
  });

  it('follows a host who renamed', async () => {
    await show.goLive();
    show.source.hostName = 'dj.new';
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => show.active.recovering === null);
    expect(show.active.host).toBe('dj.new');
    expect(await show.reports.sessions(GUILD, 1)).toMatchObject([{ host: 'dj.new' }]);
  });
});

describe('the watchdog', () => {
  it('takes a minute without a byte for a drop', async () => {
    await show.goLive();
    await show.clock.advance(59_000);
    expect(show.active.recovering).toBeNull();
    await show.clock.advance(1_500);
    await show.until(() => show.active.recovering !== null);
    expect(show.source.asks).toBe(1);
    await show.pass(1_000, () => show.active.recovering === null);
    expect(show.active).toMatchObject({ reconnects: 1, gaps: 1 });
    expect(show.active.gapMs).toBeGreaterThanOrEqual(60_000);
  });

  it('does not take its own being busy for silence: bytes that waited meanwhile count', async () => {
    await show.goLive();
    const { source } = show;
    source.isRunning = async () => {
      source.ear?.alive();
      return ok(true);
    };
    await show.clock.advance(61_000);
    await show.clock.advance(30_000);
    expect(show.active).toMatchObject({ recovering: null, gaps: 0 });
  });

  it('leaves a connection alone that gives signs of life', async () => {
    await show.goLive();
    for (let second = 0; second < 80; second += 10) {
      await show.clock.advance(10_000);
      show.source.ear?.alive();
    }
    expect(show.active).toMatchObject({ recovering: null, gaps: 0 });
    expect(show.source.asks).toBe(0);
  });

  it('asks the room when bytes come but no events, and ends the session when it is told twice that it is over', async () => {
    const sessionId = await show.goLive();
    const minutes = async (count: number) => {
      for (let second = 0; second < count * 60; second += 10) {
        await show.clock.advance(10_000);
        show.source.ear?.alive();
      }
    };
    await minutes(4);
    expect(show.source.asks).toBe(2);
    expect(show.status.kind).toBe('active');
    show.source.running = ok(false);
    show.source.found = err({ kind: 'offline' });
    await minutes(3);
    await show.until(() => show.status.kind === 'disconnected');
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ endCause: 'host' });
  });
});

describe('a restart', () => {
  const restart = async () => {
    await show.service.stop();
    const next = new LiveShow(show.stage, new ScriptedSource(), new ManualClock(show.clock.now() + 30_000));
    return next;
  };

  it('takes the open session up when the room still runs', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment'), live('like', { count: 5, roomTotal: 50 }));
    const next = await restart();
    next.source.goLive();
    await next.service.start();
    await next.pass(100, () => next.active.recovering === null);
    expect(next.active).toMatchObject({
      sessionId,
      host: 'djhost',
      events: { comment: 1, like: 1 },
      likesSeen: 5,
      likesRoomTotal: 50,
      gaps: 1,
    });
    await next.hear(live('comment'));
    expect(await next.reports.report(GUILD, sessionId)).toMatchObject({
      endedAt: null,
      totals: { comments: 2 },
      gaps: [{ cause: 'restart', toAt: expect.any(Number) }],
    });
    expect((await next.outbox()).map(({ kind }) => kind)).toEqual(['live-connected']);
    await next.service.stop();
  });

  it('closes it when the room is over', async () => {
    const sessionId = await show.goLive();
    const next = await restart();
    next.source.refusals = [{ kind: 'offline' }];
    await next.service.start();
    await next.pass(100, () => next.status.kind === 'disconnected');
    expect(await next.reports.report(GUILD, sessionId)).toMatchObject({ endCause: 'restart' });
    expect((await next.outbox()).map(({ kind }) => kind)).toEqual([
      'live-connected',
      'live-ended-unexpectedly',
      'metrics',
    ]);
    await next.service.stop();
  });
});
