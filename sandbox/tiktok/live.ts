import { type BurstOptions, type BurstResult, runBurst } from './burst.ts';
import { type CatalogueGift, findGift, type GiftName } from './gifts.ts';
import { LiveSockets } from './live-sockets.ts';
import * as message from './messages.ts';
import * as rare from './rare-messages.ts';
import type { Room } from './room.ts';
import type { Truth, ViewerTruth } from './truth.ts';
import { Viewer } from './viewer.ts';
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
export class Live extends LiveSockets {
  /** World time, epoch ms. */
  readonly startedAtMs: number;
  #likeTotal = 0;
  #memberCount = 0;
  #viewerCount = 0;
  #followCount: number;
  #shareCount = 0;
  #status: 'live' | 'ended' = 'live';

  constructor(room: Room, world: LiveWorld, followCount: number) {
    super(room, world);
    this.#followCount = followCount;
    this.startedAtMs = world.clock.now();
  }

  get status(): 'live' | 'ended' {
    return this.#status;
  }

  /** Viewers now, as last announced. */
  get viewerCount(): number {
    return this.#viewerCount;
  }

  get truth(): Truth {
    return this.ledger.snapshot();
  }

  truthOf(viewer: Viewer): ViewerTruth {
    return this.ledger.of(viewer);
  }

