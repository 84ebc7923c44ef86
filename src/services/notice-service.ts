import type { Notice, NoticeTarget } from '../domain/notice.ts';
import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';
import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Notifier } from '../ports/notifier.ts';
import type { StoredNotice } from '../ports/outbox-store.ts';
import type { Store } from '../ports/store.ts';
import { ComingUp } from './coming-up.ts';
import type { Facts } from './events.ts';
import type { SettingsService } from './settings-service.ts';

export interface NoticePorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly notifier: Notifier;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

const BATCH = 20;
const MAX_ATTEMPTS = 8;
const RETRY: BackoffPolicy = { baseMs: 5_000, factor: 3, maxMs: 30 * 60_000, jitter: 0.2 };
const KEEP_MS = 7 * 24 * 3_600_000;
/** Discord knows a message it has by its nonce for some minutes; this is well within. ms */
const KNOWN_MS = 60_000;
/** After the store itself refused. ms */
const TROUBLE_MS = 30_000;
const OPT_OUT_KEY = 'notices';
/** These can be looked for where they belong, so they are never given up for being in doubt. */
const FINDABLE: readonly Notice['kind'][] = ['metrics'];
/** Answers to what the member did a moment ago come also to those who want no notices. */
const ANSWERS: ReadonlySet<Notice['kind']> = new Set(['data-export', 'stored-passive', 'refused-passive']);
/** What is said of this very moment is not true any more after an outage, or when the bot comes back. */
const OF_THE_MOMENT: ReadonlySet<Notice['kind']> = new Set(['coming-up', 'on-air']);
/** About as long as a song. ms */
const MOMENT_MS = 3 * 60_000;

/**
 * Delivers the outbox: each notice once, also over restarts. One that was being sent when the process died is sent again
 * while Discord still takes the second for the first; later it is given up, because told twice is worse than told never.
 */
export class NoticeService {
  readonly #ports: NoticePorts;
  #state:
    | { kind: 'stopped' }
    | { kind: 'waiting'; cancel: () => void }
    | { kind: 'working'; again: boolean; done: Promise<void> } = {
    kind: 'stopped',
  };
  readonly #comingUp: ComingUp;
  #unsubscribe: (() => void) | null = null;
  #open = false;
  /** By the time of day, which can be set back. */
  #lookedAt = 0;

  constructor(ports: NoticePorts) {
    this.#ports = ports;
    this.#comingUp = new ComingUp(ports);
  }

  async start(): Promise<void> {
    const { store, clock, bus, log } = this.#ports;
    const interrupted = await store.transaction(async (tx) => {
      await tx.outbox.prune(clock.now() - KEEP_MS);
      await tx.outbox.catchUp(clock.now());
      return tx.outbox.settleInterrupted(clock.now(), KNOWN_MS, FINDABLE);
    });
    if (interrupted > 0)
      log.warn({ interrupted }, 'notices that were being sent at a crash long ago are not sent again');
    this.#open = true;
    this.#unsubscribe = bus.on('notice.stored', 'notices', () => this.#wake());
    await this.#comingUp.start();
    this.#wake();
  }

  async stop(): Promise<void> {
    await this.#comingUp.stop();
    this.#open = false;
    this.#unsubscribe?.();
    const state = this.#state;
    if (state.kind === 'waiting') state.cancel();
    if (state.kind === 'working') await state.done;
    this.#state = { kind: 'stopped' };
  }

  /** Resolves when everything that is due was tried. */
  async idle(): Promise<void> {
    await this.#comingUp.idle();
    while (this.#state.kind === 'working') await this.#state.done;
  }

  /** Stores a notice that no use case brought along, and sends it. @param once the same key is told once for ever */
  async tell(guildId: string, target: NoticeTarget, once: string, notice: Notice): Promise<void> {
    const { store, bus, clock } = this.#ports;
    const isNew = await store.transaction((tx) =>
      tx.outbox.add({ guildId, dedupeKey: once, target, notice, at: clock.now() }),
    );
    if (isNew) bus.emit('notice.stored', { guildId });
  }

  async setOptOut(guildId: string, userId: string, off: boolean): Promise<void> {
    await this.#ports.store.transaction((tx) =>
      tx.settings.setPreference(guildId, userId, OPT_OUT_KEY, off ? '"off"' : null),
    );
  }

