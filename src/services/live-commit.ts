import { giftPoints, type PointRates } from '../domain/engagement.ts';
import type { PointOrigin } from '../domain/handle.ts';
import type { LiveUser } from '../domain/live-event.ts';
import type { GiftWrite, MinuteSums, PaidGift, ViewerSums } from '../ports/live-store.ts';
import type { Earned } from '../ports/point-store.ts';
import type { StoreTx } from '../ports/store.ts';
import { climbRules, climbWith, type MovedSong } from './gift-credit.ts';
import type { Proven } from './handle-service.ts';
import { emptyMinute, type LiveBatch, type ViewerPart } from './live-batch.ts';
import type { LiveHandles } from './live-handles.ts';

/** Finds a proof code in a comment; see `HandleService`. */
export interface ProofDesk {
  confirmProof(
    tx: StoreTx,
    guildId: string,
    account: { readonly userId: string; readonly name: string },
    text: string,
    at: number,
  ): Promise<Proven | null>;
  proofConfirmed(guildId: string, proven: Proven): void;
}

export interface CommitScope {
  readonly guildId: string;
  readonly sessionId: number;
  readonly rates: PointRates;
  readonly handles: LiveHandles;
  readonly proofs: ProofDesk;
  /** ms since the epoch by our clock. */
  readonly now: number;
}

/** What a batch changed, to be told after the commit. */
export interface Committed {
  readonly paid: readonly (PaidGift & { readonly handle: string })[];
  readonly moved: readonly MovedSong[];
  readonly proven: readonly Proven[];
  /** Sum of the scores of all waiting songs. */
  readonly waitingScore: number;
}

/**
 * Writes one batch inside one transaction: accounts, gifts, sums, points, proofs, and the songs that coins move. Nothing
 * in it is lost or counted twice: it is all there after the commit, or nothing is.
 */
export async function commitBatch(tx: StoreTx, batch: LiveBatch, scope: CommitScope): Promise<Committed> {
  const { guildId, sessionId, now } = scope;
  const users = [...batch.viewers.values()].map(({ user }) => user);
  const ids = await scope.handles.resolve(tx, users, now);
  const idOf = (user: Pick<LiveUser, 'userId'>): number => {
    const id = ids.get(user.userId);
    if (id === undefined) throw new Error(`TikTok account ${user.userId} has no row`);
    return id;
  };
  const paid = await payGifts(tx, batch, scope, idOf);
  await tx.lives.addSums(sessionId, {
    viewers: viewerSums(batch, paid, idOf),
    minutes: minuteSums(batch, paid),
    counts: [...batch.counts].map(([kind, events]) => ({ kind, events })),
    messageIds: batch.messageIds,
    lastEventAt: batch.lastEventAt,
    likesRoomTotal: batch.likesRoomTotal,
    viewersPeak: batch.viewersPeak,
    viewersLow: batch.viewersLow,
    unreadable: batch.unreadable,
    merged: batch.merged,
  });
  await tx.points.earn(guildId, sessionId, earnings(batch, paid, scope.rates, idOf), now);
  const proven = await prove(tx, batch, scope);
  const names = await handleNames(tx, batch, paid, idOf);
  const moved = await climbAll(tx, paid, names, scope);
  return {
    paid: paid.map((gift) => ({ ...gift, handle: names.get(gift.handleId) ?? '' })),
    moved,
    proven,
    waitingScore: await tx.lives.waitingScore(guildId),
  };
}

type IdOf = (user: Pick<LiveUser, 'userId'>) => number;

async function payGifts(tx: StoreTx, batch: LiveBatch, scope: CommitScope, idOf: IdOf): Promise<readonly PaidGift[]> {
  if (batch.streaks.size === 0) return [];
  const writes = [...batch.streaks.values()].map(({ streak, settlement }): GiftWrite => {
    const settled = settlement === null ? null : { by: settlement.by, at: scope.now };
    return { ...streak, handleId: idOf(streak), settled };
  });
  const paid = await tx.lives.putGifts(scope.guildId, scope.sessionId, writes);
  const points = paid.map(({ giftId, coins }) => ({ giftId, points: giftPoints(coins, scope.rates) }));
  if (points.length > 0) await tx.lives.setGiftPoints(points);
  return paid;
}

