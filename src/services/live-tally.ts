import type { LiveEventKind } from '../domain/live-event.ts';
import type { LiveSession, SessionGap } from '../ports/live-store.ts';

/** What a session's status shows, kept in memory while it runs. Times are ms since the epoch by our clock. */
export class LiveTally {
  readonly events: Record<string, number> = {};
  viewers: number | null = null;
  lastEventAt: number | null = null;
  coins = 0;
  likesSeen = 0;
  likesRoomTotal = 0;
  gaps = 0;
  /** Of gaps that are over. */
  gapMs = 0;
  reconnects = 0;
  unreadable = 0;
  merged = 0;
  drift: string | null = null;

  /** Goes on from what was stored before a restart. */
  restore(
    session: LiveSession,
    counts: Readonly<Record<string, number>>,
    totals: { readonly coins: number; readonly likes: number },
    gaps: readonly SessionGap[],
  ): void {
    Object.assign(this.events, counts);
    this.lastEventAt = session.lastEventAt;
    this.coins = totals.coins;
    this.likesSeen = totals.likes;
    this.likesRoomTotal = session.likesRoomTotal;
    this.reconnects = session.reconnects;
    this.unreadable = session.unreadable;
    this.merged = session.merged;
    this.gaps = gaps.length;
    this.gapMs = gaps.reduce((sum, { fromAt, toAt }) => sum + (toAt === null ? 0 : toAt - fromAt), 0);
  }

  heard(kind: LiveEventKind, now: number): void {
    this.events[kind] = (this.events[kind] ?? 0) + 1;
    this.lastEventAt = now;
  }
}
