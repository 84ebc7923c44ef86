import { type Kysely, sql } from 'kysely';
import type { CoinStore, CoinsTaken } from '../ports/coin-store.ts';
import { COINS_ELSEWHERE, COINS_LEFT, COUNTS_FOR_OWNER, STANDING_MOVE, STAYS_BEHIND } from './live-purses.ts';
import type { Tables } from './tables.ts';

/** Coins as the queue sees them: who has some left, and using up those that moved a song. */
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
    const { rows } = await sql<{ id: number; coins: number | null }>`
      SELECT s.id, CASE
        WHEN s.id = (SELECT n.id FROM submission n WHERE n.guild_id = s.guild_id AND n.owner_id = s.owner_id
          AND n.priority < 9 ORDER BY n.submitted_at DESC, n.id DESC LIMIT 1)
        THEN s.coins - ${COINS_ELSEWHERE}
        ELSE (SELECT m.coins FROM move m WHERE ${STANDING_MOVE} AND m.at >= live.started_at)
      END AS coins
      FROM (SELECT s.*, ${COINS_LEFT} AS coins FROM submission s
        JOIN session live ON live.guild_id = s.guild_id AND live.ended_at IS NULL
        WHERE s.id IN (SELECT value FROM json_each(${JSON.stringify(submissionIds)}))) s
      JOIN session live ON live.guild_id = s.guild_id AND live.ended_at IS NULL
      WHERE s.coins > 0
    `.execute(this.db);
    return new Map(rows.flatMap(({ id, coins }) => (coins !== null && coins > 0 ? [[id, coins]] : [])));
  }

  /**
   * The coins behind the move that led to where it stands, as far as its owner's handles still have them, and first of
   * all the handle whose gift it was: its owner may have let go of it. A move of an earlier show costs nothing any more:
   * its coins ended with it.
   */
  async consumeCoins(submissionId: number): Promise<readonly CoinsTaken[]> {
    const { rows } = await sql<{ session_id: number; handle_id: number; left: number; wanted: number }>`
      WITH standing AS (
        SELECT live.id AS session_id, s.id, m.coins, m.gift_id FROM submission s JOIN move m ON ${STANDING_MOVE}
        JOIN session live ON live.guild_id = s.guild_id AND live.ended_at IS NULL AND live.started_at <= m.at
        WHERE s.id = ${submissionId}),
      giver AS (
        SELECT h.id FROM standing JOIN submission o ON o.id = standing.id
        JOIN gift g ON g.id = standing.gift_id AND g.session_id = standing.session_id
        JOIN handle h ON h.id = g.handle_id WHERE ${STAYS_BEHIND})
      SELECT sh.session_id, sh.handle_id, sh.coins - sh.coins_used AS left, standing.coins AS wanted FROM standing
      JOIN session_handle sh ON sh.session_id = standing.session_id AND sh.coins > sh.coins_used AND sh.handle_id IN (
        SELECT id FROM giver UNION SELECT h.id FROM submission s JOIN handle h ON ${COUNTS_FOR_OWNER}
        WHERE s.id = ${submissionId})
      ORDER BY sh.handle_id NOT IN (SELECT id FROM giver), sh.coins - sh.coins_used DESC, sh.handle_id
    `.execute(this.db);
    let wanted = rows[0]?.wanted ?? 0;
    const taken: CoinsTaken[] = [];
    for (const row of rows) {
      const coins = Math.min(wanted, row.left);
      if (coins <= 0) break;
      wanted -= coins;
      taken.push({ sessionId: row.session_id, handleId: row.handle_id, coins });
    }
    await this.#use(taken, 1);
    return taken;
  }

  async returnCoins(taken: readonly CoinsTaken[]): Promise<void> {
    await this.#use(taken, -1);
  }

  async #use(taken: readonly CoinsTaken[], sign: 1 | -1): Promise<void> {
    for (const { sessionId, handleId, coins } of taken) {
      await this.db
        .updateTable('session_handle')
        .set((eb) => ({ coins_used: eb('coins_used', '+', sign * coins) }))
        .where('session_id', '=', sessionId)
        .where('handle_id', '=', handleId)
        .execute();
    }
  }
}