/** Copies: a transaction that fails is tried again with the same batch. */
function minuteSums(batch: LiveBatch, paid: readonly PaidGift[]): readonly MinuteSums[] {
  const minutes = new Map([...batch.minutes].map(([minute, sums]) => [minute, { ...sums }]));
  for (const { key, addedCount, addedCoins } of paid) {
    const at = batch.streaks.get(key)?.streak.lastAt ?? 0;
    const minute = Math.floor(at / 60_000);
    const sums = minutes.get(minute) ?? emptyMinute(minute);
    minutes.set(minute, { ...sums, gifts: sums.gifts + addedCount, coins: sums.coins + addedCoins });
  }
  return [...minutes.values()];
}

function viewerSums(batch: LiveBatch, paid: readonly PaidGift[], idOf: IdOf): readonly ViewerSums[] {
  const given = new Map<number, { gifts: number; coins: number }>();
  for (const { handleId, addedCount, addedCoins } of paid) {
    const before = given.get(handleId) ?? { gifts: 0, coins: 0 };
    given.set(handleId, { gifts: before.gifts + addedCount, coins: before.coins + addedCoins });
  }
  return [...batch.viewers.values()].map(({ user, firstAt, lastAt, did }) => {
    const handleId = idOf(user);
    return {
      ...{ handleId, firstAt, lastAt, likes: did.like, comments: did.comment, shares: did.share },
      ...{ follows: did.follow, subscribes: did.subscribe, gifts: 0, coins: 0, ...given.get(handleId) },
    };
  });
}

function earnings(batch: LiveBatch, paid: readonly PaidGift[], rates: PointRates, idOf: IdOf): readonly Earned[] {
  const earned: Earned[] = [];
  for (const part of batch.viewers.values()) addDeeds(earned, part, idOf(part.user));
  for (const { handleId, coins, pointsBefore } of paid) {
    earned.push({ handleId, origin: 'gift', points: giftPoints(coins, rates) - pointsBefore });
  }
  return earned;
}

function addDeeds(earned: Earned[], { earned: points }: ViewerPart, handleId: number): void {
  for (const [origin, sum] of Object.entries(points)) {
    if (sum !== 0) earned.push({ handleId, origin: origin as PointOrigin, points: sum });
  }
}

async function prove(tx: StoreTx, batch: LiveBatch, scope: CommitScope): Promise<readonly Proven[]> {
  const proven: Proven[] = [];
  for (const { user, text } of batch.spoken) {
    const found = await scope.proofs.confirmProof(tx, scope.guildId, user, text, scope.now);
    if (found !== null) proven.push(found);
  }
  return proven;
}

async function climbAll(
  tx: StoreTx,
  paid: readonly PaidGift[],
  names: ReadonlyMap<number, string>,
  scope: CommitScope,
): Promise<readonly MovedSong[]> {
  if (paid.length === 0) return [];
  const targets = await tx.lives.giftTargets([...new Set(paid.map(({ handleId }) => handleId))]);
  if (targets.length === 0) return [];
  const rules = await climbRules(tx, scope.guildId);
  const songOf = new Map(
    targets.flatMap(({ handleId, submissionId, isNamed }) =>
      isNamed && !rules.named ? [] : [[handleId, submissionId]],
    ),
  );
  // The sums hold all gifts of this batch already, so it is the last one that reaches the line.
  const last = new Map<number, PaidGift>();
  for (const gift of paid) {
    const songId = songOf.get(gift.handleId);
    if (songId !== undefined) last.set(songId, gift);
  }
  const moved: MovedSong[] = [];
  for (const [songId, { giftId, handleId, name }] of last) {
    const gift = { giftId, name, handle: names.get(handleId) ?? '' };
    const song = await climbWith(tx, songId, gift, rules, scope.now);
    if (song !== null) moved.push(song);
  }
  return moved;
}

/** As told with the gifts; asked of the store for streaks that silence settled after a restart. */
async function handleNames(
  tx: StoreTx,
  batch: LiveBatch,
  paid: readonly PaidGift[],
  idOf: IdOf,
): Promise<ReadonlyMap<number, string>> {
  if (paid.length === 0) return new Map();
  const named = [...batch.viewers.values()].filter(({ user }) => user.name !== '');
  const names = new Map(named.map(({ user }) => [idOf(user), user.name]));
  const unnamed = paid.flatMap(({ handleId }) => (names.has(handleId) ? [] : [handleId]));
  if (unnamed.length > 0) for (const { id, name } of await tx.handles.byIds(unnamed)) names.set(id, name);
  return names;
}
