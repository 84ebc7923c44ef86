import type { Kysely } from 'kysely';
import type { AuditEntry, AuditStore } from '../ports/audit-store.ts';
import type { Tables } from './tables.ts';

export class AuditRepository implements AuditStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async list(guildId: string, limit: number): Promise<readonly AuditEntry[]> {
    const rows = await this.#db
      .selectFrom('audit')
      .selectAll()
      .where('guild_id', '=', guildId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      guildId: row.guild_id,
      actor: row.actor,
      action: row.action,
      target: row.target,
      before: row.before === null ? null : JSON.parse(row.before),
      after: row.after === null ? null : JSON.parse(row.after),
      at: row.at,
    }));
  }

  async add(entry: AuditEntry): Promise<void> {
    await this.#db
      .insertInto('audit')
      .values({
        guild_id: entry.guildId,
        actor: entry.actor,
        action: entry.action,
        target: entry.target,
        before: entry.before === null ? null : JSON.stringify(entry.before),
        after: entry.after === null ? null : JSON.stringify(entry.after),
        at: entry.at,
      })
      .execute();
  }
}
