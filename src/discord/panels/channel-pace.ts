/**
 * How fast one channel's messages may be edited. Discord allows about 5 edits in 5 s, and only 3 in 6 s once a message
 * is older than an hour, without warning headers (error 30046). One edit less of the first and a little more time of the
 * second keep us off the edge; a wait that Discord itself asked for always wins.
 */
export interface PaceRule {
  readonly edits: number;
  readonly windowMs: number;
}

export const FRESH_PACE: PaceRule = { edits: 4, windowMs: 5_200 };
export const OLD_PACE: PaceRule = { edits: 3, windowMs: 6_300 };

/** A message counts as old a little before Discord says so. ms */
export const OLD_AFTER_MS = 59 * 60_000;

/** The edits of one channel's last seconds. */
export class ChannelPace {
  #sentAt: number[] = [];
  #blockedUntil = 0;

  /** @returns ms until one more edit may start; 0 = now */
  waitMs(now: number, rule: PaceRule): number {
    this.#sentAt = this.#sentAt.filter((at) => now - at < OLD_PACE.windowMs);
    const recent = this.#sentAt.filter((at) => now - at < rule.windowMs);
    const oldest = recent.at(-rule.edits);
    const window = oldest === undefined ? 0 : oldest + rule.windowMs - now;
    return Math.max(0, window, this.#blockedUntil - now);
  }

  sent(now: number): void {
    this.#sentAt.push(now);
  }

  /** Discord said how long to wait. */
  blocked(now: number, retryAfterMs: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, now + retryAfterMs);
  }
}
