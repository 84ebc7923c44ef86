import { type Deed, Earnings, type PointRates, pointRates } from '../domain/engagement.ts';
import {
  GiftStreaks,
  hasGroup,
  type SettledBy,
  type Settlement,
  STREAK_REMEMBERED_MS,
  type Streak,
} from '../domain/gift.ts';
import type { LiveEvent, LiveUser } from '../domain/live-event.ts';
import type { Settings } from '../domain/setting.ts';
import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveSession } from '../ports/live-store.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store, StoreReads } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { tellMoves } from './gift-credit.ts';
import { LiveBatch } from './live-batch.ts';
import { type Committed, commitBatch, type ProofDesk } from './live-commit.ts';
import { LiveHandles } from './live-handles.ts';
import { RecentIds } from './live-recent.ts';
import { LiveTally } from './live-tally.ts';

export interface IngestPorts {
  readonly store: Store;
  readonly settings: { all(guildId: string): Promise<Settings> };
  readonly proofs: ProofDesk;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A batch is written this long after its first event, or when it holds this many. */
const BATCH_MS = 250;
const BATCH_EVENTS = 500;
/** Gifts move songs: they wait only for what arrives together with them, but a storm of them is written in batches too. */
const GIFT_MS = 20;
const GIFT_APART_MS = 80;
/** After the store said no: doubles up to the maximum. */
const RETRY_MS = 500;
const RETRY_MAX_MS = 15_000;
/** Remembered message ids are pruned once per so many batches. */
const PRUNE_EVERY = 200;
/** TikTok's times are believed within these bounds around ours. */
const EARLY_MS = 15 * 60_000;
/** A comment that may hold a proof code: a word of six letters and digits. */
const CODE = /(?:^|[^A-Za-z0-9])[A-Za-z0-9]{6}(?:[^A-Za-z0-9]|$)/;

/**
 * What arrives before a connection is up is TikTok's memory of the last minutes.
 * - `fresh`: a new session begins now; what was before is not its business, and may have been counted by the last one.
 * - `resumed`: after a restart; what the last process stored is told by ids and by time.
 * - `none`: message ids remembered in memory tell everything.
 */
export type Replay =
  | { readonly kind: 'none' }
  | { readonly kind: 'fresh' }
  | { readonly kind: 'resumed'; readonly storedUntil: number };

/** Takes the events of one session in sequence and writes them in batches. Nothing is written before `begin`. */
export class LiveIngest {
  readonly #ports: IngestPorts;
  readonly #guildId: string;
  readonly #streaks = new GiftStreaks();
  readonly #recent = new RecentIds();
  readonly #handles: LiveHandles;
  readonly tally = new LiveTally();
  #earnings = new Earnings();
  #session: LiveSession | null = null;
  #rates: PointRates;
  #replay: Replay = { kind: 'none' };
  #batch = new LiveBatch();
  #writing: Promise<void> | null = null;
  #timer: { readonly at: number; readonly cancel: () => void } | null = null;
  #idleTimer: { readonly at: number; readonly cancel: () => void } | null = null;
  #failures = 0;
  #batches = 0;
  #waitingScore: number | null = null;
  /** On the monotonic clock. */
  #lastEvent: number;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(ports: IngestPorts, guildId: string, settings: Settings) {
    this.#ports = ports;
    this.#guildId = guildId;
    this.#handles = new LiveHandles(guildId);
    this.#rates = pointRates(settings);
    this.#lastEvent = ports.clock.monotonic();
  }

  /** Whole ms since the last event, or since the beginning. */
  get silentMs(): number {
    return Math.round(this.#ports.clock.monotonic() - this.#lastEvent);
  }

  /** How what arrives from now on is to be taken. */
  expect(replay: Replay): void {
    this.#replay = replay;
  }

  /** A new session is about to begin in a room that may have had one a moment ago. */
  async enters(roomId: string): Promise<void> {
    const { store, clock } = this.#ports;
    const earlier = await store.read((reads) => this.#paidElsewhere(reads, roomId, null));
    this.#streaks.follow(earlier, clock.monotonic());
    this.#replay = { kind: 'fresh' };
  }

  /** From now on events are written, also those that arrived since the connection came up. */
  begin(session: LiveSession): void {
    this.#session = session;
    if (!this.#batch.isEmpty) this.#arm(BATCH_MS);
  }

  /** Streaks of this room that may go on, and that another session was paid for. */
  #paidElsewhere({ lives }: StoreReads, roomId: string, sessionId: number | null): Promise<readonly Streak[]> {
    return lives.streaksOfRoom(this.#guildId, roomId, sessionId, this.#ports.clock.now() - STREAK_REMEMBERED_MS);
  }

  /** Goes on with a session of an earlier process. */
  async resume(session: LiveSession): Promise<void> {
    const kept = await this.#ports.store.read(async (tx) => ({
      earlier: await this.#paidElsewhere(tx, session.roomId, session.id),
      streaks: await tx.lives.openStreaks(session.id),
      followers: await tx.lives.followers(session.id),
      messageIds: await tx.lives.messageIds(session.id),
      counts: await tx.lives.counts(session.id),
      totals: await tx.lives.totals(session.id),
      gaps: await tx.lives.gaps(session.id),
    }));
    this.#earnings = new Earnings(kept.followers);
    for (const id of kept.messageIds) this.#recent.add(id);
    this.#streaks.follow(kept.earlier, this.#ports.clock.monotonic());
    this.#streaks.restore(kept.streaks, this.#ports.clock.monotonic());
    this.tally.restore(session, kept.counts, kept.totals, kept.gaps);
    this.#session = session;
    this.#replay = { kind: 'resumed', storedUntil: session.lastEventAt ?? session.startedAt };
    this.#watchStreaks();
  }

