import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** Time that stands still until the test moves it. */
export class ManualClock implements Clock {
  /** Chance, for jitter: 0.5 = none. */
  chance = 0.5;
  /** Added to the time of day only, as when somebody sets the machine's clock. */
  jumpMs = 0;
  #now: number;
  readonly #start: number;
  #timers: Timer[] = [];

  constructor(start = 1_760_000_000_000) {
    this.#start = start;
    this.#now = start;
  }

  /** Timers that wait. */
  get waiting(): number {
    return this.#timers.length;
  }

  now(): number {
    return this.#now + this.jumpMs;
  }

  monotonic(): number {
    return this.#now - this.#start;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const stop = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        stop();
        reject(signal.reason);
      });
    });
  }

  /** Lets `ms` pass: due timers run in order, each with what follows from it before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (let step = 0; step < 10_000; step += 1) {
      await settle();
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
    }
    this.#now = until;
    await settle();
  }
}

/** Lets everything run that only waits for its turn (not for timers or disks). */
export async function settle(turns = 20): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}
