import { fallBack, type GiftMove } from '../domain/gift.ts';
import { isWaiting, type Submission } from '../domain/submission.ts';
import type { HandleCoins } from '../ports/coin-store.ts';
import type { LedgerGift } from '../ports/live-store.ts';
import type { Move } from '../ports/move-store.ts';
import type { Play } from '../ports/play-store.ts';
import type { StoreTx } from '../ports/store.ts';
import { type ClimbRules, climbRules, sumOf } from './gift-credit.ts';

/** A song that lost what a gift had bought. */
export interface FallenSong {
  readonly submissionId: number;
  readonly publicId: string;
  readonly from: Submission['line'];
  readonly to: Submission['line'];
}

/**
 * Takes the coins of a reversed gift out of the books, inside its transaction: from played songs that it moved, from what
 * its handle has free, from songs that hold coins of the handle, and at last from other played songs.
 * @returns songs that fell for it
 */
export async function takeCoinsBack(
  tx: StoreTx,
  guildId: string,
  gift: LedgerGift,
  at: number,
): Promise<readonly FallenSong[]> {
  const { giftId, sessionId, handleId } = gift;
  const moved = new Set((await tx.moves.ofGift(giftId)).map(({ submissionId }) => submissionId));
  await tx.lives.takeCoins(giftId);
  const spent = await takeFromPlays(tx, guildId, gift, gift.coins, (play) => moved.has(play.submissionId));
  await tx.lives.giveBack([{ sessionId, handleId, coins: spent }]);
  const fallen = await lowerSongs(tx, gift, await climbRules(tx, guildId), at);
  // No song holds any of it now: what is still missing was used up.
  const rest = await tx.lives.overdrawn(giftId);
  await takeFromPlays(tx, guildId, gift, rest, () => true);
  await tx.lives.giveBack([{ sessionId, handleId, coins: rest }]);
  return fallen;
}

/**
 * What the gift paid of played songs is paid by nobody: they stay played, and undoing them gives that much less back.
 * @returns how much of it these plays had used up
 */
async function takeFromPlays(
  tx: StoreTx,
  guildId: string,
  gift: LedgerGift,
  most: number,
  isMeant: (play: Play) => boolean,
): Promise<number> {
  if (most === 0) return 0;
  let missing = most;
  const newestFirst = (await tx.plays.since(guildId, 0)).filter(isMeant).toReversed();
  for (const play of newestFirst) {
    const { kept, taken } = without(play.coinsTaken, gift, missing);
    if (taken === 0) continue;
    missing -= taken;
    await tx.plays.setTaken(play.id, { ...play, coinsTaken: kept });
  }
  return most - missing;
}

/** These coins without as many as there are, but at most so many, of the gift's handle and session. */
function without(
  coins: readonly HandleCoins[],
  { sessionId, handleId }: LedgerGift,
  most: number,
): { readonly kept: readonly HandleCoins[]; readonly taken: number } {
  const isMeant = (each: HandleCoins) => each.sessionId === sessionId && each.handleId === handleId;
  const kept = coins
    .map((each) => (isMeant(each) ? { ...each, coins: Math.max(0, each.coins - most) } : each))
    .filter((each) => each.coins > 0);
  return { kept, taken: sumOf(coins) - sumOf(kept) };
}

/** As many of these coins, the first ones first. */
function upTo(coins: readonly HandleCoins[], most: number): readonly HandleCoins[] {
  let left = most;
  return coins.flatMap((each) => {
    const taken = Math.min(left, each.coins);
    left -= taken;
    return taken > 0 ? [{ ...each, coins: taken }] : [];
  });
}

/**
 * The handle's coins are fewer now. As far as what it has free does not make up for that, songs lose what they hold of
 * it: first those that this gift moved, then those that were moved last.
 */
async function lowerSongs(
  tx: StoreTx,
  gift: LedgerGift,
  rules: ClimbRules,
  at: number,
): Promise<readonly FallenSong[]> {
  const fallen: FallenSong[] = [];
  for (const submissionId of await tx.lives.holders(gift.giftId)) {
    const missing = await tx.lives.overdrawn(gift.giftId);
    if (missing === 0) break;
    const song = await lower(tx, submissionId, missing, gift, rules, at);
    if (song !== null) fallen.push(song);
  }
  return fallen;
}

/**
 * Takes coins of the gift from what a song holds. What its owner has free takes their place; if that is not enough, the
 * song falls.
 */
async function lower(
  tx: StoreTx,
  submissionId: number,
  missing: number,
  gift: LedgerGift,
  rules: ClimbRules,
  at: number,
): Promise<FallenSong | null> {
  const song = (await tx.submissions.get(submissionId))?.submission;
  if (song === undefined || !isWaiting(song.line)) return null;
  const { held, free } = await tx.lives.purse(submissionId, gift.sessionId);
  const { kept, taken } = without(held, gift, missing);
  const behind = [...kept, ...upTo(free, taken)];
  const left = sumOf(behind);
  await tx.lives.hold(submissionId, behind);
  const chain = chainOf(await tx.moves.ofSubmission(submissionId));
  const target = fallBack(chain, left, rules.prices);
  if (target === null) return null;
  const after = await tx.submissions.restore(submissionId, target.line, target.rank);
  // Where it stood before any coins moved it, it holds none.
  if (target.line !== chain[0]?.fromLine) await tx.lives.hold(submissionId, behind);
  const moveId = await tx.moves.add({
    guildId: song.guildId,
    submissionId,
    fromLine: song.line,
    fromRank: song.rank,
    toLine: after.line,
    toRank: after.rank,
    cause: 'reverse',
    giftId: gift.giftId,
    coins: left,
    at,
  });
  await tx.outbox.add({
    guildId: song.guildId,
    dedupeKey: `gift-reversed:${moveId}`,
    target: { kind: 'member', userId: song.ownerId },
    notice: { kind: 'gift-reversed', publicId: song.publicId, line: after.line },
    at,
  });
  return { submissionId, publicId: song.publicId, from: song.line, to: after.line };
}

/** The unbroken run of gift moves (and earlier reversals among them) that led to where the song stands, oldest first. */
function chainOf(newestFirst: readonly Move[]): readonly GiftMove[] {
  const chain: GiftMove[] = [];
  for (const { cause, giftId, fromLine, fromRank, toLine, toRank } of newestFirst) {
    // A song that waits again: every playing of it was undone.
    if (cause === 'play' || cause === 'undo') continue;
    if ((cause !== 'gift' && cause !== 'reverse') || !isWaiting(fromLine) || !isWaiting(toLine)) break;
    chain.unshift({ giftId, fromLine, fromRank, toLine, toRank });
  }
  return chain;
}
