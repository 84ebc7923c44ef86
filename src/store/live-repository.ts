import { type Kysely, type Selectable, sql } from 'kysely';
import type { Streak } from '../domain/gift.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { EndCause } from '../domain/live-session.ts';
import type {
  GiftTarget,
  GiftWrite,
  LedgerGift,
  LiveSession,
  LiveStore,
  LiveSums,
  MinuteSums,
  NewLiveSession,
  PaidGift,
  SessionGap,
  SessionSong,
  SessionTotals,
  SessionViewer,
} from '../ports/live-store.ts';
import { CoinRepository } from './coin-repository.ts';
import { GiftLedger } from './gift-ledger.ts';
import { GiftTargets } from './gift-targets.ts';
import { LiveReports } from './live-reports.ts';
import { LiveSumsWriter } from './live-sums.ts';
import type { SessionTable, Tables } from './tables.ts';

/** Sessions, gifts and what viewers did: one face over what the LIVE tables hold. */
export class LiveRepository extends CoinRepository implements LiveStore {
  readonly #sums: LiveSumsWriter;
  readonly #ledger: GiftLedger;
  readonly #targets: GiftTargets;
  readonly #reports: LiveReports;

  constructor(db: Kysely<Tables>) {
    super(db);
    this.#sums = new LiveSumsWriter(db);
    this.#ledger = new GiftLedger(db);
    this.#targets = new GiftTargets(db);
    this.#reports = new LiveReports(db);
  }

  async session(guildId: string, id: number): Promise<LiveSession | null> {
    const row = await this.db
      .selectFrom('session')
      .selectAll()
      .where('id', '=', id)
      .where('guild_id', '=', guildId)
      .executeTakeFirst();
    return row === undefined ? null : toSession(row);
  }

  async openSessions(): Promise<readonly LiveSession[]> {
    const rows = await this.db.selectFrom('session').selectAll().where('ended_at', 'is', null).orderBy('id').execute();
    return rows.map(toSession);
  }

  async sessions(guildId: string, limit: number): Promise<readonly LiveSession[]> {
    const rows = await this.db
      .selectFrom('session')
      .selectAll()
      .where('guild_id', '=', guildId)
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(toSession);
  }

