import type { Kysely } from 'kysely';
import type { SettingStore } from '../ports/setting-store.ts';
import type { Tables } from './tables.ts';

export class SettingRepository implements SettingStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async all(guildId: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db
      .selectFrom('setting')
      .select(['key', 'value'])
      .where('guild_id', '=', guildId)
      .execute();
    return new Map(rows.map((row) => [row.key, row.value]));
  }

  async preference(guildId: string, userId: string, key: string): Promise<string | null> {
    const row = await this.#db
      .selectFrom('member_pref')
      .select('value')
      .where('guild_id', '=', guildId)
      .where('user_id', '=', userId)
      .where('key', '=', key)
      .executeTakeFirst();
    return row?.value ?? null;
  }

  async put(guildId: string, key: string, value: string): Promise<void> {
    await this.#db
      .insertInto('setting')
      .values({ guild_id: guildId, key, value })
      .onConflict((conflict) => conflict.columns(['guild_id', 'key']).doUpdateSet({ value }))
      .execute();
  }

  async drop(guildId: string, key: string): Promise<void> {
    await this.#db.deleteFrom('setting').where('guild_id', '=', guildId).where('key', '=', key).execute();
  }

  async setPreference(guildId: string, userId: string, key: string, value: string | null): Promise<void> {
    if (value === null) {
      await this.#db
        .deleteFrom('member_pref')
        .where('guild_id', '=', guildId)
        .where('user_id', '=', userId)
        .where('key', '=', key)
        .execute();
      return;
    }
    await this.#db
      .insertInto('member_pref')
      .values({ guild_id: guildId, user_id: userId, key, value })
      .onConflict((conflict) => conflict.columns(['guild_id', 'user_id', 'key']).doUpdateSet({ value }))
      .execute();
  }
}
