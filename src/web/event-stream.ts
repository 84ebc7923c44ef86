import type { ServerResponse } from 'node:http';
import type { Clock } from '../ports/clock.ts';
import { eventFrame } from './protocol.ts';

/** A reader that took nothing for this long is gone or hopeless. ms */
const STALLED_MAX_MS = 30_000;

export interface EventStreamPorts {
  readonly response: ServerResponse;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The reader can take messages again after some were left out: it needs the whole picture. */
  readonly onResync: () => void;
  /** Told once, whoever ended it. */
  readonly onClosed: () => void;
}

type Flow =
  | { readonly kind: 'flowing' }
  /** The reader is slower than the news: nothing is queued for it until it has caught up. */
  | { readonly kind: 'stalled'; readonly sinceAt: number; readonly missed: boolean }
  | { readonly kind: 'closed' };

/** One reader of server-sent events. What waits in memory for it is bounded by one message and Node's write buffer. */
export class EventStream {
  readonly #ports: EventStreamPorts;
  #flow: Flow = { kind: 'flowing' };
  #number = 0;

  constructor(ports: EventStreamPorts) {
    this.#ports = ports;
  }

  open(): void {
    const { response } = this.#ports;
    response.on('close', () => this.#close());
    response.on('drain', () => this.#drained());
    // A reset by the other side ends in `close`; without a listener it would be an uncaught error.
    response.on('error', () => this.#close());
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies of the nginx family buffer otherwise.
      'x-accel-buffering': 'no',
    });
    response.flushHeaders();
    response.socket?.setNoDelay(true);
  }

  get isStalled(): boolean {
    return this.#flow.kind === 'stalled';
  }

  /** @returns false when it was left out */
  send(json: string): boolean {
    const { response, clock } = this.#ports;
    switch (this.#flow.kind) {
      case 'closed':
        return false;
      case 'stalled':
        this.#flow = { ...this.#flow, missed: true };
        if (clock.monotonic() - this.#flow.sinceAt > STALLED_MAX_MS) response.destroy();
        return false;
      case 'flowing':
        this.#number += 1;
        if (!response.write(eventFrame(this.#number, json))) {
          this.#flow = { kind: 'stalled', sinceAt: clock.monotonic(), missed: false };
        }
        return true;
      default:
        throw this.#flow satisfies never;
    }
  }

  /** Sends a last message; resolves when the reader has it or is gone. */
  end(json: string): Promise<void> {
    const { response } = this.#ports;
    if (this.#flow.kind === 'closed') return Promise.resolve();
    this.#number += 1;
    const frame = eventFrame(this.#number, json);
    const gone = new Promise<void>((resolve) => response.once('close', resolve));
    response.end(frame, () => response.destroy());
    this.#close();
    return gone;
  }

  destroy(): void {
    this.#ports.response.destroy();
  }

  #drained(): void {
    if (this.#flow.kind !== 'stalled') return;
    const { missed } = this.#flow;
    this.#flow = { kind: 'flowing' };
    if (missed) this.#ports.onResync();
  }

  #close(): void {
    if (this.#flow.kind === 'closed') return;
    this.#flow = { kind: 'closed' };
    this.#ports.onClosed();
  }
}
