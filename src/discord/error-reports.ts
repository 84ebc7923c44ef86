import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Notifier } from '../ports/notifier.ts';
import { type Store, StoreError, type StoreTrouble } from '../ports/store.ts';
import type { Facts } from '../services/events.ts';

/** At most one report per kind and guild in this time. ms */
const GROUP_MS = 60_000;

const AFTERWARDS = 'Nothing is confirmed that is not stored; I go on by myself when this is over.';

const BACKUPS_FAIL =
  '💾 My hourly backups fail. The show goes on, but nothing newer than the last good one could be brought back: look after the room on the disk and the rights of the folder `backups`. The log names the cause.';
const DAY_MS = 86_400_000;

/** What staff can do about it. */
const STORE_WORDS = {
  full: `💾 The disk that my database is on is full: free some space. ${AFTERWARDS}`,
  locked: `🔒 Another program holds my database: close it. ${AFTERWARDS}`,
  'read-only': `💾 My database can't be written any more: look after its disk and its rights. ${AFTERWARDS}`,
  unreachable: `💾 My database can't be reached any more: look after its disk. ${AFTERWARDS}`,
  corrupt: '🛑 My database is damaged. Stop me and bring back the newest backup: `npm run restore` lists them.',
  'not-a-database': '🛑 My database was replaced by something else. Stop me; `npm run restore` lists the backups.',
  'newer-schema': '🛑 My database was written by a newer release. Start that one.',
} as const satisfies Record<StoreTrouble, string>;

export interface ErrorReportPorts {
  readonly store: Store;
  /** Tells without the store, when that is what is broken. */
  readonly notifier: Notifier;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Group {
  readonly since: number;
  more: number;
}

/** Tells staff, in the debug channel, that something broke: where, and the reference that the log has it under. */
export class ErrorReports {
  readonly #ports: ErrorReportPorts;
  readonly #groups = new Map<string, Group>();

  constructor(ports: ErrorReportPorts) {
    this.#ports = ports;
  }

  /** @param where what was being done, our own words; nothing of the error's text is told */
  report(guildId: string, reference: string, where: string, error: unknown): void {
    const now = this.#ports.clock.now();
    const trouble = error instanceof StoreError ? error.trouble : null;
    const kind = `${guildId}:${trouble ?? `${where}:${error instanceof Error ? error.name : typeof error}`}`;
    const known = this.#groups.get(kind);
    // A clock that was set back must not silence anything.
    if (known !== undefined && Math.abs(now - known.since) < GROUP_MS) {
      known.more += 1;
      return;
    }
    for (const [old, group] of this.#groups)
      if (Math.abs(now - group.since) >= GROUP_MS && old !== kind) this.#groups.delete(old);
    this.#groups.set(kind, { since: now, more: 0 });
    const before = known === undefined || known.more === 0 ? '' : ` It happened ${known.more} more times before.`;
    if (trouble !== null) {
      void this.#tellNow(guildId, `${STORE_WORDS[trouble]}${before}`, `store-${now.toString(36)}`);
      return;
    }
    void this.alert(
      guildId,
      `Something failed in \`${where}\`. Reference \`${reference}\` in the log.${before}`,
      `error:${kind}:${now}`,
    );
  }

  /** At most once a day. */
  backupsFail(guildIds: Iterable<string>): void {
    const day = Math.floor(this.#ports.clock.now() / DAY_MS);
    for (const guildId of guildIds) void this.alert(guildId, BACKUPS_FAIL, `backups:${guildId}:${day}`);
  }

  /** A sentence for staff. @param once the same key is told once for ever */
  async alert(guildId: string, text: string, once: string): Promise<void> {
    const { store, clock, bus, log } = this.#ports;
    try {
      await store.transaction((tx) =>
        tx.outbox.add({
          guildId,
          dedupeKey: `staff-alert:${once}`,
          target: { kind: 'channel', setting: 'channel.debug' },
          notice: { kind: 'staff-alert', text },
          at: clock.now(),
        }),
      );
      bus.emit('notice.stored', { guildId });
    } catch (error) {
      log.error({ err: error, guildId, text }, 'an alert could not be stored');
      await this.#tellNow(guildId, text, `alert-${clock.now().toString(36)}`);
    }
  }

  /** Past the store, which is what is broken: when Discord does not take it either, the log is all that is left. */
  async #tellNow(guildId: string, text: string, once: string): Promise<void> {
    const { notifier, log } = this.#ports;
    try {
      const target = { kind: 'channel', setting: 'channel.debug' } as const;
      const delivery = await notifier.deliver(guildId, target, { kind: 'staff-alert', text }, once, null);
      if (delivery !== 'sent') log.error({ guildId, text, delivery }, 'staff could not be told');
    } catch (error) {
      log.error({ err: error, guildId, text }, 'staff could not be told');
    }
  }
}
