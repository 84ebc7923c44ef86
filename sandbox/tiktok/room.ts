import { WebcastPushFrame } from 'tiktok-live-proto/v3';
import type { WebSocket } from 'ws';
import { pushFrame, type RoomMessage, replyFrame } from './protobuf.ts';
import type { Changes, IdSource, LiveWorld, WorldClock } from './world.ts';

/** One websocket in a room, seen from TikTok's side. */
export interface LiveConnection {
  readonly id: number;
  /** Machine time, epoch ms. */
  readonly openedAtMs: number;
  /** Has asked to enter the room; nothing is sent before. */
  readonly entered: boolean;
  readonly stalled: boolean;
  readonly heartbeats: number;
  readonly acks: number;
}

interface Link {
  readonly id: number;
  readonly openedAtMs: number;
  readonly socket: WebSocket;
  entered: boolean;
  stalled: boolean;
  heartbeats: number;
  acks: number;
}

export interface ReplayPlan {
  readonly messages: number;
  readonly endInInitialBatch: boolean;
  /** For how many connects it holds. */
  readonly times: number;
}

const HISTORY_KEPT = 1000;
/** Above this many unsent bytes on a socket, `drained` makes the sender wait. */
const BACKLOG_BYTES = 1_048_576;

/** The wire side of one LIVE: who is connected, what was sent, what the next one to connect is told first. */
export class Room {
  readonly roomId: string;
  gzip = true;
  /** Answers heartbeats; the real service is believed to. */
  answersHeartbeats = true;
  readonly #ids: IdSource;
  readonly #clock: WorldClock;
  readonly #changes: Changes;
  readonly #links = new Set<Link>();
  readonly #history: RoomMessage[] = [];
  #replay: ReplayPlan = { messages: 0, endInInitialBatch: false, times: 0 };
  #opened = 0;
  #acks = 0;
  #heartbeats = 0;
  #outbox: RoomMessage[] | undefined;

  constructor(roomId: string, world: LiveWorld) {
    this.roomId = roomId;
    this.#ids = world.ids;
    this.#clock = world.clock;
    this.#changes = world.changes;
  }

  get connections(): readonly LiveConnection[] {
    return [...this.#links].map(({ socket: _socket, ...seen }) => seen);
  }

  /** Sockets ever opened, acks and heartbeats ever received in this room. */
  get totals(): { readonly opened: number; readonly acks: number; readonly heartbeats: number } {
    return { opened: this.#opened, acks: this.#acks, heartbeats: this.#heartbeats };
  }

  planReplay(plan: ReplayPlan): void {
    this.#replay = plan;
  }

  /** The messages for the initial batch of a connect; uses up one turn of the plan. */
  takeReplay(): { readonly messages: readonly RoomMessage[]; readonly end: boolean } {
    const plan = this.#replay;
    if (plan.times <= 0) return { messages: [], end: false };
    this.#replay = { ...plan, times: plan.times - 1 };
    const messages = plan.messages > 0 ? this.#history.slice(-plan.messages) : [];
    return { messages, end: plan.endInInitialBatch };
  }

  recent(count: number): readonly RoomMessage[] {
    return count > 0 ? this.#history.slice(-count) : [];
  }

  /** Sends a new message; says whether any socket was there to hear it. */
  publish(message: RoomMessage): boolean {
    this.#history.push(message);
    if (this.#history.length > HISTORY_KEPT) this.#history.shift();
    if (this.#outbox === undefined) this.push([message]);
    else this.#outbox.push(message);
    return this.#listening().length > 0;
  }

  /** Everything published inside `fill` travels in one frame. */
  inOneFrame(fill: () => void): void {
    const messages = this.collect(fill);
    if (messages.length > 0) this.push(messages);
  }

  /** Everything published inside `fill` is kept back and handed to the caller. */
  collect(fill: () => void): readonly RoomMessage[] {
    if (this.#outbox !== undefined) throw new Error('TikTok sandbox: frames do not nest');
    const outbox: RoomMessage[] = [];
    this.#outbox = outbox;
    try {
      fill();
    } finally {
      this.#outbox = undefined;
    }
    return outbox;
  }

  /** One frame with these messages, new or not, to every socket that listens. */
  push(messages: readonly RoomMessage[]): void {
    const listening = this.#listening();
    if (listening.length === 0) return;
    this.pushBytes(this.frame(messages));
  }

  frame(messages: readonly RoomMessage[], gzip = this.gzip): Uint8Array {
    const now = this.#clock.now();
    const logId = this.#ids.next();
    return pushFrame(messages, { gzip, logId, cursor: `t-${now}_r-${logId}_d-1_u-1_h-1`, now });
  }

  /** Anything as one websocket frame; a string makes a text frame. */
  pushBytes(bytes: Uint8Array | string): void {
    for (const link of this.#listening()) link.socket.send(bytes);
  }

  /** Waits while a socket has much unsent data, so that a load generator keeps its memory bounded. */
  async drained(): Promise<void> {
    const full = this.#listening().filter((link) => link.socket.bufferedAmount > BACKLOG_BYTES);
    await Promise.all(
      full.map((link) => new Promise<void>((resolve) => link.socket.send(replyFrame('hb', '0'), () => resolve()))),
    );
  }

  attach(socket: WebSocket): void {
    this.#opened += 1;
    const link: Link = {
      id: this.#opened,
      openedAtMs: Date.now(),
      socket,
      entered: false,
      stalled: false,
      heartbeats: 0,
      acks: 0,
    };
    this.#links.add(link);
    socket.on('message', (bytes: Buffer) => this.#hear(link, bytes));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      this.#links.delete(link);
      this.#changes.notify();
    });
    this.#changes.notify();
  }

  /** With a code the sockets are closed properly, without one they are cut; either way they count no more. */
  drop(code?: number): void {
    const dropped = [...this.#links];
    this.#links.clear();
    for (const link of dropped) {
      if (code === undefined) link.socket.terminate();
      else link.socket.close(code);
    }
    this.#changes.notify();
  }

  /** Half-open: the sockets stay, but nothing is read from or written to them any more. */
  stall(): void {
    for (const link of this.#links) {
      link.stalled = true;
      link.socket.pause();
    }
    this.#changes.notify();
  }

  #listening(): readonly Link[] {
    return [...this.#links].filter(
      (link) => link.entered && !link.stalled && link.socket.readyState === link.socket.OPEN,
    );
  }

  #hear(link: Link, bytes: Buffer): void {
    const frame = decodeFrame(bytes);
    if (frame === undefined) {
      link.socket.terminate();
      return;
    }
    switch (frame.payloadType) {
      case 'im_enter_room':
        link.entered = true;
        link.socket.send(replyFrame('im_enter_room_resp', this.#ids.next()));
        break;
      case 'hb':
        link.heartbeats += 1;
        this.#heartbeats += 1;
        if (this.answersHeartbeats) link.socket.send(replyFrame('hb', this.#ids.next()));
        break;
      case 'ack':
        link.acks += 1;
        this.#acks += 1;
        break;
      default:
        break;
    }
    this.#changes.notify();
  }
}

/** A client that sends something else is a bug worth a warning, not the end of the sandbox. */
function decodeFrame(bytes: Buffer): WebcastPushFrame | undefined {
  try {
    return WebcastPushFrame.decode(bytes);
  } catch (error) {
    process.emitWarning(`TikTok sandbox: a client sent a frame that is no WebcastPushFrame: ${String(error)}`);
    return undefined;
  }
}
