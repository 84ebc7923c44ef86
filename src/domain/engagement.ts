import type { PointOrigin } from './handle.ts';
import type { Settings } from './setting.ts';

/** What one deed earns, and how often. From the guild's settings. */
export interface PointRates {
  readonly like: number;
  readonly comment: number;
  readonly share: number;
  readonly follow: number;
  readonly subscribe: number;
  readonly join: number;
  readonly giftPerCoin: number;
  readonly giftPerCoinLarge: number;
  /** Coins of one whole gift from which the large rate holds for all of its coins. */
  readonly largeGiftFrom: number;
  /** Comments per handle and minute that earn; 0 = all. */
  readonly commentsPerMinute: number;
  readonly sharesPerMinute: number;
}

export function pointRates(settings: Settings): PointRates {
  return {
    like: settings['points.like'],
    comment: settings['points.comment'],
    share: settings['points.share'],
    follow: settings['points.follow'],
    subscribe: settings['points.subscribe'],
    join: settings['points.join'],
    giftPerCoin: settings['points.gift-per-coin'],
    giftPerCoinLarge: settings['points.gift-per-coin-large'],
    largeGiftFrom: settings['points.large-gift-from'],
    commentsPerMinute: settings['points.comments-per-minute'],
    sharesPerMinute: settings['points.shares-per-minute'],
  };
}

/** Points for one whole gift: a streak of a hundred roses is one gift of 100 coins. */
export function giftPoints(coins: number, rates: PointRates): number {
  return coins * (coins >= rates.largeGiftFrom ? rates.giftPerCoinLarge : rates.giftPerCoin);
}

/** What a viewer can do besides gifting. */
export type Deed = Exclude<PointOrigin, 'gift' | 'staff'>;

/** Counted: the deed stands in the numbers. Points: what it earns, 0 when it was capped. */
export interface Earned {
  readonly counted: boolean;
  readonly points: number;
}

const NOT_AGAIN: Earned = { counted: false, points: 0 };
const MINUTE_MS = 60_000;
/** One subscription is told by up to three kinds of message; within this time they are one, ms. */
const SAME_SUBSCRIPTION_MS = 120_000;

/**
 * Who has earned what in one session: follows count once per handle, comments and shares earn up to a number per handle
 * and minute (they are counted beyond it), a subscription told in several ways counts once. Pure: time comes in with
 * each call (`now`, ms on a clock that never jumps).
 */
export class Earnings {
  readonly #followed: Set<string>;
  readonly #subscribedAt = new Map<string, number>();
  #minute = -1;
  readonly #comments = new Map<string, number>();
  readonly #shares = new Map<string, number>();

  /** @param followed user ids whose follow already counted in this session */
  constructor(followed: Iterable<string> = []) {
    this.#followed = new Set(followed);
  }

  /** @param times likes come in batches; everything else once */
  earn(deed: Deed, userId: string, times: number, rates: PointRates, now: number): Earned {
    switch (deed) {
      case 'like':
        return { counted: true, points: times * rates.like };
      case 'join':
        return { counted: true, points: rates.join };
      case 'comment':
        return this.#capped(this.#comments, userId, rates.commentsPerMinute, rates.comment, now);
      case 'share':
        return this.#capped(this.#shares, userId, rates.sharesPerMinute, rates.share, now);
      case 'follow':
        if (this.#followed.has(userId)) return NOT_AGAIN;
        this.#followed.add(userId);
        return { counted: true, points: rates.follow };
      case 'subscribe':
        return this.#subscribed(userId, rates, now);
    }
  }

  #capped(counts: Map<string, number>, userId: string, cap: number, points: number, now: number): Earned {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#comments.clear();
      this.#shares.clear();
    }
    const before = counts.get(userId) ?? 0;
    counts.set(userId, before + 1);
    return { counted: true, points: cap === 0 || before < cap ? points : 0 };
  }

  #subscribed(userId: string, rates: PointRates, now: number): Earned {
    const before = this.#subscribedAt.get(userId);
    if (before !== undefined && now - before < SAME_SUBSCRIPTION_MS) return NOT_AGAIN;
    this.#subscribedAt.set(userId, now);
    return { counted: true, points: rates.subscribe };
  }
}
