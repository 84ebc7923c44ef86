import type { PanelRow } from '../ports/panel-store.ts';
import type { Store } from '../ports/store.ts';

/** The note that holds the edits of the last seconds before a stop. */
const RECENT_EDITS = 'panels.recent-edits';

/** Where the panels stand: which message shows which card, in which channel, on which page. */
export class PanelService {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  everywhere(): Promise<readonly PanelRow[]> {
    return this.#store.read((tx) => tx.panels.all());
  }

  save(row: PanelRow): Promise<void> {
    return this.#store.transaction((tx) => tx.panels.save(row));
  }

  remove(guildId: string, kind: string): Promise<void> {
    return this.#store.transaction((tx) => tx.panels.remove(guildId, kind));
  }

  /** Edits of the last seconds before the last stop, by channel: Discord's limits do not start anew with the bot. Unix ms */
  async recentEdits(): Promise<ReadonlyMap<string, readonly number[]>> {
    const note = await this.#store.read((tx) => tx.notes.get(RECENT_EDITS));
    return new Map(Object.entries(JSON.parse(note ?? '{}') as Readonly<Record<string, readonly number[]>>));
  }

  saveRecentEdits(edits: ReadonlyMap<string, readonly number[]>): Promise<void> {
    return this.#store.transaction((tx) => tx.notes.set(RECENT_EDITS, JSON.stringify(Object.fromEntries(edits))));
  }
}
