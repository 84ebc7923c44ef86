import { type Kysely, sql } from 'kysely';
import type { CoinStore, HandleCoins, Purse } from '../ports/coin-store.ts';
import type { Tables } from './tables.ts';

/**
 * Handle `h` counts for the owner of song `s`: all handles linked to them, or, while none is, the one named with the
 * song as long as it is nobody's.
 */
const COUNTS_FOR_OWNER = sql`
  h.guild_id = s.guild_id AND (h.linked_user_id = s.owner_id OR (h.id = s.handle_id AND h.linked_user_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM handle other WHERE other.guild_id = s.guild_id AND other.linked_user_id = s.owner_id)))`;

/**
 * Coins of handle `h` may stand behind song `s`, whoever links the handle after they moved it. Not so if the song only
 * named a handle that somebody else linked, or if somebody else proved that it is theirs; the trigger `coin_hold_on_link`
 * sees to that.
 */
const STAYS_BEHIND = sql`
  (h.linked_user_id IS NULL OR h.linked_user_id = s.owner_id OR (h.proven = 0 AND s.handle_id IS NOT h.id))`;

/** What `sh`, a handle's part in a session, has free. */
const FREE = sql`
  sh.coins - sh.coins_used - (SELECT coalesce(sum(held.coins), 0) FROM coin_hold held
    WHERE held.handle_id = sh.handle_id AND held.session_id = sh.session_id)`;

