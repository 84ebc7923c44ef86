import type { Kysely, Selectable } from 'kysely';
import type { PanelRow, PanelStore } from '../ports/panel-store.ts';
import type { PanelTable, Tables } from './tables.ts';

export class PanelRepository implements PanelStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async ofGuild(guildId: string): Promise<readonly PanelRow[]> {
    const rows = await this.#db.selectFrom('panel').selectAll().where('guild_id', '=', guildId).execute();
    return rows.map(toPanel);
  }

  async all(): Promise<readonly PanelRow[]> {
    return (await this.#db.selectFrom('panel').selectAll().orderBy('id').execute()).map(toPanel);
  }

  async save(panel: PanelRow): Promise<void> {
    const columns = {
      channel_id: panel.channelId,
      message_id: panel.messageId,
      page: panel.page,
      content_hash: panel.contentHash,
      posted_at: panel.postedAt,
      trouble: panel.trouble,
    };
    await this.#db
      .insertInto('panel')
      .values({ guild_id: panel.guildId, kind: panel.kind, ...columns })
      .onConflict((conflict) => conflict.columns(['guild_id', 'kind']).doUpdateSet(columns))
      .execute();
  }

  async remove(guildId: string, kind: string): Promise<void> {
    await this.#db.deleteFrom('panel').where('guild_id', '=', guildId).where('kind', '=', kind).execute();
  }
}

function toPanel(row: Selectable<PanelTable>): PanelRow {
  return {
    guildId: row.guild_id,
    kind: row.kind,
    channelId: row.channel_id,
    messageId: row.message_id,
    page: row.page,
    contentHash: row.content_hash,
    postedAt: row.posted_at,
    trouble: row.trouble,
  };
}
