import type { Clock } from '../../ports/clock.ts';
import type { Logger } from '../../ports/logger.ts';
import { ChannelPace, type PaceRule } from './channel-pace.ts';

/** What a channel should do next of its own accord. */
export interface Turn {
  /** Not before this time. ms since the epoch */
  readonly dueAt: number;
  readonly rule: PaceRule;
  /** Must not reject. */
  readonly run: () => Promise<void>;
}

export interface ChannelLanePorts {
  readonly clock: Clock;
  readonly log: Logger;
  /** Null when everything is up to date. */
  readonly next: () => Turn | null;
}

/** `waiting`: a timer will look again; `working`: a request is under way, so nothing else is. */
type LaneState =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'waiting'; readonly at: number; readonly cancel: () => void }
  | { readonly kind: 'working'; readonly done: Promise<void> };

/** One channel's turns: one request at a time, at the channel's pace. */
export class ChannelLane {
  readonly pace = new ChannelPace();
  readonly #ports: ChannelLanePorts;
  #state: LaneState = { kind: 'quiet' };

  constructor(ports: ChannelLanePorts) {
    this.#ports = ports;
  }

  /** Sets the one timer to the moment at which the next turn may start. */
  wake(): void {
    if (this.#state.kind === 'working') return;
    const turn = this.#ports.next();
    if (turn === null) return;
    const now = this.#ports.clock.now();
    const at = Math.max(turn.dueAt, now + this.pace.waitMs(now, turn.rule));
    if (this.#state.kind === 'waiting') {
      if (this.#state.at <= at) return;
      this.#state.cancel();
    }
    const cancel = this.#ports.clock.after(Math.max(0, at - now), () => {
      this.#state = { kind: 'quiet' };
      this.#work();
    });
    this.#state = { kind: 'waiting', at, cancel };
  }

  /** Runs when nothing else is under way; afterwards the next turn comes. What the work throws goes to the caller. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    while (this.#state.kind === 'working') await this.#state.done;
    if (this.#state.kind === 'waiting') this.#state.cancel();
    const task = work();
    const working: LaneState = {
      kind: 'working',
      done: task.then(
        () => undefined,
        () => undefined,
      ),
    };
    this.#state = working;
    try {
      return await task;
    } finally {
      if (this.#state === working) this.#state = { kind: 'quiet' };
      this.wake();
    }
  }

  /** No timer any more; resolves when the request under way has ended. */
  async stop(): Promise<void> {
    if (this.#state.kind === 'waiting') {
      this.#state.cancel();
      this.#state = { kind: 'quiet' };
    }
    await this.idle();
  }

  async idle(): Promise<void> {
    while (this.#state.kind === 'working') await this.#state.done;
  }

  #work(): void {
    const { clock, next, log } = this.#ports;
    const now = clock.now();
    const turn = next();
    if (turn === null) return;
    if (turn.dueAt > now || this.pace.waitMs(now, turn.rule) > 0) {
      this.wake();
      return;
    }
    void this.exclusively(turn.run).then(undefined, (error: unknown) =>
      log.error({ err: error }, 'a turn of a channel failed'),
    );
  }
}
