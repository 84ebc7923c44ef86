import { type CatalogueGift, findGift, type GiftName } from './gifts.ts';
import * as message from './messages.ts';
import type { RoomMessage } from './protobuf.ts';
import type { LiveConnection, ReplayPlan, Room } from './room.ts';
import { type Truth, TruthLedger, type ViewerTruth } from './truth.ts';
import type { Viewer } from './viewer.ts';
import type { LiveWorld } from './world.ts';

export interface GiftOptions {
  /** Final count of the streak (default 1). Gifts that are not streakable are sent that many times. */
  readonly repeat?: number;
  /** false leaves the streak open: no closing frame (default true). */
  readonly end?: boolean;
  readonly groupId?: string;
  /** In a multi-guest LIVE: for whom. */
  readonly to?: Viewer;
}

/** A streak in progress, to be continued. */
export interface Streak {
  readonly groupId: string;
  /** `times` more taps (default 1). */
  tap(times?: number): void;
  /** The closing frame with the final count. */
  end(): void;
}

/** One gift frame under full control; what is left out is what the real service would send. */
export interface GiftFrameOptions {
  /** Cumulative count; any int32, also 0, negative, huge, or going down. */
  readonly repeatCount: number;
  readonly repeatEnd?: 0 | 1;
  readonly groupId?: string;
  readonly withGift?: boolean;
  readonly withUser?: boolean;
  /** false keeps the frame out of `truth` (for counts nobody should believe). */
  readonly counts?: boolean;
}

/** One LIVE of a host: what happens in it, and the book of what happened. */
export class Live {
  readonly room: Room;
  /** World time, epoch ms. */
  readonly startedAtMs: number;
  readonly #world: LiveWorld;
  readonly #ledger = new TruthLedger();
  #likeTotal = 0;
  #memberCount = 0;
  #followCount: number;
  #shareCount = 0;
  #viewerCount = 0;
  #status: 'live' | 'ended' = 'live';

  constructor(room: Room, world: LiveWorld, followCount: number) {
    this.room = room;
    this.#world = world;
    this.#followCount = followCount;
    this.startedAtMs = world.clock.now();
  }

  get roomId(): string {
    return this.room.roomId;
  }

  get status(): 'live' | 'ended' {
    return this.#status;
  }

  /** Viewers now, as last announced. */
  get viewerCount(): number {
    return this.#viewerCount;
  }

  get truth(): Truth {
    return this.#ledger.snapshot();
  }

  truthOf(viewer: Viewer): ViewerTruth {
    return this.#ledger.of(viewer);
  }

  /** Sockets open now. */
  get connections(): readonly LiveConnection[] {
    return this.room.connections;
  }

  /** Frames acknowledged by all sockets so far. */
  get acks(): number {
    return this.room.totals.acks;
  }

  join(viewer: Viewer): void {
    this.#memberCount += 1;
    this.#ledger.did(viewer, 'joins', 1);
    this.#publish(message.member(this.#stamp(), viewer, this.#memberCount, 'joined'));
  }

  comment(viewer: Viewer, text: string, shape: message.Shape = 'whole'): void {
    if (shape !== 'no-user' && shape !== 'empty') this.#ledger.did(viewer, 'comments', 1);
    this.#publish(message.comment(this.#stamp(), viewer, text, this.#ledger.gaveAnything(viewer), shape));
  }

  /** `count` hearts in one message. */
  like(viewer: Viewer, count = 1): void {
    this.#likeTotal += Math.max(0, count);
    this.#ledger.did(viewer, 'likes', Math.max(0, count));
    this.#publish(message.like(this.#stamp(), viewer, count, this.#likeTotal));
  }

  share(viewer: Viewer): void {
    this.#shareCount += 1;
    this.#ledger.did(viewer, 'shares', 1);
    this.#publish(message.social(this.#stamp(), viewer, 'share', this.#socialCounts()));
  }

  follow(viewer: Viewer): void {
    this.#followCount += 1;
    viewer.change({ follower: true });
    this.#ledger.did(viewer, 'follows', 1);
    this.#publish(message.social(this.#stamp(), viewer, 'follow', this.#socialCounts()));
  }

  subscribe(viewer: Viewer, months = 1): void {
    viewer.change({ subscriber: true });
    this.#ledger.did(viewer, 'subscriptions', 1);
    this.#publish(message.subscription(this.#stamp(), viewer, months));
  }

