import { PLAY_LINES, type PlayLine, type WaitingLine } from './submission.ts';

/** Silence after which a streak without an end counts as over, ms. */
export const STREAK_IDLE_MS = 10_000;
/** How long the key of a settled streak is remembered, so that a late frame does not open it anew, ms. */
export const STREAK_REMEMBERED_MS = 300_000;
/** A streak without a group of its own is remembered this long only: its next one would look the same, ms. */
const UNGROUPED_REMEMBERED_MS = 5_000;
/** Settled keys kept at most; the oldest are forgotten first. The ledger refuses to pay a key twice anyway. */
const REMEMBERED_MAX = 20_000;

/** Why a streak was settled. */
export type SettledBy = 'end' | 'idle' | 'drop' | 'stream-end' | 'single' | 'restart';

/** One gift message, as far as counting needs it. */
export interface GiftFrame {
  /** TikTok's message id; null when the frame had none. */
  readonly msgId: string | null;
  readonly userId: string;
  readonly giftId: string;
  readonly giftName: string;
  /** Coins for one; 0 when the frame did not carry the gift. */
  readonly coinsEach: number;
  readonly streakable: boolean;
  /** Cumulative within the streak, at least 1. */
  readonly repeatCount: number;
  readonly final: boolean;
  readonly groupId: string;
  /** ms since the epoch, for the ledger. */
  readonly at: number;
}

/** A streak (or a single gift) as it stands: what the key is worth in all, never a difference. */
export interface Streak {
  /** user|gift|group, or the message id of a single gift. Unique within a session. */
  readonly key: string;
  readonly userId: string;
  readonly giftId: string;
  readonly giftName: string;
  readonly coinsEach: number;
  /** Highest cumulative count seen. */
  readonly count: number;
  /** ms since the epoch. */
  readonly openedAt: number;
  readonly lastAt: number;
}

/**
 * A streak that counts now, with its whole worth. The same key may be settled again with more, when frames that were
 * believed lost arrive after all: whoever keeps the ledger pays the difference to what the key was paid before.
 */
export interface Settlement extends Streak {
  readonly by: SettledBy;
}

/** What a frame changed: a streak that runs on, one that counts now, or nothing new. */
export type GiftStep =
  | { readonly kind: 'progress'; readonly streak: Streak }
  | { readonly kind: 'settled'; readonly settlement: Settlement }
  | { readonly kind: 'nothing' };

const NOTHING: GiftStep = { kind: 'nothing' };

interface Tracked {
  /** With everything it showed, also what an earlier session was paid for. */
  streak: Streak;
  /** Of its count: paid in an earlier session of the same room. */
  readonly elsewhere: number;
  /** Worth when last settled; null while it never was. */
  paid: { readonly count: number; readonly coinsEach: number } | null;
  /** Time of the last progress (open) or of the settling (closed), on the caller's never-jumping clock, ms. */
  since: number;
  forgetAfterMs: number;
}

/**
 * Counts the gifts of one session. Frames may come doubled, shuffled, late or not at all: a streak is worth the highest
 * count it ever showed. A pure state machine: time comes in with each call (`now`, ms on a clock that never jumps).
 */
export class GiftStreaks {
  /** Oldest progress first. */
  readonly #open = new Map<string, Tracked>();
  /** Oldest settling first. */
  readonly #closed = new Map<string, Tracked>();
  /** Current key of streaks whose frames name no group. */
  readonly #ungrouped = new Map<string, string>();
  #unnamed = 0;

  /** Streaks that still wait for their end. */
  get openCount(): number {
    return this.#open.size;
  }

