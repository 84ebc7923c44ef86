import { type Malformed, malformedFrame } from './malformed.ts';
import type { Stamp } from './messages.ts';
import type { RoomMessage } from './protobuf.ts';
import type { LiveConnection, ReplayPlan, Room } from './room.ts';
import { TruthLedger } from './truth.ts';
import type { LiveWorld } from './world.ts';

/** The part of a LIVE that is about the wire: who is connected, what is repeated, cut, stalled or broken. */
export class LiveSockets {
  readonly room: Room;
  protected readonly world: LiveWorld;
  protected readonly ledger = new TruthLedger();

  constructor(room: Room, world: LiveWorld) {
    this.room = room;
    this.world = world;
  }

  get roomId(): string {
    return this.room.roomId;
  }

  /** Sockets open now. */
  get connections(): readonly LiveConnection[] {
    return this.room.connections;
  }

  /** Frames acknowledged by all sockets so far. */
  get acks(): number {
    return this.room.totals.acks;
  }

  /** Sockets ever opened, acks and heartbeats ever received. */
  get totals(): Room['totals'] {
    return this.room.totals;
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

  /** Any payload under any method name, in a proper frame. */
  raw(method: string, payload: Uint8Array): void {
    this.publish({ method, msgId: this.world.ids.next(), payload });
  }

  /** A broken frame; not counted as a message, and not part of replays. */
  malformed(kind: Malformed): void {
    this.room.pushBytes(malformedFrame(kind, this.world.ids.next()));
  }

  /** With a code the sockets are closed properly, without one they are cut (the other side sees 1006). */
  dropSockets(code?: number): void {
    this.room.drop(code);
  }

  /** Half-open: the sockets stay, nothing is read or written any more. New sockets are not affected. */
  stallSockets(): void {
    this.room.stall();
  }

  /** Resolves when `count` sockets (default 1) have entered the room and are healthy. */
  waitForConnection(count = 1, timeoutMs?: number): Promise<readonly LiveConnection[]> {
    const probe = (): readonly LiveConnection[] | undefined => {
      const healthy = this.connections.filter((connection) => connection.entered && !connection.stalled);
      return healthy.length >= count ? healthy : undefined;
    };
    return this.world.changes.until(`connection ${count} to room ${this.roomId}`, probe, timeoutMs);
  }

  /** Resolves when no socket is left. */
  async waitForDisconnection(timeoutMs?: number): Promise<void> {
    const probe = (): true | undefined => (this.connections.length === 0 ? true : undefined);
    await this.world.changes.until(`the end of all connections to room ${this.roomId}`, probe, timeoutMs);
  }

  async waitForAcks(count: number, timeoutMs?: number): Promise<void> {
    const probe = (): true | undefined => (this.acks >= count ? true : undefined);
    await this.world.changes.until(`ack ${count} in room ${this.roomId}`, probe, timeoutMs);
  }

  async waitForHeartbeats(count: number, timeoutMs?: number): Promise<void> {
    const probe = (): true | undefined => (this.room.totals.heartbeats >= count ? true : undefined);
    await this.world.changes.until(`heartbeat ${count} in room ${this.roomId}`, probe, timeoutMs);
  }

  protected stamp(): Stamp {
    return { msgId: this.world.ids.next(), roomId: this.roomId, createTime: this.world.clock.createTime() };
  }

  protected publish(sent: RoomMessage): void {
    this.ledger.sent(this.room.publish(sent));
  }
}