  gift(viewer: Viewer, which: CatalogueGift | GiftName, options: GiftOptions = {}): Streak {
    const sent = findGift(which);
    const groupId = options.groupId ?? (sent.streakable ? this.#world.ids.next() : '0');
    let count = 0;
    const frame = (repeatCount: number, repeatEnd: 0 | 1): void =>
      this.#giftFrame(viewer, sent, { repeatCount, repeatEnd, groupId }, options.to);
    const streak: Streak = {
      groupId,
      tap: (times = 1) => {
        for (let tap = 0; tap < times; tap += 1) {
          count += 1;
          frame(sent.streakable ? count : 1, 0);
        }
      },
      end: () => frame(count, 1),
    };
    streak.tap(options.repeat ?? 1);
    if (sent.streakable && options.end !== false) streak.end();
    return streak;
  }

  /** Frames in exactly this order and shape; a frame given twice gets two message ids. */
  giftFrames(viewer: Viewer, which: CatalogueGift | GiftName, frames: readonly GiftFrameOptions[]): void {
    const sent = findGift(which);
    for (const frame of frames) this.#giftFrame(viewer, sent, frame, undefined);
  }

  control(action: message.ControlCode): void {
    this.#publish(message.control(this.#stamp(), action));
  }

  /** Recent messages come again, with their ids, in the initial batch of the next connect. */
  replay(messages: number, options: Partial<Omit<ReplayPlan, 'messages'>> = {}): void {
    this.room.planReplay({ messages, endInInitialBatch: false, times: 1, ...options });
  }

  /** The last messages once more, with their ids, over the open sockets. */
  resend(messages: number): void {
    for (const again of this.room.recent(messages)) this.room.push([again]);
  }

  /** Everything done inside `fill` travels in one frame. */
  inOneFrame(fill: () => void): void {
    this.room.inOneFrame(fill);
  }

  dropSockets(code?: number): void {
    this.room.drop(code);
  }

  stallSockets(): void {
    this.room.stall();
  }

  /** Resolves when `count` sockets (default 1) have entered the room and are healthy. */
  waitForConnection(count = 1, timeoutMs?: number): Promise<readonly LiveConnection[]> {
    const probe = (): readonly LiveConnection[] | undefined => {
      const healthy = this.connections.filter((connection) => connection.entered && !connection.stalled);
      return healthy.length >= count ? healthy : undefined;
    };
    return this.#world.changes.until(`connection ${count} to room ${this.roomId}`, probe, timeoutMs);
  }

  /** Resolves when no socket is left. */
  async waitForDisconnection(timeoutMs?: number): Promise<void> {
    const probe = (): true | undefined => (this.connections.length === 0 ? true : undefined);
    await this.#world.changes.until(`the end of all connections to room ${this.roomId}`, probe, timeoutMs);
  }

  async waitForAcks(count: number, timeoutMs?: number): Promise<void> {
    const probe = (): true | undefined => (this.acks >= count ? true : undefined);
    await this.#world.changes.until(`ack ${count} in room ${this.roomId}`, probe, timeoutMs);
  }

  /** The host's side calls it; sockets stay open unless told otherwise, nothing comes any more. */
  finish(action: 3 | 4, announce: boolean): void {
    this.#status = 'ended';
    if (announce) this.control(action);
  }

  #giftFrame(viewer: Viewer, sent: CatalogueGift, options: GiftFrameOptions, to: Viewer | undefined): void {
    const stamp = this.#stamp();
    const frame: message.GiftFrame = {
      repeatCount: options.repeatCount,
      repeatEnd: options.repeatEnd ?? 0,
      groupId: options.groupId ?? '0',
      withGift: options.withGift ?? true,
      withUser: options.withUser ?? true,
    };
    if (options.counts !== false && frame.withUser && options.repeatCount > 0) {
      const streakKey = sent.streakable ? frame.groupId : stamp.msgId;
      this.#ledger.gave(viewer, sent, streakKey, options.repeatCount);
    }
    this.#publish(message.gift(stamp, viewer, sent, frame, to));
  }

  #socialCounts(): { readonly followCount: number; readonly shareCount: number } {
    return { followCount: this.#followCount, shareCount: this.#shareCount };
  }

  #stamp(): message.Stamp {
    return { msgId: this.#world.ids.next(), roomId: this.roomId, createTime: this.#world.clock.createTime() };
  }

  #publish(sent: RoomMessage): void {
    this.#ledger.sent(this.room.publish(sent));
  }
}
