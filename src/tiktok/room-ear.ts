import type { EventEmitter } from 'node:events';
import type { Clock } from '../ports/clock.ts';
import type { LiveListener } from '../ports/live-source.ts';
import type { Logger } from '../ports/logger.ts';
import { DriftMeter } from './drift.ts';
import { HEARD_EVENTS, HEARD_METHODS, type HeardEvent, lackingField, normalise } from './normalise.ts';
import { fields, line, list, shapeOf } from './untrusted.ts';

const HEARD = new Set<string>(HEARD_METHODS);

/** Whether a message kind is part of the library's schema at all. */
export type KnowsMethod = (method: string) => boolean;

/**
 * Listens to one connection of the library and tells the listener in our words. Knows the library's events, not the
 * library. Nothing thrown in here may reach the library: it would be swallowed, or end the process.
 */
export class RoomEar {
  readonly #emitter: EventEmitter;
  readonly #listener: LiveListener;
  readonly #knows: KnowsMethod;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #drift = new DriftMeter();
  /** Kinds of trouble already logged for this connection. */
  readonly #logged = new Set<string>();
  #muted = false;
  #ended = false;

  constructor(emitter: EventEmitter, listener: LiveListener, knows: KnowsMethod, clock: Clock, log: Logger) {
    this.#emitter = emitter;
    this.#listener = listener;
    this.#knows = knows;
    this.#clock = clock;
    this.#log = log;
  }

  /** The stream's end was heard. */
  get ended(): boolean {
    return this.#ended;
  }

  listen(): void {
    for (const name of HEARD_EVENTS)
      this.#emitter.on(name, (message: unknown) => this.#guard(() => this.#hear(name, message)));
    this.#emitter.on('websocketData', () => {
      if (!this.#muted) this.#listener.alive();
    });
    this.#emitter.on('websocketConnected', (socket: EventEmitter) => {
      socket.on('protoMessageFetchResult', (batch: unknown) => this.#guard(() => this.#lookForUnread(batch)));
    });
    // Without a listener the library keeps its errors to itself. A failed connect comes as a rejection as well.
    this.#emitter.on('error', (trouble: unknown) => this.#guard(() => this.#trouble(trouble)));
    this.#emitter.on('disconnected', (how: unknown) => {
      if (this.#muted || this.#ended) return;
      this.#muted = true;
      const { code } = fields(how);
      this.#listener.closed(typeof code === 'number' ? code : 0);
    });
  }

  /** From now on nothing is told. */
  mute(): void {
    this.#muted = true;
  }

  #hear(name: HeardEvent, message: unknown): void {
    this.#listener.raw(name, message);
    const result = normalise(name, message, this.#clock.now());
    const verdict = this.#drift.saw(name, lackingField(name, message));
    if (verdict !== undefined) {
      this.#listener.drift(verdict);
      if (verdict !== null)
        this.#log.warn({ verdict, shape: shapeOf(message) }, 'TikTok seems to have changed its protocol');
    }
    switch (result.kind) {
      case 'event':
        if (result.event.kind === 'stream-end') this.#ended = true;
        this.#listener.event(result.event);
        break;
      case 'unusable':
        this.#unread(name, result.problem, message);
        break;
      case 'ignored':
        break;
    }
  }

  /** The library passes over what it cannot decode and what its schema does not know. */
  #lookForUnread(batch: unknown): void {
    for (const each of list(fields(batch).messages)) {
      const { method, decodedData, decodeError } = fields(each);
      if (decodedData !== undefined) continue;
      const name = line(method, 80);
      if (decodeError !== undefined) this.#unread(name, 'undecodable', each);
      else if (!HEARD.has(name) && !this.#knows(name)) this.#unread(name, 'unknown kind', each);
    }
  }

  #unread(method: string, problem: string, message: unknown): void {
    this.#listener.unreadable({ method, problem });
    const kind = `${method}|${problem}`;
    if (this.#logged.has(kind) || this.#logged.size >= 200) return;
    this.#logged.add(kind);
    this.#log.warn({ method, problem, shape: shapeOf(message) }, 'LIVE message could not be used');
  }

  #trouble(trouble: unknown): void {
    const { info, exception } = fields(trouble);
    const what = line(info, 80);
    if (what === 'Websocket message decoding failed') this.#unread('frame', 'undecodable', exception);
    else this.#log.debug({ what, error: line(fields(exception).message, 200) }, 'TikTok library reports trouble');
  }

  #guard(run: () => void): void {
    if (this.#muted) return;
    try {
      run();
    } catch (error) {
      this.#log.error({ err: error }, 'LIVE event failed in the listener');
    }
  }
}
