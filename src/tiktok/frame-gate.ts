import type { EventEmitter } from 'node:events';
import type { Clock } from '../ports/clock.ts';

/** What is held back: reading of one socket. */
export interface GatedSocket extends EventEmitter {
  pause(): void;
  resume(): void;
}

/** Frames being unpacked at once; more are left in the network until these are done. */
const CLOSE_AT = 128;
const OPEN_AT = 64;
/** A frame that turns out to hold nothing is never told to be done: the gate does not stay closed for it. ms */
const CLOSED_MAX_MS = 25;

/**
 * Back-pressure, which the library lacks. It unpacks every frame at once in the thread pool: a burst would fill the memory
 * with buffers of work begun, and the database would wait in the same queue behind all of it. The gate stops reading while
 * enough frames are under way.
 */
export class FrameGate {
  readonly #socket: GatedSocket;
  readonly #clock: Clock;
  #underWay = 0;
  #open: (() => void) | null = null;

  constructor(socket: GatedSocket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
  }

  /** For as long as the socket lives; its listeners go with it. */
  watch(): void {
    this.#socket.on('webSocketData', () => this.#came());
    this.#socket.on('protoMessageFetchResult', () => this.#done());
    this.#socket.on('messageDecodingFailed', () => this.#done());
  }

  #came(): void {
    this.#underWay += 1;
    if (this.#underWay < CLOSE_AT || this.#open !== null) return;
    this.#socket.pause();
    this.#open = this.#clock.after(CLOSED_MAX_MS, () => this.#reopen());
  }

  #done(): void {
    if (this.#underWay > 0) this.#underWay -= 1;
    if (this.#open !== null && this.#underWay <= OPEN_AT) this.#reopen();
  }

  #reopen(): void {
    this.#open?.();
    this.#open = null;
    this.#underWay = 0;
    this.#socket.resume();
  }
}