  #wake(): void {
    if (!this.#open) return;
    if (this.#state.kind === 'working') {
      this.#state.again = true;
      return;
    }
    if (this.#state.kind === 'waiting') this.#state.cancel();
    const working = { kind: 'working' as const, again: false, done: this.#workThenSleep() };
    this.#state = working;
  }

  async #workThenSleep(): Promise<void> {
    let waitMs: number | null = TROUBLE_MS;
    try {
      await this.#work();
      const next = await this.#ports.store.read((tx) => tx.outbox.nextDueAt());
      waitMs = next === null ? null : Math.max(50, next - this.#ports.clock.now());
    } catch (error) {
      this.#ports.log.error({ err: error }, 'the outbox could not be worked off');
    }
    const again = this.#state.kind === 'working' && this.#state.again;
    this.#state = { kind: 'stopped' };
    if (again) this.#wake();
    else if (this.#open && waitMs !== null) {
      const cancel = this.#ports.clock.after(waitMs, () => {
        this.#state = { kind: 'stopped' };
        this.#wake();
      });
      this.#state = { kind: 'waiting', cancel };
    }
  }

  async #work(): Promise<void> {
    const { store, clock } = this.#ports;
    const lookedAt = this.#lookedAt;
    this.#lookedAt = clock.now();
    if (this.#lookedAt < lookedAt) await store.transaction((tx) => tx.outbox.catchUp(clock.now()));
    for (;;) {
      const due = await store.read((tx) => tx.outbox.due(clock.now(), BATCH));
      if (due.length === 0 || !this.#open) return;
      // Different people and channels do not wait for each other; one person's notices stay in order.
      const groups = Map.groupBy(due, (notice) => JSON.stringify(notice.target));
      await Promise.all([...groups.values()].map((notices) => this.#tellAll(notices)));
    }
  }

  async #tellAll(notices: readonly StoredNotice[]): Promise<void> {
    for (const notice of notices) await this.#tell(notice);
  }

  async #tell(stored: StoredNotice): Promise<void> {
    const { store, clock, log } = this.#ports;
    if (OF_THE_MOMENT.has(stored.notice.kind) && clock.now() - stored.createdAt > MOMENT_MS) {
      await store.transaction((tx) => tx.outbox.markDone(stored.id, 'given-up', 'too late', clock.now()));
      return;
    }
    if (await this.#optedOut(stored)) {
      await store.transaction((tx) => tx.outbox.markDone(stored.id, 'given-up', 'opted out', clock.now()));
      return;
    }
    await store.transaction((tx) => tx.outbox.markSending(stored.id, clock.now()));
    const delivery = await this.#deliver(stored);
    await store.transaction(async (tx) => {
      if (delivery === 'sent') {
        const { notice } = stored;
        if (notice.kind === 'metrics') await tx.lives.numbersPosted(notice.sessionId, clock.now());
        return tx.outbox.markDone(stored.id, 'sent', 'sent', clock.now());
      }
      if (delivery === 'refused') return tx.outbox.markDone(stored.id, 'given-up', 'refused', clock.now());
      if (stored.attempts + 1 >= MAX_ATTEMPTS) {
        log.warn({ notice: stored.notice.kind, guildId: stored.guildId }, 'a notice is given up');
        return tx.outbox.markDone(stored.id, 'given-up', 'too many attempts', clock.now());
      }
      return tx.outbox.markWaiting(
        stored.id,
        clock.now() + backoffDelay(RETRY, stored.attempts, clock.random()),
        'retry',
      );
    });
  }

  /** A bug in the wording of one notice must not hold up all others. */
  async #deliver({ id, guildId, target, notice, attempts, createdAt }: StoredNotice) {
    try {
      const triedSince = attempts > 0 ? createdAt : null;
      return await this.#ports.notifier.deliver(guildId, target, notice, `notice-${id}`, triedSince);
    } catch (error) {
      this.#ports.log.error({ err: error, notice: notice.kind, guildId }, 'a notice could not be delivered');
      return 'refused' as const;
    }
  }

  async #optedOut({ guildId, target, notice }: StoredNotice): Promise<boolean> {
    if (target.kind !== 'member' || ANSWERS.has(notice.kind)) return false;
    return (
      (await this.#ports.store.read((tx) => tx.settings.preference(guildId, target.userId, OPT_OUT_KEY))) === '"off"'
    );
  }
}
