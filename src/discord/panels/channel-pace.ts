/**
 * How fast one channel's messages may be edited. Discord allows about 5 edits in 5 s and says so in headers: one less,
 * so that its last one is never ours to wait for. Past an hour of age it is 3 edits in 6 s, and nothing warns of that
 * (error 30046). Edits count from their answer, when Discord has surely counted them; a wait that it asked for wins.
 */
export interface PaceRule {
  readonly edits: number;
  readonly windowMs: number;
}

export const FRESH_PACE: PaceRule = { edits: 4, windowMs: 5_010 };
export const OLD_PACE: PaceRule = { edits: 3, windowMs: 6_010 };

/** A message counts as old a little before Discord says so. ms */
export const OLD_AFTER_MS = 59 * 60_000;

/** The edits of one channel's last seconds. */
export class ChannelPace {
  #editedAt: number[] = [];
  #blockedUntil = 0;

  /** @returns ms until one more edit may start; 0 = now */
  waitMs(now: number, rule: PaceRule): number {
    return (this.slots(now, rule)[0] ?? now) - now;
  }

  /** When the next edits may start if each is sent as soon as it may, as many as the rule has. ms since the epoch */
  slots(now: number, { edits, windowMs }: PaceRule): readonly number[] {
    const counted = this.recent(now)
      .filter((at) => now - at < windowMs)
      .slice(-edits);
    const free = Array.from({ length: edits - counted.length }, () => now);
    return [...free, ...counted.map((at) => at + windowMs)].map((at) => Math.max(at, this.#blockedUntil));
  }

  /** Discord has answered an edit. */
  edited(now: number): void {
    this.#editedAt.push(now);
  }

  /** Edits that still count, oldest first. What lies ahead is of a clock that was set back since. ms since the epoch */
  recent(now: number): readonly number[] {
    this.#editedAt = this.#editedAt.filter((at) => at <= now && now - at < OLD_PACE.windowMs);
    return this.#editedAt;
  }

  /** Edits from before a restart: Discord has not forgotten them. */
  recall(editedAt: readonly number[]): void {
    this.#editedAt = [...editedAt, ...this.#editedAt].sort((a, b) => a - b);
  }

  /** Discord said how long to wait. */
  blocked(now: number, retryAfterMs: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, now + retryAfterMs);
  }
}
