/** World clock: what TikTok's servers believe the time is. Tests may shift it. */
export class WorldClock {
  /** Added to the machine's time, in ms; negative sets the world back. */
  offsetMs = 0;
  /** Unit of `common.createTime`. The real one is believed to send ms; seconds are there to be tried. */
  createTimeUnit: 'ms' | 's' = 'ms';
  readonly #source: () => number;

  constructor(source: () => number) {
    this.#source = source;
  }

  /** Epoch ms. */
  now(): number {
    return this.#source() + this.offsetMs;
  }

  createTime(): string {
    return String(this.createTimeUnit === 'ms' ? this.now() : Math.floor(this.now() / 1000));
  }
}

/** Ids of 19 digits, rising, never given twice in one process; shaped like TikTok's (seconds in the upper half). */
export class IdSource {
  #next: bigint;

  constructor(startedAtMs: number) {
    this.#next = BigInt(Math.floor(startedAtMs / 1000)) << 32n;
  }

  next(): string {
    this.#next += 1n;
    return String(this.#next);
  }
}

/** Waiting for a condition without sleeping: whoever changes something calls `notify`. */
export class Changes {
  readonly #listeners = new Set<() => void>();

  notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** Resolves as soon as `probe` yields a value, now or after a change; rejects after `timeoutMs`. */
  until<T>(what: string, probe: () => T | undefined, timeoutMs = 10_000): Promise<T> {
    const already = probe();
    if (already !== undefined) return Promise.resolve(already);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(listener);
        reject(new Error(`TikTok sandbox: ${what} did not happen within ${timeoutMs} ms`));
      }, timeoutMs);
      const listener = (): void => {
        const found = probe();
        if (found === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(listener);
        resolve(found);
      };
      this.#listeners.add(listener);
    });
  }
}

/** What a room needs from the sandbox around it. */
export interface LiveWorld {
  readonly ids: IdSource;
  readonly clock: WorldClock;
  readonly changes: Changes;
}
