import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import type { GuildService } from './guild-service.ts';
import { withdrawSong } from './submission-rules.ts';

export interface UpkeepPorts {
  readonly store: Store;
  readonly guilds: Pick<GuildService, 'purge'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

const EVERY_MS = 30_000;
const PURGE_EVERY_MS = 3_600_000;
/** Questions closed in one transaction. */
const BATCH = 200;
/** Finished notices are kept this long, for staff who ask what was told. ms */
const NOTICES_KEPT_MS = 7 * 24 * 3_600_000;

/** What has to happen without anybody asking: questions run out, old codes and notices go, guilds long gone go. */
export class UpkeepService {
  readonly #ports: UpkeepPorts;
  #cancel: (() => void) | null = null;
  #running: Promise<void> = Promise.resolve();
  /** On the monotonic clock. */
  #purgedAt = Number.NEGATIVE_INFINITY;

  constructor(ports: UpkeepPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#schedule(0);
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#running;
  }

  /** Resolves when the running round, if any, has ended. */
  idle(): Promise<void> {
    return this.#running;
  }

  /** One round, now. */
  async run(): Promise<void> {
    const { store, clock, guilds } = this.#ports;
    const at = clock.now();
    await this.#closeQuestions(at);
    await store.transaction((tx) => tx.handles.dropExpiredProofs(at));
    const now = clock.monotonic();
    if (now - this.#purgedAt < PURGE_EVERY_MS) return;
    this.#purgedAt = now;
    await store.transaction((tx) => tx.outbox.prune(at - NOTICES_KEPT_MS));
    await guilds.purge();
  }

  /** Unanswered drafts are withdrawn; unanswered free songs just stay free. */
  async #closeQuestions(at: number): Promise<void> {
    const { store, bus } = this.#ports;
    for (;;) {
      const expired = await store.transaction(async (tx) => {
        const songs = await tx.submissions.expiredQuestions(at, BATCH);
        for (const song of songs) {
          if (song.line === 'draft') await withdrawSong(tx, song, null, at);
          else await tx.submissions.setAskedUntil(song.id, null);
        }
        return songs;
      });
      for (const guildId of new Set(expired.map((song) => song.guildId))) bus.emit('queue.changed', { guildId });
      if (expired.length < BATCH) return;
    }
  }

  #schedule(ms: number): void {
    this.#cancel = this.#ports.clock.after(ms, () => {
      this.#running = this.run()
        .catch((error: unknown) => this.#ports.log.error({ err: error }, 'a round of upkeep failed'))
        .finally(() => {
          if (this.#cancel !== null) this.#schedule(EVERY_MS);
        });
    });
  }
}
