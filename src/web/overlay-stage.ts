import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Facts } from '../services/events.ts';
import type { OverlaySources } from './overlay-sources.ts';
import {
  changeBetween,
  climbedTo,
  EMPTY_STATE,
  giftAlert,
  leaderboardView,
  moveAlert,
  nowPlayingView,
  type OverlayState,
  playLine,
  queueView,
  settled,
  songView,
} from './overlay-view.ts';
import { OVERLAY_PROTOCOL, type OverlayAlert, type OverlayMessage } from './protocol.ts';

/** At most one computation per this time and guild. ms */
export const PACE_MS = 100;
/** Facts of one step arrive one after the other: what belongs together is computed once. ms */
const GATHER_MS = 5;
/** After a failed computation, doubled up to the second value. ms */
const RETRY_MS = { first: 250, most: 10_000 };
/** Alerts a newly connected reader still hears of. ms */
export const ALERTS_KEPT_MS = 15_000;
const ALERTS_KEPT = 10;
/** Alerts of one computation: moves first, then the largest gifts. */
const ALERTS_AT_ONCE = 3;
/** Facts gathered for alerts while the store is slow. */
const DRAFTS_MAX = 200;

export type StageSection = 'queue' | 'player' | 'leaderboard';

/** Somebody who watches one guild. */
export interface StageReader {
  /** @returns false when it was left out; the reader then asks for the whole picture later */
  send(json: string): boolean;
}

export interface StagePorts {
  readonly sources: OverlaySources;
  readonly clock: Clock;
  readonly log: Logger;
  /** A change reached the readers this long after the first fact that caused it. */
  readonly onShown: (ms: number) => void;
}

/** Facts that become alerts, with when they were heard. */
interface Drafts {
  readonly moves: { readonly fact: Facts['song.moved']; readonly at: number }[];
  readonly gifts: { readonly fact: Facts['gift.settled']; readonly at: number }[];
}

/**
 * What one guild's overlays show. Computes only while somebody reads, at most once per `PACE_MS`, and only the sections
 * that a fact touched; every reader gets the same serialised message.
 */
