import type { Failure } from '../domain/failure.ts';
import { isWaiting } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import type { SubmissionService } from './submission-service.ts';

export interface PrivacyPorts {
  readonly store: Store;
  readonly submissions: Pick<SubmissionService, 'own' | 'withdraw'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

/** A member's own data: a copy of it, and its deletion. The numbers of past shows stay, without the person. */
export class PrivacyService {
  readonly #ports: PrivacyPorts;

  constructor(ports: PrivacyPorts) {
    this.#ports = ports;
  }

  /** @returns everything stored about the member in this guild, by kind, ready for JSON */
  async export(guildId: string, userId: string): Promise<Readonly<Record<string, unknown>>> {
    const tables = await this.#ports.store.read((tx) => tx.privacy.export(guildId, userId));
    return { exportedAt: new Date(this.#ports.clock.now()).toISOString(), guildId, userId, ...tables };
  }

  async erase(guildId: string, userId: string): Promise<Result<{ readonly submissions: number }, Failure>> {
    const { store, submissions, bus } = this.#ports;
    // Withdrawn one by one first, so that the queue, its panels and its history stay true.
    for (let page = 0, pages = 1; page < pages; page += 1) {
      const own = await submissions.own(guildId, userId, page);
      pages = own.pages;
      for (const { submission } of own.entries) {
        if (isWaiting(submission.line)) await submissions.withdraw(guildId, submission.id, userId);
      }
    }
    const erased = await store.transaction((tx) => tx.privacy.erase(guildId, userId));
    if (erased.rows === 0) return err({ code: 'nothing-stored' });
    bus.emit('queue.changed', { guildId });
    return ok({ submissions: erased.submissions });
  }
}
