import type { Clock } from '../ports/clock.ts';

/** Signed requests of the whole process, all guilds together. */
export interface SignBudget {
  readonly perMinute: number;
  readonly perHour: number;
  /** Share of both that only urgent requests (a show that dropped) may use, 0..1. */
  readonly reserved: number;
}

/** Without a key. The sign server's own numbers are not published; these were its last public ones. */
export const KEYLESS_BUDGET: SignBudget = { perMinute: 5, perHour: 30, reserved: 0.2 };
/** With a key the sign server's own answers are the limit; this only stops a runaway. */
export const KEYED_BUDGET: SignBudget = { perMinute: 60, perHour: 1_000, reserved: 0.2 };

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * The one budget for signed requests. Windows slide, so no two bursts meet at the edge of a minute. Nobody waits in
 * here: who gets no turn is told when to ask again, because waiting is the business of the connection's state machine.
 */
export class SignLimiter {
  readonly #budget: SignBudget;
  readonly #clock: Clock;
  /** Times of taken turns within the last hour, oldest first, on the monotonic clock. */
  readonly #taken: number[] = [];
  #blockedUntil = Number.NEGATIVE_INFINITY;

  constructor(budget: SignBudget, clock: Clock) {
    this.#budget = budget;
    this.#clock = clock;
  }

  /** @returns 0 = go ahead, the turn is taken; else ms to wait before asking again */
  take(urgent: boolean): number {
    const now = this.#clock.monotonic();
    while (this.#taken[0] !== undefined && this.#taken[0] <= now - HOUR_MS) this.#taken.shift();
    const wait = Math.max(
      this.#blockedUntil - now,
      this.#waitFor(now, MINUTE_MS, this.#limit(this.#budget.perMinute, urgent)),
      this.#waitFor(now, HOUR_MS, this.#limit(this.#budget.perHour, urgent)),
    );
    if (wait > 0) return Math.ceil(wait);
    this.#taken.push(now);
    return 0;
  }

  /** The sign server asked to slow down: nobody asks it again before. */
  block(ms: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#clock.monotonic() + ms);
  }

  #limit(all: number, urgent: boolean): number {
    return urgent ? all : Math.max(1, Math.floor(all * (1 - this.#budget.reserved)));
  }

  #waitFor(now: number, windowMs: number, limit: number): number {
    // The turn that must leave the window before another one fits in.
    const decisive = this.#taken[this.#taken.length - limit];
    return decisive === undefined ? 0 : decisive + windowMs - now;
  }
}
