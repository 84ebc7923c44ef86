import type { PanelKind } from '../../../src/discord/panels/panel-kinds.ts';
import type { PanelBook } from '../../../src/discord/panels/panel-painter.ts';
import type { PanelRow } from '../../../src/ports/panel-store.ts';

/** Where panels are remembered, in memory: rows by `guild:kind`. */
export class MemoryBook implements PanelBook {
  readonly rows: Map<string, PanelRow>;
  edits: ReadonlyMap<string, readonly number[]> = new Map();

  constructor(rows: readonly PanelRow[] = []) {
    this.rows = new Map(rows.map((row) => [`${row.guildId}:${row.kind}`, row]));
  }

  async everywhere(): Promise<readonly PanelRow[]> {
    return [...this.rows.values()];
  }

  async save(row: PanelRow): Promise<void> {
    this.rows.set(`${row.guildId}:${row.kind}`, row);
  }

  async remove(guildId: string, kind: PanelKind): Promise<void> {
    this.rows.delete(`${guildId}:${kind}`);
  }

  async recentEdits(): Promise<ReadonlyMap<string, readonly number[]>> {
    return this.edits;
  }

  async saveRecentEdits(edits: ReadonlyMap<string, readonly number[]>): Promise<void> {
    this.edits = edits;
  }
}
