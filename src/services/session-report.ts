import type { LiveSession, MinuteSums, SessionViewer } from '../ports/live-store.ts';
import type { Store, StoreReads } from '../ports/store.ts';
import type { SessionHandleRow, SessionReport } from './snapshots.ts';

const MINUTE_MS = 60_000;
/** A curve is drawn for at most this long; a show is no longer. */
const MINUTES_MAX = 3 * 24 * 60;

/** How much each deed says about engagement when handles are put in order; the default points. */
const WEIGHT = { likes: 1, comments: 2, shares: 5, follows: 10, subscribes: 25, coins: 2 } as const;

export interface SessionHead {
  readonly sessionId: number;
  readonly host: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** The numbers of shows, running or over. */
export class SessionReports {
  readonly #store: Store;

  constructor(ports: { readonly store: Store }) {
    this.#store = ports.store;
  }

  report(guildId: string, sessionId: number): Promise<SessionReport | null> {
    return this.#store.read(async (reads) => {
      const session = await reads.lives.session(guildId, sessionId);
      return session === null ? null : reportOf(reads, session);
    });
  }

  /** Newest first. */
  async sessions(guildId: string, limit: number): Promise<readonly SessionHead[]> {
    const sessions = await this.#store.read((reads) => reads.lives.sessions(guildId, limit));
    return sessions.map(({ id, hostName, startedAt, endedAt }) => ({
      sessionId: id,
      host: hostName,
      startedAt,
      endedAt,
    }));
  }
}

async function reportOf(reads: StoreReads, session: LiveSession): Promise<SessionReport> {
  const minutes = await reads.lives.minutes(session.id);
  const viewers = await reads.lives.viewers(session.id);
  return {
    sessionId: session.id,
    guildId: session.guildId,
    host: session.hostName,
    startedAt: session.startedAt,
    endedAt: session.endedAt,
    endCause: session.endCause,
    totals: await reads.lives.totals(session.id),
    viewers: audience(session, minutes),
    gaps: await reads.lives.gaps(session.id),
    minutes: curve(session, minutes),
    songs: await reads.lives.songs(session.id),
    handles: viewers
      .map((viewer) => ({ row: toRow(viewer), weight: weightOf(viewer) }))
      .sort((a, b) => b.weight - a.weight || (a.row.handle < b.row.handle ? -1 : 1))
      .map(({ row }) => row),
  };
}

/** Every minute counts the same in the average, however often the count was told in it. */
function audience(session: LiveSession, minutes: readonly MinuteSums[]): SessionReport['viewers'] {
  const told = minutes.filter(({ viewersN }) => viewersN > 0);
  if (told.length === 0 || session.viewersPeak === null || session.viewersLow === null) return null;
  const average = told.reduce((sum, { viewersSum, viewersN }) => sum + viewersSum / viewersN, 0) / told.length;
  return { peak: session.viewersPeak, average: Math.round(average), lowest: session.viewersLow };
}

/** One point per minute from the first to the last, quiet ones included. */
function curve(session: LiveSession, minutes: readonly MinuteSums[]): SessionReport['minutes'] {
  const first = Math.min(Math.floor(session.startedAt / MINUTE_MS), minutes[0]?.minute ?? Number.POSITIVE_INFINITY);
  const last = Math.max(
    Math.floor((session.endedAt ?? session.startedAt) / MINUTE_MS),
    minutes.at(-1)?.minute ?? Number.NEGATIVE_INFINITY,
  );
  const byMinute = new Map(minutes.map((each) => [each.minute, each]));
  return Array.from({ length: Math.min(MINUTES_MAX, last - first + 1) }, (_, index) => {
    const sums = byMinute.get(first + index);
    return {
      at: (first + index) * MINUTE_MS,
      viewers: sums === undefined || sums.viewersN === 0 ? null : Math.round(sums.viewersSum / sums.viewersN),
      engagement:
        sums === undefined ? 0 : sums.likes + sums.comments + sums.shares + sums.follows + sums.subscribes + sums.gifts,
      coins: sums?.coins ?? 0,
    };
  });
}

function weightOf(viewer: SessionViewer): number {
  let weight = 0;
  for (const field of Object.keys(WEIGHT) as (keyof typeof WEIGHT)[]) weight += WEIGHT[field] * viewer[field];
  return weight;
}

function toRow(viewer: SessionViewer): SessionHandleRow {
  return {
    handle: viewer.handle,
    nickname: viewer.nickname,
    linkedUserId: viewer.linkedUserId,
    watchMs: viewer.lastAt - viewer.firstAt,
    likes: viewer.likes,
    comments: viewer.comments,
    shares: viewer.shares,
    follows: viewer.follows,
    subscribes: viewer.subscribes,
    gifts: viewer.gifts,
    coins: viewer.coins,
  };
}
