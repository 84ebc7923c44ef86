import type { Deed } from '../domain/engagement.ts';
import type { Settlement, Streak } from '../domain/gift.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { MinuteSums } from '../ports/live-store.ts';

/**
 * Viewers one batch keeps apart. Batches only get that big while the store is slow or away; then likes and joins of
 * further viewers go into the show's totals only.
 */
const VIEWERS_MAX = 20_000;
/** Everything else of further viewers does from here on. Gifts never do. */
const DEEDS_MAX = 60_000;
/** The newest ids that are to be remembered: of one session the store keeps no more either. */
const MESSAGES_MAX = 5_000;
/** The newest comments that may hold a code: it can be typed again. */
const SPOKEN_MAX = 1_000;
const MINUTE_MS = 60_000;

/** What one viewer did, and what it earned them. */
export interface ViewerPart {
  user: LiveUser;
  firstAt: number;
  lastAt: number;
  /** Events that count here. */
  deeds: number;
  /** Gave something: never merged away, because gifts are paid to an account. */
  gave: boolean;
  readonly did: Record<Deed, number>;
  readonly earned: Record<Deed, number>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A streak as the batch will keep it. */
export interface StreakNote {
  readonly streak: Streak;
  /** Null while it runs. */
  readonly settlement: Settlement | null;
}

export interface SpokenLine {
  readonly user: LiveUser;
  readonly text: string;
}

const MINUTE_FIELD = {
  like: 'likes',
  comment: 'comments',
  share: 'shares',
  follow: 'follows',
  subscribe: 'subscribes',
  join: 'joins',
} as const satisfies Record<Deed, keyof MinuteSums>;

/** LIVE events on their way into the store, already summed. Adding is cheap and its memory is bounded. */
export class LiveBatch {
  readonly viewers = new Map<string, ViewerPart>();
  readonly minutes = new Map<number, Mutable<MinuteSums>>();
  readonly counts = new Map<string, number>();
  /** By key, in the order they were opened. */
  readonly streaks = new Map<string, StreakNote>();
  readonly messageIds: string[] = [];
  /** Comments that may hold a proof code. */
  readonly spoken: SpokenLine[] = [];
  events = 0;
  merged = 0;
  unreadable = 0;
  lastEventAt: number | null = null;
  likesRoomTotal = 0;
  viewersPeak: number | null = null;
  viewersLow: number | null = null;

  get isEmpty(): boolean {
    return this.events === 0 && this.unreadable === 0 && this.streaks.size === 0;
  }

  /** Counts once, also after a restart. */
  remember(msgId: string): void {
    pushNewest(this.messageIds, [msgId], MESSAGES_MAX);
  }

  /** A comment that may hold a proof code. */
  heard(spoken: SpokenLine): void {
    pushNewest(this.spoken, [spoken], SPOKEN_MAX);
  }

  /** @param at ms since the epoch by TikTok's clock */
  count(kind: string, at: number): void {
    this.events += 1;
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    this.lastEventAt = Math.max(this.lastEventAt ?? 0, at);
  }

  did(user: LiveUser, deed: Deed, times: number, points: number, at: number): void {
    this.minute(at)[MINUTE_FIELD[deed]] += times;
    const part = this.#part(user, deed, at);
    if (part === null) {
      this.merged += 1;
      return;
    }
    part.deeds += 1;
    part.did[deed] += times;
    part.earned[deed] += points;
  }

  /** A viewer who gave something: their part is never merged away. */
  gave(user: LiveUser, at: number): void {
    this.#open(user, at).gave = true;
  }

  note(streak: Streak, settlement: Settlement | null): void {
    // What is settled in this batch is written as settled; that the streak runs on is told by its next settling.
    if (settlement === null && this.streaks.get(streak.key)?.settlement) return;
    this.streaks.set(streak.key, { streak, settlement });
  }

  sawViewers(count: number, at: number): void {
    const minute = this.minute(at);
    minute.viewersSum += count;
    minute.viewersN += 1;
    minute.viewersMax = Math.max(minute.viewersMax ?? 0, count);
    this.viewersPeak = Math.max(this.viewersPeak ?? 0, count);
    this.viewersLow = Math.min(this.viewersLow ?? count, count);
  }

