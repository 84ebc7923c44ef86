import { AsyncLocalStorage } from 'node:async_hooks';
import { Kysely } from 'kysely';
import { Mutex } from '../lib/mutex.ts';
import type { Connection } from './connection.ts';
import { ConnectionDialect } from './dialect.ts';
import { ignoreNoTransaction } from './schema.ts';
import type { Tables } from './tables.ts';

interface Turn {
  isOpen: boolean;
}

/** Whose turn the running code belongs to, over all lanes. */
const turns = new AsyncLocalStorage<Turn>();

/**
 * One connection that serves one transaction at a time, in the order of the calls: async callers on one SQLite connection
 * would otherwise land inside each other's BEGIN.
 */
export class Lane {
  readonly database: Kysely<Tables>;
  readonly #connection: Connection;
  readonly #mutex = new Mutex();
  #turn: Turn = { isOpen: false };
  #queued = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.database = new Kysely<Tables>({ dialect: new ConnectionDialect(connection, () => this.#assertTurn()) });
  }

  /** Calls that run or wait. */
  get queued(): number {
    return this.#queued;
  }

  /** An error of `work` rolls back and is rethrown as it is. */
  async run<T>(begin: 'BEGIN IMMEDIATE' | 'BEGIN', work: () => Promise<T>): Promise<T> {
    if (turns.getStore()?.isOpen === true) throw new Error('a transaction inside a transaction would wait for itself');
    this.#queued += 1;
    try {
      return await this.#mutex.run(() => this.#transact(begin, work));
    } finally {
      this.#queued -= 1;
    }
  }

  /** After the running transaction; those still waiting then fail. */
  close(): Promise<void> {
    return this.#mutex.run(() => this.#connection.close());
  }

  async #transact<T>(begin: string, work: () => Promise<T>): Promise<T> {
    await this.#connection.query(begin, []);
    const turn = { isOpen: true };
    this.#turn = turn;
    try {
      const value = await turns.run(turn, work);
      turn.isOpen = false;
      await this.#connection.query('COMMIT', []);
      return value;
    } catch (error) {
      turn.isOpen = false;
      await this.#connection.query('ROLLBACK', []).catch((rollback: unknown) => ignoreNoTransaction(rollback));
      throw error;
    }
  }

  #assertTurn(): void {
    if (!this.#turn.isOpen || turns.getStore() !== this.#turn) {
      throw new Error('a repository was used outside of its transaction');
    }
  }
}
