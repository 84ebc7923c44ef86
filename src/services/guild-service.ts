import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { SettingsService } from './settings-service.ts';

/** Data of a guild that the bot was removed from is kept this long, so that coming back loses nothing. ms */
const KEEP_AFTER_LEAVING_MS = 30 * 24 * 3_600_000;

export interface GuildPorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'forget'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Which guilds the bot serves, their one welcome, and the guided setup's progress. */
export class GuildService {
  readonly #ports: GuildPorts;

  constructor(ports: GuildPorts) {
    this.#ports = ports;
  }

  /** @returns whether to say welcome: once ever, even when the bot leaves and comes back */
  async joined(guildId: string): Promise<{ readonly welcome: boolean }> {
    const { store, clock } = this.#ports;
    return store.transaction(async (tx) => {
      await tx.guilds.join(guildId, clock.now());
      const guild = await tx.guilds.get(guildId);
      if (guild === null || guild.welcomedAt !== null) return { welcome: false };
      await tx.guilds.setWelcomed(guildId, clock.now());
      return { welcome: true };
    });
  }

  async left(guildId: string): Promise<void> {
    await this.#ports.store.transaction((tx) => tx.guilds.leave(guildId, this.#ports.clock.now()));
  }

  /** Guilds that are stored as present but not in this list have removed the bot while it was away. @returns them */
  async reconcile(present: readonly string[]): Promise<readonly string[]> {
    const { store, clock } = this.#ports;
    const here = new Set(present);
    return store.transaction(async (tx) => {
      const gone = (await tx.guilds.present()).filter((guildId) => !here.has(guildId));
      for (const guildId of gone) await tx.guilds.leave(guildId, clock.now());
      return gone;
    });
  }

  /** @returns JSON of the guided setup, null when none is under way */
  async setupProgress(guildId: string): Promise<string | null> {
    return (await this.#ports.store.read((tx) => tx.guilds.get(guildId)))?.setupProgress ?? null;
  }

  async setSetupProgress(guildId: string, progress: string | null): Promise<void> {
    await this.#ports.store.transaction(async (tx) => {
      if ((await tx.guilds.get(guildId)) === null) await tx.guilds.join(guildId, this.#ports.clock.now());
      await tx.guilds.setSetupProgress(guildId, progress);
    });
  }

  /** Deletes what belongs to guilds that left 30 days ago. */
  async purge(): Promise<readonly string[]> {
    const { store, clock, log, settings } = this.#ports;
    const gone = await store.read((tx) => tx.guilds.leftBefore(clock.now() - KEEP_AFTER_LEAVING_MS));
    for (const guildId of gone) {
      let isDone = false;
      while (!isDone) isDone = await store.transaction((tx) => tx.guilds.purge(guildId));
      settings.forget(guildId);
      log.info({ guildId }, 'data of a guild that left 30 days ago is deleted');
    }
    return gone;
  }
}
