import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from '../services/events.ts';

/** At most one report per kind and guild in this time. ms */
const GROUP_MS = 60_000;

export interface ErrorReportPorts {
  readonly store: Store;
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
    const kind = `${guildId}:${where}:${error instanceof Error ? error.name : typeof error}`;
    const known = this.#groups.get(kind);
    if (known !== undefined && now - known.since < GROUP_MS) {
      known.more += 1;
      return;
    }
    for (const [old, group] of this.#groups)
      if (now - group.since >= GROUP_MS && old !== kind) this.#groups.delete(old);
    this.#groups.set(kind, { since: now, more: 0 });
    const before = known === undefined || known.more === 0 ? '' : ` It happened ${known.more} more times before.`;
    void this.alert(
      guildId,
      `Something failed in \`${where}\`. Reference \`${reference}\` in the log.${before}`,
      `error:${kind}:${now}`,
    );
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
      // The store itself may be what is broken: the log is all that is left.
      log.error({ err: error, guildId, text }, 'staff could not be told');
    }
  }
}
