import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { isShowOn } from './queue-reads.ts';
import type { SettingsService } from './settings-service.ts';

export interface ComingUpPorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Tells owners once per song that it plays soon, whatever brought it there: songs played, gifts, points, staff, or the
 * beginning of the show.
 */
export class ComingUp {
  readonly #ports: ComingUpPorts;
  /** Guilds being looked at; `true` when their queue changed again meanwhile. */
  readonly #busy = new Map<string, boolean>();
  readonly #tasks = new Set<Promise<void>>();
  #unsubscribe: readonly (() => void)[] = [];

  constructor(ports: ComingUpPorts) {
    this.#ports = ports;
  }

  /** Also looks at every guild: the process may have ended between a change and its notices. */
  async start(): Promise<void> {
    const { bus, store } = this.#ports;
    this.#unsubscribe = (['queue.changed', 'live.changed'] as const).map((fact) =>
      bus.on(fact, 'coming-up', ({ guildId }) => this.#look(guildId)),
    );
    for (const guildId of await store.read((reads) => reads.guilds.present())) this.#look(guildId);
  }

  async stop(): Promise<void> {
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    this.#unsubscribe = [];
    await this.idle();
  }

  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks]);
  }

  #look(guildId: string): void {
    if (this.#busy.has(guildId)) {
      this.#busy.set(guildId, true);
      return;
    }
    const task: Promise<void> = this.#tellUntilQuiet(guildId)
      .catch((error: unknown) =>
        this.#ports.log.error({ err: error, guildId }, 'owners were not told that they come up'),
      )
      .finally(() => {
        this.#busy.delete(guildId);
        this.#tasks.delete(task);
      });
    this.#tasks.add(task);
  }

  async #tellUntilQuiet(guildId: string): Promise<void> {
    do {
      this.#busy.set(guildId, false);
      await this.#tell(guildId);
    } while (this.#busy.get(guildId) === true);
  }

  async #tell(guildId: string): Promise<void> {
    const { store, settings, bus, clock } = this.#ports;
    const places = (await settings.all(guildId))['notices.coming-up-at'];
    if (places === 0) return;
    const at = clock.now();
    // Most changes bring nobody new up: those cost one read and no transaction.
    const isDue = await store.read(
      async (reads) =>
        (await reads.submissions.unwarned(guildId, places)).length > 0 && (await isShowOn(reads, guildId, at)),
    );
    if (!isDue) return;
    const told = await store.transaction(async (tx) => {
      const songs = await tx.submissions.unwarned(guildId, places);
      await tx.submissions.setWarned(songs.map(({ submission }) => submission.id));
      for (const { submission, place } of songs) {
        await tx.outbox.add({
          guildId,
          dedupeKey: `coming-up:${submission.id}`,
          target: { kind: 'member', userId: submission.ownerId },
          notice: { kind: 'coming-up', publicId: submission.publicId, place },
          at,
        });
      }
      return songs.length;
    });
    if (told > 0) bus.emit('notice.stored', { guildId });
  }
}
