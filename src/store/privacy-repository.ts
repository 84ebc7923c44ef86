import { type Kysely, sql } from 'kysely';
import { ERASED } from '../domain/submission.ts';
import { LIVE_WAITING_NOTE } from '../ports/note-store.ts';
import type { PrivacyStore } from '../ports/privacy-store.ts';
import type { Tables } from './tables.ts';

export class PrivacyRepository implements PrivacyStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async export(guildId: string, userId: string): Promise<Readonly<Record<string, readonly object[]>>> {
    const queries = {
      submissions: sql<object>`SELECT * FROM submission WHERE guild_id = ${guildId} AND owner_id = ${userId} ORDER BY id`,
      plays: sql<object>`SELECT p.* FROM play p JOIN submission s ON s.id = p.submission_id
        WHERE s.guild_id = ${guildId} AND s.owner_id = ${userId} ORDER BY p.id`,
      moves: sql<object>`SELECT m.* FROM move m JOIN submission s ON s.id = m.submission_id
        WHERE s.guild_id = ${guildId} AND s.owner_id = ${userId} ORDER BY m.id`,
      coinsHeld: sql<object>`SELECT c.* FROM coin_hold c JOIN submission s ON s.id = c.submission_id
        WHERE s.guild_id = ${guildId} AND s.owner_id = ${userId} ORDER BY c.submission_id`,
      handles: sql<object>`SELECT * FROM handle WHERE guild_id = ${guildId} AND linked_user_id = ${userId} ORDER BY id`,
      points: sql<object>`SELECT c.* FROM point_change c JOIN handle h ON h.id = c.handle_id
        WHERE h.guild_id = ${guildId} AND h.linked_user_id = ${userId} ORDER BY c.id`,
      shows: sql<object>`SELECT sh.* FROM session_handle sh JOIN handle h ON h.id = sh.handle_id
        WHERE h.guild_id = ${guildId} AND h.linked_user_id = ${userId} ORDER BY sh.session_id`,
      gifts: sql<object>`SELECT g.* FROM gift g JOIN handle h ON h.id = g.handle_id
        WHERE h.guild_id = ${guildId} AND h.linked_user_id = ${userId} ORDER BY g.id`,
      proofs: sql<object>`SELECT * FROM handle_proof WHERE guild_id = ${guildId} AND user_id = ${userId}`,
      preferences: sql<object>`SELECT * FROM member_pref WHERE guild_id = ${guildId} AND user_id = ${userId}`,
      notices: sql<object>`SELECT * FROM outbox WHERE guild_id = ${guildId} AND target ->> 'userId' = ${userId} ORDER BY id`,
      staffActions: sql<object>`SELECT * FROM audit WHERE guild_id = ${guildId}
        AND (actor = ${userId} OR target = ${userId}) ORDER BY id`,
    };
    const found: Record<string, readonly object[]> = {};
    for (const [name, query] of Object.entries(queries)) found[name] = (await query.execute(this.#db)).rows;
    return found;
  }

  async erase(guildId: string, userId: string): Promise<{ readonly submissions: number; readonly rows: number }> {
    // Files that nobody else has sent too are old at once: the next clean-up takes them.
    await this.#change(sql`
      UPDATE media SET used_at = 0, tags = NULL
      WHERE sha256 IN (SELECT sha256 FROM submission WHERE guild_id = ${guildId} AND owner_id = ${userId})
        AND NOT EXISTS (SELECT 1 FROM submission s
          WHERE s.sha256 = media.sha256 AND NOT (s.guild_id = ${guildId} AND s.owner_id = ${userId}))`);
    await this.#change(sql`
      UPDATE play SET shown = json_set(shown, '$.handle', NULL)
      WHERE submission_id IN (SELECT id FROM submission WHERE guild_id = ${guildId} AND owner_id = ${userId})`);
    const submissions = await this.#change(sql`
      UPDATE submission SET owner_id = ${ERASED}, owner_name = ${ERASED}, artist = ${ERASED}, title = ${ERASED},
        note = NULL, sha256 = NULL, file_name = NULL, url = NULL, normalized_url = NULL, handle_id = NULL, hidden = 1
      WHERE guild_id = ${guildId} AND owner_id = ${userId}`);
    const others = [
      sql`UPDATE handle SET linked_user_id = NULL, linked_at = NULL, proven = 0
        WHERE guild_id = ${guildId} AND linked_user_id = ${userId}`,
      sql`DELETE FROM handle_proof WHERE guild_id = ${guildId} AND user_id = ${userId}`,
      sql`DELETE FROM member_pref WHERE guild_id = ${guildId} AND user_id = ${userId}`,
      sql`DELETE FROM outbox WHERE guild_id = ${guildId} AND target ->> 'userId' = ${userId}`,
      // As staff: whose points they reset, and what they bookmarked.
      ...((await this.#resetPoints(guildId, userId))
        ? [
            sql`UPDATE point_change SET ref = ${`staff:${ERASED}`}
            WHERE guild_id = ${guildId} AND ref = ${`staff:${userId}`}`,
          ]
        : []),
      sql`UPDATE outbox SET notice = json_set(notice, '$.by', ${ERASED})
        WHERE guild_id = ${guildId} AND notice ->> 'by' = ${userId}`,
      sql`UPDATE play SET by_user = ${ERASED} WHERE guild_id = ${guildId} AND by_user = ${userId}`,
      sql`UPDATE move SET actor = ${ERASED} WHERE guild_id = ${guildId} AND actor = ${userId}`,
      sql`UPDATE audit SET actor = ${ERASED} WHERE guild_id = ${guildId} AND actor = ${userId}`,
      sql`UPDATE audit SET target = ${ERASED}, before = NULL, after = NULL
        WHERE guild_id = ${guildId} AND target = ${userId}`,
      // What staff did about the member by name of something else, such as a handle that was theirs.
      sql`UPDATE audit SET before = replace(before, ${userId}, ${ERASED}), after = replace(after, ${userId}, ${ERASED})
        WHERE guild_id = ${guildId} AND (instr(before, ${userId}) > 0 OR instr(after, ${userId}) > 0)`,
      sql`UPDATE session SET asked_by = ${ERASED} WHERE guild_id = ${guildId} AND asked_by = ${userId}`,
      sql`UPDATE kv SET value = json_set(value, '$.askedBy', ${ERASED})
        WHERE key = ${LIVE_WAITING_NOTE + guildId} AND value ->> 'askedBy' = ${userId}`,
      sql`UPDATE gift SET reversed_by = ${ERASED} WHERE guild_id = ${guildId} AND reversed_by = ${userId}`,
    ];
    let rows = submissions;
    for (const statement of others) rows += await this.#change(statement);
    return { submissions, rows };
  }

  /** The ledger of points is the longest table of all: it is looked through only for who stands in it. */
  async #resetPoints(guildId: string, userId: string): Promise<boolean> {
    const { rows } = await sql`
      SELECT 1 FROM audit WHERE guild_id = ${guildId} AND actor = ${userId} AND action GLOB 'points.reset-*' LIMIT 1
    `.execute(this.#db);
    return rows.length > 0;
  }

  async #change(statement: ReturnType<typeof sql>): Promise<number> {
    const { numAffectedRows } = await statement.execute(this.#db);
    return Number(numAffectedRows ?? 0n);
  }
}
