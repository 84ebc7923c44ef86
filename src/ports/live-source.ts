import type { LiveEvent, UnreadableFrame } from '../domain/live-event.ts';
import type { LiveRefusal } from '../domain/live-refusal.ts';
import type { Result } from '../lib/result.ts';

/** A LIVE that runs now. A host who goes live again gets a new room. */
export interface LiveRoom {
  readonly roomId: string;
  readonly hostUserId: string | null;
  /** The host's @name now, without the sign; null when it was not told. */
  readonly hostName: string | null;
}

export interface LiveConnection {
  readonly room: LiveRoom;
  /** Leaves the room; safe to call twice. After it resolves nothing is delivered any more. */
  close(): Promise<void>;
}

export interface LiveListener {
  /**
   * Called in arrival order for each usable event. What comes before `open` resolves is TikTok's memory of the last
   * minutes: events that may have been told before, with the same message ids.
   */
  event(event: LiveEvent): void;
  unreadable(frame: UnreadableFrame): void;
  /** Most messages lack a field they had: TikTok changed its protocol. Null when that is over. */
  drift(verdict: string | null): void;
  /** Any byte from TikTok: the sign of life a watchdog listens for. */
  alive(): void;
  /** Every message as the library gave it, before anything was made of it: for recordings. */
  raw(name: string, message: unknown): void;
  /** The connection ended though nobody asked. At most once, never after `close()` or a `stream-end` event. */
  closed(code: number): void;
}

export interface LiveTry {
  readonly roomId: string;
  /** For messages in the log. */
  readonly host: string;
  /** A show that runs already goes before a new one when the sign server is short of answers. */
  readonly urgent: boolean;
}

/** TikTok LIVE as the services need it. Never throws for the refusals; every call ends within 45 s. */
export interface LiveSource {
  /** The room of a host who is live; refused as `offline` otherwise. Costs no signed request (without a key of its own). */
  find(name: string, signal: AbortSignal): Promise<Result<LiveRoom, LiveRefusal>>;
  /** Does this very room still run? Costs no signed request. */
  isRunning(roomId: string, signal: AbortSignal): Promise<Result<boolean, LiveRefusal>>;
  /**
   * Enters a room: one try, one signed request. Refused as `rate-limited` without asking when the shared budget for
   * signed requests is spent. The signal cancels it: `open` refuses then, and a connection that comes up late is closed.
   */
  open(room: LiveTry, listener: LiveListener, signal: AbortSignal): Promise<Result<LiveConnection, LiveRefusal>>;
}
