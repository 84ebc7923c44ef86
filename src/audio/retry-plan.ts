import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';

const POLICY: BackoffPolicy = { baseMs: 1_000, factor: 2, maxMs: 16_000, jitter: 0.3 };
export const MAX_TRIES = 5;
const COOL_DOWNS_MS = [30_000, 120_000, 300_000] as const;
/** This long without a drop, and everything is forgiven. */
export const STABLE_MS = 10 * 60_000;

/** What was tried since the link was last stable. */
export interface Tries {
  /** Tries since the start or the last cool-down. */
  readonly inRow: number;
  readonly coolDowns: number;
  /** All tries, for people. */
  readonly total: number;
}

export const NO_TRIES: Tries = { inRow: 0, coolDowns: 0, total: 0 };

export interface NextTry {
  readonly tries: Tries;
  readonly waitMs: number;
  readonly isCoolDown: boolean;
}

/**
 * When to try again: five tries that wait 1, 2, 4, 8 and 16 s (each +-30 %), then a cool-down of 30 s, 2 min, and
 * 5 min from then on.
 * @param random in [0, 1)
 */
export function nextTry({ inRow, coolDowns, total }: Tries, random: number, forceCoolDown = false): NextTry {
  if (inRow < MAX_TRIES && !forceCoolDown) {
    const tries = { inRow: inRow + 1, coolDowns, total: total + 1 };
    return { tries, waitMs: backoffDelay(POLICY, inRow, random), isCoolDown: false };
  }
  const waitMs = COOL_DOWNS_MS[Math.min(coolDowns, COOL_DOWNS_MS.length - 1)] ?? COOL_DOWNS_MS[2];
  return { tries: { inRow: 1, coolDowns: coolDowns + 1, total: total + 1 }, waitMs, isCoolDown: true };
}
