import { type Database, open, type Statement } from 'sqlite';
import sqlite3 from 'sqlite3';

/** Prepared statements kept per connection; the SQL texts of the whole bot are fewer than that. */
const STATEMENTS_KEPT = 300;

export interface Rows {
  readonly rows: readonly unknown[];
  readonly changes: number | null;
  readonly insertId: number | null;
}

/** One SQLite connection that remembers its prepared statements: a query is then one trip to the thread pool, not three. */
export class Connection {
  readonly #database: Database;
  /** In order of last use. Each is asked for at once, so that two callers never prepare the same text twice. */
  readonly #statements = new Map<string, Promise<Statement>>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Throws sqlite3's errors (with `code`). */
  async query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    const statement = await this.#statement(sql);
    // `run` steps once: right for writes without rows to return, and the only one that tells changes.
    if (/^\s*(insert|update|delete|replace)\b/i.test(sql) && !/\breturning\b/i.test(sql)) {
      const { changes, lastID } = await statement.run(parameters);
      return { rows: [], changes: changes ?? null, insertId: lastID ?? null };
    }
    return { rows: await statement.all<unknown[]>(parameters), changes: null, insertId: null };
  }

  /** Many statements at once, without parameters. */
  async script(sql: string): Promise<void> {
    await this.#database.exec(sql);
  }

  async close(): Promise<void> {
    for (const statement of this.#statements.values()) await (await statement).finalize();
    this.#statements.clear();
    await this.#database.close();
  }

  async #statement(sql: string): Promise<Statement> {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, kept);
      return kept;
    }
    const prepared = this.#database.prepare(sql);
    this.#statements.set(sql, prepared);
    try {
      await prepared;
    } catch (error) {
      this.#statements.delete(sql);
      throw error;
    }
    await this.#evict();
    return prepared;
  }

  async #evict(): Promise<void> {
    for (const [sql, statement] of this.#statements) {
      if (this.#statements.size <= STATEMENTS_KEPT) return;
      this.#statements.delete(sql);
      await (await statement).finalize();
    }
  }
}

/** Opens the file (or `:memory:`) as it is; a missing file is created unless `readOnly`. Throws sqlite3's errors. */
export async function connect(path: string, readOnly: boolean): Promise<Connection> {
  const mode = readOnly ? sqlite3.OPEN_READONLY : sqlite3.OPEN_READWRITE | sqlite3.OPEN_CREATE;
  const database = await open({ filename: path, driver: sqlite3.Database, mode: mode | sqlite3.OPEN_FULLMUTEX });
  const connection = new Connection(database);
  // Waits for other processes (a backup, `doctor`), then gives up with SQLITE_BUSY. ms
  await connection.script('PRAGMA busy_timeout = 5000; PRAGMA foreign_keys = ON;');
  return connection;
}
