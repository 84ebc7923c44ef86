import type { SignLimitState } from './sign-routes.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Sliding windows over the sign requests. Its numbers are the sandbox's choice: the real ones are not published. */
export class SignLimiter {
  readonly #limit: { readonly perMinute: number; readonly perHour: number } | undefined;
  /** Machine time of accepted requests, epoch ms, oldest first. */
  #accepted: number[] = [];

  constructor(limit: { readonly perMinute: number; readonly perHour: number } | undefined) {
    this.#limit = limit;
  }

  count(): SignLimitState {
    const now = Date.now();
    const limit = this.#limit ?? { perMinute: 10_000, perHour: 100_000 };
    this.#accepted = this.#accepted.filter((at) => at > now - HOUR_MS);
    const minute = this.#accepted.filter((at) => at > now - MINUTE_MS);
    const perHour = this.#accepted.length >= limit.perHour;
    const perMinute = minute.length >= limit.perMinute;
    const exceeded = perHour || perMinute;
    if (!exceeded) this.#accepted.push(now);
    const frees = perHour ? (this.#accepted[0] ?? now) + HOUR_MS : (minute[0] ?? now) + MINUTE_MS;
    const remaining = Math.max(0, limit.perMinute - minute.length - 1);
    return { exceeded, limit: limit.perMinute, remaining, resetAtSeconds: Math.ceil(frees / 1000) };
  }
}
