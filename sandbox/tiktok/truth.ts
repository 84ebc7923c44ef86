import type { CatalogueGift } from './gifts.ts';
import type { Viewer } from './viewer.ts';

/** Exact sums of what one viewer did in a room. */
export interface ViewerTruth {
  readonly comments: number;
  readonly likes: number;
  readonly shares: number;
  readonly follows: number;
  readonly joins: number;
  readonly subscriptions: number;
  /** Gifts in pieces: the final count of every streak, plus the single ones. */
  readonly gifts: number;
  readonly coins: number;
}

/** Exact sums of everything that happened in a room, whether or not a socket was there to hear it. */
export interface Truth extends ViewerTruth {
  /** Messages sent, of every kind; replays and resends are not counted again. */
  readonly messages: number;
  /** Of these, how many found no open, unstalled socket. */
  readonly undelivered: number;
  /** By user id: handles may change. */
  readonly viewers: ReadonlyMap<string, ViewerTruth>;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Deed = Exclude<keyof ViewerTruth, 'gifts' | 'coins'>;

export const NOTHING_DONE: ViewerTruth = {
  comments: 0,
  likes: 0,
  shares: 0,
  follows: 0,
  joins: 0,
  subscriptions: 0,
  gifts: 0,
  coins: 0,
};

/** The book the sandbox keeps, so that tests can compare the bot's numbers with what really happened. */
export class TruthLedger {
  #messages = 0;
  #undelivered = 0;
  readonly #total: Mutable<ViewerTruth> = { ...NOTHING_DONE };
  readonly #viewers = new Map<string, Mutable<ViewerTruth>>();
  /** Highest repeat count per streak: counts are cumulative, and frames may come doubled or shuffled. */
  readonly #streaks = new Map<string, number>();

  sent(delivered: boolean): void {
    this.#messages += 1;
    if (!delivered) this.#undelivered += 1;
  }

  did(viewer: Viewer, deed: Deed, amount: number): void {
    this.#total[deed] += amount;
    this.#of(viewer)[deed] += amount;
  }

  gave(viewer: Viewer, gift: CatalogueGift, streakKey: string, repeatCount: number): void {
    const key = `${viewer.userId}|${gift.id}|${streakKey}`;
    const before = this.#streaks.get(key) ?? 0;
    const pieces = Math.max(0, repeatCount - before);
    if (pieces === 0) return;
    this.#streaks.set(key, repeatCount);
    for (const sums of [this.#total, this.#of(viewer)]) {
      sums.gifts += pieces;
      sums.coins += pieces * gift.coins;
    }
  }

  gaveAnything(viewer: Viewer): boolean {
    return (this.#viewers.get(viewer.userId)?.gifts ?? 0) > 0;
  }

  of(viewer: Viewer): ViewerTruth {
    return { ...(this.#viewers.get(viewer.userId) ?? NOTHING_DONE) };
  }

  snapshot(): Truth {
    const viewers = new Map([...this.#viewers].map(([userId, sums]) => [userId, { ...sums }]));
    return { ...this.#total, messages: this.#messages, undelivered: this.#undelivered, viewers };
  }

  #of(viewer: Viewer): Mutable<ViewerTruth> {
    const known = this.#viewers.get(viewer.userId);
    if (known !== undefined) return known;
    const fresh = { ...NOTHING_DONE };
    this.#viewers.set(viewer.userId, fresh);
    return fresh;
  }
}
