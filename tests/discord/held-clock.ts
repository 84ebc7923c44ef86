import { systemClock } from '../../src/lib/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** The machine's time, except that timers only run when the test lets time pass: for work beside real sockets. */
export class HeldClock implements Clock {
  #timers = new Set<Timer>();
  #passedMs = 0;

  now(): number {
    return systemClock.now() + this.#passedMs;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#passedMs;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#passedMs + ms, task };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  get waiting(): number {
    return this.#timers.size;
  }

  /** Runs what is due, in order. */
  pass(ms: number): void {
    this.#passedMs += ms;
    for (const timer of [...this.#timers].sort((a, b) => a.at - b.at)) {
      if (timer.at > this.#passedMs) continue;
      this.#timers.delete(timer);
      timer.task();
    }
  }
}
