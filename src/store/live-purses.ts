import { type Kysely, sql } from 'kysely';
import { isWaiting } from '../domain/submission.ts';
import type { Commitment, GiftTarget, Purse } from '../ports/live-store.ts';
import { lineOf } from './rows.ts';
import type { Tables } from './tables.ts';

/** The newest move that coins made of song `s` (or that took some of them back), if the song still stands where it led. */
export const STANDING_MOVE = sql`
  m.id = (SELECT max(id) FROM move WHERE submission_id = s.id AND cause IN ('gift', 'reverse'))
  AND m.to_line = s.line AND m.to_rank = s.rank AND m.coins > 0`;

/**
 * Handle `h` counts for the owner of song `s`: all handles linked to them, or, while none is, the one named with the
 * song as long as it is nobody's.
 */
export const COUNTS_FOR_OWNER = sql`
  h.guild_id = s.guild_id AND (h.linked_user_id = s.owner_id OR (h.id = s.handle_id AND h.linked_user_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM handle other WHERE other.guild_id = s.guild_id AND other.linked_user_id = s.owner_id)))`;

/**
 * A gift of handle `h` that moved song `o` stays behind it, whoever links the handle afterwards. Not so if the song only
 * named a handle that somebody else linked, or if somebody else proved that it is theirs.
 */
export const STAYS_BEHIND = sql`
  (h.linked_user_id IS NULL OR h.linked_user_id = o.owner_id OR (h.proven = 0 AND o.handle_id IS NOT h.id))`;

/** Coins of handle `h` in the show `live` that keep waiting songs of other members than the owner of song `s` where they are. */
const COINS_FOR_OTHERS = sql`
  (SELECT coalesce(sum(m.coins), 0) FROM gift g JOIN move m ON m.gift_id = g.id JOIN submission o ON o.id = m.submission_id
    WHERE g.handle_id = h.id AND g.session_id = live.id AND o.priority < 9 AND o.owner_id <> s.owner_id
      AND m.id = (SELECT max(id) FROM move WHERE submission_id = o.id AND cause IN ('gift', 'reverse'))
      AND m.to_line = o.line AND m.to_rank = o.rank AND m.coins > 0 AND ${STAYS_BEHIND})`;

/** Coins of the show `live` that the owner of song `s` has left: neither used up nor behind a song of somebody else. */
export const COINS_LEFT = sql`
  (SELECT coalesce(sum(sh.coins - sh.coins_used - min(${COINS_FOR_OTHERS}, max(0, sh.coins - sh.coins_used))), 0)
    FROM handle h JOIN session_handle sh ON sh.session_id = live.id AND sh.handle_id = h.id WHERE ${COUNTS_FOR_OWNER})`;

/** Coins of the show `live` that keep other waiting songs of the owner of song `s` where they are. */
export const COINS_ELSEWHERE = sql`
  (SELECT coalesce(sum(m.coins), 0) FROM submission o JOIN move m
      ON m.id = (SELECT max(id) FROM move WHERE submission_id = o.id AND cause IN ('gift', 'reverse'))
      AND m.to_line = o.line AND m.to_rank = o.rank AND m.coins > 0 AND m.at >= live.started_at
    WHERE o.guild_id = s.guild_id AND o.owner_id = s.owner_id AND o.id <> s.id AND o.priority < 9)`;

/** Whose coins move which song, and how many there are. */
export class LivePurses {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async targets(handleIds: readonly number[]): Promise<readonly GiftTarget[]> {
    const { rows } = await sql<{ handle: number; song: number; named: number }>`
      WITH asked AS (SELECT h.* FROM handle h WHERE h.id IN (SELECT value FROM json_each(${JSON.stringify(handleIds)})))
      SELECT h.id AS handle, 0 AS named, (
        SELECT s.id FROM submission s WHERE s.guild_id = h.guild_id AND s.owner_id = h.linked_user_id AND s.priority < 9
        ORDER BY s.submitted_at DESC, s.id DESC LIMIT 1) AS song
      FROM asked h WHERE h.linked_user_id IS NOT NULL AND song IS NOT NULL
      UNION ALL
      SELECT h.id, 1, (
        SELECT s.id FROM submission s WHERE s.handle_id = h.id AND s.priority < 9
          AND NOT EXISTS (SELECT 1 FROM handle o WHERE o.guild_id = s.guild_id AND o.linked_user_id = s.owner_id)
        ORDER BY s.submitted_at DESC, s.id DESC LIMIT 1) AS song
      FROM asked h WHERE h.linked_user_id IS NULL AND song IS NOT NULL
    `.execute(this.#db);
    return rows.map((row) => ({ handleId: row.handle, submissionId: row.song, isNamed: row.named === 1 }));
  }

  async purse(submissionId: number): Promise<Purse> {
    const { rows } = await sql<{ coins: number; committed: number }>`
      SELECT ${COINS_LEFT} AS coins, ${COINS_ELSEWHERE} AS committed
      FROM submission s JOIN session live ON live.guild_id = s.guild_id AND live.ended_at IS NULL
      WHERE s.id = ${submissionId}
    `.execute(this.#db);
    return rows[0] ?? { coins: 0, committed: 0 };
  }

  async commitments(guildId: string, ownerId: string, sessionId: number): Promise<readonly Commitment[]> {
    const { rows } = await sql<{ id: number; line: string; coins: number }>`
      SELECT s.id, s.line, m.coins FROM submission s JOIN move m ON ${STANDING_MOVE}
      JOIN session live ON live.id = ${sessionId} AND m.at >= live.started_at
        AND m.at <= coalesce(live.ended_at, m.at)
      WHERE s.guild_id = ${guildId} AND s.owner_id = ${ownerId} AND s.priority < 9
      ORDER BY m.id DESC
    `.execute(this.#db);
    return rows.flatMap((row) => {
      const line = lineOf(row.line);
      return isWaiting(line) ? [{ submissionId: row.id, line, coins: row.coins }] : [];
    });
  }

  async waitingScore(guildId: string): Promise<number> {
    const { rows } = await sql<{ score: number }>`
      SELECT coalesce(sum(score), 0) AS score FROM submission WHERE guild_id = ${guildId} AND priority < 9
    `.execute(this.#db);
    return rows[0]?.score ?? 0;
  }
}
