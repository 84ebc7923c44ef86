import type { Failure } from '../domain/failure.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { withdrawSong } from './submission-rules.ts';

export interface PrivacyPorts {
  readonly store: Store;
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

  /** In one step: waiting songs are withdrawn, then nothing names the member any more. */
  async erase(guildId: string, userId: string): Promise<Result<{ readonly submissions: number }, Failure>> {
    const { store, bus, clock } = this.#ports;
    const erased = await store.transaction(async (tx) => {
      const waiting = await tx.submissions.waitingOf(guildId, userId);
      for (const song of [...waiting, ...(await tx.submissions.draftsOf(guildId, userId))]) {
        await withdrawSong(tx, song, userId, clock.now());
      }
      return { ...(await tx.privacy.erase(guildId, userId)), onAir: await tx.plays.onAir(guildId) };
    });
    if (erased.rows === 0) return err({ code: 'nothing-stored' });
    // What is on air may have been theirs: it plays on, without its name.
    bus.emit('on-air.changed', { guildId, playId: erased.onAir?.id ?? null });
    bus.emit('queue.changed', { guildId });
    return ok({ submissions: erased.submissions });
  }
}
