import type { EndCause, LiveTarget, OpenSession } from '../domain/live-session.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveRoom } from '../ports/live-source.ts';
import type { LiveSession } from '../ports/live-store.ts';
import type { Logger } from '../ports/logger.ts';
import { LIVE_WAITING_NOTE } from '../ports/note-store.ts';
import type { Store, StoreReads, StoreTx } from '../ports/store.ts';
import { audit } from './staff-record.ts';

export interface SessionEnd {
  readonly cause: EndCause;
  /** When the show was over, which may be before now. */
  readonly at: number;
  /** What to tell the debug channel; null = nothing. */
  readonly unexpected: string | null;
  /** The staff member who asked for it. */
  readonly actor: string | null;
}

const TRIES = 4;
const RETRY_MS = 200;

/** What the store is told about sessions: beginning, gaps, end, and the notices that go with them. */
export class LiveBook {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #guildId: string;

  constructor(ports: { readonly store: Store; readonly clock: Clock; readonly log: Logger }, guildId: string) {
    this.#store = ports.store;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#guildId = guildId;
  }

  /**
   * A session that was left open (its end could not be stored) is ended first. The only entry that fails when the store
   * says no: without a session there is no show.
   */
  begin(target: LiveTarget, room: LiveRoom): Promise<LiveSession> {
    const guildId = this.#guildId;
    const at = this.#clock.now();
    return this.#store.transaction(async (tx) => {
      // Whoever asked may have had their data deleted while the host was waited for.
      const waiting = target.persistent ? await tx.notes.get(LIVE_WAITING_NOTE + guildId) : null;
      const { askedBy } = waiting === null ? target : noted(waiting);
      await tx.notes.drop(LIVE_WAITING_NOTE + guildId);
      const left = await tx.lives.openSessionId(guildId);
      if (left !== null) {
        await tx.lives.end(left, 'restart', at);
        await promiseNumbers(tx, guildId, left, at);
      }
      const session = await tx.lives.begin({
        guildId,
        hostName: room.hostName ?? target.host,
        hostUserId: room.hostUserId,
        roomId: room.roomId,
        persistent: target.persistent,
        askedBy,
        startedAt: at,
      });
      await audit(tx, guildId, askedBy, 'live.connect', session.hostName, null, { session: session.id }, at);
      await tx.outbox.add({
        guildId,
        dedupeKey: `live-connected:${session.id}`,
        target: { kind: 'channel', setting: 'channel.debug' },
        notice: { kind: 'live-connected', host: session.hostName, roomId: room.roomId, sessionId: session.id },
        at,
      });
      return session;
    });
  }

  /** A host is waited for until a session begins, also by the next process; null: not any more. */
  async waits(target: LiveTarget | null): Promise<void> {
    const key = LIVE_WAITING_NOTE + this.#guildId;
    await this.sure('waiting', () =>
      this.#store.transaction((tx) =>
        target === null ? tx.notes.drop(key) : tx.notes.set(key, JSON.stringify(target)),
      ),
    );
  }

  async dropped(sessionId: number, cause: string, fromAt: number): Promise<void> {
    await this.sure('gap', () => this.#store.transaction((tx) => tx.lives.openGap(sessionId, fromAt, cause)));
  }

  async returned(sessionId: number, hostName: string): Promise<void> {
    const at = this.#clock.now();
    await this.sure('return', () =>
      this.#store.transaction(async (tx) => {
        await tx.lives.closeGap(sessionId, at, true);
        await tx.lives.rename(sessionId, hostName);
      }),
    );
  }

  end(session: OpenSession, host: string, end: SessionEnd): Promise<void> {
    return this.sure('end of the session', () => this.#end(session, host, end));
  }

  /** Tries a few times; then the show goes on without. What is missing is in the log. */
  async sure(what: string, write: () => Promise<void>): Promise<void> {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      try {
        await write();
        return;
      } catch (error) {
        this.#log.error({ err: error, guildId: this.#guildId, what, tries }, 'the LIVE could not be stored');
        if (tries < TRIES) await this.#clock.sleep(RETRY_MS * 2 ** tries);
      }
    }
  }

  async #end({ sessionId, startedAt }: OpenSession, host: string, end: SessionEnd): Promise<void> {
    const guildId = this.#guildId;
    const now = this.#clock.now();
    const at = Math.max(startedAt, end.at);
    await this.#store.transaction(async (tx) => {
      await tx.lives.closeGap(sessionId, at, false);
      await tx.lives.end(sessionId, end.cause, at);
      if (end.actor !== null) {
        await audit(tx, guildId, end.actor, 'live.disconnect', host, { session: sessionId }, null, now);
      }
      if (end.unexpected !== null) {
        await tx.outbox.add({
          guildId,
          dedupeKey: `live-ended:${sessionId}`,
          target: { kind: 'channel', setting: 'channel.debug' },
          notice: {
            kind: 'live-ended-unexpectedly',
            host,
            sessionId,
            durationMs: at - startedAt,
            cause: end.unexpected,
          },
          at: now,
        });
      }
      await promiseNumbers(tx, guildId, sessionId, now);
    });
  }
}

/** Whatever happens from here on: with the end of a show its numbers are due, once. */
async function promiseNumbers(tx: StoreTx, guildId: string, sessionId: number, at: number): Promise<void> {
  await tx.outbox.add({
    guildId,
    dedupeKey: `metrics:${sessionId}`,
    target: { kind: 'channel', setting: 'channel.metrics' },
    notice: { kind: 'metrics', sessionId },
    at,
  });
}

/** Whom an earlier process waited for, by guild; guilds that the bot has left are passed over. */
export async function waitedFor(reads: StoreReads): Promise<ReadonlyMap<string, LiveTarget>> {
  const here = new Set(await reads.guilds.present());
  const notes = [...(await reads.notes.beginningWith(LIVE_WAITING_NOTE))].filter(([guildId]) => here.has(guildId));
  return new Map(notes.map(([guildId, note]) => [guildId, noted(note)]));
}

/** @param note written by `waits` only */
function noted(note: string): LiveTarget {
  return JSON.parse(note) as LiveTarget;
}

export function openSessionOf({ id, roomId, hostUserId, startedAt }: LiveSession): OpenSession {
  return { sessionId: id, roomId, hostUserId, startedAt };
}

export function targetOf({ hostName, persistent, askedBy }: LiveSession): LiveTarget {
  return { host: hostName, persistent, askedBy };
}