  join(viewer: Viewer): void {
    this.#memberCount += 1;
    this.ledger.did(viewer, 'joins', 1);
    this.publish(message.member(this.stamp(), viewer, this.#memberCount, 'joined'));
  }

  /** With a hole in it, the comment counts only if it can still be told who wrote what. */
  comment(viewer: Viewer, text: string, shape: message.Shape = 'whole'): void {
    if (shape === 'whole' || shape === 'no-common') this.ledger.did(viewer, 'comments', 1);
    this.publish(message.comment(this.stamp(), viewer, text, this.ledger.gaveAnything(viewer), shape));
  }

  /** `count` hearts in one message; the real service truncates them, so can the caller. */
  like(viewer: Viewer, count = 1): void {
    this.#likeTotal += Math.max(0, count);
    this.ledger.did(viewer, 'likes', Math.max(0, count));
    this.publish(message.like(this.stamp(), viewer, count, this.#likeTotal));
  }

  share(viewer: Viewer): void {
    this.#shareCount += 1;
    this.ledger.did(viewer, 'shares', 1);
    this.publish(message.social(this.stamp(), viewer, 'share', this.#socialCounts()));
  }

  follow(viewer: Viewer): void {
    this.#followCount += 1;
    viewer.change({ follower: true });
    this.ledger.did(viewer, 'follows', 1);
    this.publish(message.social(this.stamp(), viewer, 'follow', this.#socialCounts()));
  }

  /** A social message that is neither follow nor share. */
  social(viewer: Viewer): void {
    this.publish(message.social(this.stamp(), viewer, 'other', this.#socialCounts()));
  }

  /** Told by the notice; `asMember` tells it by a member message with action 3 as well. */
  subscribe(viewer: Viewer, months = 1, options: { readonly asMember?: boolean } = {}): void {
    viewer.change({ subscriber: true });
    this.ledger.did(viewer, 'subscriptions', 1);
    this.publish(message.subscription(this.stamp(), viewer, months));
    if (options.asMember === true) {
      this.publish(message.member(this.stamp(), viewer, this.#memberCount, 'subscribed'));
    }
  }

  superFan(viewer: Viewer, what: 'joined' | 'greeting' = 'joined'): void {
    this.publish(rare.superFan(this.stamp(), viewer, what));
  }

  gift(viewer: Viewer, which: CatalogueGift | GiftName, options: GiftOptions = {}): Streak {
    const sent = findGift(which);
    const groupId = options.groupId ?? (sent.streakable ? this.world.ids.next() : '0');
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
      end: () => {
        if (sent.streakable) frame(count, 1);
      },
    };
    streak.tap(options.repeat ?? 1);
    if (options.end !== false) streak.end();
    return streak;
  }

  /** Frames in exactly this order and shape; a frame given twice gets two message ids. */
  giftFrames(viewer: Viewer, which: CatalogueGift | GiftName, frames: readonly GiftFrameOptions[]): void {
    const sent = findGift(which);
    for (const frame of frames) this.#giftFrame(viewer, sent, frame, undefined);
  }

  /** Viewers now, and everybody who ever came. */
  viewers(total: number, more: Partial<Omit<rare.Audience, 'total'>> = {}): void {
    this.#viewerCount = total;
    const totalUser = Math.max(total, this.#memberCount);
    this.publish(rare.audience(this.stamp(), { total, totalUser, top: [], ...more }));
  }

  /** Returns the poll id, to go on with. */
  poll(asked: Omit<rare.Poll, 'pollId'> & { readonly pollId?: string }): string {
    const pollId = asked.pollId ?? this.world.ids.next();
    this.publish(rare.poll(this.stamp(), { ...asked, pollId }));
    return pollId;
  }

  /** Returns the battle id, to go on with. */
  battle(fought: Pick<rare.Battle, 'action' | 'sides'> & Partial<rare.Battle>): string {
    const battleId = fought.battleId ?? this.world.ids.next();
    const defaults = { durationSeconds: 300, startTimeMs: this.world.clock.now(), results: {} };
    this.publish(rare.battle(this.stamp(), { ...defaults, ...fought, battleId }));
    return battleId;
  }

  armies(battleId: string, sides: readonly rare.Army[]): void {
    this.publish(rare.armies(this.stamp(), battleId, sides));
  }

  /** Returns the envelope id, to hide it later. */
  envelope(viewer: Viewer, box: Pick<rare.Treasure, 'coins'> & Partial<rare.Treasure>): string {
    const envelopeId = box.envelopeId ?? this.world.ids.next();
    const unpackAtSeconds = Math.floor(this.world.clock.now() / 1000) + 180;
    const defaults = { people: 1, display: 'new', unpackAtSeconds } as const;
    this.publish(rare.envelope(this.stamp(), viewer, { ...defaults, ...box, envelopeId }));
    return envelopeId;
  }

  emote(viewer: Viewer, emoteId = '7000000000000000001'): void {
    this.publish(rare.emote(this.stamp(), viewer, emoteId, this.ledger.gaveAnything(viewer)));
  }

  control(action: message.ControlCode): void {
    this.publish(message.control(this.stamp(), action));
  }

  /** Many events by invented viewers, seeded, as fast as possible or paced; see `BurstOptions`. */
  burst(options: BurstOptions): Promise<BurstResult> {
    const newId = (): string => this.world.ids.next();
    return runBurst(this, { newId, invent: (handle) => new Viewer(newId(), handle, {}) }, options);
  }

  /** Called by the host; sockets stay open, nothing comes any more. */
  finish(action: 3 | 4, announce: boolean): void {
    this.#status = 'ended';
    if (announce) this.control(action);
  }

  #giftFrame(viewer: Viewer, sent: CatalogueGift, options: GiftFrameOptions, to: Viewer | undefined): void {
    const stamp = this.stamp();
    const frame: message.GiftFrame = {
      repeatCount: options.repeatCount,
      repeatEnd: options.repeatEnd ?? 0,
      groupId: options.groupId ?? '0',
      withGift: options.withGift ?? true,
      withUser: options.withUser ?? true,
    };
    if (options.counts !== false && frame.withUser && options.repeatCount > 0) {
      const streakKey = sent.streakable ? frame.groupId : stamp.msgId;
      this.ledger.gave(viewer, sent, streakKey, options.repeatCount);
    }
    this.publish(message.gift(stamp, viewer, sent, frame, to));
  }

  #socialCounts(): { readonly followCount: number; readonly shareCount: number } {
    return { followCount: this.#followCount, shareCount: this.#shareCount };
  }
}
