import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Checkpointer } from '../../src/store/checkpointer.ts';
import { connect } from '../../src/store/connection.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-connection-'));
  path = join(folder, 'some.db');
});
afterEach(() => rm(folder, { recursive: true }));

describe('a connection', () => {
  test('tells rows of reads, and changes and the new id of writes', async () => {
    const connection = await connect(path, false);
    await connection.script('CREATE TABLE song (id INTEGER PRIMARY KEY, title TEXT)');
    const insert = 'INSERT INTO song (title) VALUES (?)';
    expect(await connection.query(insert, ['a'])).toEqual({ rows: [], changes: 1, insertId: 1 });
    expect(await connection.query(insert, ['b'])).toEqual({ rows: [], changes: 1, insertId: 2 });
    expect((await connection.query('UPDATE song SET title = ? RETURNING id', ['c'])).rows).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect((await connection.query('DELETE FROM song', [])).changes).toBe(2);
    await connection.close();
  });

  test('gives the same text asked for many times at once each its own answer', async () => {
    const connection = await connect(':memory:', false);
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => connection.query('SELECT ? AS n', [n])));
    expect(answers.map(({ rows }) => rows)).toEqual(Array.from({ length: 50 }, (_, n) => [{ n }]));
    await connection.close();
  });

  test('forgets old statements but answers all of them', async () => {
    const connection = await connect(':memory:', false);
    const ask = (n: number) => connection.query(`SELECT ${n} AS n`, []);
    for (const round of [0, 1]) {
      const answers = await Promise.all(Array.from({ length: 700 }, (_, n) => ask(n)));
      expect(
        answers.map(({ rows }) => rows),
        `round ${round}`,
      ).toEqual(Array.from({ length: 700 }, (_, n) => [{ n }]));
    }
    await connection.close();
  });

  test('goes on after a statement that failed, also with the same text', async () => {
    const connection = await connect(path, false);
    await connection.script('CREATE TABLE song (title TEXT UNIQUE) STRICT');
    const insert = 'INSERT INTO song (title) VALUES (?)';
    await connection.query(insert, ['a']);
    await expect(connection.query(insert, ['a'])).rejects.toThrow('UNIQUE');
    expect((await connection.query(insert, ['b'])).changes).toBe(1);
    await expect(connection.query('SELEC 1', [])).rejects.toThrow('syntax error');
    await expect(connection.query('SELEC 1', [])).rejects.toThrow('syntax error');
    await connection.close();
  });
});

test('the log is carried over into the file after 64 transactions, beside the writer', async () => {
  const writer = await connect(path, false);
  await writer.script('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; CREATE TABLE song (title TEXT)');
  const checkpointer = new Checkpointer(await connect(path, false), path);
  const before = (await stat(path)).size;
  for (let n = 0; n < 64; n += 1) {
    await writer.query('INSERT INTO song VALUES (?)', ['x'.repeat(10_000)]);
    expect((await stat(path)).size, 'nothing before its time').toBe(before);
    checkpointer.committed();
  }
  await checkpointer.close();
  expect((await stat(path)).size).toBeGreaterThan(before + 500_000);
  await writer.close();
});
