import type { Failure } from '../domain/failure.ts';
import { fallBack, type GiftMove } from '../domain/gift.ts';
import { pageOf } from '../domain/queue.ts';
import { isWaiting, type Submission } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LedgerGift } from '../ports/live-store.ts';
import type { Move } from '../ports/move-store.ts';
import type { Play } from '../ports/play-store.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { type ClimbRules, climbRules } from './gift-credit.ts';
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
      const play = await spentOn(tx, gift);
      await tx.lives.takeCoins(giftId, play !== null);
      if (play !== null) await tx.plays.setTaken(play.id, { ...play, coinsTaken: without(play.coinsTaken, gift) });
      await takeFromPlay(tx, guildId, gift);
      const taken = [{ handleId: gift.handleId, origin: 'gift' as const, points: -gift.points }];
      await tx.points.change(guildId, taken, 'reverse', `gift:${giftId}`, at);
      const songs = await lowerSongs(tx, guildId, gift, at);
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

/**
 * The owner's coins are fewer now. Songs that stand on more coins than are left fall: first what this gift moved, then
 * the newest.
 */
async function lowerSongs(tx: StoreTx, guildId: string, gift: LedgerGift, at: number): Promise<readonly FallenSong[]> {
  const owners = await ownersMoved(tx, gift);
  const rules = await climbRules(tx, guildId);
  const movedHere = new Set((await tx.moves.ofGift(gift.giftId)).map(({ submissionId }) => submissionId));
  const fallen: FallenSong[] = [];
  for (const ownerId of owners) {
    const standing = await tx.lives.commitments(guildId, ownerId, gift.sessionId);
    const order = [
      ...standing.filter(({ submissionId }) => movedHere.has(submissionId)),
      ...standing.filter(({ submissionId }) => !movedHere.has(submissionId)),
    ];
    // Coins of this gift that the standing songs relied on.
    let missing = Math.min(gift.coins, await shortage(tx, guildId, gift, standing));
    for (const { submissionId, coins } of order) {
      if (missing <= 0) break;
      const left = coins - Math.min(coins, missing);
      const song = await lower(tx, submissionId, left, gift, rules, at);
      missing -= coins - left;
      if (song !== null) fallen.push(song);
    }
  }
  return fallen;
}

/**
 * The play of a song that this gift moved: its coins are spent, and what is left belongs to other gifts. Null when no
 * such song was played.
 */
async function spentOn(tx: StoreTx, gift: LedgerGift): Promise<Play | null> {
  for (const { submissionId } of await tx.moves.ofGift(gift.giftId)) {
    if ((await tx.submissions.get(submissionId))?.submission.line === 'archive') {
      return tx.plays.ofSubmission(submissionId);
    }
  }
  return null;
}

/** What undoing the play may give back when the gift is gone. */
function without(taken: Play['coinsTaken'], { sessionId, handleId, coins }: LedgerGift): Play['coinsTaken'] {
  return taken
    .map((each) =>
      each.sessionId === sessionId && each.handleId === handleId
        ? { ...each, coins: Math.max(0, each.coins - coins) }
        : each,
    )
    .filter((each) => each.coins > 0);
}

/** Whose songs the gift's coins may hold up. */
async function ownersMoved(tx: StoreTx, gift: LedgerGift): Promise<ReadonlySet<string>> {
  const owners = new Set<string>();
  if (gift.linkedUserId !== null) owners.add(gift.linkedUserId);
  for (const { submissionId } of await tx.moves.ofGift(gift.giftId)) {
    const song = await tx.submissions.get(submissionId);
    if (song !== null) owners.add(song.submission.ownerId);
  }
  return owners;
}

/** How many coins the standing songs rely on beyond what the owner has left in the running show. */
async function shortage(
  tx: StoreTx,
  guildId: string,
  gift: LedgerGift,
  standing: readonly { readonly submissionId: number; readonly coins: number }[],
): Promise<number> {
  const committed = standing.reduce((sum, { coins }) => sum + coins, 0);
  // After the show nothing is left but what stands: the gift was part of it.
  if ((await tx.lives.openSessionId(guildId)) !== gift.sessionId) return committed;
  const first = standing[0];
  if (first === undefined) return 0;
  const { coins } = await tx.lives.purse(first.submissionId);
  return committed - coins;
}

/** @param left coins that still stand behind the song */
async function lower(
  tx: StoreTx,
  submissionId: number,
  left: number,
  gift: LedgerGift,
  rules: ClimbRules,
  at: number,
): Promise<FallenSong | null> {
  const song = (await tx.submissions.get(submissionId))?.submission;
  if (song === undefined || !isWaiting(song.line)) return null;
  const target = fallBack(chainOf(await tx.moves.ofSubmission(submissionId)), left, rules.prices);
  if (target === null) return null;
  const after = await tx.submissions.restore(submissionId, target.line, target.rank);
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
