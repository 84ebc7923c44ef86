import { backoffDelay } from '../lib/backoff.ts';
import { Mutex } from '../lib/mutex.ts';
import type { Clock } from '../ports/clock.ts';

/** Discord asks for this much between two identifies of one shard. ms */
const APART_MS = 5_000;
/** On top, so that restarted bots do not come in step. ms */
const JITTER_MS = 1_500;
/** So many identifies in a row go at Discord's own pace: a rough evening has no more. */
const FREELY = 4;
/** At most one in five minutes, some 290 a day: at 1,000 a day Discord resets the token. */
const PACE = { baseMs: APART_MS, factor: 2, maxMs: 300_000, jitter: 0 };
/** So long without another one, and the row is over. ms */
const FORGIVEN_MS = 600_000;

/**
 * When the next session may begin. The client begins a new one for every invalid session, at once and for ever; a
 * Discord that answers so for hours would take the token away. Shards take turns.
 */
export class IdentifyPace {
  readonly #clock: Pick<Clock, 'monotonic' | 'random' | 'sleep'>;
  #inRow = 0;
  #lastAt = Number.NEGATIVE_INFINITY;
  readonly #turns = new Mutex();

  constructor(clock: Pick<Clock, 'monotonic' | 'random' | 'sleep'>) {
    this.#clock = clock;
  }

  /** Resolves when a shard may identify, and counts that. Rejects when the connection closed meanwhile. */
  waitForIdentify(_shardId: number, signal: AbortSignal): Promise<void> {
    return this.#turns.run(() => this.#wait(signal));
  }

  async #wait(signal: AbortSignal): Promise<void> {
    const since = this.#clock.monotonic() - this.#lastAt;
    if (since >= FORGIVEN_MS) this.#inRow = 0;
    const wait = this.#inRow === 0 ? 0 : backoffDelay(PACE, Math.max(0, this.#inRow - FREELY), 0.5) - since;
    if (wait > 0) await this.#clock.sleep(wait + this.#clock.random() * JITTER_MS, signal);
    signal.throwIfAborted();
    this.#inRow += 1;
    this.#lastAt = this.#clock.monotonic();
  }
}
