import type { RawData, WebSocket } from 'ws';
import { asNumber, asObject, type Json, type JsonObject } from '../json.ts';
import type { Session } from './session.ts';

/** Frames a client may send per minute; more closes with 4008. */
const MAX_SENT_PER_MINUTE = 120;
const MAX_PAYLOAD_BYTES = 4096;

export interface ConnectionHooks {
  readonly now: () => number;
  readonly onPayload: (connection: Connection, op: number, payload: JsonObject) => void;
  readonly onClosed: (connection: Connection, code: number) => void;
}

/** One websocket. It checks form and pace of what comes in and leaves the meaning to the server. */
export class Connection {
  readonly number: number;
  session: Session | undefined;
  #socket: WebSocket;
  #hooks: ConnectionHooks;
  #sentAt: number[] = [];
  #closed = false;

  constructor(number: number, socket: WebSocket, hooks: ConnectionHooks) {
    this.number = number;
    this.#socket = socket;
    this.#hooks = hooks;
  }

  open(heartbeatIntervalMs: number): void {
    this.#socket.on('message', (raw, binary) => this.#receive(raw, binary));
    this.#socket.on('close', (code) => this.#ended(code));
    // An aborted socket reports an error before its close; the close is what counts.
    this.#socket.on('error', () => this.#socket.terminate());
    this.send({ op: 10, d: { heartbeat_interval: heartbeatIntervalMs, _trace: ['["sandbox"]'] } });
  }

  send(payload: {
    readonly op: number;
    readonly d?: Json;
    readonly t?: string | null;
    readonly s?: number | null;
  }): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify({ t: null, s: null, d: null, ...payload }));
  }

  sendRaw(text: string): void {
    this.#socket.send(text);
  }

  close(code: number, reason = ''): void {
    this.#socket.close(code, reason);
    this.#ended(code);
  }

  /** Cuts the line without a close frame. */
  drop(): void {
    this.#socket.terminate();
    this.#ended(1006);
  }

  #ended(code: number): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#hooks.onClosed(this, code);
  }

  #receive(raw: RawData, binary: boolean): void {
    if (this.#closed) return;
    const text = Buffer.isBuffer(raw) ? raw : Buffer.concat(Array.isArray(raw) ? raw : [Buffer.from(raw)]);
    const now = this.#hooks.now();
    this.#sentAt = [...this.#sentAt.filter((at) => at > now - 60_000), now];
    if (this.#sentAt.length > MAX_SENT_PER_MINUTE) {
      this.close(4008, 'You are being rate limited.');
      return;
    }
    const payload = binary || text.length > MAX_PAYLOAD_BYTES ? undefined : parse(text.toString('utf8'));
    const op = asNumber(payload?.op);
    if (payload === undefined || op === undefined) {
      this.close(4002, 'Error while decoding payload.');
      return;
    }
    this.#hooks.onPayload(this, op, payload);
  }
}

const parse = (text: string): JsonObject | undefined => {
  try {
    return asObject(JSON.parse(text));
  } catch {
    // Undecodable is a finding of its own here: the caller closes with 4002.
    return undefined;
  }
};
