import { type Submission, TITLE_NOT_KNOWN } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { playOnAir } from './queue-reads.ts';
import type { SettingsService } from './settings-service.ts';
import { foundTitle } from './submission-text.ts';

export interface LinkTitlePorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly links: Pick<LinkResolver, 'describe'>;
  readonly bus: EventBus<Facts>;
  readonly log: Logger;
}

/** Songs asked about again at one start; a platform that is down must not keep the process busy for long. */
const RESUMED = 50;
/** Row id up to which songs had their second chance: whatever is called "Not Known" after that stays so. */
const RESUMED_NOTE = 'link-titles.resumed';

/** Gives songs without a title the one their link's platform tells, later than the submission, which never waits for it. */
export class LinkTitles {
  readonly #ports: LinkTitlePorts;
  readonly #tasks = new Set<Promise<void>>();
  #state: 'open' | 'stopped' = 'open';

  constructor(ports: LinkTitlePorts) {
    this.#ports = ports;
  }

  /** Takes up in the background what the last process left unasked: once per song, one after the other. */
  start(): void {
    this.#run(this.#resume());
  }

  /** What is still under way is taken up at the next start. */
  stop(): void {
    this.#state = 'stopped';
  }

  ask(song: Submission): void {
    this.#run(this.#describe(song));
  }

  /** Resolves when no title is being asked for any more. */
  async idle(): Promise<void> {
    while (this.#tasks.size > 0) await Promise.all([...this.#tasks]);
  }

  #run(work: Promise<void>): void {
    const task: Promise<void> = work
      .catch((error: unknown) => this.#ports.log.warn({ err: error }, 'the title of a link could not be kept'))
      .finally(() => this.#tasks.delete(task));
    this.#tasks.add(task);
  }

  async #resume(): Promise<void> {
    const { store } = this.#ports;
    const songs = await store.read(async (reads) =>
      reads.submissions.untitled(Number((await reads.notes.get(RESUMED_NOTE)) ?? 0), RESUMED),
    );
    for (const song of songs) {
      await this.#describe(song);
      if (this.#state === 'stopped') return;
      await store.transaction((tx) => tx.notes.set(RESUMED_NOTE, String(song.id)));
    }
  }

  async #describe({ id, guildId, track }: Submission): Promise<void> {
    const { store, settings, links, bus } = this.#ports;
    if (track.kind !== 'link') return;
    const { 'submissions.hosts': hosts } = await settings.all(guildId);
    const title = foundTitle((await links.describe(track.url, hosts))?.title);
    if (title === null || this.#state === 'stopped') return;
    const named = await store.transaction(async (tx) => {
      if ((await tx.submissions.get(id))?.submission.title !== TITLE_NOT_KNOWN) return null;
      await tx.submissions.setTitle(id, title);
      return { onAir: await playOnAir(tx, guildId, id) };
    });
    if (named === null) return;
    // Next may have been quicker than the platform.
    if (named.onAir !== null) bus.emit('on-air.changed', { guildId, playId: named.onAir.id });
    bus.emit('queue.changed', { guildId });
  }
}
