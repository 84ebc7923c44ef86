import { type Kysely, sql } from 'kysely';
import { handleKey } from '../domain/handle.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { LiveSums, MinuteSums, ViewerSums } from '../ports/live-store.ts';
import type { Tables } from './tables.ts';

/** Message ids kept per session for a restart; TikTok replays some dozens. */
const MESSAGES_KEPT = 5_000;

/** Writes what a batch of LIVE events adds up to. Rows go in as JSON, so that a batch of any size costs the same few statements. */
export class LiveSumsWriter {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async meet(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, number>> {
    const ids = JSON.stringify(users.map(({ userId }) => userId));
    const { rows: known } = await sql<{ id: number; user: string; name: string; name_key: string | null }>`
      SELECT id, tiktok_user_id AS user, name, name_key FROM handle
      WHERE guild_id = ${guildId} AND tiktok_user_id IS NOT NULL
        AND tiktok_user_id IN (SELECT value FROM json_each(${ids}))
    `.execute(this.#db);
    const byUser = new Map(known.map((row) => [row.user, row]));
    const met = new Map<string, number>();
    const strangers: unknown[] = [];
    for (const user of users) {
      const row = byUser.get(user.userId);
      if (row === undefined) strangers.push(strangerRow(user));
      else if (user.name === '' || (row.name === user.name && row.name_key === handleKey(user.name))) {
        met.set(user.userId, row.id);
      }
    }
    if (strangers.length === 0) return met;
    const { rows: added } = await sql<{ id: number; user: string }>`
      INSERT INTO handle (guild_id, tiktok_user_id, name, name_key, nickname, avatar_url, gifter_level, fan_level,
        first_seen_at, last_seen_at)
      SELECT ${guildId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
        ${at}, ${at}
      FROM json_each(${JSON.stringify(strangers)}) WHERE true
      ON CONFLICT DO NOTHING RETURNING id, tiktok_user_id AS user
    `.execute(this.#db);
    for (const row of added) met.set(row.user, row.id);
    return met;
  }

  async add(sessionId: number, sums: LiveSums): Promise<void> {
    if (sums.viewers.length > 0) await this.#addViewers(sessionId, sums.viewers);
    if (sums.minutes.length > 0) await this.#addMinutes(sessionId, sums.minutes);
    if (sums.counts.length > 0) {
      await sql`
        INSERT INTO session_count (session_id, kind, events)
        SELECT ${sessionId}, value ->> 0, value ->> 1
        FROM json_each(${JSON.stringify(sums.counts.map(({ kind, events }) => [kind, events]))}) WHERE true
        ON CONFLICT DO UPDATE SET events = session_count.events + excluded.events
      `.execute(this.#db);
    }
    if (sums.messageIds.length > 0) {
      await sql`
        INSERT INTO seen_message (session_id, msg_id)
        SELECT ${sessionId}, value FROM json_each(${JSON.stringify(sums.messageIds)}) WHERE true
        ON CONFLICT DO NOTHING
      `.execute(this.#db);
    }
    // max() of a null is null, hence the detours.
    await sql`
      UPDATE session SET
        last_event_at = coalesce(max(last_event_at, ${sums.lastEventAt}), ${sums.lastEventAt}, last_event_at),
        likes_room_total = max(likes_room_total, ${sums.likesRoomTotal}),
        viewers_peak = coalesce(max(viewers_peak, ${sums.viewersPeak}), ${sums.viewersPeak}, viewers_peak),
        viewers_low = coalesce(min(viewers_low, ${sums.viewersLow}), ${sums.viewersLow}, viewers_low),
        unreadable = unreadable + ${sums.unreadable},
        merged = merged + ${sums.merged}
      WHERE id = ${sessionId}
    `.execute(this.#db);
  }

  async messageIds(sessionId: number): Promise<readonly string[]> {
    const { rows } = await sql<{ msg_id: string }>`
      SELECT msg_id FROM seen_message WHERE session_id = ${sessionId} ORDER BY rowid DESC LIMIT ${MESSAGES_KEPT}
    `.execute(this.#db);
    return rows.map((row) => row.msg_id).reverse();
  }

  async pruneMessages(sessionId: number): Promise<void> {
    await sql`
      DELETE FROM seen_message WHERE session_id = ${sessionId} AND rowid <= (
        SELECT rowid FROM seen_message WHERE session_id = ${sessionId} ORDER BY rowid DESC LIMIT 1 OFFSET ${MESSAGES_KEPT})
    `.execute(this.#db);
  }

  async #addViewers(sessionId: number, viewers: readonly ViewerSums[]): Promise<void> {
    const list = viewers.map((v) => [
      ...[v.handleId, v.firstAt, v.lastAt, v.likes, v.comments],
      ...[v.shares, v.follows, v.subscribes, v.gifts, v.coins],
    ]);
    await sql`
      INSERT INTO session_handle AS own (session_id, handle_id, first_at, last_at, likes, comments, shares, follows,
        subscribes, gifts, coins)
      SELECT ${sessionId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
        value ->> 7, value ->> 8, value ->> 9
      FROM json_each(${JSON.stringify(list)}) WHERE true
      ON CONFLICT DO UPDATE SET
        first_at = min(own.first_at, excluded.first_at), last_at = max(own.last_at, excluded.last_at),
        likes = own.likes + excluded.likes, comments = own.comments + excluded.comments,
        shares = own.shares + excluded.shares, follows = own.follows + excluded.follows,
        subscribes = own.subscribes + excluded.subscribes, gifts = own.gifts + excluded.gifts,
        coins = own.coins + excluded.coins
    `.execute(this.#db);
  }

  async #addMinutes(sessionId: number, minutes: readonly MinuteSums[]): Promise<void> {
    const list = minutes.map((m) => [
      ...[m.minute, m.viewersSum, m.viewersN, m.viewersMax, m.likes, m.comments, m.shares, m.follows],
      ...[m.subscribes, m.gifts, m.coins, m.joins],
    ]);
    await sql`
      INSERT INTO session_minute AS own (session_id, minute, viewers_sum, viewers_n, viewers_max, likes, comments, shares,
        follows, subscribes, gifts, coins, joins)
      SELECT ${sessionId}, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
        value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11
      FROM json_each(${JSON.stringify(list)}) WHERE true
      ON CONFLICT DO UPDATE SET
        viewers_sum = own.viewers_sum + excluded.viewers_sum, viewers_n = own.viewers_n + excluded.viewers_n,
        viewers_max = coalesce(max(own.viewers_max, excluded.viewers_max), own.viewers_max, excluded.viewers_max),
        likes = own.likes + excluded.likes, comments = own.comments + excluded.comments,
        shares = own.shares + excluded.shares, follows = own.follows + excluded.follows,
        subscribes = own.subscribes + excluded.subscribes, gifts = own.gifts + excluded.gifts,
        coins = own.coins + excluded.coins, joins = own.joins + excluded.joins
    `.execute(this.#db);
  }
}

/** An account without a told name is called by its number; the name comes with its next event. */
function strangerRow(user: LiveUser): readonly unknown[] {
  const named = user.name === '' ? [user.userId, null] : [user.name, handleKey(user.name)];
  return [user.userId, ...named, user.nickname, user.avatarUrl, user.gifterLevel, user.fanLevel];
}
