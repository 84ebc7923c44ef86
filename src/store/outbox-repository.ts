import { type Kysely, sql } from 'kysely';
import type { NewNotice, OutboxStore, StoredNotice } from '../ports/outbox-store.ts';
import type { Tables } from './tables.ts';

/** In every query about notices still to be told. Spelled out, not bound: only then does SQLite use the index of those few. */
const UNDONE = sql<boolean>`state IN ('waiting', 'sending')`;

export class OutboxRepository implements OutboxStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async due(at: number, limit: number): Promise<readonly StoredNotice[]> {
    const rows = await this.#db
      .selectFrom('outbox')
      .selectAll()
      .where(UNDONE)
      .where('state', '=', 'waiting')
      .where('not_before', '<=', at)
      .orderBy('not_before')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      guildId: row.guild_id,
      // Written by this repository only.
      target: JSON.parse(row.target) as StoredNotice['target'],
      notice: JSON.parse(row.notice) as StoredNotice['notice'],
      createdAt: row.created_at,
      attempts: row.attempts,
    }));
  }

  async nextDueAt(): Promise<number | null> {
    const row = await this.#db
      .selectFrom('outbox')
      .select('not_before')
      .where(UNDONE)
      .where('state', '=', 'waiting')
      .orderBy('not_before')
      .limit(1)
      .executeTakeFirst();
    return row?.not_before ?? null;
  }

  async add(notice: NewNotice): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#db
      .insertInto('outbox')
      .values({
        guild_id: notice.guildId,
        dedupe_key: notice.dedupeKey,
        target: JSON.stringify(notice.target),
        notice: JSON.stringify(notice.notice),
        created_at: notice.at,
        not_before: notice.at,
        state: 'waiting',
      })
      .onConflict((conflict) => conflict.column('dedupe_key').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  }

  async markSending(id: number, at: number): Promise<void> {
    await this.#db
      .updateTable('outbox')
      .set((eb) => ({ state: 'sending', attempts: eb('attempts', '+', 1), not_before: at }))
      .where('id', '=', id)
      .execute();
  }

  async markDone(id: number, state: 'sent' | 'given-up', outcome: string, at: number): Promise<void> {
    await this.#db.updateTable('outbox').set({ state, outcome, done_at: at }).where('id', '=', id).execute();
  }

  async markWaiting(id: number, notBefore: number, outcome: string): Promise<void> {
    await this.#db
      .updateTable('outbox')
      .set({ state: 'waiting', not_before: notBefore, outcome })
      .where('id', '=', id)
      .execute();
  }

  async settleInterrupted(at: number, withinMs: number, findable: readonly string[]): Promise<number> {
    await this.#db
      .updateTable('outbox')
      // Before those that were stored after it.
      .set((eb) => ({ state: 'waiting', outcome: 'interrupted', not_before: eb.ref('created_at') }))
      .where(UNDONE)
      .where('state', '=', 'sending')
      // Both ways: the clock may have been set back since.
      .where((eb) =>
        eb.or([
          eb.between('not_before', at - withinMs, at + withinMs),
          sql<boolean>`notice ->> 'kind' IN (SELECT value FROM json_each(${JSON.stringify(findable)}))`,
        ]),
      )
      .execute();
    const { numUpdatedRows } = await this.#db
      .updateTable('outbox')
      .set({ state: 'given-up', outcome: 'interrupted', done_at: at })
      .where(UNDONE)
      .where('state', '=', 'sending')
      .executeTakeFirstOrThrow();
    return Number(numUpdatedRows);
  }

  async catchUp(at: number): Promise<void> {
    await this.#db
      .updateTable('outbox')
      .set({ created_at: at, not_before: at })
      .where(UNDONE)
      .where('state', '=', 'waiting')
      .where('created_at', '>', at)
      .execute();
  }

  async prune(before: number): Promise<void> {
    await this.#db
      .deleteFrom('outbox')
      .where('state', 'in', ['sent', 'given-up'])
      .where('done_at', '<', before)
      .execute();
  }
}