  async begin(session: NewLiveSession): Promise<LiveSession> {
    const row = await this.db
      .insertInto('session')
      .values({
        guild_id: session.guildId,
        host_name: session.hostName,
        host_user_id: session.hostUserId,
        room_id: session.roomId,
        persistent: session.persistent ? 1 : 0,
        asked_by: session.askedBy,
        started_at: session.startedAt,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    return toSession(row);
  }

  async end(sessionId: number, cause: EndCause, at: number): Promise<void> {
    await this.db
      .updateTable('session')
      .set({ ended_at: at, end_cause: cause })
      .where('id', '=', sessionId)
      .where('ended_at', 'is', null)
      .execute();
    // Nobody replays into a session that is over.
    await this.db.deleteFrom('seen_message').where('session_id', '=', sessionId).execute();
  }

  async numbersPosted(sessionId: number, at: number): Promise<void> {
    await this.db
      .updateTable('session')
      .set({ metrics_posted_at: at })
      .where('id', '=', sessionId)
      .where('metrics_posted_at', 'is', null)
      .execute();
  }

  async rename(sessionId: number, hostName: string): Promise<void> {
    await this.db.updateTable('session').set({ host_name: hostName }).where('id', '=', sessionId).execute();
  }

  async openGap(sessionId: number, fromAt: number, cause: string): Promise<void> {
    await sql`
      INSERT INTO session_gap (session_id, from_at, cause) SELECT ${sessionId}, ${fromAt}, ${cause}
      WHERE NOT EXISTS (SELECT 1 FROM session_gap WHERE session_id = ${sessionId} AND to_at IS NULL)
      ON CONFLICT DO UPDATE SET to_at = NULL
    `.execute(this.db);
  }

  async closeGap(sessionId: number, toAt: number, reconnected: boolean): Promise<void> {
    await sql`UPDATE session_gap SET to_at = max(from_at, ${toAt}) WHERE session_id = ${sessionId} AND to_at IS NULL`.execute(
      this.db,
    );
    if (!reconnected) return;
    await sql`UPDATE session SET reconnects = reconnects + 1 WHERE id = ${sessionId}`.execute(this.db);
  }

  meet(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, number>> {
    return this.#sums.meet(guildId, users, at);
  }

  addSums(sessionId: number, sums: LiveSums): Promise<void> {
    return this.#sums.add(sessionId, sums);
  }

  pruneMessages(sessionId: number): Promise<void> {
    return this.#sums.pruneMessages(sessionId);
  }

  messageIds(sessionId: number): Promise<readonly string[]> {
    return this.#sums.messageIds(sessionId);
  }

  putGifts(guildId: string, sessionId: number, gifts: readonly GiftWrite[]): Promise<readonly PaidGift[]> {
    return this.#ledger.put(guildId, sessionId, gifts);
  }

  setGiftPoints(points: readonly { readonly giftId: number; readonly points: number }[]): Promise<void> {
    return this.#ledger.setPoints(points);
  }

  reverseGift(giftId: number, actor: string, at: number): Promise<boolean> {
    return this.#ledger.reverse(giftId, actor, at);
  }

  takeCoins(giftId: number): Promise<void> {
    return this.#ledger.takeCoins(giftId);
  }

  openStreaks(sessionId: number): Promise<readonly Streak[]> {
    return this.#ledger.openStreaks(sessionId);
  }

  streaksOfRoom(
    guildId: string,
    roomId: string,
    exceptSessionId: number | null,
    since: number,
  ): Promise<readonly Streak[]> {
    return this.#ledger.streaksOfRoom(guildId, roomId, exceptSessionId, since);
  }

  gift(guildId: string, giftId: number): Promise<LedgerGift | null> {
    return this.#ledger.gift(guildId, giftId);
  }

  gifts(guildId: string, offset: number, limit: number): Promise<readonly LedgerGift[]> {
    return this.#ledger.page(guildId, offset, limit);
  }

  giftTotal(guildId: string): Promise<number> {
    return this.#ledger.total(guildId);
  }

  newestGiftOf(guildId: string, ownerId: string): Promise<LedgerGift | null> {
    return this.#ledger.newestOf(guildId, ownerId);
  }

  giftTargets(handleIds: readonly number[]): Promise<readonly GiftTarget[]> {
    return this.#targets.of(handleIds);
  }

  async waitingScore(guildId: string): Promise<number> {
    const { rows } = await sql<{ score: number }>`
      SELECT coalesce(sum(score), 0) AS score FROM submission WHERE guild_id = ${guildId} AND priority < 9
    `.execute(this.db);
    return rows[0]?.score ?? 0;
  }

  gaps(sessionId: number): Promise<readonly SessionGap[]> {
    return this.#reports.gaps(sessionId);
  }

  counts(sessionId: number): Promise<Readonly<Record<string, number>>> {
    return this.#reports.counts(sessionId);
  }

  minutes(sessionId: number): Promise<readonly MinuteSums[]> {
    return this.#reports.minutes(sessionId);
  }

  totals(sessionId: number): Promise<SessionTotals> {
    return this.#reports.totals(sessionId);
  }

  viewers(sessionId: number): Promise<readonly SessionViewer[]> {
    return this.#reports.viewers(sessionId);
  }

  songs(sessionId: number): Promise<readonly SessionSong[]> {
    return this.#reports.songs(sessionId);
  }

  followers(sessionId: number): Promise<readonly string[]> {
    return this.#reports.followers(sessionId);
  }
}

function toSession(row: Selectable<SessionTable>): LiveSession {
  return {
    id: row.id,
    guildId: row.guild_id,
    hostName: row.host_name,
    hostUserId: row.host_user_id,
    roomId: row.room_id,
    persistent: row.persistent === 1,
    askedBy: row.asked_by,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    // The schema allows nothing else.
    endCause: row.end_cause as EndCause | null,
    lastEventAt: row.last_event_at,
    reconnects: row.reconnects,
    likesRoomTotal: row.likes_room_total,
    viewersPeak: row.viewers_peak,
    viewersLow: row.viewers_low,
    unreadable: row.unreadable,
    merged: row.merged,
    numbersPostedAt: row.metrics_posted_at,
  };
}
