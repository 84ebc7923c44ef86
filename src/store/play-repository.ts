import type { Kysely } from 'kysely';
import type { NewPlay, Play, PlayStore } from '../ports/play-store.ts';
import { toPlay } from './rows.ts';
import type { Tables } from './tables.ts';

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
    const row = await this.#db
      .selectFrom('play')
      .selectAll()
      .where('guild_id', '=', guildId)
      .where('undone_at', 'is', null)
      .orderBy('id', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row === undefined ? null : toPlay(row);
  }

  async onAir(guildId: string): Promise<Play | null> {
    const newest = await this.newest(guildId);
    return newest !== null && newest.endedAt === null ? newest : null;
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

  async durations(guildId: string, sessionId: number | null, since: number, limit: number): Promise<readonly number[]> {
    const rows = await this.#db
      .selectFrom('play')
      .select(['started_at', 'ended_at'])
      .where('guild_id', '=', guildId)
      .where('session_id', 'is', sessionId)
      .where('undone_at', 'is', null)
      .where('ended_at', 'is not', null)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    // Not a condition of the query: that would search the whole past for enough young plays.
    return rows
      .filter((row) => sessionId !== null || row.started_at >= since)
      .map((row) => Math.max(0, (row.ended_at ?? row.started_at) - row.started_at));
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
}
