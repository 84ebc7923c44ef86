import type { JsonObject } from '../json.ts';

export interface Frame {
  readonly op: 0;
  readonly t: string;
  readonly s: number;
  readonly d: JsonObject;
}

/** Events kept for a resume. */
const KEPT_FRAMES = 5_000;

/** A gateway session. It outlives its connection until it is ended or times out. Changed only by `GatewayServer`. */
export class Session {
  readonly id: string;
  readonly intents: number;
  readonly shard: readonly [number, number];
  sequence = 0;
  /** Unix ms of sandbox time when the connection was lost; undefined while connected. */
  detachedAt: number | undefined;
  #frames: Frame[] = [];
  #send: ((frame: Frame) => void) | undefined;

  constructor(id: string, intents: number, shard: readonly [number, number]) {
    this.id = id;
    this.intents = intents;
    this.shard = shard;
  }

  attach(send: (frame: Frame) => void): void {
    this.#send = send;
    this.detachedAt = undefined;
  }

  detach(at: number): void {
    this.#send = undefined;
    this.detachedAt = at;
  }

  dispatch(t: string, d: JsonObject): void {
    this.sequence += 1;
    const frame: Frame = { op: 0, t, s: this.sequence, d };
    this.#frames.push(frame);
    if (this.#frames.length > KEPT_FRAMES) this.#frames.shift();
    this.#send?.(frame);
  }

  /** Everything after a sequence number, or undefined when that is no longer known or was never sent. */
  framesAfter(sequence: number): readonly Frame[] | undefined {
    const first = this.#frames[0]?.s ?? this.sequence + 1;
    if (sequence > this.sequence || sequence < first - 1) return undefined;
    return this.#frames.filter((frame) => frame.s > sequence);
  }

  /** Whether events of this guild (null = private) belong to the session's shard. */
  owns(guildId: string | null): boolean {
    const [index, count] = this.shard;
    return guildId === null ? index === 0 : (BigInt(guildId) >> 22n) % BigInt(count) === BigInt(index);
  }
}