  take(frame: GiftFrame, now: number): GiftStep {
    if (!frame.streakable) return { kind: 'settled', settlement: { ...this.#single(frame), by: 'single' } };
    const key = this.#keyOf(frame, now);
    const closed = this.#closed.get(key);
    if (closed !== undefined) return this.#late(closed, frame, now);
    const tracked = this.#open.get(key);
    const streak = grown(tracked?.streak, frame, key);
    if (streak === tracked?.streak && !frame.final) return NOTHING;
    const next: Tracked = {
      streak,
      elsewhere: tracked?.elsewhere ?? 0,
      paid: tracked?.paid ?? null,
      since: now,
      forgetAfterMs: hasGroup(frame) ? STREAK_REMEMBERED_MS : UNGROUPED_REMEMBERED_MS,
    };
    this.#open.delete(key);
    if (frame.final) return { kind: 'settled', settlement: this.#settle(next, 'end', now) };
    this.#open.set(key, next);
    return { kind: 'progress', streak: worthHere(next) };
  }

  /** Settles streaks that have been silent for ten seconds, and forgets old keys. */
  idle(now: number): readonly Settlement[] {
    const settled: Settlement[] = [];
    for (const [key, tracked] of this.#open) {
      if (now - tracked.since < STREAK_IDLE_MS) break;
      this.#open.delete(key);
      settled.push(this.#settle(tracked, 'idle', now));
    }
    this.#forget(now);
    return settled;
  }

  /** When `idle` has something to do next, on the same clock; null when nothing is open. */
  nextIdleAt(): number | null {
    for (const tracked of this.#open.values()) return tracked.since + STREAK_IDLE_MS;
    return null;
  }

  /** Settles everything that is open: the connection dropped, or the stream is over. */
  flush(by: SettledBy, now: number): readonly Settlement[] {
    const settled = [...this.#open.values()].map((tracked) => this.#settle(tracked, by, now));
    this.#open.clear();
    return settled;
  }

  /** Goes on with streaks that were open when the process ended. Their silence starts to count now. */
  restore(streaks: readonly Streak[], now: number): void {
    for (const streak of streaks) {
      const elsewhere = this.#closed.get(streak.key)?.streak.count ?? 0;
      this.#closed.delete(streak.key);
      const whole = { ...streak, count: streak.count + elsewhere };
      this.#open.set(streak.key, { streak: whole, elsewhere, paid: null, since: now, ...this.#known(streak) });
    }
  }

  /**
   * Knows streaks that an earlier session of the same room was paid for: of those that go on, only what comes on top is
   * worth something here. To be told before anything else.
   */
  follow(streaks: readonly Streak[], now: number): void {
    for (const streak of streaks) {
      const { count, coinsEach } = streak;
      const paid = { count, coinsEach };
      this.#closed.set(streak.key, { streak, elsewhere: count, paid, since: now, ...this.#known(streak) });
    }
  }

  /** A streak without a group goes by the name it was given. */
  #known({ key, userId, giftId }: Streak): Pick<Tracked, 'forgetAfterMs'> {
    const loose = `${userId}|${giftId}`;
    if (!key.startsWith(`${loose}|@`)) return { forgetAfterMs: STREAK_REMEMBERED_MS };
    this.#ungrouped.set(loose, key);
    return { forgetAfterMs: UNGROUPED_REMEMBERED_MS };
  }

  /** A frame for a settled streak: it counts only if it shows more than was paid. */
  #late(closed: Tracked, frame: GiftFrame, now: number): GiftStep {
    const streak = grown(closed.streak, frame, closed.streak.key);
    if (streak.count <= closed.elsewhere) return NOTHING;
    const paid = closed.paid;
    if (paid !== null && streak.count <= paid.count && streak.coinsEach <= paid.coinsEach) return NOTHING;
    this.#closed.delete(streak.key);
    const next: Tracked = { ...closed, streak, since: now };
    if (frame.final) return { kind: 'settled', settlement: this.#settle(next, 'end', now) };
    this.#open.set(streak.key, next);
    return { kind: 'progress', streak: worthHere(next) };
  }

  #settle(tracked: Tracked, by: SettledBy, now: number): Settlement {
    const { streak } = tracked;
    const paid = { count: streak.count, coinsEach: streak.coinsEach };
    this.#closed.set(streak.key, { ...tracked, paid, since: now });
    if (this.#closed.size > REMEMBERED_MAX) {
      const [oldest] = this.#closed.keys();
      if (oldest !== undefined) this.#drop(oldest);
    }
    return { ...worthHere(tracked), by };
  }

  #forget(now: number): void {
    for (const [key, tracked] of this.#closed) {
      const age = now - tracked.since;
      if (age >= tracked.forgetAfterMs) this.#drop(key);
      else if (tracked.forgetAfterMs === STREAK_REMEMBERED_MS) break;
    }
  }

  #drop(key: string): void {
    const tracked = this.#closed.get(key);
    this.#closed.delete(key);
    if (tracked === undefined) return;
    const loose = `${tracked.streak.userId}|${tracked.streak.giftId}`;
    if (this.#ungrouped.get(loose) === key) this.#ungrouped.delete(loose);
  }

  #keyOf(frame: GiftFrame, now: number): string {
    const loose = `${frame.userId}|${frame.giftId}`;
    if (hasGroup(frame)) return `${loose}|${frame.groupId}`;
    const current = this.#ungrouped.get(loose);
    if (current !== undefined) {
      const closed = this.#closed.get(current);
      if (closed === undefined || now - closed.since < UNGROUPED_REMEMBERED_MS) return current;
      this.#closed.delete(current);
    }
    const key = `${loose}|@${this.#nameOf(frame)}`;
    this.#ungrouped.set(loose, key);
    return key;
  }

  #single(frame: GiftFrame): Streak {
    return grown(undefined, frame, this.#nameOf(frame));
  }

  /** A frame without a message id cannot be told from its double, so each counts. */
  #nameOf(frame: GiftFrame): string {
    if (frame.msgId !== null) return frame.msgId;
    this.#unnamed += 1;
    return `unnamed|${frame.userId}|${frame.at}|${this.#unnamed}`;
  }
}

function worthHere({ streak, elsewhere }: Tracked): Streak {
  return elsewhere === 0 ? streak : { ...streak, count: streak.count - elsewhere };
}

/** Frames of one streak name the same group; some name none. */
export function hasGroup(frame: Pick<GiftFrame, 'groupId'>): boolean {
  return frame.groupId !== '' && frame.groupId !== '0';
}

/** @returns the same object when the frame shows nothing new */
function grown(before: Streak | undefined, frame: GiftFrame, key: string): Streak {
  if (before === undefined) {
    return {
      key,
      userId: frame.userId,
      giftId: frame.giftId,
      giftName: frame.giftName,
      coinsEach: frame.coinsEach,
      count: frame.repeatCount,
      openedAt: frame.at,
      lastAt: frame.at,
    };
  }
  const count = Math.max(before.count, frame.repeatCount);
  const coinsEach = Math.max(before.coinsEach, frame.coinsEach);
  if (count === before.count && coinsEach === before.coinsEach) return before;
  const giftName = frame.coinsEach > before.coinsEach ? frame.giftName : before.giftName;
  return { ...before, giftName, count, coinsEach, lastAt: Math.max(before.lastAt, frame.at) };
}

/** A line that coins can buy. */
export type PaidLine = Exclude<PlayLine, 'free'>;

/** Coins from which each line is bought. */
export type LinePrices = Readonly<Record<PaidLine, number>>;

/** The best line these coins buy; null when they buy none. */
export function boughtLine(coins: number, prices: LinePrices): PaidLine | null {
  for (const line of PLAY_LINES) if (line !== 'free' && coins >= prices[line]) return line;
  return null;
}

/**
 * Where a waiting song goes with these coins: upwards only, so null when it already stands as high.
 * @param isOpen closed lines take nobody in; the next open one below is tried
 */
export function climb(
  from: WaitingLine,
  coins: number,
  prices: LinePrices,
  isOpen: (line: PaidLine) => boolean,
): PaidLine | null {
  for (const line of PLAY_LINES) {
    if (line === from || line === 'free') return null;
    if (coins >= prices[line] && isOpen(line)) return line;
  }
  return null;
}

/** One change of line that a gift made, oldest first in a chain. */
export interface GiftMove {
  readonly giftId: number | null;
  readonly fromLine: WaitingLine;
  readonly fromRank: number;
  readonly toLine: WaitingLine;
  readonly toRank: number;
}

/**
 * Where a song belongs when a gift is taken back: as high as the remaining coins still reach, at the rank it once had
 * there, else where it stood before any gift moved it.
 * @param chain the unbroken run of gift moves that led to where the song stands now, oldest first
 * @returns null when it may stay
 */
export function fallBack(
  chain: readonly GiftMove[],
  coins: number,
  prices: LinePrices,
): { readonly line: WaitingLine; readonly rank: number } | null {
  const first = chain[0];
  const last = chain.at(-1);
  if (first === undefined || last === undefined) return null;
  const deserved = boughtLine(coins, prices);
  if (deserved !== null && height(deserved) >= height(last.toLine)) return null;
  if (deserved === null || height(deserved) <= height(first.fromLine)) {
    return { line: first.fromLine, rank: first.fromRank };
  }
  // The move that reached this line, or jumped over it, tells since when the song would have stood there.
  const reached = chain.find((move) => height(move.toLine) >= height(deserved)) ?? last;
  return { line: deserved, rank: reached.toRank };
}

/** 0 for the lines nobody paid for. */
function height(line: WaitingLine): number {
  switch (line) {
    case 'back-to-back':
      return 3;
    case 'double-skip':
      return 2;
    case 'skip':
      return 1;
    case 'free':
    case 'pending':
      return 0;
  }
}
