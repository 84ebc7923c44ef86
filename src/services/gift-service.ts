import type { Failure } from '../domain/failure.ts';
import { fallBack, type GiftMove } from '../domain/gift.ts';
import { pageOf } from '../domain/queue.ts';
import { isWaiting, type Submission } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { HandleCoins } from '../ports/coin-store.ts';
import type { LedgerGift } from '../ports/live-store.ts';
import type { Move } from '../ports/move-store.ts';
import type { Play } from '../ports/play-store.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { type ClimbRules, climbRules, sumOf } from './gift-credit.ts';
import { audit } from './staff-record.ts';

export interface GiftPorts {
  readonly store: Store;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

export interface LedgerPage {
  readonly gifts: readonly LedgerGift[];
  /** Zero-based, clamped. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

/** A song that lost what a gift had bought. */
export interface FallenSong {
  readonly submissionId: number;
  readonly publicId: string;
  readonly from: Submission['line'];
  readonly to: Submission['line'];
}

export interface Reversed {
  readonly gift: LedgerGift;
  readonly songs: readonly FallenSong[];
}

const PAGE = 10;

/** The ledger of gifts, for staff. */
export class GiftService {
  readonly #ports: GiftPorts;

  constructor(ports: GiftPorts) {
    this.#ports = ports;
  }

  /** Newest first. */
  ledger(guildId: string, page: number): Promise<LedgerPage> {
    return this.#ports.store.read(async (reads) => {
      const total = await reads.lives.giftTotal(guildId);
      const where = pageOf(page, PAGE, total);
      const gifts = await reads.lives.gifts(guildId, where.offset, PAGE);
      return { gifts, page: where.page, pages: where.pages, total };
    });
  }

  /**
   * Takes a gift back with everything it did: its coins, its points, and what its coins held up. Songs that were played
   * stay played. The ledger keeps the row.
   */
  async reverse(guildId: string, actor: string, giftId: number): Promise<Result<Reversed, Failure>> {
    const { store, clock } = this.#ports;
    const at = clock.now();
    const done = await store.transaction(async (tx): Promise<Result<Reversed, Failure>> => {
      const gift = await tx.lives.gift(guildId, giftId);
      if (gift === null) return err({ code: 'no-such-gift' });
      if (!(await tx.lives.reverseGift(giftId, actor, at))) {
        return err({ code: gift.state === 'reversed' ? 'gift-already-reversed' : 'no-such-gift' });
      }
      const moved = new Set((await tx.moves.ofGift(giftId)).map(({ submissionId }) => submissionId));
      await tx.lives.takeCoins(giftId);
      await takeFromPlays(tx, guildId, gift, gift.coins, (play) => moved.has(play.submissionId));
      await takeFromPlay(tx, guildId, gift);
      const taken = [{ handleId: gift.handleId, origin: 'gift' as const, points: -gift.points }];
      await tx.points.change(guildId, taken, 'reverse', `gift:${giftId}`, at);
      const songs = await lowerSongs(tx, gift, await climbRules(tx, guildId), at);
      await takeFromPlays(tx, guildId, gift, await tx.lives.overdrawn(giftId), () => true);
      const before = { handle: gift.handle, name: gift.name, coins: gift.coins, points: gift.points };
      await audit(
        tx,
        guildId,
        actor,
        'gift.reverse',
        String(giftId),
        before,
        { songs: songs.map((s) => s.publicId) },
        at,
      );
      return ok({ gift: { ...gift, state: 'reversed', reversedBy: actor }, songs });
    });
    if (done.ok) this.#tell(guildId, done.value);
    return done;
  }

  #tell(guildId: string, { gift, songs }: Reversed): void {
    const { bus } = this.#ports;
    for (const { submissionId, publicId, from, to } of songs) {
      const what = { submissionId, publicId, from, to, handle: gift.handle, coins: gift.coins };
      bus.emit('song.moved', { guildId, ...what, cause: 'reverse' });
    }
    const { giftId, sessionId, coins } = gift;
    bus.emit('gift.reversed', { guildId, sessionId, giftId, coins });
    bus.emit('queue.changed', { guildId });
    if (songs.length > 0) bus.emit('notice.stored', { guildId });
  }
}

/** Points of the gift that a played song has used do not come back when that is undone. */
async function takeFromPlay(tx: StoreTx, guildId: string, { handleId, points, at }: LedgerGift): Promise<void> {
  const left = (await tx.points.of([handleId])).get(handleId)?.gift ?? 0;
  const used = points - Math.max(0, left);
  if (used <= 0) return;
  const isOfGifts = (taken: Play['pointsTaken'][number]) => taken.handleId === handleId && taken.origin === 'gift';
  const play = (await tx.plays.since(guildId, at)).find(({ pointsTaken }) => pointsTaken.some(isOfGifts));
  if (play === undefined) return;
  const pointsTaken = play.pointsTaken.map((taken) =>
    isOfGifts(taken) ? { ...taken, points: Math.max(0, taken.points - used) } : taken,
  );
  await tx.plays.setTaken(play.id, { ...play, pointsTaken: pointsTaken.filter((taken) => taken.points > 0) });
}

/** What the gift paid of played songs is paid by nobody: they stay played, and undoing them gives that much less back. */
async function takeFromPlays(
  tx: StoreTx,
  guildId: string,
  gift: LedgerGift,
  most: number,
  isMeant: (play: Play) => boolean,
): Promise<void> {
  if (most <= 0) return;
  let missing = most;
  const newestFirst = (await tx.plays.since(guildId, 0)).filter(isMeant).toReversed();
  for (const play of newestFirst) {
    const { kept, taken } = without(play.coinsTaken, gift, missing);
    if (taken === 0) continue;
    missing -= taken;
    await tx.plays.setTaken(play.id, { ...play, coinsTaken: kept });
    await tx.lives.giveBack([{ sessionId: gift.sessionId, handleId: gift.handleId, coins: taken }]);
  }
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
