import type { Failure } from '../domain/failure.ts';
import { pageOf } from '../domain/queue.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LedgerGift } from '../ports/live-store.ts';
import type { Play } from '../ports/play-store.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { type FallenSong, takeCoinsBack } from './gift-reversal.ts';
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
      await takePointsFromPlay(tx, guildId, gift);
      const taken = [{ handleId: gift.handleId, origin: 'gift' as const, points: -gift.points }];
      await tx.points.change(guildId, taken, 'reverse', `gift:${giftId}`, at);
      const songs = await takeCoinsBack(tx, guildId, gift, at);
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
async function takePointsFromPlay(tx: StoreTx, guildId: string, { handleId, points, at }: LedgerGift): Promise<void> {
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
