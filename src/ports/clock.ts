/** Time and chance, so that tests own both. */
export interface Clock {
  /** ms since the epoch; may jump when the machine's clock is set */
  now(): number;
  /** ms from an arbitrary start, never goes back: for measuring spans and timeouts */
  monotonic(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Runs `task` once after `ms`; the returned call cancels it. A throwing task is the caller's bug. */
  after(ms: number, task: () => void): () => void;
  /** Resolves after `ms`; rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
