import type { Clock } from '../ports/clock.ts';
import { PACKET_MS } from './ogg-opus.ts';

/** Whatever sends one packet per 20 ms. */
export interface FrameSink {
  /** Sends what was prepared. */
  send(): void;
  /** Prepares the next one; there are 20 ms for it. */
  prepare(): void;
  /** `send` or `prepare` threw. */
  broke(error: unknown): void;
}

/** Behind by more than this, what was missed stays missed: a burst would only overflow the listeners' buffers. ms */
const HOPELESS_MS = 200;

/**
 * The beat of every guild's sound: every sink once per 20 ms on the average, whatever single timers do. It runs on
 * monotonic time, so setting the machine's clock is not heard; and all packets of a beat leave before the next are made.
 */
export class FrameClock {
  readonly #clock: Clock;
  readonly #sinks = new Set<FrameSink>();
  #nextAt = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Its first packet leaves at the next beat; at once, when nothing else is playing. */
  add(sink: FrameSink): void {
    if (this.#sinks.has(sink)) return;
    this.#sinks.add(sink);
    guarded(sink, () => sink.prepare());
    if (this.#cancel !== null || this.#sinks.size === 0) return;
    this.#nextAt = this.#clock.monotonic();
    this.#schedule();
  }

  remove(sink: FrameSink): void {
    this.#sinks.delete(sink);
    if (this.#sinks.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #beat(): void {
    this.#cancel = null;
    const now = this.#clock.monotonic();
    if (now - this.#nextAt > HOPELESS_MS) this.#nextAt = now;
    // Late by some beats: they are made up for at once, so that listeners' buffers fill again.
    while (this.#nextAt <= now && this.#sinks.size > 0) {
      for (const sink of this.#sinks) guarded(sink, () => sink.send());
      for (const sink of this.#sinks) guarded(sink, () => sink.prepare());
      this.#nextAt += PACKET_MS;
    }
    if (this.#sinks.size > 0) this.#schedule();
  }

  #schedule(): void {
    // Timers count whole ms and cut off the rest: half a ms early would be a beat too early.
    const waitMs = Math.max(0, Math.ceil(this.#nextAt - this.#clock.monotonic()));
    this.#cancel = this.#clock.after(waitMs, () => this.#beat());
  }
}

/** One guild's trouble is not another's. */
function guarded(sink: FrameSink, task: () => void): void {
  try {
    task();
  } catch (error) {
    sink.broke(error);
  }
}