/** Which coins are free, which song holds which, and which are used up. */
export class CoinRepository implements CoinStore {
  protected readonly db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.db = db;
  }

  async openSessionId(guildId: string): Promise<number | null> {
    const row = await this.db
      .selectFrom('session')
      .select('id')
      .where('guild_id', '=', guildId)
      .where('ended_at', 'is', null)
      .executeTakeFirst();
    return row?.id ?? null;
  }

  async creditors(guildId: string): Promise<readonly string[]> {
    const { rows } = await sql<{ owner: string }>`
      WITH gifter AS (
        SELECT h.id, h.linked_user_id FROM session live
        JOIN session_handle sh ON sh.session_id = live.id AND sh.coins > sh.coins_used
        JOIN handle h ON h.id = sh.handle_id
        WHERE live.guild_id = ${guildId} AND live.ended_at IS NULL)
      SELECT s.owner_id AS owner FROM gifter
      JOIN submission s ON s.guild_id = ${guildId} AND s.owner_id = gifter.linked_user_id AND s.priority < 9
      UNION
      SELECT s.owner_id FROM gifter
      JOIN submission s ON s.handle_id = gifter.id AND s.priority < 9 WHERE gifter.linked_user_id IS NULL
    `.execute(this.db);
    return rows.map((row) => row.owner);
  }

  async coinsBehind(submissionIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const { rows } = await sql<{ id: number; coins: number }>`
      SELECT s.id,
        (SELECT coalesce(sum(own.coins), 0) FROM coin_hold own WHERE own.submission_id = s.id AND own.session_id = live.id)
        + CASE WHEN s.id = (SELECT n.id FROM submission n WHERE n.guild_id = s.guild_id AND n.owner_id = s.owner_id
            AND n.priority < 9 ORDER BY n.submitted_at DESC, n.id DESC LIMIT 1)
          THEN (SELECT coalesce(sum(${FREE}), 0) FROM handle h
            JOIN session_handle sh ON sh.session_id = live.id AND sh.handle_id = h.id WHERE ${COUNTS_FOR_OWNER})
          ELSE 0 END AS coins
      FROM submission s JOIN session live ON live.guild_id = s.guild_id AND live.ended_at IS NULL
      WHERE s.id IN (SELECT value FROM json_each(${JSON.stringify(submissionIds)}))
    `.execute(this.db);
    return new Map(rows.flatMap(({ id, coins }) => (coins > 0 ? [[id, coins]] : [])));
  }

  async purse(submissionId: number, sessionId: number): Promise<Purse> {
    const { rows } = await sql<{ handleId: number; coins: number; isHeld: number }>`
      SELECT handle_id AS handleId, coins, 1 AS isHeld FROM coin_hold
      WHERE submission_id = ${submissionId} AND session_id = ${sessionId}
      UNION ALL
      SELECT sh.handle_id, ${FREE} AS coins, 0 FROM submission s JOIN handle h ON ${COUNTS_FOR_OWNER}
      JOIN session_handle sh ON sh.session_id = ${sessionId} AND sh.handle_id = h.id
      WHERE s.id = ${submissionId} AND ${FREE} > 0
      ORDER BY 2 DESC, 1
    `.execute(this.db);
    const those = (isHeld: number) =>
      rows
        .filter((row) => row.isHeld === isHeld)
        .map(({ handleId, coins }): HandleCoins => ({ sessionId, handleId, coins }));
    return { held: those(1), free: those(0) };
  }

  async holders(giftId: number): Promise<readonly number[]> {
    const { rows } = await sql<{ id: number }>`
      SELECT c.submission_id AS id FROM gift g
      JOIN coin_hold c ON c.handle_id = g.handle_id AND c.session_id = g.session_id WHERE g.id = ${giftId}
      ORDER BY EXISTS (SELECT 1 FROM move m WHERE m.gift_id = g.id AND m.submission_id = c.submission_id) DESC,
        (SELECT max(m.id) FROM move m WHERE m.submission_id = c.submission_id AND m.cause IN ('gift', 'reverse')) DESC
    `.execute(this.db);
    return rows.map(({ id }) => id);
  }

  async overdrawn(giftId: number): Promise<number> {
    const { rows } = await sql<{ free: number }>`
      SELECT ${FREE} AS free FROM gift g
      JOIN session_handle sh ON sh.session_id = g.session_id AND sh.handle_id = g.handle_id WHERE g.id = ${giftId}
    `.execute(this.db);
    return Math.max(0, -(rows[0]?.free ?? 0));
  }

  async hold(submissionId: number, coins: readonly HandleCoins[]): Promise<void> {
    await this.#release(submissionId);
    const list = JSON.stringify(coins.map((each) => [each.sessionId, each.handleId, each.coins]));
    await sql`
      INSERT INTO coin_hold (submission_id, session_id, handle_id, coins)
      SELECT s.id, sh.session_id, sh.handle_id, min(sum(asked.value ->> 2), ${FREE}) AS holds
      FROM json_each(${list}) AS asked JOIN submission s ON s.id = ${submissionId}
      JOIN session_handle sh ON sh.session_id = asked.value ->> 0 AND sh.handle_id = asked.value ->> 1
      JOIN handle h ON h.id = sh.handle_id
      WHERE ${STAYS_BEHIND} GROUP BY s.id, sh.session_id, sh.handle_id HAVING holds > 0
    `.execute(this.db);
  }

  async useUp(submissionId: number): Promise<readonly HandleCoins[]> {
    const used = await this.#release(submissionId);
    await this.#use(used, 1);
    return used;
  }

  async giveBack(coins: readonly HandleCoins[]): Promise<void> {
    await this.#use(coins, -1);
  }

  async #release(submissionId: number): Promise<readonly HandleCoins[]> {
    const { rows } = await sql<HandleCoins>`
      DELETE FROM coin_hold WHERE submission_id = ${submissionId}
      RETURNING session_id AS sessionId, handle_id AS handleId, coins
    `.execute(this.db);
    return rows;
  }

  async #use(taken: readonly HandleCoins[], sign: 1 | -1): Promise<void> {
    for (const { sessionId, handleId, coins } of taken) {
      await sql`
        UPDATE session_handle SET coins_used = max(0, coins_used + ${sign * coins})
        WHERE session_id = ${sessionId} AND handle_id = ${handleId}
      `.execute(this.db);
    }
  }
}
