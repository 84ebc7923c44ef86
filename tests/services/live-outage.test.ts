import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { err } from '../../src/lib/result.ts';
import type { LiveListener, LiveTry } from '../../src/ports/live-source.ts';
import { KEYLESS_BUDGET, SignLimiter } from '../../src/tiktok/sign-limiter.ts';
import { LiveShow, live, ScriptedSource } from './live-show.ts';
import { GUILD, LiveStage, STAFF } from './live-stage.ts';
import { ManualClock } from './manual-clock.ts';

const MINUTE_MS = 60_000;

/** Every guild's tries share one budget, as in the bot; the sign server answers 503 while it is down. */
class SignedSource extends ScriptedSource {
  down = false;
  /** When the sign server was asked. Monotonic ms. */
  readonly asked: number[] = [];
  readonly #clock: ManualClock;
  readonly #limiter: SignLimiter;

  constructor(clock: ManualClock) {
    super();
    this.#clock = clock;
    this.#limiter = new SignLimiter(KEYLESS_BUDGET, clock);
  }

  override async open(room: LiveTry, listener: LiveListener, signal: AbortSignal) {
    const wait = this.#limiter.take(room.urgent);
    if (wait > 0) return err({ kind: 'rate-limited', retryAfterMs: wait } as const);
    this.asked.push(this.#clock.monotonic());
    if (this.down) return err({ kind: 'network', detail: 'sign server: HTTP 503' } as const);
    return super.open(room, listener, signal);
  }
}

let clock: ManualClock;
let source: SignedSource;
let show: LiveShow;
beforeEach(async () => {
  clock = new ManualClock();
  source = new SignedSource(clock);
  show = new LiveShow(await LiveStage.open(), source, clock);
});
afterEach(() => show.close());

const most = (windowMs: number) =>
  Math.max(...source.asked.map((from) => source.asked.filter((at) => at >= from && at < from + windowMs).length));

describe('the sign server is down for an hour', () => {
  it('is asked by all guilds together within its budget, nothing piles up, and all enter when it is back', async () => {
    const guilds = [GUILD, '811111111111111112', '811111111111111113'];
    source.goLive();
    source.down = true;
    for (const guild of guilds) await show.service.connect(guild, STAFF, 'djhost', true);
    const waiting = clock.waiting;
    for (let minute = 0; minute < 60; minute += 1) await show.pass(30_000, pausing(2));
    expect(guilds.map((guild) => show.service.status(guild).kind)).toEqual(['trying', 'trying', 'trying']);
    expect(source.asked.length).toBeGreaterThan(5);
    expect(source.asked.length).toBeLessThanOrEqual(KEYLESS_BUDGET.perHour);
    expect(most(MINUTE_MS)).toBeLessThanOrEqual(KEYLESS_BUDGET.perMinute);
    expect(clock.waiting).toBeLessThanOrEqual(waiting + 1);
    source.down = false;
    await show.pass(30_000, () => guilds.every((guild) => show.service.status(guild).kind === 'active'));
  });

  it('a show that dropped just before is one session up to the grace time, and what was counted stays', async () => {
    const sessionId = await show.goLive();
    await show.hear(live('comment'), live('comment'), live('like', { count: 50 }));
    source.down = true;
    show.source.ear?.closed(1006);
    await show.until(() => show.active.recovering !== null);
    await show.pass(1_000, () => source.asked.length > 5);
    const droppedFor = clock.monotonic();
    expect(droppedFor).toBeLessThan(10 * MINUTE_MS);
    source.down = false;
    await show.pass(1_000, () => show.active.recovering === null);
    await show.hear(live('comment'));
    expect(show.active).toMatchObject({ sessionId, events: { comment: 3, like: 1 } });
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ gaps: [{ cause: 'closed 1006' }] });
  });
});

/** True at the nth look: as many steps of time pass. */
function pausing(steps: number): () => boolean {
  let looks = 0;
  return () => {
    looks += 1;
    return looks > steps;
  };
}
