import { type Kysely, sql } from 'kysely';
import type { GiftTarget } from '../ports/live-store.ts';
import type { Tables } from './tables.ts';

/** Whose gifts move which song. */
export class GiftTargets {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async of(handleIds: readonly number[]): Promise<readonly GiftTarget[]> {
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
}
