import type { ServerResponse } from 'node:http';
import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Facts } from '../services/events.ts';
import { EventStream } from './event-stream.ts';
import type { OverlaySources } from './overlay-sources.ts';
import { OverlayStage, type StageSection } from './overlay-stage.ts';
import { BEAT_MS, type ByeMessage } from './protocol.ts';

/** Readers of one guild: a streamer has a handful, the rest is a leaked address. */
export const READERS_PER_GUILD = 256;
export const READERS_MAX = 2_000;
/** A stage without readers is kept this long: a scene switch loads the page anew and wants the alerts of the gap. ms */
const LINGER_MS = 30_000;
/** Stop does not wait longer for slow readers. ms */
const GOODBYE_MS = 500;

export interface OverlayHubPorts {
  readonly bus: EventBus<Facts>;
  readonly sources: OverlaySources;
  readonly clock: Clock;
  readonly log: Logger;
  /** ms from the first fact to the message on its way. */
  readonly onShown: (ms: number) => void;
}

interface Seat {
  readonly stage: OverlayStage;
  readonly streams: Map<EventStream, { send(json: string): boolean }>;
  /** Ends the wait of an empty stage. */
  cancelLinger: (() => void) | null;
}

/** All overlays that are connected. Facts touch the stage of their guild; a guild that nobody watches costs nothing. */
export class OverlayHub {
  readonly #ports: OverlayHubPorts;
  readonly #seats = new Map<string, Seat>();
  #off: readonly (() => void)[] = [];
  #cancelBeat: (() => void) | null = null;
  #leftOut = 0;

  constructor(ports: OverlayHubPorts) {
    this.#ports = ports;
  }

  start(): void {
    const { bus } = this.#ports;
    const touch = (...sections: readonly StageSection[]) => {
      return ({ guildId }: { readonly guildId: string }) => this.#seats.get(guildId)?.stage.touch(...sections);
    };
    this.#off = [
      bus.on('queue.changed', 'overlay', touch('queue', 'leaderboard')),
      bus.on('on-air.changed', 'overlay', touch('queue')),
      bus.on('song.prepared', 'overlay', touch('queue')),
      bus.on('playback.changed', 'overlay', touch('player')),
      bus.on('live.counted', 'overlay', touch('leaderboard')),
      bus.on('session.ended', 'overlay', touch('leaderboard')),
      bus.on('song.moved', 'overlay', (fact) => this.#seats.get(fact.guildId)?.stage.moved(fact)),
      bus.on('gift.settled', 'overlay', (fact) => this.#seats.get(fact.guildId)?.stage.gift(fact)),
    ];
    this.#beatLater();
  }

  /** Says goodbye to every reader; they come back on their own. */
  async stop(): Promise<void> {
    for (const off of this.#off) off();
    this.#off = [];
    this.#cancelBeat?.();
    this.#cancelBeat = null;
    await this.#dismiss([...this.#seats.keys()], 'restart');
  }

  /** The guild's address was reset: nobody watches with the old one any longer. */
  revoke(guildId: string): Promise<void> {
    return this.#dismiss([guildId], 'revoked');
  }

  /** @returns false when there are too many already */
  connect(guildId: string, response: ServerResponse): boolean {
    const seat = this.#seatOf(guildId);
    if (seat.streams.size >= READERS_PER_GUILD || this.readers >= READERS_MAX) return false;
    seat.cancelLinger?.();
    seat.cancelLinger = null;
    const reader = {
      send: (json: string) => {
        const sent = stream.send(json);
        if (!sent) this.#leftOut += 1;
        return sent;
      },
    };
    const stream: EventStream = new EventStream({
      response,
      clock: this.#ports.clock,
      onResync: () => seat.stage.join(reader),
      onClosed: () => this.#closed(guildId, seat, stream),
    });
    seat.streams.set(stream, reader);
    stream.open();
    seat.stage.join(reader);
    return true;
  }

  get readers(): number {
    return [...this.#seats.values()].reduce((sum, { streams }) => sum + streams.size, 0);
  }

  /** Messages that were left out because a reader was too slow. */
  get leftOut(): number {
    return this.#leftOut;
  }

  #seatOf(guildId: string): Seat {
    const known = this.#seats.get(guildId);
    if (known !== undefined) return known;
    const stage = new OverlayStage(guildId, this.#ports);
    const seat: Seat = { stage, streams: new Map(), cancelLinger: null };
    this.#seats.set(guildId, seat);
    return seat;
  }

  #closed(guildId: string, seat: Seat, stream: EventStream): void {
    const reader = seat.streams.get(stream);
    seat.streams.delete(stream);
    if (reader !== undefined) seat.stage.leave(reader);
    if (seat.streams.size > 0 || this.#seats.get(guildId) !== seat) return;
    seat.cancelLinger?.();
    seat.cancelLinger = this.#ports.clock.after(LINGER_MS, () => {
      if (seat.streams.size === 0) this.#drop(guildId, seat);
    });
  }

  #drop(guildId: string, seat: Seat): void {
    seat.cancelLinger?.();
    seat.cancelLinger = null;
    seat.stage.close();
    if (this.#seats.get(guildId) === seat) this.#seats.delete(guildId);
  }

  async #dismiss(guildIds: readonly string[], reason: ByeMessage['reason']): Promise<void> {
    const { clock } = this.#ports;
    const bye: ByeMessage = { kind: 'bye', at: clock.now(), reason };
    const json = JSON.stringify(bye);
    const leaving: EventStream[] = [];
    for (const guildId of guildIds) {
      const seat = this.#seats.get(guildId);
      if (seat === undefined) continue;
      this.#drop(guildId, seat);
      leaving.push(...seat.streams.keys());
    }
    if (leaving.length === 0) return;
    const cancel = clock.after(GOODBYE_MS, () => {
      for (const stream of leaving) stream.destroy();
    });
    await Promise.all(leaving.map((stream) => stream.end(json)));
    cancel();
  }

  #beatLater(): void {
    this.#cancelBeat = this.#ports.clock.after(BEAT_MS, () => {
      const json = JSON.stringify({ kind: 'beat', at: this.#ports.clock.now() });
      for (const { streams } of this.#seats.values()) for (const stream of streams.keys()) stream.send(json);
      this.#beatLater();
    });
  }
}
