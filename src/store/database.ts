import type { Store, StoreReads, StoreTx } from '../ports/store.ts';
import { Checkpointer } from './checkpointer.ts';
import { type Connection, connect } from './connection.ts';
import { Lane } from './lane.ts';
import { repositories } from './repositories.ts';
import { backUp, ensureSchema, SCHEMA_FILES, type SchemaFiles } from './schema.ts';
import { storeError, translateFault } from './store-fault.ts';

/** Read connections: a long report must not keep autocomplete waiting. */
const READERS = 2;

/** The one SQLite file. In memory (tests) reads share the writer's connection. */
export class SqliteStore implements Store {
  readonly #path: string;
  readonly #writer: { readonly lane: Lane; readonly stores: StoreTx };
  readonly #readers: readonly { readonly lane: Lane; readonly stores: StoreReads }[];
  readonly #checkpointer: Checkpointer | null;

  constructor(path: string, writer: Connection, readers: readonly Connection[] = [], keeper: Connection | null = null) {
    this.#path = path;
    this.#writer = withRepositories(writer);
    this.#readers = readers.map(withRepositories);
    this.#checkpointer = keeper === null ? null : new Checkpointer(keeper, path);
  }

  async transaction<T>(work: (tx: StoreTx) => Promise<T>): Promise<T> {
    const { lane, stores } = this.#writer;
    try {
      const value = await lane.run('BEGIN IMMEDIATE', () => work(stores));
      this.#checkpointer?.committed();
      return value;
    } catch (error) {
      throw translateFault(error, this.#path);
    }
  }

  async read<T>(work: (reads: StoreReads) => Promise<T>): Promise<T> {
    const { lane, stores } = this.#readers.reduce(
      (best: { lane: Lane; stores: StoreReads }, each) => (each.lane.queued < best.lane.queued ? each : best),
      this.#readers[0] ?? this.#writer,
    );
    try {
      return await lane.run('BEGIN', () => work(stores));
    } catch (error) {
      throw translateFault(error, this.#path);
    }
  }

  /** A whole, compact copy as of now, made while everything goes on. Replaces `file`. */
  async backup(file: string): Promise<void> {
    const connection = await connect(this.#path, true);
    try {
      await backUp(connection, file);
    } catch (error) {
      throw translateFault(error, file);
    } finally {
      await connection.close();
    }
  }

  /** Waits for what runs. */
  async close(): Promise<void> {
    for (const { lane } of this.#readers) await lane.close();
    await this.#checkpointer?.close();
    await this.#writer.lane.close();
  }
}

function withRepositories(connection: Connection): { readonly lane: Lane; readonly stores: StoreTx } {
  const lane = new Lane(connection);
  return { lane, stores: repositories(lane.database) };
}

/** Reads every page once (250 MB a second): a damaged one would be met in the middle of a show. */
async function insistOnSound(connection: Connection, path: string): Promise<void> {
  const { rows } = await connection.query('PRAGMA quick_check(1)', []);
  const verdict = Object.values((rows[0] ?? {}) as object)[0];
  if (verdict !== 'ok') throw storeError('corrupt', path, verdict);
}

/**
 * Opens the file, creating it or bringing it to the present schema.
 * @throws StoreError when it is not ours, too new, locked, read-only, damaged, or the disk is full
 */
export async function openStore(path: string, files: SchemaFiles = SCHEMA_FILES): Promise<SqliteStore> {
  const opened: Connection[] = [];
  try {
    const writer = await connect(path, false);
    opened.push(writer);
    await ensureSchema(writer, path, files);
    await insistOnSound(writer, path);
    // Proves that the file can be written, before anybody relies on it.
    await writer.script('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT;');
    await writer.script(
      'PRAGMA cache_size = -16000; PRAGMA temp_store = MEMORY; PRAGMA journal_size_limit = 67108864;',
    );
    if (path === ':memory:') return new SqliteStore(path, writer);
    // Pages (of 4 KiB) that the log may grow to before the writer itself stops for it.
    await writer.script('PRAGMA wal_autocheckpoint = 20000;');
    const keeper = await connect(path, false);
    opened.push(keeper);
    const readers: Connection[] = [];
    for (let n = 0; n < READERS; n += 1) {
      const reader = await connect(path, true);
      opened.push(reader);
      await reader.script('PRAGMA cache_size = -8000;');
      readers.push(reader);
    }
    return new SqliteStore(path, writer, readers, keeper);
  } catch (error) {
    for (const connection of opened) await connection.close();
    throw translateFault(error, path);
  }
}
