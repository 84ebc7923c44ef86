import type { SettledBy, Streak } from '../domain/gift.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { EndCause } from '../domain/live-session.ts';
import type { Line } from '../domain/submission.ts';
import type { CoinReads, CoinStore } from './coin-store.ts';

/** One show as it is kept. Times are ms since the epoch. */
export interface LiveSession {
  readonly id: number;
  readonly guildId: string;
  readonly hostName: string;
  readonly hostUserId: string | null;
  readonly roomId: string;
  readonly persistent: boolean;
  readonly askedBy: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly endCause: EndCause | null;
  readonly lastEventAt: number | null;
  readonly reconnects: number;
  readonly likesRoomTotal: number;
  readonly viewersPeak: number | null;
  readonly viewersLow: number | null;
  readonly unreadable: number;
  readonly merged: number;
  /** When its numbers came to stand in their channel. */
  readonly numbersPostedAt: number | null;
}

export type NewLiveSession = Pick<
  LiveSession,
  'guildId' | 'hostName' | 'hostUserId' | 'roomId' | 'persistent' | 'askedBy' | 'startedAt'
>;

export interface SessionGap {
  readonly fromAt: number;
  /** Null while it lasts. */
  readonly toAt: number | null;
  readonly cause: string;
}

/** Numbers of one minute of a show, as sums to add. */
export interface MinuteSums {
  /** at / 60000 */
  readonly minute: number;
  readonly viewersSum: number;
  readonly viewersN: number;
  readonly viewersMax: number | null;
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
  readonly follows: number;
  readonly subscribes: number;
  readonly gifts: number;
  readonly coins: number;
  readonly joins: number;
}

/** What one handle did, as sums to add. */
export interface ViewerSums {
  readonly handleId: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
  readonly follows: number;
  readonly subscribes: number;
  /** In pieces: a streak of a hundred roses is a hundred gifts. */
  readonly gifts: number;
  readonly coins: number;
}

/** One batch of a session's events, summed. */
export interface LiveSums {
  readonly viewers: readonly ViewerSums[];
  readonly minutes: readonly MinuteSums[];
  readonly counts: readonly { readonly kind: string; readonly events: number }[];
  /** Ids to remember over a restart. */
  readonly messageIds: readonly string[];
  readonly lastEventAt: number | null;
  /** Highest room total told; 0 = none. */
  readonly likesRoomTotal: number;
  readonly viewersPeak: number | null;
  readonly viewersLow: number | null;
  readonly unreadable: number;
  readonly merged: number;
}

/** A streak's newest state to keep; settled ones count from here on. */
export interface GiftWrite extends Streak {
  readonly handleId: number;
  readonly settled: { readonly by: SettledBy; readonly at: number } | null;
}

/** A settled gift that is worth more than it was paid for so far. */
export interface PaidGift {
  readonly giftId: number;
  readonly key: string;
  readonly handleId: number;
  readonly name: string;
  /** The whole gift. */
  readonly count: number;
  readonly coins: number;
  /** What is new since it was settled before; all of it the first time. */
  readonly addedCount: number;
  readonly addedCoins: number;
  /** Points it earned before. */
  readonly pointsBefore: number;
}

/** One row of the ledger. */
export interface LedgerGift {
  readonly giftId: number;
  readonly sessionId: number;
  readonly handleId: number;
  readonly handle: string;
  readonly linkedUserId: string | null;
  readonly name: string;
  readonly count: number;
  readonly coins: number;
  readonly points: number;
  readonly state: 'open' | 'settled' | 'reversed';
  readonly at: number;
  readonly reversedBy: string | null;
  /** Songs it moved. */
  readonly moved: readonly { readonly publicId: string; readonly to: Line }[];
}

/**
 * The song that a gifter's coins move: the newest waiting one of the member the handle is linked to; for a handle that
 * nobody linked, the newest that only names it and whose owner linked none.
 */
export interface GiftTarget {
  readonly handleId: number;
  readonly submissionId: number;
  readonly isNamed: boolean;
}

export interface SessionTotals {
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
  readonly follows: number;
  readonly subscribes: number;
  readonly gifts: number;
  readonly coins: number;
  readonly joins: number;
}

