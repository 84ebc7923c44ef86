import { type Kysely, sql } from 'kysely';
import { POINT_ORIGINS, type PointOrigin, type PointsByOrigin } from '../domain/handle.ts';
import type { PointsTaken } from '../ports/play-store.ts';
import type { Earned, PointCause, PointChange, PointStore } from '../ports/point-store.ts';
import type { Tables } from './tables.ts';

/**
 * Three texts of one truth, always changed together: balance per origin, their sum on the handle, and the ledger. Whole
 * batches go in as JSON, so that 500 events cost three statements.
 */
export class PointRepository implements PointStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async of(handleIds: readonly number[]): Promise<ReadonlyMap<number, PointsByOrigin>> {
    const balances = new Map<number, Partial<Record<PointOrigin, number>>>();
    for (const { handleId, origin, points } of await this.#balances(handleIds)) {
      balances.set(handleId, { ...balances.get(handleId), [origin]: points });
    }
    return balances;
  }

  async changes(handleId: number, limit: number): Promise<readonly PointChange[]> {
    const rows = await this.#db
      .selectFrom('point_change')
      .selectAll()
      .where('handle_id', '=', handleId)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map((row) => ({
      handleId: row.handle_id,
      // Written by this repository only.
      cause: row.cause as PointCause,
      amount: row.amount,
      at: row.at,
      ref: row.ref,
    }));
  }

  async earn(guildId: string, sessionId: number, earned: readonly Earned[], at: number): Promise<void> {
    const all = summed(earned);
    const list = all.some(({ points }) => points < 0) ? await this.#withinBalances(all) : all;
    if (list.length === 0) return;
    await this.#addToBalances(list);
    await sql`
      INSERT INTO point_change (guild_id, handle_id, session_id, cause, amount, minute, at)
      SELECT ${guildId}, value ->> 0, ${sessionId}, value ->> 1, value ->> 2, ${Math.floor(at / 60_000)}, ${at}
      FROM json_each(${toJson(list)}) WHERE true
      ON CONFLICT (handle_id, session_id, cause, minute) WHERE ref IS NULL
      DO UPDATE SET amount = point_change.amount + excluded.amount, at = excluded.at
    `.execute(this.#db);
  }

  async change(guildId: string, earned: readonly Earned[], cause: PointCause, ref: string, at: number): Promise<void> {
    const list = await this.#withinBalances(summed(earned));
    if (list.length === 0) return;
    await this.#addToBalances(list);
    await this.#record(guildId, list, cause, ref, at);
  }

  async take(
    guildId: string,
    handleIds: readonly number[],
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<readonly PointsTaken[]> {
    if (handleIds.length === 0) return [];
    const ids = JSON.stringify(handleIds);
    const { rows } = await sql<BalanceRow>`
      DELETE FROM handle_points WHERE handle_id IN (SELECT value FROM json_each(${ids})) RETURNING *
    `.execute(this.#db);
    const taken = toBalances(rows);
    if (taken.length === 0) return [];
    await sql`UPDATE handle SET points = 0 WHERE id IN (SELECT value FROM json_each(${ids}))`.execute(this.#db);
    await this.#record(guildId, negated(taken), cause, ref, at);
    return taken;
  }

  async giveBack(
    guildId: string,
    taken: readonly PointsTaken[],
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<void> {
    if (taken.length === 0) return;
    await this.#addToBalances(taken);
    await this.#record(guildId, taken, cause, ref, at);
  }

  async takeAll(
    guildId: string,
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<{ readonly handles: number; readonly points: number }> {
    const { rows } = await sql<{ handles: number; points: number | null }>`
      SELECT count(*) AS handles, sum(points) AS points FROM handle WHERE guild_id = ${guildId} AND points > 0
    `.execute(this.#db);
    await sql`
      INSERT INTO point_change (guild_id, handle_id, cause, amount, minute, at, ref)
      SELECT ${guildId}, id, ${cause}, -points, ${Math.floor(at / 60_000)}, ${at}, ${ref}
      FROM handle WHERE guild_id = ${guildId} AND points <> 0
    `.execute(this.#db);
    await sql`
      DELETE FROM handle_points WHERE handle_id IN (SELECT id FROM handle WHERE guild_id = ${guildId} AND points <> 0)
    `.execute(this.#db);
    await sql`UPDATE handle SET points = 0 WHERE guild_id = ${guildId} AND points <> 0`.execute(this.#db);
    return { handles: rows[0]?.handles ?? 0, points: rows[0]?.points ?? 0 };
  }

  /** What is taken is at most what is there: a song that was played may have used it. */
  async #withinBalances(list: readonly PointsTaken[]): Promise<readonly PointsTaken[]> {
    const balances = await this.of(list.flatMap(({ handleId, points }) => (points < 0 ? [handleId] : [])));
    return list
      .map((each) => {
        const balance = balances.get(each.handleId)?.[each.origin] ?? 0;
        return each.points < 0 ? { ...each, points: Math.max(each.points, -balance) } : each;
      })
      .filter(({ points }) => points !== 0);
  }

  async #balances(handleIds: readonly number[]): Promise<readonly PointsTaken[]> {
    if (handleIds.length === 0) return [];
    const rows = await this.#db
      .selectFrom('handle_points')
      .selectAll()
      .where(sql<boolean>`handle_id IN (SELECT value FROM json_each(${JSON.stringify(handleIds)}))`)
      .execute();
    return toBalances(rows);
  }

  async #addToBalances(list: readonly PointsTaken[]): Promise<void> {
    await sql`
      INSERT INTO handle_points (handle_id, origin, points)
      SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(${toJson(list)}) WHERE true
      ON CONFLICT (handle_id, origin) DO UPDATE SET points = handle_points.points + excluded.points
    `.execute(this.#db);
    await sql`
      UPDATE handle SET points = handle.points + sums.points
      FROM (SELECT value ->> 0 AS id, sum(value ->> 2) AS points FROM json_each(${toJson(list)}) GROUP BY 1) AS sums
      WHERE handle.id = sums.id
    `.execute(this.#db);
  }

  async #record(
    guildId: string,
    list: readonly PointsTaken[],
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<void> {
    await sql`
      INSERT INTO point_change (guild_id, handle_id, cause, amount, minute, at, ref)
      SELECT ${guildId}, value ->> 0, ${cause}, sum(value ->> 2), ${Math.floor(at / 60_000)}, ${at}, ${ref}
      FROM json_each(${toJson(list)}) GROUP BY value ->> 0
    `.execute(this.#db);
  }
}

type BalanceRow = Tables['handle_points'];

function toBalances(rows: readonly BalanceRow[]): readonly PointsTaken[] {
  return rows.flatMap((row) => {
    const origin = POINT_ORIGINS.find((each) => each === row.origin);
    return origin === undefined || row.points === 0 ? [] : [{ handleId: row.handle_id, origin, points: row.points }];
  });
}

function toJson(list: readonly PointsTaken[]): string {
  return JSON.stringify(list.map(({ handleId, origin, points }) => [handleId, origin, points]));
}

function negated(list: readonly PointsTaken[]): readonly PointsTaken[] {
  return list.map((each) => ({ ...each, points: -each.points }));
}

/** One entry per handle and origin, none of 0. */
function summed(earned: readonly Earned[]): readonly PointsTaken[] {
  const sums = new Map<string, PointsTaken>();
  for (const each of earned) {
    const key = `${each.handleId} ${each.origin}`;
    sums.set(key, { ...each, points: (sums.get(key)?.points ?? 0) + each.points });
  }
  return [...sums.values()].filter(({ points }) => points !== 0);
}
