import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that the test moves. */
export class StepClock implements Clock {
  /** What `random` gives. 0.5 is the middle of every jitter. */
  chance = 0.5;
  #now = 1_800_000_000_000;
  #timers: Timer[] = [];

  /** ms until each timer, soonest first. */
  get pending(): readonly number[] {
    return this.#timers.map(({ at }) => at - this.#now).sort((a, b) => a - b);
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
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
      const cancel = this.after(ms, resolve);
      signal?.addEventListener('abort', () => {
        cancel();
        reject(signal.reason);
      });
    });
  }

  /** Runs what is due by then, in order, each at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#due(end); next !== undefined; next = this.#due(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((each) => each !== next);
      next.task();
    }
    this.#now = end;
  }

  /** As a machine that was busy: time passes, and only then is what was due run. */
  stall(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }

  #due(end: number): Timer | undefined {
    return this.#timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}
