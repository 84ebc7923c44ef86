import type { Backups } from '../ports/backups.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';

const EVERY_MS = 3_600_000;
/** After a start: not while everything else is starting. */
const FIRST_AFTER_MS = 60_000;
const RETRY_MS = 10 * 60_000;
/** In a row, before people are told: a disk may be away for a moment. */
const TOLERATED = 2;
/** Two days of hours. */
export const BACKUPS_KEPT = 48;

export interface BackupPorts {
  readonly backups: Backups;
  readonly clock: Clock;
  readonly log: Logger;
  /** None was made for a while; again after each further try. */
  readonly onFailing: () => void;
}

/** A backup every hour without stopping anything; restarts do not make more of them, and none is skipped by them. */
export class BackupService {
  readonly #ports: BackupPorts;
  #cancel: (() => void) | null = null;
  #failed = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(ports: BackupPorts) {
    this.#ports = ports;
  }

  async start(): Promise<void> {
    this.#schedule(await this.#firstWait());
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#running;
  }

  /** A disk for backups that is not there is told, and no reason to stay away from a show. */
  async #firstWait(): Promise<number> {
    const { backups, clock, log } = this.#ports;
    try {
      const newest = (await backups.list()).at(-1);
      const age = newest === undefined ? EVERY_MS : clock.now() - newest.at;
      // A clock that was set back must not put backups off for ever.
      return age < 0 ? FIRST_AFTER_MS : Math.max(FIRST_AFTER_MS, EVERY_MS - age);
    } catch (error) {
      log.error({ err: error }, 'the backups cannot be listed');
      return FIRST_AFTER_MS;
    }
  }

  #schedule(ms: number): void {
    this.#cancel = this.#ports.clock.after(ms, () => {
      this.#running = this.#run();
    });
  }

  async #run(): Promise<void> {
    const { backups, clock, log, onFailing } = this.#ports;
    const startedAt = clock.monotonic();
    let next = EVERY_MS;
    try {
      const { file, bytes } = await backups.make(clock.now());
      await backups.rotate(BACKUPS_KEPT);
      this.#failed = 0;
      log.info({ file, bytes, tookMs: Math.round(clock.monotonic() - startedAt) }, 'backed up');
    } catch (error) {
      next = RETRY_MS;
      log.error({ err: error }, 'the backup failed');
      this.#failed += 1;
      if (this.#failed > TOLERATED) onFailing();
    }
    if (this.#cancel !== null) this.#schedule(next);
  }
}
