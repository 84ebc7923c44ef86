import { type CatalogueGift, gifts } from './gifts.ts';

export type BurstKind = 'comment' | 'like' | 'join' | 'gift' | 'follow' | 'share';

export interface BurstPlan {
  /** Messages to send. Every tap and every end of a streak is one. */
  readonly events: number;
  /** Weights of the kinds; what is left out is not sent. Default: a lively LIVE. */
  readonly mix?: Partial<Readonly<Record<BurstKind, number>>>;
  /** The same seed gives the same deeds (default 1). */
  readonly seed?: number;
}

/** Viewers by index into the cast. */
export type Deed =
  | { readonly kind: 'comment'; readonly viewer: number; readonly text: string }
  | { readonly kind: 'like'; readonly viewer: number; readonly count: number }
  | { readonly kind: 'join' | 'follow' | 'share'; readonly viewer: number }
  | GiftDeed;

export interface GiftDeed {
  readonly kind: 'gift';
  readonly viewer: number;
  readonly gift: CatalogueGift;
  /** Number of the streak within the burst, from 1. */
  readonly streak: number;
  readonly repeatCount: number;
  readonly repeatEnd: 0 | 1;
}

const LIVELY: Readonly<Record<BurstKind, number>> = { like: 40, comment: 30, join: 15, gift: 10, follow: 3, share: 2 };
const OPEN_STREAKS = 20;

/** Mostly cheap ones, as in life. */
const TYPICAL: readonly CatalogueGift[] = [
  ...Array.from({ length: 12 }, () => gifts.rose),
  ...Array.from({ length: 4 }, () => gifts.tiktok),
  ...Array.from({ length: 3 }, () => gifts.fingerHeart),
  gifts.doughnut,
  gifts.cap,
  gifts.galaxy,
];

const WORDS = 'this beat goes hard play mine next please that drop wow love the mix run it back'.split(' ');

/** The deeds of a burst in order, exactly `events` of them. Every streak it opens is closed before it ends. */
export function planBurst(plan: BurstPlan, viewerCount: number): readonly Deed[] {
  const random = seeded(plan.seed ?? 1);
  const pick = (below: number): number => Math.floor(random() * below);
  const drawKind = kindDrawer(plan.mix ?? LIVELY, random);
  const streaks = new Streaks(random);
  const deeds: Deed[] = [];
  while (deeds.length < plan.events) {
    const left = plan.events - deeds.length;
    // Invariant: there is always room left for the ends of all open streaks.
    const closing = left <= streaks.open ? streaks.close() : undefined;
    if (closing !== undefined) {
      deeds.push(closing);
      continue;
    }
    const kind = drawKind();
    deeds.push(kind === 'gift' ? streaks.next(left, pick(viewerCount)) : simpleDeed(kind, pick(viewerCount), pick));
  }
  return deeds;
}

class Streaks {
  readonly #random: () => number;
  readonly #open: GiftDeed[] = [];
  #begun = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  get open(): number {
    return this.#open.length;
  }

  close(): GiftDeed | undefined {
    const oldest = this.#open.shift();
    return oldest === undefined ? undefined : { ...oldest, repeatEnd: 1 };
  }

  /** Goes on with an open streak, ends it, or begins another; `left` messages may still be sent. */
  next(left: number, viewer: number): GiftDeed {
    const goOn = this.#open.length > 0 && (this.#open.length >= OPEN_STREAKS || this.#random() < 0.7);
    const index = Math.floor(this.#random() * this.#open.length);
    const last = goOn ? this.#open[index] : undefined;
    if (last === undefined) return this.#begin(left, viewer);
    if (this.#random() < 0.25) {
      this.#open.splice(index, 1);
      return { ...last, repeatEnd: 1 };
    }
    const tap: GiftDeed = { ...last, repeatCount: last.repeatCount + 1 };
    this.#open[index] = tap;
    return tap;
  }

  #begin(left: number, viewer: number): GiftDeed {
    const roomForEnd = left >= this.#open.length + 2;
    const drawn = TYPICAL[Math.floor(this.#random() * TYPICAL.length)] ?? gifts.rose;
    const gift = roomForEnd ? drawn : gifts.galaxy;
    this.#begun += 1;
    const first: GiftDeed = { kind: 'gift', viewer, gift, streak: this.#begun, repeatCount: 1, repeatEnd: 0 };
    if (gift.streakable) this.#open.push(first);
    return first;
  }
}

function simpleDeed(kind: Exclude<BurstKind, 'gift'>, viewer: number, pick: (below: number) => number): Deed {
  switch (kind) {
    case 'comment': {
      const words = Array.from({ length: 1 + pick(10) }, () => WORDS[pick(WORDS.length)] ?? '');
      return { kind, viewer, text: words.join(' ') };
    }
    case 'like':
      return { kind, viewer, count: 1 + pick(15) };
    case 'join':
    case 'follow':
    case 'share':
      return { kind, viewer };
  }
}

function kindDrawer(mix: Partial<Readonly<Record<BurstKind, number>>>, random: () => number): () => BurstKind {
  const weights = Object.entries(mix) as [BurstKind, number][];
  const sum = weights.reduce((total, [, weight]) => total + weight, 0);
  return () => {
    let left = random() * sum;
    for (const [kind, weight] of weights) {
      left -= weight;
      if (left < 0) return kind;
    }
    return weights[0]?.[0] ?? 'comment';
  };
}

/** Mulberry32: small, fast, the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
