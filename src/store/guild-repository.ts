import { type Kysely, sql } from 'kysely';
import type { GuildRow, GuildStore } from '../ports/guild-store.ts';
import type { Tables } from './tables.ts';

/**
 * Every table that names its guild, children before parents. Tables without a guild of their own go with their parents
 * (ON DELETE CASCADE).
 */
export const PURGED = [
  'playback',
  'move',
  'play',
  'gift',
  'submission',
  'waiting_count',
  'point_change',
  'handle_proof',
  'handle',
  'session',
  'panel',
  'outbox',
  'audit',
  'member_pref',
  'setting',
] as const satisfies readonly (keyof Tables)[];
/** Those that a long life fills; the others are deleted at once. */
const LARGE: ReadonlySet<string> = new Set([
  'move',
  'play',
  'gift',
  'submission',
  'point_change',
  'handle',
  'outbox',
  'audit',
]);
/** Rows deleted in one transaction: other guilds' shows go on meanwhile. */
const PURGE_STEP = 2_000;

export class GuildRepository implements GuildStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(guildId: string): Promise<GuildRow | null> {
    const row = await this.#db.selectFrom('guild').selectAll().where('id', '=', guildId).executeTakeFirst();
    if (row === undefined) return null;
    return {
      id: row.id,
      joinedAt: row.joined_at,
      leftAt: row.left_at,
      welcomedAt: row.welcomed_at,
      setupProgress: row.setup_progress,
    };
  }

  async leftBefore(before: number): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('guild').select('id').where('left_at', '<', before).execute();
    return rows.map((row) => row.id);
  }

  async present(): Promise<readonly string[]> {
    const rows = await this.#db.selectFrom('guild').select('id').where('left_at', 'is', null).execute();
    return rows.map((row) => row.id);
  }

  async join(guildId: string, at: number): Promise<void> {
    await this.#db
      .insertInto('guild')
      .values({ id: guildId, joined_at: at })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ left_at: null }))
      .execute();
  }

  async leave(guildId: string, at: number): Promise<void> {
    await this.#db.updateTable('guild').set({ left_at: at }).where('id', '=', guildId).execute();
  }

  async setWelcomed(guildId: string, at: number): Promise<void> {
    await this.#db.updateTable('guild').set({ welcomed_at: at }).where('id', '=', guildId).execute();
  }

  async setSetupProgress(guildId: string, progress: string | null): Promise<void> {
    await this.#db.updateTable('guild').set({ setup_progress: progress }).where('id', '=', guildId).execute();
  }

  async purge(guildId: string): Promise<boolean> {
    for (const table of PURGED) {
      const name = sql.table(table);
      const { numAffectedRows } = await (LARGE.has(table)
        ? sql`DELETE FROM ${name} WHERE rowid IN
              (SELECT rowid FROM ${name} WHERE guild_id = ${guildId} ORDER BY rowid DESC LIMIT ${PURGE_STEP})`
        : sql`DELETE FROM ${name} WHERE guild_id = ${guildId}`
      ).execute(this.#db);
      if ((numAffectedRows ?? 0n) >= PURGE_STEP) return false;
    }
    await this.#db.deleteFrom('guild').where('id', '=', guildId).execute();
    return true;
  }
}
