import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Streak } from '../domain/gift.ts';
import type { GiftWrite, LedgerGift, PaidGift } from '../ports/live-store.ts';
import { lineOf } from './rows.ts';
import type { Tables } from './tables.ts';

/** A room is that of one show; only who leaves and enters it again and again has several sessions in it. */
const SESSIONS_LOOKED_AT = 10;

/** One row per streak and single gift. A settled row only grows, and a reversed one never changes again. */
export class GiftLedger {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async put(guildId: string, sessionId: number, gifts: readonly GiftWrite[]): Promise<readonly PaidGift[]> {
    const running = gifts.filter(({ settled }) => settled === null);
    const settled = gifts.filter((gift) => gift.settled !== null);
    // A streak that was settled and runs on stays as it was paid until it is settled again.
    if (running.length > 0) {
      await sql`${insert(guildId, sessionId, running, 'open')}
        ON CONFLICT (session_id, streak_key) DO UPDATE SET count = max(own.count, excluded.count),
          coins_each = max(own.coins_each, excluded.coins_each), name = excluded.name, last_at = excluded.last_at
        WHERE own.state = 'open'`.execute(this.#db);
    }
    return settled.length === 0 ? [] : this.#settle(guildId, sessionId, settled);
  }

  async setPoints(points: readonly { readonly giftId: number; readonly points: number }[]): Promise<void> {
    await sql`
      UPDATE gift SET points = p.value ->> 1
      FROM json_each(${JSON.stringify(points.map((each) => [each.giftId, each.points]))}) AS p
      WHERE gift.id = p.value ->> 0
    `.execute(this.#db);
  }

  async reverse(giftId: number, actor: string, at: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('gift')
      .set({ state: 'reversed', reversed_at: at, reversed_by: actor })
      .where('id', '=', giftId)
      .where('state', '=', 'settled')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async takeCoins(giftId: number): Promise<void> {
    await sql`
      UPDATE session_handle AS own SET coins = max(0, own.coins - g.count * g.coins_each),
        gifts = max(0, own.gifts - g.count)
      FROM gift g WHERE g.id = ${giftId} AND own.session_id = g.session_id AND own.handle_id = g.handle_id
    `.execute(this.#db);
    await this.#takeFromMinutes(giftId);
  }

  /** A streak that was settled more than once stands in several minutes: as much is taken as it put in, newest first. */
  async #takeFromMinutes(giftId: number): Promise<void> {
    const { rows } = await sql<{ session_id: number; minute: number; gifts: number; coins: number } & Worth>`
      SELECT own.session_id, own.minute, own.gifts, own.coins, g.count, g.count * g.coins_each AS worth
      FROM gift g JOIN session_minute own ON own.session_id = g.session_id
        AND own.minute BETWEEN g.opened_at / 60000 AND g.last_at / 60000
      WHERE g.id = ${giftId} ORDER BY own.minute DESC
    `.execute(this.#db);
    let [gifts, coins] = [rows[0]?.count ?? 0, rows[0]?.worth ?? 0];
    for (const row of rows) {
      const [lessGifts, lessCoins] = [Math.min(gifts, row.gifts), Math.min(coins, row.coins)];
      gifts -= lessGifts;
      coins -= lessCoins;
      await this.#db
        .updateTable('session_minute')
        .set({ gifts: row.gifts - lessGifts, coins: row.coins - lessCoins })
        .where('session_id', '=', row.session_id)
        .where('minute', '=', row.minute)
        .execute();
    }
  }

  async openStreaks(sessionId: number): Promise<readonly Streak[]> {
    const rows = await this.#db
      .selectFrom('gift')
      .innerJoin('handle', 'handle.id', 'gift.handle_id')
      .selectAll('gift')
      .select('handle.tiktok_user_id')
      .where('gift.session_id', '=', sessionId)
      .where('gift.state', '=', 'open')
      .orderBy('gift.last_at')
      .execute();
    return rows.map((row) => ({
      key: row.streak_key,
      userId: row.tiktok_user_id ?? '',
      giftId: row.tiktok_gift_id,
      giftName: row.name,
      coinsEach: row.coins_each,
      count: row.count,
      openedAt: row.opened_at,
      lastAt: row.last_at,
    }));
  }

  async streaksOfRoom(
    guildId: string,
    roomId: string,
    exceptSessionId: number | null,
    since: number,
  ): Promise<readonly Streak[]> {
    const { rows } = await sql<Streak>`
      WITH lately AS (SELECT * FROM session WHERE guild_id = ${guildId} ORDER BY id DESC LIMIT ${SESSIONS_LOOKED_AT})
      SELECT g.streak_key AS key, h.tiktok_user_id AS userId, g.tiktok_gift_id AS giftId, g.name AS giftName,
        max(g.coins_each) AS coinsEach, sum(g.count) AS count, min(g.opened_at) AS openedAt, max(g.last_at) AS lastAt
      FROM lately JOIN gift g ON g.session_id = lately.id JOIN handle h ON h.id = g.handle_id
      WHERE lately.room_id = ${roomId} AND lately.id IS NOT ${exceptSessionId} AND coalesce(lately.ended_at, ${since}) >= ${since}
        AND g.last_at >= ${since} AND g.state <> 'open' AND h.tiktok_user_id IS NOT NULL
      GROUP BY g.streak_key
    `.execute(this.#db);
    return rows;
  }

  async gift(guildId: string, giftId: number): Promise<LedgerGift | null> {
    return (await this.#ledger(sql`g.guild_id = ${guildId} AND g.id = ${giftId}`, 0, 1))[0] ?? null;
  }

  page(guildId: string, offset: number, limit: number): Promise<readonly LedgerGift[]> {
    return this.#ledger(sql`g.guild_id = ${guildId}`, offset, limit);
  }

  async newestOf(guildId: string, ownerId: string): Promise<LedgerGift | null> {
    const where = sql`g.guild_id = ${guildId} AND g.state = 'settled'
      AND g.session_id = (SELECT id FROM session WHERE guild_id = ${guildId} AND ended_at IS NULL)
      AND (h.linked_user_id = ${ownerId} OR (h.linked_user_id IS NULL AND h.id IN (
        SELECT handle_id FROM submission WHERE guild_id = ${guildId} AND owner_id = ${ownerId} AND priority < 9)))`;
    return (await this.#ledger(where, 0, 1))[0] ?? null;
  }

  async total(guildId: string): Promise<number> {
    const { total } = await this.#db
      .selectFrom('gift')
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .where('guild_id', '=', guildId)
      .executeTakeFirstOrThrow();
    return total;
  }

  async #settle(guildId: string, sessionId: number, gifts: readonly GiftWrite[]): Promise<readonly PaidGift[]> {
    const keys = JSON.stringify(gifts.map(({ key }) => key));
    const { rows: before } = await sql<{ key: string; count: number; coins_each: number }>`
      SELECT streak_key AS key, count, coins_each FROM gift
      WHERE session_id = ${sessionId} AND state = 'settled' AND streak_key IN (SELECT value FROM json_each(${keys}))
    `.execute(this.#db);
    const paid = new Map(before.map((row) => [row.key, row]));
    const { rows } = await sql<GiftRow>`${insert(guildId, sessionId, gifts, 'settled')}
      ON CONFLICT (session_id, streak_key) DO UPDATE SET count = max(own.count, excluded.count),
        coins_each = max(own.coins_each, excluded.coins_each), name = excluded.name, last_at = excluded.last_at,
        state = 'settled', settled_at = excluded.settled_at, settled_by = excluded.settled_by
      WHERE own.state <> 'reversed'
      RETURNING id, streak_key AS key, handle_id, name, count, coins_each, points`.execute(this.#db);
    return rows.flatMap((row) => {
      const had = paid.get(row.key);
      const coins = row.count * row.coins_each;
      const addedCount = row.count - (had?.count ?? 0);
      const addedCoins = coins - (had === undefined ? 0 : had.count * had.coins_each);
      if (addedCount === 0 && addedCoins === 0) return [];
      return [
        {
          ...{ giftId: row.id, key: row.key, handleId: row.handle_id, name: row.name, count: row.count },
          ...{ coins, addedCount, addedCoins, pointsBefore: row.points },
        },
      ];
    });
  }

  async #ledger(where: RawBuilder<unknown>, offset: number, limit: number): Promise<readonly LedgerGift[]> {
    const { rows } = await sql<LedgerRow>`
      SELECT g.id, g.session_id, g.handle_id, h.name AS handle, h.linked_user_id, g.name, g.count, g.coins_each, g.points,
        g.state, coalesce(g.settled_at, g.last_at) AS at, g.reversed_by,
        (SELECT json_group_array(json_array(s.public_id, m.to_line)) FROM move m JOIN submission s ON s.id = m.submission_id
          WHERE m.gift_id = g.id AND m.cause = 'gift') AS moved
      FROM gift g JOIN handle h ON h.id = g.handle_id
      WHERE ${where} ORDER BY g.id DESC LIMIT ${limit} OFFSET ${offset}
    `.execute(this.#db);
    return rows.map((row) => ({
      giftId: row.id,
      sessionId: row.session_id,
      handleId: row.handle_id,
      handle: row.handle,
      linkedUserId: row.linked_user_id,
      name: row.name,
      count: row.count,
      coins: row.count * row.coins_each,
      points: row.points,
      state: row.state,
      at: row.at,
      reversedBy: row.reversed_by,
      // Made by the query above.
      moved: (JSON.parse(row.moved) as [string, string][]).map(([publicId, to]) => ({ publicId, to: lineOf(to) })),
    }));
  }
}

interface GiftRow {
  readonly id: number;
  readonly key: string;
  readonly handle_id: number;
  readonly name: string;
  readonly count: number;
  readonly coins_each: number;
  readonly points: number;
}

interface Worth {
  readonly count: number;
  readonly worth: number;
}

interface LedgerRow extends Omit<GiftRow, 'key'> {
  readonly session_id: number;
  readonly handle: string;
  readonly linked_user_id: string | null;
  readonly state: LedgerGift['state'];
  readonly at: number;
  readonly reversed_by: string | null;
  readonly moved: string;
}

function insert(guildId: string, sessionId: number, gifts: readonly GiftWrite[], state: string): RawBuilder<unknown> {
  const list = gifts.map((gift) => [
    ...[gift.key, gift.handleId, gift.giftId, gift.giftName, gift.coinsEach, gift.count],
    ...[gift.openedAt, gift.lastAt, gift.settled?.at ?? null, gift.settled?.by ?? null],
  ]);
  return sql`
    INSERT INTO gift AS own (guild_id, session_id, state, streak_key, handle_id, tiktok_gift_id, name, coins_each, count,
      opened_at, last_at, settled_at, settled_by)
    SELECT ${guildId}, ${sessionId}, ${state}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
      value ->> 6, value ->> 7, value ->> 8, value ->> 9
    FROM json_each(${JSON.stringify(list)}) WHERE true`;
}
