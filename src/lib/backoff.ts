/** How long to wait before try number `attempt`. All times in ms. */
export interface BackoffPolicy {
  readonly baseMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Share of the delay that is random, 0..1: 0.3 means +-30 %. */
  readonly jitter: number;
}

/**
 * @param attempt 0 for the first wait
 * @param random a number in [0, 1): injected, so that a test can name the delay
 */
export function backoffDelay(policy: BackoffPolicy, attempt: number, random: number): number {
  const raw = Math.min(policy.maxMs, policy.baseMs * policy.factor ** attempt);
  return Math.round(raw * (1 + policy.jitter * (2 * random - 1)));
}
