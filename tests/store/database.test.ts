import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StoreError, type StoreTrouble, type StoreTx } from '../../src/ports/store.ts';
import { connect } from '../../src/store/connection.ts';
import { openStore, SqliteStore } from '../../src/store/database.ts';

let folder: string;
const opened: SqliteStore[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-store-'));
});

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
  await rm(folder, { recursive: true });
});

async function openHere(path = join(folder, 'skipline.db')): Promise<SqliteStore> {
  const store = await openStore(path);
  opened.push(store);
  return store;
}

async function troubleOf(work: Promise<unknown>): Promise<StoreTrouble> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof StoreError)) throw new Error(`no StoreError but ${String(error)}`);
  expect(error.message).toContain(folder);
  return error.trouble;
}

/** SQL from outside, as another program would run it. */
async function elsewhere(path: string, script: string): Promise<void> {
  const connection = await connect(path, false);
  await connection.script(script);
  await connection.close();
}

describe('the file', () => {
  test('is created with its schema, in WAL mode, and found again', async () => {
    const path = join(folder, 'skipline.db');
    const first = await openStore(path);
    await first.transaction((tx) => tx.notes.set('greeting', 'hello'));
    await first.close();
    const again = await openHere(path);
    expect(await again.read((reads) => reads.notes.get('greeting'))).toBe('hello');
    const connection = await connect(path, true);
    expect((await connection.query('PRAGMA journal_mode', [])).rows).toEqual([{ journal_mode: 'wal' }]);
    await connection.close();
  });

  test('that is no database is refused and stays as it was', async () => {
    const path = join(folder, 'skipline.db');
    await writeFile(path, 'a letter to the landlord, several lines long\n'.repeat(100));
    expect(await troubleOf(openStore(path))).toBe('not-a-database');
    expect(await readFile(path, 'utf8')).toContain('landlord');
  });

  test("that is another program's database is refused and stays as it was", async () => {
    const path = join(folder, 'other.db');
    await elsewhere(path, 'CREATE TABLE recipe (name TEXT)');
    expect(await troubleOf(openStore(path))).toBe('not-a-database');
    await elsewhere(path, 'PRAGMA user_version = 1');
    expect(await troubleOf(openStore(path))).toBe('not-a-database');
  });

  test('of a newer release is refused', async () => {
    const path = join(folder, 'skipline.db');
    await (await openStore(path)).close();
    await elsewhere(path, 'PRAGMA user_version = 999');
    expect(await troubleOf(openStore(path))).toBe('newer-schema');
  });

  test('in a folder that does not exist is refused', async () => {
    expect(await troubleOf(openStore(join(folder, 'nowhere', 'skipline.db')))).toBe('unreachable');
  });

  test('that cannot grow refuses the transaction, keeps what it had, and goes on when there is room', async () => {
    const path = join(folder, 'skipline.db');
    await (await openStore(path)).close();
    const writer = await connect(path, false);
    const store = new SqliteStore(path, writer);
    opened.push(store);
    await store.transaction((tx) => tx.notes.set('kept', 'yes'));
    const big = 'x'.repeat(3_000_000);
    // Stands in for a disk without room: the file may not have more pages.
    await writer.script('PRAGMA max_page_count = 200');
    expect(await troubleOf(store.transaction((tx) => tx.notes.set('big', big)))).toBe('full');
    expect(await store.read((reads) => reads.notes.get('big'))).toBeNull();
    await writer.script('PRAGMA max_page_count = 1000000');
    await store.transaction((tx) => tx.notes.set('big', big));
    expect(await store.read((reads) => reads.notes.get('kept'))).toBe('yes');
  });

  test('that is damaged says so', async () => {
    const path = join(folder, 'skipline.db');
    const first = await openStore(path);
    for (let n = 0; n < 400; n += 1) await first.transaction((tx) => tx.notes.set(`key ${n}`, 'x'.repeat(500)));
    await first.close();
    const bytes = await readFile(path);
    bytes.fill(0xff, bytes.length - 40 * 4_096);
    await writeFile(path, bytes);
    const work = async () => {
      const store = await openHere(path);
      for (let n = 0; n < 400; n += 1) await store.read((reads) => reads.notes.get(`key ${n}`));
    };
    expect(await troubleOf(work())).toBe('corrupt');
  });

  test('whose last page is damaged is refused at the start, not in the middle of a show', async () => {
    const path = join(folder, 'skipline.db');
    const first = await openStore(path);
    for (let n = 0; n < 40; n += 1) await first.transaction((tx) => tx.notes.set(`key ${n}`, 'x'.repeat(500)));
    await first.close();
    const bytes = await readFile(path);
    bytes.fill(0xff, bytes.length - 4_096);
    await writeFile(path, bytes);
    expect(await troubleOf(openStore(path))).toBe('corrupt');
    await expect(openStore(path)).rejects.toThrow(/is damaged\. Restore the newest backup/);
    expect(await readFile(path)).toEqual(bytes);
  });

  test('is copied whole while it is being written', async () => {
    const store = await openHere();
    const writes = Array.from({ length: 50 }, (_, n) => store.transaction((tx) => tx.notes.set(`key ${n}`, `${n}`)));
    await writes[0];
    const copy = join(folder, 'copy.db');
    await store.backup(copy);
    await Promise.all(writes);
    const copied = await openHere(copy);
    expect(await copied.read((reads) => reads.notes.get('key 0'))).toBe('0');
  });
});

