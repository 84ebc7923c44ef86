import { type Database, open, type Statement } from 'sqlite';
import sqlite3 from 'sqlite3';

/** Prepared statements kept per connection; the SQL texts of the whole bot are fewer than that. */
const STATEMENTS_KEPT = 300;

export interface Rows {
  readonly rows: readonly unknown[];
  readonly changes: number | null;
  readonly insertId: number | null;
}

interface Kept {
  /** Asked for at once, so that two callers never prepare the same text twice. */
  readonly prepared: Promise<Statement>;
  /** Queries that use it now; it is not forgotten under their hands. */
  users: number;
}

/** One SQLite connection that remembers its prepared statements: a query is then one trip to the thread pool, not three. */
export class Connection {
  readonly #database: Database;
  /** By text, in order of last use. */
  readonly #statements = new Map<string, Kept>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Throws sqlite3's errors (with `code`). */
  async query(sql: string, parameters: readonly unknown[]): Promise<Rows> {
    const kept = this.#keep(sql);
    kept.users += 1;
    try {
      return await run(await kept.prepared, sql, parameters);
    } finally {
      kept.users -= 1;
      await this.#forgetOldest();
    }
  }

  /** Many statements at once, without parameters. */
  async script(sql: string): Promise<void> {
    await this.#database.exec(sql);
  }

  /** Nothing may be asked any more, or still be under way. */
  async close(): Promise<void> {
    for (const { prepared } of this.#statements.values()) await (await prepared).finalize();
    this.#statements.clear();
    await this.#database.close();
  }

  #keep(sql: string): Kept {
    const known = this.#statements.get(sql);
    if (known !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, known);
      return known;
    }
    const kept: Kept = { prepared: this.#prepare(sql), users: 0 };
    this.#statements.set(sql, kept);
    return kept;
  }

  async #prepare(sql: string): Promise<Statement> {
    try {
      return await this.#database.prepare(sql);
    } catch (error) {
      this.#statements.delete(sql);
      throw error;
    }
  }

  async #forgetOldest(): Promise<void> {
    if (this.#statements.size <= STATEMENTS_KEPT) return;
    for (const [sql, { prepared, users }] of this.#statements) {
      if (users > 0) continue;
      this.#statements.delete(sql);
      await (await prepared).finalize();
      return;
    }
  }
}

async function run(statement: Statement, sql: string, parameters: readonly unknown[]): Promise<Rows> {
  // `run` steps once: right for writes without rows to return, and the only one that tells changes.
  if (/^\s*(insert|update|delete|replace)\b/i.test(sql) && !/\breturning\b/i.test(sql)) {
    const { changes, lastID } = await statement.run(parameters);
    return { rows: [], changes: changes ?? null, insertId: lastID ?? null };
  }
  return { rows: await statement.all<unknown[]>(parameters), changes: null, insertId: null };
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
