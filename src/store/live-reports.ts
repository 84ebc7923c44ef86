import { type Kysely, sql } from 'kysely';
import type { MinuteSums, SessionGap, SessionSong, SessionTotals, SessionViewer } from '../ports/live-store.ts';
import type { Tables } from './tables.ts';

/** What one show adds up to. */
export class LiveReports {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async gaps(sessionId: number): Promise<readonly SessionGap[]> {
    const rows = await this.#db
      .selectFrom('session_gap')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('from_at')
      .execute();
    return rows.map((row) => ({ fromAt: row.from_at, toAt: row.to_at, cause: row.cause }));
  }

  async counts(sessionId: number): Promise<Readonly<Record<string, number>>> {
    const rows = await this.#db
      .selectFrom('session_count')
      .select(['kind', 'events'])
      .where('session_id', '=', sessionId)
      .execute();
    return Object.fromEntries(rows.map((row) => [row.kind, row.events]));
  }

  async minutes(sessionId: number): Promise<readonly MinuteSums[]> {
    const rows = await this.#db
      .selectFrom('session_minute')
      .selectAll()
      .where('session_id', '=', sessionId)
      .orderBy('minute')
      .execute();
    return rows.map((row) => ({
      minute: row.minute,
      viewersSum: row.viewers_sum,
      viewersN: row.viewers_n,
      viewersMax: row.viewers_max,
      likes: row.likes,
      comments: row.comments,
      shares: row.shares,
      follows: row.follows,
      subscribes: row.subscribes,
      gifts: row.gifts,
      coins: row.coins,
      joins: row.joins,
    }));
  }

  async totals(sessionId: number): Promise<SessionTotals> {
    const { rows } = await sql<Record<keyof SessionTotals, number | null>>`
      SELECT sum(likes) AS likes, sum(comments) AS comments, sum(shares) AS shares, sum(follows) AS follows,
        sum(subscribes) AS subscribes, sum(gifts) AS gifts, sum(coins) AS coins, sum(joins) AS joins
      FROM session_minute WHERE session_id = ${sessionId}
    `.execute(this.#db);
    const sums = rows[0];
    return {
      likes: sums?.likes ?? 0,
      comments: sums?.comments ?? 0,
      shares: sums?.shares ?? 0,
      follows: sums?.follows ?? 0,
      subscribes: sums?.subscribes ?? 0,
      gifts: sums?.gifts ?? 0,
      coins: sums?.coins ?? 0,
      joins: sums?.joins ?? 0,
    };
  }

  async viewers(sessionId: number): Promise<readonly SessionViewer[]> {
    const rows = await this.#db
      .selectFrom('session_handle')
      .innerJoin('handle', 'handle.id', 'session_handle.handle_id')
      .selectAll('session_handle')
      .select(['handle.name', 'handle.nickname', 'handle.linked_user_id'])
      .where('session_handle.session_id', '=', sessionId)
      .execute();
    return rows.map((row) => ({
      handle: row.name,
      nickname: row.nickname,
      linkedUserId: row.linked_user_id,
      firstAt: row.first_at,
      lastAt: row.last_at,
      likes: row.likes,
      comments: row.comments,
      shares: row.shares,
      follows: row.follows,
      subscribes: row.subscribes,
      gifts: row.gifts,
      coins: row.coins,
    }));
  }

  async songs(sessionId: number): Promise<readonly SessionSong[]> {
    const rows = await this.#db
      .selectFrom('play')
      .innerJoin('submission', 'submission.id', 'play.submission_id')
      .select(['play.started_at', 'submission.public_id', 'submission.artist', 'submission.title'])
      .where('play.session_id', '=', sessionId)
      .where('play.undone_at', 'is', null)
      .orderBy('play.id')
      .execute();
    return rows.map((row) => ({ at: row.started_at, publicId: row.public_id, artist: row.artist, title: row.title }));
  }

  async followers(sessionId: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('session_handle')
      .innerJoin('handle', 'handle.id', 'session_handle.handle_id')
      .select('handle.tiktok_user_id')
      .where('session_handle.session_id', '=', sessionId)
      .where('session_handle.follows', '>', 0)
      .where('handle.tiktok_user_id', 'is not', null)
      .execute();
    return rows.map((row) => row.tiktok_user_id ?? '');
  }
}