describe('a transaction', () => {
  test('that throws leaves nothing behind and rejects with what was thrown', async () => {
    const store = await openHere();
    const failed = store.transaction(async (tx) => {
      await tx.notes.set('half', 'done');
      throw new Error('the second half');
    });
    await expect(failed).rejects.toThrow('the second half');
    expect(await store.read((reads) => reads.notes.get('half'))).toBeNull();
  });

  test('waits for the one before it, so that read-then-write loses nothing', async () => {
    const store = await openHere();
    const add = () =>
      store.transaction(async (tx) => {
        const before = Number((await tx.notes.get('count')) ?? '0');
        await tx.notes.set('count', String(before + 1));
      });
    await Promise.all(Array.from({ length: 50 }, add));
    expect(await store.read((reads) => reads.notes.get('count'))).toBe('50');
  });

  test('that fails does not hold up the ones behind it', async () => {
    const store = await openHere();
    const failing = store.transaction(() => Promise.reject(new Error('no')));
    const next = store.transaction((tx) => tx.notes.set('after', 'fine'));
    await expect(failing).rejects.toThrow('no');
    await next;
    expect(await store.read((reads) => reads.notes.get('after'))).toBe('fine');
  });

  test('inside another one throws at once instead of waiting for itself for ever', async () => {
    for (const store of [await openHere(), await openHere(':memory:')]) {
      const nested = store.transaction(() => store.transaction(async () => 1));
      await expect(nested).rejects.toThrow('inside a transaction');
      const readInside = store.transaction(() => store.read(async () => 1));
      await expect(readInside).rejects.toThrow('inside a transaction');
    }
  });

  test('lends its repositories only until it ends', async () => {
    const store = await openHere();
    let kept: StoreTx | null = null;
    await store.transaction(async (tx) => {
      kept = tx;
    });
    const late = kept as StoreTx | null;
    await expect(late?.notes.set('late', 'x')).rejects.toThrow('outside of its transaction');
  });
});

test('a file that another process holds is reported as locked', async () => {
  const path = join(folder, 'skipline.db');
  await (await openStore(path)).close();
  const other = await connect(path, false);
  await other.script('BEGIN IMMEDIATE');
  const writer = await connect(path, false);
  // The wait for the other process is cut short: it will not let go.
  await writer.script('PRAGMA busy_timeout = 1');
  const store = new SqliteStore(path, writer);
  opened.push(store);
  expect(await troubleOf(store.transaction((tx) => tx.notes.set('a', '1')))).toBe('locked');
  await other.script('ROLLBACK');
  await other.close();
  await store.transaction((tx) => tx.notes.set('a', '1'));
});

test('a file that may only be read is refused before anybody relies on it', async () => {
  const path = join(folder, 'skipline.db');
  await (await openStore(path)).close();
  const store = new SqliteStore(path, await connect(path, true));
  opened.push(store);
  expect(await troubleOf(store.transaction((tx) => tx.notes.set('a', '1')))).toBe('read-only');
});

describe('a read', () => {
  test('sees every transaction that ended before it, and one moment only', async () => {
    const store = await openHere();
    await store.transaction((tx) => tx.notes.set('a', '1'));
    const seen = await store.read(async (reads) => {
      const before = await reads.notes.get('a');
      return { before, after: await reads.notes.get('a') };
    });
    expect(seen).toEqual({ before: '1', after: '1' });
  });

  test('does not wait for a transaction that takes its time, nor see what it has not finished', async () => {
    const store = await openHere();
    const gate = Promise.withResolvers<void>();
    const slow = store.transaction(async (tx) => {
      await tx.notes.set('slow', 'half');
      await gate.promise;
    });
    expect(await store.read((reads) => reads.notes.get('slow'))).toBeNull();
    gate.resolve();
    await slow;
    expect(await store.read((reads) => reads.notes.get('slow'))).toBe('half');
  });
});

test('an older file is backed up, then brought forward step by step', async () => {
  const migrations = join(folder, 'migrations');
  await mkdir(migrations);
  const schemaFile = join(folder, 'schema.sql');
  const files = { schemaFile, migrationsFolder: migrations };
  const path = join(folder, 'skipline.db');
  await writeFile(schemaFile, 'CREATE TABLE kv (key TEXT PRIMARY KEY, value TEXT) STRICT;\nPRAGMA user_version = 1;\n');
  const first = await openStore(path, files);
  await first.transaction((tx) => tx.notes.set('song', 'old'));
  await first.close();
  await writeFile(schemaFile, 'PRAGMA user_version = 3;\n');
  await writeFile(join(migrations, '0002-loud.sql'), 'UPDATE kv SET value = upper(value);');
  await expect(openStore(path, files)).rejects.toThrow('no migration leads to schema version 3');
  await writeFile(join(migrations, '0003-louder.sql'), "UPDATE kv SET value = value || '!';");
  const store = await openStore(path, files);
  opened.push(store);
  expect(await store.read((reads) => reads.notes.get('song'))).toBe('OLD!');
  const backup = await connect(`${path}.v1.backup`, true);
  expect((await backup.query('SELECT value FROM kv', [])).rows).toEqual([{ value: 'old' }]);
  await backup.close();
});
