import type { LiveRefusal } from '../domain/live-refusal.ts';
import { type LivePolicy, waitBeforeReturn } from '../domain/live-session.ts';
import { backoffDelay } from '../lib/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveSource } from '../ports/live-source.ts';
import type { Entered } from './live-attendance.ts';
import type { LiveWatch } from './live-watch.ts';

export interface ReturnPorts {
  readonly source: LiveSource;
  readonly clock: Clock;
  readonly policy: LivePolicy;
}

export interface LostRoom {
  readonly roomId: string;
  readonly host: string;
  /** How long to try, ms. */
  readonly graceMs: number;
  /** How often the room must be told to be over before that is believed; 1 after a restart. */
  readonly confirmations: number;
}

/** Told of each try. */
export interface ReturnSteps {
  listen(): LiveWatch;
  trying(): void;
  refused(refusal: LiveRefusal, nextTryAt: number): void;
}

/** Comes back into the same room, however often that takes within the grace time. */
export async function comeBack(
  ports: ReturnPorts,
  room: LostRoom,
  steps: ReturnSteps,
  signal: AbortSignal,
): Promise<Entered | 'over' | 'lost'> {
  const { source, clock } = ports;
  const until = clock.monotonic() + room.graceMs;
  let refusal: LiveRefusal | null = null;
  let over = 0;
  for (let tries = 0; ; tries += 1) {
    const wait = waitNow(ports, room, refusal, tries, over);
    if (clock.monotonic() + wait >= until) {
      await clock.sleep(Math.max(0, until - clock.monotonic()), signal);
      return 'lost';
    }
    if (refusal !== null) steps.refused(refusal, clock.now() + wait);
    await clock.sleep(wait, signal);
    steps.trying();
    const watch = steps.listen();
    const opened = await source.open({ roomId: room.roomId, host: room.host, urgent: true }, watch, signal);
    if (signal.aborted && opened.ok) await opened.value.close();
    signal.throwIfAborted();
    if (opened.ok) return { connection: opened.value, watch };
    refusal = opened.error;
    over = refusal.kind === 'offline' ? over + 1 : 0;
    if (over >= room.confirmations) return 'over';
  }
}

function waitNow(
  { clock, policy }: ReturnPorts,
  { confirmations }: LostRoom,
  refusal: LiveRefusal | null,
  tries: number,
  over: number,
): number {
  // A restarted process does not wait before its first try.
  if (tries === 0 && confirmations === 1) return 0;
  const wait = jittered({ clock, policy }, waitBeforeReturn(refusal, tries, policy));
  return over > 0 ? Math.max(wait, policy.endConfirmMs) : wait;
}

export function jittered({ clock, policy }: Pick<ReturnPorts, 'clock' | 'policy'>, ms: number): number {
  return backoffDelay({ baseMs: ms, factor: 1, maxMs: ms, jitter: policy.jitter }, 0, clock.random());
}
