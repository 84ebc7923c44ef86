import { type Kysely, type Selectable, sql } from 'kysely';
import { type Handle, handleKey, POINT_ORIGINS, type PointsByOrigin } from '../domain/handle.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { HandleProof, HandleScope, HandleStore, HandleWithPoints } from '../ports/handle-store.ts';
import { HandleSightings } from './handle-sightings.ts';
import { toHandle } from './rows.ts';
import type { HandleTable, Tables } from './tables.ts';

type Row = Selectable<HandleTable>;

/** Places on the leaderboard: counting and paging further would cost time, and nobody looks there. */
const LEADERBOARD_MAX = 10_000;

export class HandleRepository implements HandleStore {
  readonly #db: Kysely<Tables>;
  readonly #sightings: HandleSightings;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
    this.#sightings = new HandleSightings(db);
  }

  async get(id: number): Promise<Handle | null> {
    const row = await this.#db.selectFrom('handle').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toHandle(row);
  }

  async byName(guildId: string, name: string): Promise<Handle | null> {
    const row = await this.#db
      .selectFrom('handle')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('name_key', '=', handleKey(name))
      .executeTakeFirst();
    return row === undefined ? null : toHandle(row);
  }

  async ofMember(guildId: string, userId: string): Promise<readonly Handle[]> {
    const { rows } = await sql<Row>`
      SELECT * FROM handle WHERE guild_id = ${guildId} AND linked_user_id = ${userId}
    `.execute(this.#db);
    // Sorted here: asked to sort, SQLite would walk the whole leaderboard to find these few.
    return rows.map(toHandle).sort(byPoints);
  }

  async withPoints(
    guildId: string,
    userIds: readonly string[],
    ids: readonly number[],
  ): Promise<readonly HandleWithPoints[]> {
    const { rows } = await sql<Row & { balance: string }>`
      SELECT h.*, (SELECT json_group_object(origin, points) FROM handle_points WHERE handle_id = h.id) AS balance
      FROM handle h WHERE h.guild_id = ${guildId} AND h.linked_user_id IS NOT NULL
        AND h.linked_user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))
      UNION ALL
      SELECT h.*, (SELECT json_group_object(origin, points) FROM handle_points WHERE handle_id = h.id)
      FROM handle h WHERE h.id IN (SELECT value FROM json_each(${JSON.stringify(ids)})) AND h.linked_user_id IS NULL
    `.execute(this.#db);
    return rows
      .map((row) => ({ handle: toHandle(row), balance: toBalance(row.balance) }))
      .sort((a, b) => byPoints(a.handle, b.handle));
  }

  async byIds(ids: readonly number[]): Promise<readonly Handle[]> {
    if (ids.length === 0) return [];
    const rows = await this.#db
      .selectFrom('handle')
      .selectAll()
      .where(sql<boolean>`id IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`)
      .execute();
    return rows.map(toHandle);
  }

  async suggest(guildId: string, scope: HandleScope, prefix: string, limit: number): Promise<readonly Handle[]> {
    const key = handleKey(prefix);
    let query = this.#db
      .selectFrom('handle')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('name_key', 'is not', null)
      .where('name_key', '>=', key)
      .where('name_key', '<', `${key}\uffff`)
      .orderBy('name_key')
      .limit(limit);
    if (scope === 'unlinked') query = query.where('linked_user_id', 'is', null);
    return (await query.execute()).map(toHandle);
  }

  async leaderboard(guildId: string, offset: number, limit: number): Promise<readonly Handle[]> {
    const rows = await this.#db
      .selectFrom('handle')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('points', '>', 0)
      .orderBy('points', 'desc')
      .orderBy('id')
      .limit(limit)
      .offset(offset)
      .execute();
    return rows.map(toHandle);
  }

  async leaderboardTotal(guildId: string): Promise<number> {
    const { total } = await this.#db
      .selectFrom((eb) =>
        eb
          .selectFrom('handle')
          .select('id')
          .where('guild_id', '=', guildId)
          .where('points', '>', 0)
          .limit(LEADERBOARD_MAX)
          .as('board'),
      )
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    return total;
  }

  async rank({ guildId, points, id }: Handle): Promise<number | null> {
    if (points <= 0) return null;
    // Two ranges of the index instead of one search with an OR, and no further than the board goes.
    const { rows } = await sql<{ better: number }>`
      SELECT count(*) AS better FROM (
        SELECT * FROM (SELECT id FROM handle WHERE guild_id = ${guildId} AND points > ${points} LIMIT ${LEADERBOARD_MAX})
        UNION ALL
        SELECT * FROM (SELECT id FROM handle WHERE guild_id = ${guildId} AND points = ${points} AND id < ${id}
          LIMIT ${LEADERBOARD_MAX}))
    `.execute(this.#db);
    const better = rows[0]?.better ?? 0;
    return better < LEADERBOARD_MAX ? better + 1 : null;
  }

  async proofs(guildId: string, at: number): Promise<readonly HandleProof[]> {
    const rows = await this.#db
      .selectFrom('handle_proof')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('expires_at', '>', at)
      .execute();
    return rows.map((row) => ({
      guildId: row.guild_id,
      userId: row.user_id,
      nameKey: row.name_key,
      code: row.code,
      expiresAt: row.expires_at,
    }));
  }

  async addUnseen(guildId: string, name: string): Promise<Handle> {
    const row = await this.#db
      .insertInto('handle')
      .values({ guild_id: guildId, name, name_key: handleKey(name) })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toHandle(row);
  }

  seen(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, Handle>> {
    return this.#sightings.record(guildId, users, at);
  }

  async setLink(id: number, userId: string | null, proven: boolean, at: number): Promise<Handle> {
    const row = await this.#db
      .updateTable('handle')
      .set({ linked_user_id: userId, linked_at: userId === null ? null : at, proven: proven ? 1 : 0 })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow();
    return toHandle(row);
  }

  async putProof(proof: HandleProof): Promise<void> {
    await this.#db
      .insertInto('handle_proof')
      .values({
        guild_id: proof.guildId,
        user_id: proof.userId,
        name_key: proof.nameKey,
        code: proof.code,
        expires_at: proof.expiresAt,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['guild_id', 'user_id', 'name_key'])
          .doUpdateSet({ code: proof.code, expires_at: proof.expiresAt }),
      )
      .execute();
  }

  async dropProof(guildId: string, userId: string, nameKey: string): Promise<boolean> {
    const { numDeletedRows } = await this.#db
      .deleteFrom('handle_proof')
      .where('guild_id', '=', guildId)
      .where('user_id', '=', userId)
      .where('name_key', '=', nameKey)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  async dropExpiredProofs(at: number): Promise<void> {
    await this.#db.deleteFrom('handle_proof').where('expires_at', '<=', at).execute();
  }
}

function byPoints(a: Handle, b: Handle): number {
  return b.points - a.points || a.id - b.id;
}

/** As `json_group_object` gives it: written by our repositories only. */
function toBalance(json: string): PointsByOrigin {
  const points = JSON.parse(json) as Readonly<Record<string, number>>;
  return Object.fromEntries(
    POINT_ORIGINS.flatMap((origin) => ((points[origin] ?? 0) === 0 ? [] : [[origin, points[origin]]])),
  );
}