export class OverlayStage {
  readonly #guildId: string;
  readonly #ports: StagePorts;
  readonly #readers = new Set<StageReader>();
  /** Readers that need the whole picture with the next message. */
  readonly #newcomers = new Set<StageReader>();
  /** Empty = the state is what the store says. */
  #dirty = new Set<StageSection>(['queue', 'leaderboard']);
  #drafts: Drafts = { moves: [], gifts: [] };
  #state: OverlayState = EMPTY_STATE;
  #onAirOf: Awaited<ReturnType<OverlaySources['queue']>>['onAir'] = null;
  #peaks: readonly number[] | null = null;
  #alerts: readonly OverlayAlert[] = [];
  #alertNumber = 0;
  #work: { readonly kind: 'idle' | 'busy' } | { readonly kind: 'waiting'; readonly cancel: () => void } = {
    kind: 'idle',
  };
  #startedAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  #firstFactAt: number | null = null;

  constructor(guildId: string, ports: StagePorts) {
    this.#guildId = guildId;
    this.#ports = ports;
  }

  get readers(): ReadonlySet<StageReader> {
    return this.#readers;
  }

  /** Adds a reader, or brings one up to date that missed messages. */
  join(reader: StageReader): void {
    this.#readers.add(reader);
    if (this.#dirty.size === 0 && this.#work.kind === 'idle') {
      this.#sendState([reader]);
      return;
    }
    this.#newcomers.add(reader);
    this.#wake();
  }

  leave(reader: StageReader): void {
    this.#readers.delete(reader);
    this.#newcomers.delete(reader);
    if (this.#readers.size === 0) this.#rest();
  }

  touch(...sections: readonly StageSection[]): void {
    for (const section of sections) this.#dirty.add(section);
    this.#wakeForFact();
  }

  moved(fact: Facts['song.moved']): void {
    const { moves } = this.#drafts;
    if (climbedTo(fact) !== null && moves.length < DRAFTS_MAX) moves.push({ fact, at: this.#ports.clock.now() });
    this.touch('queue');
  }

  gift(fact: Facts['gift.settled']): void {
    const { gifts } = this.#drafts;
    if (gifts.length < DRAFTS_MAX) gifts.push({ fact, at: this.#ports.clock.now() });
    this.#wakeForFact();
  }

  /** No computation under way or planned any more. */
  close(): void {
    this.#readers.clear();
    this.#newcomers.clear();
    this.#rest();
  }

  #rest(): void {
    if (this.#work.kind !== 'waiting') return;
    this.#work.cancel();
    this.#work = { kind: 'idle' };
  }

  #wakeForFact(): void {
    // Without readers it is no delay that anybody sees.
    if (this.#readers.size > 0) this.#firstFactAt ??= this.#ports.clock.monotonic();
    this.#wake();
  }

  #wake(): void {
    if (this.#work.kind !== 'idle' || this.#readers.size === 0) return;
    const { clock } = this.#ports;
    const pace =
      this.#failures === 0 ? PACE_MS : Math.min(RETRY_MS.most, RETRY_MS.first * 2 ** Math.min(10, this.#failures - 1));
    const waitMs = Math.max(GATHER_MS, this.#startedAt + pace - clock.monotonic());
    this.#work = { kind: 'waiting', cancel: clock.after(waitMs, () => void this.#run()) };
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#ports;
    this.#work = { kind: 'busy' };
    this.#startedAt = clock.monotonic();
    const dirty = this.#dirty;
    const drafts = this.#drafts;
    const firstFactAt = this.#firstFactAt;
    this.#dirty = new Set();
    this.#drafts = { moves: [], gifts: [] };
    this.#firstFactAt = null;
    try {
      const [next, alerts] = await Promise.all([this.#compute(dirty), this.#compose(drafts)]);
      this.#failures = 0;
      this.#show(next, alerts);
      if (firstFactAt !== null && this.#readers.size > 0) this.#ports.onShown(clock.monotonic() - firstFactAt);
    } catch (error) {
      // The last good picture stays on stream; what was asked for is computed again.
      this.#failures += 1;
      log.warn({ err: error, guildId: this.#guildId, tries: this.#failures }, 'the overlay could not be computed');
      for (const section of dirty) this.#dirty.add(section);
    }
    this.#work = { kind: 'idle' };
    const isOwing = this.#dirty.size > 0 || this.#newcomers.size > 0;
    if (isOwing || this.#drafts.moves.length > 0 || this.#drafts.gifts.length > 0) this.#wake();
  }

  async #compute(dirty: ReadonlySet<StageSection>): Promise<OverlayState> {
    const { sources } = this.#ports;
    const [page, rows] = await Promise.all([
      dirty.has('queue') ? sources.queue(this.#guildId) : null,
      dirty.has('leaderboard') ? sources.leaderboard(this.#guildId) : null,
    ]);
    if (page !== null) {
      const track = page.onAir?.submission.track;
      this.#peaks = track?.kind === 'file' ? await sources.peaks(track.sha256) : null;
      this.#onAirOf = page.onAir;
    }
    const onAir = this.#onAirOf;
    const nowPlaying = onAir === null ? null : nowPlayingView(onAir, sources.player(this.#guildId), this.#peaks);
    return {
      nowPlaying: settled(this.#state.nowPlaying, nowPlaying),
      queue: page === null ? this.#state.queue : queueView(page),
      leaderboard: rows === null ? this.#state.leaderboard : leaderboardView(rows),
    };
  }

  async #compose(drafts: Drafts): Promise<readonly OverlayAlert[]> {
    const { sources, clock } = this.#ports;
    // Without readers they have waited; old ones are no news.
    const isNews = ({ at }: { readonly at: number }) => clock.now() - at < ALERTS_KEPT_MS;
    const gifts = drafts.gifts.filter(isNews);
    const alerts: OverlayAlert[] = [];
    for (const { fact, at } of drafts.moves.filter(isNews).slice(-ALERTS_AT_ONCE)) {
      const line = climbedTo(fact);
      const song = line === null ? null : await sources.song(this.#guildId, fact.submissionId);
      if (line === null || song === null) continue;
      const own = gifts.findLastIndex((gift) => fact.cause === 'gift' && gift.fact.handle === fact.handle);
      const [gift] = own < 0 ? [] : gifts.splice(own, 1);
      alerts.push(moveAlert(this.#nextAlertId(at), at, songView(song, line), fact, gift?.fact ?? null));
    }
    const largest = gifts.sort((a, b) => b.fact.coins - a.fact.coins);
    for (const { fact, at } of largest.slice(0, Math.max(0, ALERTS_AT_ONCE - alerts.length))) {
      const song = await sources.songOfHandle(this.#guildId, fact.handle);
      const view = song === null ? null : songView(song, playLine(song.line) ?? 'free');
      alerts.push(giftAlert(this.#nextAlertId(at), at, fact, view));
    }
    return alerts;
  }

  #show(next: OverlayState, alerts: readonly OverlayAlert[]): void {
    const at = this.#ports.clock.now();
    const change = changeBetween(this.#state, next);
    this.#state = next;
    this.#alerts = [...this.#alerts, ...alerts].filter((alert) => at - alert.at < ALERTS_KEPT_MS).slice(-ALERTS_KEPT);
    const newcomers = [...this.#newcomers];
    const others = [...this.#readers].filter((reader) => !this.#newcomers.has(reader));
    this.#newcomers.clear();
    if (change !== null) broadcast(others, { kind: 'change', at, ...change });
    for (const alert of alerts) broadcast(others, { kind: 'alert', at, alert });
    this.#sendState(newcomers);
  }

  #sendState(readers: readonly StageReader[]): void {
    if (readers.length === 0) return;
    const at = this.#ports.clock.now();
    const alerts = this.#alerts.filter((alert) => at - alert.at < ALERTS_KEPT_MS);
    broadcast(readers, { kind: 'state', protocol: OVERLAY_PROTOCOL, at, ...this.#state, alerts });
  }

  /** Unique over restarts, because a page outlives them. */
  #nextAlertId(at: number): string {
    this.#alertNumber += 1;
    return `${at.toString(36)}-${this.#alertNumber.toString(36)}`;
  }
}

/** Serialised once, whoever reads it. */
function broadcast(readers: readonly StageReader[], message: OverlayMessage): void {
  if (readers.length === 0) return;
  const json = JSON.stringify(message);
  for (const reader of readers) reader.send(json);
}
