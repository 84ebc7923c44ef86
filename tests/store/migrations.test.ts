import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Connection, connect } from '../../src/store/connection.ts';
import { openStore } from '../../src/store/database.ts';
import { ensureSchema, SCHEMA_FILES } from '../../src/store/schema.ts';
import { GUILD, T0 } from './stage.ts';

/** Every schema there ever was, whole, by its number: files of all of them are out there. */
const EARLIER = fileURLToPath(new URL('./schemas/', import.meta.url));

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-migrations-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** A file as a release with that schema left it. */
async function fileOf(schema: string, rows = ''): Promise<string> {
  const path = join(folder, `${schema}.db`);
  const connection = await connect(path, false);
  await connection.script(
    `${await readFile(join(EARLIER, schema), 'utf8')}\nPRAGMA application_id = 1397442896;\n${rows}`,
  );
  await connection.close();
  return path;
}

/** What SQLite says the schema is; blanks and comments of the texts do not count. */
async function schemaOf(connection: Connection): Promise<readonly string[]> {
  const { rows } = await connection.query('SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL', []);
  return (rows as { type: string; name: string; sql: string }[])
    .map(({ type, name, sql }) => `${type} ${name}: ${sql.replace(/--.*$/gm, '').replace(/\s+/g, ' ')}`)
    .sort();
}

test('a file of any earlier schema becomes exactly what a new one is', async () => {
  const fresh = await connect(':memory:', false);
  await ensureSchema(fresh, ':memory:', SCHEMA_FILES);
  const wanted = await schemaOf(fresh);
  await fresh.close();
  const earlier = await readdir(EARLIER);
  expect(earlier.length).toBeGreaterThan(0);
  for (const schema of earlier) {
    const path = await fileOf(schema);
    await (await openStore(path)).close();
    const migrated = await connect(path, true);
    expect(await schemaOf(migrated)).toEqual(wanted);
    await migrated.close();
  }
});

test('songs that waited before their lines were counted are counted, and go on being counted', async () => {
  const song = (id: number, guild: string, line: string) =>
    `INSERT INTO submission (id, guild_id, public_id, owner_id, owner_name, artist, title, kind, url, normalized_url, platform,
      line, rank, submitted_at, via) VALUES (${id}, '${guild}', 'S${id}', '1', 'Member', 'Artist', 'Title', 'link', 'https://soundcloud.com/a',
      'https://soundcloud.com/a', 'soundcloud', '${line}', ${T0 + id}, ${T0 + id}, 'modal');`;
  const lines = ['free', 'free', 'skip', 'pending', 'archive', 'withdrawn', 'draft'];
  const rows = lines.map((line, index) => song(index + 1, GUILD, line)).join('\n');
  const path = await fileOf('0001.sql', rows + song(90, 'another guild', 'free'));
  const store = await openStore(path);
  const none = { 'back-to-back': 0, 'double-skip': 0, skip: 0, free: 0, pending: 0 };
  expect(await store.read((reads) => reads.submissions.counts(GUILD))).toEqual({
    ...none,
    free: 2,
    skip: 1,
    pending: 1,
  });
  await store.transaction((tx) => tx.submissions.enter(4, 'double-skip', T0));
  await store.transaction((tx) => tx.submissions.finish(1, 'archive'));
  expect(await store.read((reads) => reads.submissions.counts(GUILD))).toEqual({
    ...none,
    free: 1,
    skip: 1,
    'double-skip': 1,
  });
  await store.close();
});
