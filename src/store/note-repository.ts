import type { Kysely } from 'kysely';
import type { NoteStore } from '../ports/note-store.ts';
import type { Tables } from './tables.ts';

export class NoteRepository implements NoteStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(key: string): Promise<string | null> {
    const row = await this.#db.selectFrom('kv').select('value').where('key', '=', key).executeTakeFirst();
    return row?.value ?? null;
  }

  async beginningWith(prefix: string): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db
      .selectFrom('kv')
      .selectAll()
      .where('key', '>=', prefix)
      .where('key', '<', `${prefix}\uffff`)
      .execute();
    return new Map(rows.map(({ key, value }) => [key.slice(prefix.length), value]));
  }

  async set(key: string, value: string): Promise<void> {
    await this.#db
      .insertInto('kv')
      .values({ key, value })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
      .execute();
  }

  async drop(key: string): Promise<void> {
    await this.#db.deleteFrom('kv').where('key', '=', key).execute();
  }
}
