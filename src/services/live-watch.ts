import type { LiveEvent } from '../domain/live-event.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveListener } from '../ports/live-source.ts';
import type { LiveIngest } from './live-ingest.ts';
import type { SwitchedRecording } from './live-recording.ts';

/** How the time in a room came to its end. */
export type Parting =
  | { readonly kind: 'dropped'; readonly cause: string }
  /** `told`: the stream itself said so; else a page did. */
  | { readonly kind: 'over'; readonly suspended: boolean; readonly told: boolean };

/** Where the events of one connection go. */
export interface LiveSink {
  event(event: LiveEvent): void;
  unreadable(): void;
  drift(verdict: string | null): void;
  raw(name: string, message: unknown): void;
}

/** One connection as heard: passes on what happens, and knows when it is over. */
export class LiveWatch implements LiveListener {
  readonly #sink: LiveSink;
  readonly #clock: Clock;
  readonly #parting = Promise.withResolvers<Parting>();
  #lastByte: number;

  constructor(sink: LiveSink, clock: Clock) {
    this.#sink = sink;
    this.#clock = clock;
    this.#lastByte = clock.monotonic();
  }

  get parting(): Promise<Parting> {
    return this.#parting.promise;
  }

  /** Whole ms since the last byte. */
  get silentMs(): number {
    return Math.round(this.#clock.monotonic() - this.#lastByte);
  }

  event(event: LiveEvent): void {
    this.#sink.event(event);
    if (event.kind === 'stream-end') this.part({ kind: 'over', suspended: event.suspended, told: true });
  }

  unreadable(): void {
    this.#sink.unreadable();
  }

  drift(verdict: string | null): void {
    this.#sink.drift(verdict);
  }

  raw(name: string, message: unknown): void {
    this.#sink.raw(name, message);
  }

  alive(): void {
    this.#lastByte = this.#clock.monotonic();
  }

  closed(code: number): void {
    this.part({ kind: 'dropped', cause: `closed ${code}` });
  }

  /** The first reason counts. */
  part(parting: Parting): void {
    this.#parting.resolve(parting);
  }
}

/** An ear whose events are counted and, while that is wished, recorded. */
export function watchFor(ingest: LiveIngest, recording: SwitchedRecording, clock: Clock): LiveWatch {
  return new LiveWatch(
    {
      event: (event) => ingest.event(event),
      unreadable: () => ingest.unreadable(),
      drift: (verdict) => {
        ingest.tally.drift = verdict;
      },
      raw: (name, message) => recording.write(name, message, clock.now()),
    },
    clock,
  );
}
