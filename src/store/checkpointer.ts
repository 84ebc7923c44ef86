import { StoreError } from '../ports/store.ts';
import type { Connection } from './connection.ts';
import { translateFault } from './store-fault.ts';

/** Transactions after which the write-ahead log is carried over into the file. */
const EVERY = 64;

/**
 * Carries the write-ahead log over into the file on a connection of its own. Left to SQLite, every thirtieth "next" would
 * wait for the disk; like this no transaction does. If it ever falls behind, the writer's own limit still holds.
 */
export class Checkpointer {
  readonly #connection: Connection;
  readonly #path: string;
  #written = 0;
  #running: Promise<void> | null = null;
  #fault: unknown = null;

  constructor(connection: Connection, path: string) {
    this.#connection = connection;
    this.#path = path;
  }

  /** After each commit. */
  committed(): void {
    this.#written += 1;
    if (this.#written < EVERY || this.#running !== null) return;
    this.#written = 0;
    this.#running = this.#run();
  }

  /** @throws what a bug left behind; trouble with the file is the writer's to report */
  async close(): Promise<void> {
    await this.#running;
    await this.#connection.close();
    if (this.#fault !== null) throw this.#fault;
  }

  async #run(): Promise<void> {
    try {
      await this.#connection.query('PRAGMA wal_checkpoint(PASSIVE)', []);
    } catch (error) {
      // A full or broken disk meets the next transaction as well, which has somebody to tell.
      if (!(translateFault(error, this.#path) instanceof StoreError)) this.#fault = error;
    } finally {
      this.#running = null;
    }
  }
}
