import type { LivePolicy } from '../domain/live-session.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveConnection, LiveSource } from '../ports/live-source.ts';
import type { LiveWatch, Parting } from './live-watch.ts';

/** A room that was entered, and the ear in it. */
export interface Entered {
  readonly connection: LiveConnection;
  readonly watch: LiveWatch;
}

export interface AttendancePorts {
  readonly source: LiveSource;
  readonly clock: Clock;
  readonly policy: LivePolicy;
}

/**
 * Stays in a room until the connection is over, for whatever reason; it is closed then.
 * @param eventless ms since the last event
 */
export async function attend(
  ports: AttendancePorts,
  { connection, watch }: Entered,
  eventless: () => number,
  signal: AbortSignal,
): Promise<Parting> {
  const guard = new AbortController();
  const cancelled = Promise.withResolvers<never>();
  const abort = () => cancelled.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  const either = AbortSignal.any([guard.signal, signal]);
  const guarding = doubt(ports, connection.room.roomId, watch, eventless, either).catch((error: unknown) => {
    if (!either.aborted) throw error;
  });
  try {
    // The guard ends by itself only when it has parted the watch, or broke.
    return await Promise.race([watch.parting, cancelled.promise, guarding.then(() => watch.parting)]);
  } finally {
    guard.abort();
    signal.removeEventListener('abort', abort);
    await connection.close();
  }
}

/**
 * The watchdog. A connection that says nothing is doubted: half-open sockets stay open for ever. One that says something
 * but tells of no event may be in a room that is over, whose end was never told: the room is asked, and believed when it
 * says so twice.
 */
async function doubt(
  { source, clock, policy }: AttendancePorts,
  roomId: string,
  watch: LiveWatch,
  eventless: () => number,
  signal: AbortSignal,
): Promise<void> {
  let askedAt = clock.monotonic();
  let told = 0;
  const unasked = () => Math.min(eventless(), clock.monotonic() - askedAt);
  for (;;) {
    const wait =
      told > 0 ? policy.endConfirmMs : Math.min(policy.silentMs - watch.silentMs, policy.eventlessMs - unasked());
    await clock.sleep(Math.max(1, wait), signal);
    const isSilent = watch.silentMs >= policy.silentMs;
    if (!isSilent && unasked() < policy.eventlessMs && told === 0) continue;
    const running = await source.isRunning(roomId, signal);
    signal.throwIfAborted();
    askedAt = clock.monotonic();
    told = running.ok && !running.value ? told + 1 : 0;
    if (told >= 2) return watch.part({ kind: 'over', suspended: false, told: false });
    // Asked again: bytes may have waited behind a process that was busy itself.
    if (isSilent && told === 0 && watch.silentMs >= policy.silentMs) {
      return watch.part({ kind: 'dropped', cause: 'silent' });
    }
  }
}
