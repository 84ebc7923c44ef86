import { type BurstKind, type BurstPlan, type Deed, planBurst } from './burst-plan.ts';
import type { Live } from './live.ts';
import { NOTHING_DONE, type ViewerTruth } from './truth.ts';
import type { Viewer } from './viewer.ts';

export interface BurstOptions extends BurstPlan {
  /** Messages per second; without it as fast as the sockets take them. */
  readonly perSecond?: number;
  /** Default: as the room does. */
  readonly gzip?: boolean;
  /** Messages per frame (default 1). */
  readonly perFrame?: number;
  /** How many viewers to invent (default 200), or whom to use. */
  readonly viewers?: number | readonly Viewer[];
}

export interface BurstResult {
  readonly messages: number;
  readonly byKind: Readonly<Record<BurstKind, number>>;
  readonly total: ViewerTruth;
  /** What the burst added, by user id. */
  readonly viewers: ReadonlyMap<string, ViewerTruth>;
  /** Time spent sending, ms. */
  readonly tookMs: number;
}

/** What a burst needs of the sandbox. */
export interface BurstWorld {
  invent(handle: string): Viewer;
  newId(): string;
}

interface Cast {
  readonly live: Live;
  readonly viewers: readonly Viewer[];
  /** Group id of a streak of the plan. */
  groupId(streak: number): string;
}

const LIMIT = 500_000;
/** Frames built ahead when not paced, so that building them does not slow down the sending. */
const AHEAD = 20_000;

/** Sums are exact as long as nobody else acts for the same viewers meanwhile. */
export async function runBurst(live: Live, world: BurstWorld, options: BurstOptions): Promise<BurstResult> {
  if (!Number.isInteger(options.events) || options.events < 1 || options.events > LIMIT) {
    throw new Error(`TikTok sandbox: a burst has 1 to ${LIMIT} events`);
  }
  const viewers = castOf(world, options.viewers ?? 200);
  const before = viewers.map((viewer) => live.truthOf(viewer));
  const deeds = planBurst(options, viewers.length);
  const groupIds = new Map<number, string>();
  const groupId = (streak: number): string => {
    const id = groupIds.get(streak) ?? world.newId();
    groupIds.set(streak, id);
    return id;
  };
  const cast: Cast = { live, viewers, groupId };
  const startedAt = performance.now();
  if (options.perSecond === undefined) await sendAll(cast, deeds, options);
  else await sendPaced(cast, deeds, options, options.perSecond);
  const tookMs = performance.now() - startedAt;
  const gained = viewers.map((viewer, index) => {
    const added = minus(live.truthOf(viewer), before[index] ?? NOTHING_DONE);
    return [viewer.userId, added] as const;
  });
  return {
    messages: deeds.length,
    byKind: countKinds(deeds),
    total: gained.reduce((sum, [, truth]) => plus(sum, truth), NOTHING_DONE),
    viewers: new Map(gained),
    tookMs,
  };
}

function castOf(world: BurstWorld, viewers: number | readonly Viewer[]): readonly Viewer[] {
  if (typeof viewers !== 'number') return viewers;
  return Array.from({ length: viewers }, (_, index) => world.invent(`fan${String(index + 1).padStart(5, '0')}`));
}

function perform({ live, viewers, groupId }: Cast, deed: Deed): void {
  const viewer = viewers[deed.viewer];
  if (viewer === undefined) throw new Error('TikTok sandbox: a burst needs viewers');
  switch (deed.kind) {
    case 'comment':
      live.comment(viewer, deed.text);
      break;
    case 'like':
      live.like(viewer, deed.count);
      break;
    case 'join':
      live.join(viewer);
      break;
    case 'follow':
      live.follow(viewer);
      break;
    case 'share':
      live.share(viewer);
      break;
    case 'gift': {
      const { repeatCount, repeatEnd } = deed;
      const group = deed.gift.streakable ? groupId(deed.streak) : '0';
      live.giftFrames(viewer, deed.gift, [{ repeatCount, repeatEnd, groupId: group }]);
      break;
    }
  }
}

function* framesOf(cast: Cast, deeds: readonly Deed[], options: BurstOptions): Generator<Uint8Array> {
  const perFrame = Math.max(1, options.perFrame ?? 1);
  for (let from = 0; from < deeds.length; from += perFrame) {
    const messages = cast.live.room.collect(() => {
      for (const deed of deeds.slice(from, from + perFrame)) perform(cast, deed);
    });
    yield cast.live.room.frame(messages, options.gzip);
  }
}

async function sendAll(cast: Cast, deeds: readonly Deed[], options: BurstOptions): Promise<void> {
  for (let from = 0; from < deeds.length; from += AHEAD) {
    for (const frame of [...framesOf(cast, deeds.slice(from, from + AHEAD), options)]) {
      cast.live.room.pushBytes(frame);
      await cast.live.room.drained();
    }
  }
}

async function sendPaced(cast: Cast, deeds: readonly Deed[], options: BurstOptions, perSecond: number): Promise<void> {
  const startedAt = performance.now();
  const perFrame = Math.max(1, options.perFrame ?? 1);
  let sent = 0;
  while (sent < deeds.length) {
    const due = Math.min(deeds.length, Math.ceil(((performance.now() - startedAt) * perSecond) / 1000));
    const whole = due === deeds.length ? due : due - (due % perFrame);
    if (whole > sent) {
      for (const frame of framesOf(cast, deeds.slice(sent, whole), options)) cast.live.room.pushBytes(frame);
      sent = whole;
      await cast.live.room.drained();
    }
    if (sent < deeds.length) await new Promise((resolve) => setTimeout(resolve, 4));
  }
}

function countKinds(deeds: readonly Deed[]): Readonly<Record<BurstKind, number>> {
  const counts = { comment: 0, like: 0, join: 0, gift: 0, follow: 0, share: 0 };
  for (const deed of deeds) counts[deed.kind] += 1;
  return counts;
}

function plus(a: ViewerTruth, b: ViewerTruth): ViewerTruth {
  return combine(a, b, 1);
}

function minus(a: ViewerTruth, b: ViewerTruth): ViewerTruth {
  return combine(a, b, -1);
}

function combine(a: ViewerTruth, b: ViewerTruth, sign: 1 | -1): ViewerTruth {
  return {
    comments: a.comments + sign * b.comments,
    likes: a.likes + sign * b.likes,
    shares: a.shares + sign * b.shares,
    follows: a.follows + sign * b.follows,
    joins: a.joins + sign * b.joins,
    subscriptions: a.subscriptions + sign * b.subscriptions,
    gifts: a.gifts + sign * b.gifts,
    coins: a.coins + sign * b.coins,
  };
}
