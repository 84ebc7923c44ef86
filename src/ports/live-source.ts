import type { LiveEvent, UnreadableFrame } from '../domain/live-event.ts';
import type { LiveRefusal } from '../domain/live-refusal.ts';
import type { Result } from '../lib/result.ts';

export interface LiveConnection {
  readonly roomId: string;
  readonly hostUserId: string | null;
  /** Leaves the room; safe to call twice. After it resolves nothing is delivered any more. */
  close(): Promise<void>;
}

export interface LiveListener {
  /** Called in arrival order for each usable event, also for replays of the initial batch (before `open` resolves). */
  event(event: LiveEvent): void;
  unreadable(frame: UnreadableFrame): void;
  /** Any byte from TikTok: the sign of life a watchdog listens for. */
  alive(): void;
  /** The connection ended though nobody asked. Called at most once, never after `close()`. */
  closed(code: number): void;
}

/** TikTok LIVE as the services need it. Never throws for the refusals above; every call ends within 45 s. */
export interface LiveSource {
  /** Costs no signed request. */
  isLive(name: string, signal: AbortSignal): Promise<Result<boolean, LiveRefusal>>;
  /** One try. The signal cancels it: the connection is then closed as soon as it can be, and `open` refuses. */
  open(name: string, listener: LiveListener, signal: AbortSignal): Promise<Result<LiveConnection, LiveRefusal>>;
}