  minute(at: number): Mutable<MinuteSums> {
    const minute = Math.floor(at / MINUTE_MS);
    const known = this.minutes.get(minute);
    if (known !== undefined) return known;
    const fresh = emptyMinute(minute);
    this.minutes.set(minute, fresh);
    return fresh;
  }

  /**
   * Takes in a later batch: the store said no to this one, and both go in together.
   * @returns how many events were merged for it, besides those that were before
   */
  absorb(later: LiveBatch): number {
    const before = this.merged;
    for (const part of later.viewers.values()) this.#absorbViewer(part);
    for (const sums of later.minutes.values()) this.#absorbMinute(sums);
    for (const [kind, events] of later.counts) this.counts.set(kind, (this.counts.get(kind) ?? 0) + events);
    for (const { streak, settlement } of later.streaks.values()) this.note(streak, settlement);
    pushNewest(this.messageIds, later.messageIds, MESSAGES_MAX);
    pushNewest(this.spoken, later.spoken, SPOKEN_MAX);
    this.events += later.events;
    this.unreadable += later.unreadable;
    this.lastEventAt =
      later.lastEventAt === null ? this.lastEventAt : Math.max(this.lastEventAt ?? 0, later.lastEventAt);
    this.likesRoomTotal = Math.max(this.likesRoomTotal, later.likesRoomTotal);
    if (later.viewersPeak !== null) this.viewersPeak = Math.max(this.viewersPeak ?? 0, later.viewersPeak);
    if (later.viewersLow !== null) this.viewersLow = Math.min(this.viewersLow ?? later.viewersLow, later.viewersLow);
    const added = this.merged - before;
    this.merged += later.merged;
    return added;
  }

  #absorbViewer({ user, firstAt, lastAt, deeds, gave, did, earned }: ViewerPart): void {
    const isFull = this.viewers.size >= DEEDS_MAX && !this.viewers.has(user.userId);
    if (isFull && !gave) {
      this.merged += deeds;
      return;
    }
    const part = this.#open(user, firstAt);
    part.lastAt = Math.max(part.lastAt, lastAt);
    part.deeds += deeds;
    part.gave ||= gave;
    for (const deed of Object.keys(did) as Deed[]) {
      part.did[deed] += did[deed];
      part.earned[deed] += earned[deed];
    }
  }

  #absorbMinute(later: MinuteSums): void {
    const own = this.minute(later.minute * MINUTE_MS);
    for (const field of ['viewersSum', 'viewersN', 'gifts', 'coins', ...Object.values(MINUTE_FIELD)] as const) {
      own[field] += later[field];
    }
    if (later.viewersMax !== null) own.viewersMax = Math.max(own.viewersMax ?? 0, later.viewersMax);
  }

  #part(user: LiveUser, deed: Deed, at: number): ViewerPart | null {
    const known = this.viewers.get(user.userId);
    const max = deed === 'like' || deed === 'join' ? VIEWERS_MAX : DEEDS_MAX;
    return known === undefined && this.viewers.size >= max ? null : this.#open(user, at);
  }

  #open(user: LiveUser, at: number): ViewerPart {
    const known = this.viewers.get(user.userId);
    if (known === undefined) {
      const fresh = { user, firstAt: at, lastAt: at, deeds: 0, gave: false, did: nothing(), earned: nothing() };
      this.viewers.set(user.userId, fresh);
      return fresh;
    }
    // An event that does not tell the name does not take it away.
    if (user.name !== '') known.user = user;
    known.firstAt = Math.min(known.firstAt, at);
    known.lastAt = Math.max(known.lastAt, at);
    return known;
  }
}

/** Keeps the newest: at least `max`, at most twice as many, so that nothing is moved for every one. */
function pushNewest<T>(kept: T[], more: readonly T[], max: number): void {
  for (const each of more) kept.push(each);
  if (kept.length > 2 * max) kept.splice(0, kept.length - max);
}

/** @param minute at / 60000 */
export function emptyMinute(minute: number): MinuteSums {
  return {
    ...{ minute, viewersSum: 0, viewersN: 0, viewersMax: null, likes: 0, comments: 0, shares: 0 },
    ...{ follows: 0, subscribes: 0, gifts: 0, coins: 0, joins: 0 },
  };
}

function nothing(): Record<Deed, number> {
  return { like: 0, comment: 0, share: 0, follow: 0, subscribe: 0, join: 0 };
}
