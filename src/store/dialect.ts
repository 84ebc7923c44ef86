import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { Connection } from './connection.ts';

/** Kysely over one connection that somebody else opened, closes and wraps in transactions. */
export class ConnectionDialect implements Dialect {
  readonly #connection: Connection;
  readonly #mayQuery: () => void;

  /** @param mayQuery throws when nobody may use the connection right now */
  constructor(connection: Connection, mayQuery: () => void) {
    this.#connection = connection;
    this.#mayQuery = mayQuery;
  }

  createDriver(): Driver {
    return new ConnectionDriver(new QueryConnection(this.#connection, this.#mayQuery));
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(database: Kysely<unknown>): DatabaseIntrospector {
    return new SqliteIntrospector(database);
  }
}

class ConnectionDriver implements Driver {
  readonly #connection: DatabaseConnection;

  constructor(connection: DatabaseConnection) {
    this.#connection = connection;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(): Promise<void> {
    throw new Error('transactions are begun by the store, not by Kysely');
  }

  async commitTransaction(): Promise<void> {
    throw new Error('transactions are ended by the store, not by Kysely');
  }

  async rollbackTransaction(): Promise<void> {
    throw new Error('transactions are ended by the store, not by Kysely');
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class QueryConnection implements DatabaseConnection {
  readonly #connection: Connection;
  readonly #mayQuery: () => void;

  constructor(connection: Connection, mayQuery: () => void) {
    this.#connection = connection;
    this.#mayQuery = mayQuery;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    this.#mayQuery();
    const { rows, changes, insertId } = await this.#connection.query(query.sql, query.parameters);
    return {
      // The row type is the query builder's promise, checked by the store tests.
      rows: rows as R[],
      ...(changes === null ? {} : { numAffectedRows: BigInt(changes) }),
      ...(insertId === null ? {} : { insertId: BigInt(insertId) }),
    };
  }

  // biome-ignore lint/correctness/useYield: sqlite3 hands over whole results; nothing here streams
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not supported');
  }
}
