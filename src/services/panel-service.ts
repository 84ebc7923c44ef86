import type { PanelRow } from '../ports/panel-store.ts';
import type { Store } from '../ports/store.ts';

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
}