export interface SessionViewer extends Omit<ViewerSums, 'handleId'> {
  readonly handle: string;
  readonly nickname: string;
  readonly linkedUserId: string | null;
}

export interface SessionSong {
  readonly at: number;
  readonly publicId: string;
  readonly artist: string;
  readonly title: string;
}

/** Sessions, gifts and what viewers did. */
export interface LiveReads extends CoinReads {
  session(guildId: string, id: number): Promise<LiveSession | null>;
  /** Of all guilds. */
  openSessions(): Promise<readonly LiveSession[]>;
  /** Newest first. */
  sessions(guildId: string, limit: number): Promise<readonly LiveSession[]>;
  gaps(sessionId: number): Promise<readonly SessionGap[]>;
  counts(sessionId: number): Promise<Readonly<Record<string, number>>>;
  /** By minute. */
  minutes(sessionId: number): Promise<readonly MinuteSums[]>;
  totals(sessionId: number): Promise<SessionTotals>;
  viewers(sessionId: number): Promise<readonly SessionViewer[]>;
  /** Songs played in it and not undone, first to last. */
  songs(sessionId: number): Promise<readonly SessionSong[]>;

  /** Streaks whose end had not come when they were last kept. */
  openStreaks(sessionId: number): Promise<readonly Streak[]>;
  /** Streaks since then that other sessions of the guild in this room were paid for, each with its whole count there. */
  streaksOfRoom(
    guildId: string,
    roomId: string,
    exceptSessionId: number | null,
    since: number,
  ): Promise<readonly Streak[]>;
  /** TikTok ids of those whose follow was counted. */
  followers(sessionId: number): Promise<readonly string[]>;
  /** The newest remembered message ids. */
  messageIds(sessionId: number): Promise<readonly string[]>;

  gift(guildId: string, giftId: number): Promise<LedgerGift | null>;
  /** Newest first. */
  gifts(guildId: string, offset: number, limit: number): Promise<readonly LedgerGift[]>;
  giftTotal(guildId: string): Promise<number>;
  /** The newest settled gift of the open session from a handle of the member, or one named with their waiting songs. */
  newestGiftOf(guildId: string, ownerId: string): Promise<LedgerGift | null>;
  /** The songs that these gifters' coins move; gifters without one are left out. */
  giftTargets(handleIds: readonly number[]): Promise<readonly GiftTarget[]>;
  /** Sum of the scores of all waiting songs: changes when any of them does. */
  waitingScore(guildId: string): Promise<number>;
}

export interface LiveStore extends LiveReads, CoinStore {
  begin(session: NewLiveSession): Promise<LiveSession>;
  end(sessionId: number, cause: EndCause, at: number): Promise<void>;
  /** Its numbers stand in their channel. The first time counts. */
  numbersPosted(sessionId: number, at: number): Promise<void>;
  /** The host took another name. */
  rename(sessionId: number, hostName: string): Promise<void>;
  /** A gap that is open already stays. */
  openGap(sessionId: number, fromAt: number, cause: string): Promise<void>;
  /** @param reconnected counts as a return */
  closeGap(sessionId: number, toAt: number, reconnected: boolean): Promise<void>;
  /**
   * Row ids of accounts met in a LIVE, by TikTok id; new ones are added in bulk. Those that are left out need more care
   * (a new name, or a name that another row holds): `handles.seen` takes it.
   */
  meet(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, number>>;
  addSums(sessionId: number, sums: LiveSums): Promise<void>;
  /** Keeps streaks as they stand. @returns the settled ones that are worth more than was paid; a reversed one never is */
  putGifts(guildId: string, sessionId: number, gifts: readonly GiftWrite[]): Promise<readonly PaidGift[]>;
  setGiftPoints(points: readonly { readonly giftId: number; readonly points: number }[]): Promise<void>;
  /** @returns false when it was reversed before or never settled */
  reverseGift(giftId: number, actor: string, at: number): Promise<boolean>;
  /** Takes coins and pieces of a reversed gift out of the session's numbers; they may be held or used up still. */
  takeCoins(giftId: number): Promise<void>;
  /** Forgets remembered message ids but the newest. */
  pruneMessages(sessionId: number): Promise<void>;
}