  event(event: LiveEvent): void {
    const { clock } = this.#ports;
    if (event.msgId !== null && !this.#recent.add(event.msgId)) return;
    if (this.#isHistory(event)) return;
    const now = clock.now();
    this.#lastEvent = clock.monotonic();
    this.tally.heard(event.kind, now);
    const at = believable(event.at, now);
    this.#batch.count(event.kind, event.at);
    this.#take(event, at);
    this.#arm(BATCH_MS);
  }

  unreadable(): void {
    this.tally.unreadable += 1;
    this.#batch.unreadable += 1;
  }

  /** The connection dropped, or the stream is over: no streak goes on by itself. */
  settle(by: SettledBy): void {
    for (const settlement of this.#streaks.flush(by, this.#ports.clock.monotonic())) this.#settled(settlement, null);
    this.#watchStreaks();
  }

  /** Resolves when everything that arrived so far is stored. Rejects when the store says no. */
  async flush(): Promise<void> {
    while (this.#writing !== null || !this.#batch.isEmpty) {
      if (this.#session === null) return;
      if (this.#writing === null) this.#write();
      await this.#writing;
      if (this.#failures > 0) throw new Error('LIVE events could not be stored');
    }
  }

  /** No timer is left behind. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
  }

  #isHistory(event: LiveEvent): boolean {
    if (event.kind === 'stream-end') return false;
    switch (this.#replay.kind) {
      case 'none':
        return false;
      case 'fresh':
        return true;
      case 'resumed':
        // Without an id it may have been stored; likes and joins are not kept by id, they are told by time.
        if (event.msgId === null) return true;
        return isToldByTime(event) && event.at <= this.#replay.storedUntil;
    }
  }

  #take(event: LiveEvent, at: number): void {
    switch (event.kind) {
      case 'comment':
        this.#deed(event.user, 'comment', 1, at, event.msgId);
        if (CODE.test(event.text)) this.#batch.heard({ user: event.user, text: event.text });
        break;
      case 'like':
        this.tally.likesSeen += event.count;
        this.#likesTotal(event.roomTotal);
        this.#deed(event.user, 'like', event.count, at, null);
        break;
      case 'share':
      case 'follow':
      case 'subscribe':
        this.#deed(event.user, event.kind, 1, at, event.msgId);
        break;
      case 'join':
        this.#deed(event.user, 'join', 1, at, null);
        break;
      case 'gift':
        this.#gift(event, at);
        break;
      case 'viewers':
        this.tally.viewers = event.count;
        this.#batch.sawViewers(event.count, at);
        break;
      case 'stream-end':
      case 'poll':
      case 'battle':
      case 'paused':
      case 'resumed':
        break;
    }
  }

  /** @param msgId remembered over a restart, unless null */
  #deed(user: LiveUser, deed: Deed, times: number, at: number, msgId: string | null): void {
    const { counted, points } = this.#earnings.earn(
      deed,
      user.userId,
      times,
      this.#rates,
      this.#ports.clock.monotonic(),
    );
    if (msgId !== null) this.#batch.remember(msgId);
    if (!counted) return;
    const before = this.#batch.merged;
    this.#batch.did(user, deed, times, points, at);
    this.tally.merged += this.#batch.merged - before;
  }

  #gift(event: Extract<LiveEvent, { kind: 'gift' }>, at: number): void {
    const { user, ...frame } = event;
    this.#batch.gave(user, at);
    // Told again after a restart, it would pass for the next streak; all others are known by their key.
    if (frame.streakable && frame.msgId !== null && !hasGroup(frame)) this.#batch.remember(frame.msgId);
    const step = this.#streaks.take({ ...frame, userId: user.userId, at }, this.#ports.clock.monotonic());
    switch (step.kind) {
      case 'progress':
        this.#batch.note(step.streak, null);
        this.#watchStreaks();
        break;
      case 'settled':
        this.#settled(step.settlement, user);
        this.#watchStreaks();
        break;
      case 'nothing':
        break;
    }
  }

  #settled(settlement: Settlement, user: LiveUser | null): void {
    this.#batch.gave(user ?? stranger(settlement.userId), settlement.lastAt);
    this.#batch.note(settlement, settlement);
    const since = this.#ports.clock.monotonic() - this.#writtenAt;
    this.#arm(Math.max(GIFT_MS, GIFT_APART_MS - since));
  }

  /** Streaks whose end never comes are settled by silence. A timer that comes too early only looks again. */
  #watchStreaks(): void {
    const { clock } = this.#ports;
    const next = this.#streaks.nextIdleAt();
    if (next === null || (this.#idleTimer !== null && this.#idleTimer.at <= next)) return;
    this.#idleTimer?.cancel();
    const look = () => {
      this.#idleTimer = null;
      for (const settlement of this.#streaks.idle(clock.monotonic())) this.#settled(settlement, null);
      this.#watchStreaks();
    };
    this.#idleTimer = { at: next, cancel: clock.after(Math.max(0, next - clock.monotonic()), look) };
  }

  #likesTotal(total: number | null): void {
    if (total === null) return;
    this.tally.likesRoomTotal = Math.max(this.tally.likesRoomTotal, total);
    this.#batch.likesRoomTotal = Math.max(this.#batch.likesRoomTotal, total);
  }

  /** Sees to it that the batch is written within `ms`; at once when it is full. */
  #arm(ms: number): void {
    if (this.#session === null || this.#writing !== null || this.#failures > 0) return;
    if (this.#batch.events >= BATCH_EVENTS) {
      this.#write();
      return;
    }
    const { clock } = this.#ports;
    const at = clock.monotonic() + ms;
    if (this.#timer !== null && this.#timer.at <= at) return;
    this.#timer?.cancel();
    this.#timer = { at, cancel: clock.after(ms, () => this.#write()) };
  }

  #write(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#session === null || this.#writing !== null || this.#batch.isEmpty) return;
    const batch = this.#batch;
    this.#batch = new LiveBatch();
    this.#writtenAt = this.#ports.clock.monotonic();
    const writing = this.#commit(batch, this.#session.id).catch((error: unknown) => this.#failed(batch, error));
    this.#writing = writing.finally(() => {
      this.#writing = null;
      if (!this.#batch.isEmpty) this.#arm(GIFT_APART_MS);
    });
  }

  async #commit(batch: LiveBatch, sessionId: number): Promise<void> {
    const { store, settings, proofs, clock } = this.#ports;
    this.#rates = pointRates(await settings.all(this.#guildId));
    const scope = {
      guildId: this.#guildId,
      sessionId,
      rates: this.#rates,
      handles: this.#handles,
      proofs,
      now: clock.now(),
    };
    this.#batches += 1;
    const committed = await store.transaction(async (tx) => {
      const result = await commitBatch(tx, batch, scope);
      if (this.#batches % PRUNE_EVERY === 0) await tx.lives.pruneMessages(sessionId);
      return result;
    });
    this.#failures = 0;
    this.#handles.committed();
    this.#tell(committed, sessionId);
  }

  #tell({ paid, moved, proven, waitingScore }: Committed, sessionId: number): void {
    const { bus, proofs } = this.#ports;
    const guildId = this.#guildId;
    for (const { giftId, handle, name, addedCount, addedCoins } of paid) {
      this.tally.coins += addedCoins;
      bus.emit('gift.settled', { guildId, giftId, handle, giftName: name, count: addedCount, coins: addedCoins });
    }
    for (const each of proven) proofs.proofConfirmed(guildId, each);
    tellMoves(bus, guildId, moved);
    if (moved.length === 0 && this.#waitingScore !== waitingScore) bus.emit('queue.changed', { guildId });
    this.#waitingScore = waitingScore;
    bus.emit('live.counted', { guildId, sessionId });
  }

  /** Nothing is lost while the store says no: the batch waits, and later events join it. */
  #failed(batch: LiveBatch, error: unknown): void {
    const { clock, log } = this.#ports;
    this.#failures += 1;
    // A row that was remembered may be gone.
    this.#handles.forget();
    this.tally.merged += batch.absorb(this.#batch);
    this.#batch = batch;
    const wait = Math.min(RETRY_MAX_MS, RETRY_MS * 2 ** (this.#failures - 1));
    log.error(
      { err: error, guildId: this.#guildId, events: batch.events, retryInMs: wait },
      'LIVE events wait for the store',
    );
    this.#timer?.cancel();
    this.#timer = { at: clock.monotonic() + wait, cancel: clock.after(wait, () => this.#write()) };
  }
}

/** Kinds whose message ids are not kept: too many, and worth little each. */
function isToldByTime({ kind }: LiveEvent): boolean {
  return kind !== 'comment' && kind !== 'share' && kind !== 'follow' && kind !== 'subscribe' && kind !== 'gift';
}

/** An account of which only the id is known here; its row has the rest. */
function stranger(userId: string): LiveUser {
  return {
    ...{ userId, name: '', nickname: '', avatarUrl: null, followerCount: null },
    ...{ gifterLevel: null, fanLevel: null, isModerator: false },
  };
}

function believable(at: number, now: number): number {
  return at < now - EARLY_MS || at > now ? now : at;
}
