import { type Kysely, type Selectable, sql } from 'kysely';
import type { NewPlay, Play, PlayPace, PlayStore } from '../ports/play-store.ts';
import { toPlay } from './rows.ts';
import type { PlayTable, Tables } from './tables.ts';

/** Plays that may still be undone: nobody takes back more, one after the other. */
const UNDONE_MOST = 100;

export class PlayRepository implements PlayStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async get(id: number): Promise<Play | null> {
    const row = await this.#db.selectFrom('play').selectAll().where('id', '=', id).executeTakeFirst();
    return row === undefined ? null : toPlay(row);
  }

  async newest(guildId: string): Promise<Play | null> {
    const { rows } = await sql<Selectable<PlayTable>>`
      SELECT * FROM play WHERE guild_id = ${guildId} AND undone_at IS NULL ORDER BY id DESC LIMIT 1
    `.execute(this.#db);
    return rows[0] === undefined ? null : toPlay(rows[0]);
  }

  async onAir(guildId: string): Promise<Play | null> {
    const newest = await this.newest(guildId);
    return newest !== null && newest.endedAt === null ? newest : null;
  }

  async since(guildId: string, at: number): Promise<readonly Play[]> {
    const { rows } = await sql<Selectable<PlayTable>>`
      SELECT * FROM (SELECT * FROM play WHERE guild_id = ${guildId} AND undone_at IS NULL ORDER BY id DESC LIMIT ${UNDONE_MOST})
      WHERE started_at >= ${at} ORDER BY id
    `.execute(this.#db);
    return rows.map(toPlay);
  }

  async ofSubmission(submissionId: number): Promise<Play | null> {
    const row = await this.#db
      .selectFrom('play')
      .selectAll()
      .where('submission_id', '=', submissionId)
      .where('undone_at', 'is', null)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : toPlay(row);
  }

  async startedAt(submissionIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    if (submissionIds.length === 0) return new Map();
    const { rows } = await sql<{ id: number; submission_id: number; started_at: number }>`
      SELECT id, submission_id, started_at FROM play
      WHERE submission_id IN (SELECT value FROM json_each(${JSON.stringify(submissionIds)})) AND undone_at IS NULL
    `.execute(this.#db);
    return new Map(rows.sort((a, b) => a.id - b.id).map((row) => [row.submission_id, row.started_at]));
  }

  async pace(guildId: string, since: number, limit: number): Promise<PlayPace> {
    const { rows } = await sql<Selectable<PlayTable> & { is_newest: number }>`
      SELECT *, 1 AS is_newest FROM (
        SELECT * FROM play WHERE guild_id = ${guildId} AND undone_at IS NULL ORDER BY id DESC LIMIT 1)
      UNION ALL
      SELECT *, 0 FROM (
        SELECT * FROM play WHERE guild_id = ${guildId} AND undone_at IS NULL AND ended_at IS NOT NULL
          AND session_id IS (SELECT id FROM session WHERE guild_id = ${guildId} AND ended_at IS NULL)
        ORDER BY id DESC LIMIT ${limit})
    `.execute(this.#db);
    const row = rows.find((each) => each.is_newest === 1);
    const newest = row === undefined ? null : toPlay(row);
    return {
      newest,
      onAir: newest !== null && newest.endedAt === null ? newest : null,
      // Not a condition of the query: that would search the whole past for enough young plays.
      durations: rows
        .filter((row) => row.is_newest === 0 && (row.session_id !== null || row.started_at >= since))
        .map((row) => Math.max(0, (row.ended_at ?? row.started_at) - row.started_at)),
    };
  }

  async countOf(guildId: string, ownerId: string): Promise<number> {
    const { played } = await this.#db
      .selectFrom('play')
      .innerJoin('submission', 'submission.id', 'play.submission_id')
      .select((eb) => eb.fn.countAll<number>().as('played'))
      .where('submission.guild_id', '=', guildId)
      .where('submission.owner_id', '=', ownerId)
      .where('play.undone_at', 'is', null)
      .executeTakeFirstOrThrow();
    return played;
  }

  async add(play: NewPlay): Promise<Play> {
    const { insertId } = await this.#db
      .insertInto('play')
      .values({
        guild_id: play.guildId,
        submission_id: play.submissionId,
        session_id: play.sessionId,
        started_at: play.startedAt,
        by_user: play.byUserId,
        from_line: play.fromLine,
        from_rank: play.fromRank,
        score: play.score,
        points_taken: JSON.stringify(play.pointsTaken),
        coins_taken: JSON.stringify(play.coinsTaken),
        shown: JSON.stringify(play.shown),
        replaced_play_id: play.replacedPlayId,
      })
      .executeTakeFirstOrThrow();
    return { ...play, id: Number(insertId), endedAt: null, undoneAt: null };
  }

  async end(id: number, at: number): Promise<void> {
    await this.#db.updateTable('play').set({ ended_at: at }).where('id', '=', id).execute();
  }

  async reopen(id: number): Promise<void> {
    await this.#db.updateTable('play').set({ ended_at: null }).where('id', '=', id).execute();
  }

  async undo(id: number, at: number): Promise<void> {
    await this.#db.updateTable('play').set({ undone_at: at, ended_at: at }).where('id', '=', id).execute();
  }

  async forgetPoints(guildId: string, handleIds: readonly number[] | 'all'): Promise<void> {
    const kept =
      handleIds === 'all'
        ? sql`'[]'`
        : sql`(SELECT json_group_array(json(taken.value)) FROM json_each(points_taken) AS taken
            WHERE taken.value ->> 'handleId' NOT IN (SELECT value FROM json_each(${JSON.stringify(handleIds)})))`;
    await sql`
      UPDATE play SET points_taken = ${kept} WHERE points_taken <> '[]' AND id IN (
        SELECT id FROM play WHERE guild_id = ${guildId} ORDER BY id DESC LIMIT ${UNDONE_MOST})
    `.execute(this.#db);
  }

  async setTaken(id: number, { coinsTaken, pointsTaken }: Pick<Play, 'coinsTaken' | 'pointsTaken'>): Promise<void> {
    await this.#db
      .updateTable('play')
      .set({ coins_taken: JSON.stringify(coinsTaken), points_taken: JSON.stringify(pointsTaken) })
      .where('id', '=', id)
      .execute();
  }
}
