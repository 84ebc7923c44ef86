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

test('songs that coins had moved hold them, handle by handle, and no coin twice', async () => {
  const song = (id: number, owner: string, line: string, rank: number, handle = 'NULL') =>
    `INSERT INTO submission (id, guild_id, public_id, owner_id, owner_name, artist, title, kind, url, normalized_url, platform,
      handle_id, line, rank, submitted_at, via) VALUES (${id}, '${GUILD}', 'S${id}', '${owner}', 'Member', 'Artist', 'Title', 'link',
      'https://soundcloud.com/a', 'https://soundcloud.com/a', 'soundcloud', ${handle}, '${line}', ${rank}, ${T0 + id}, 'modal');`;
  const handle = (id: number, owner: string | null, given: number, used: number, session = 2) =>
    `INSERT INTO handle (id, guild_id, name, linked_user_id) VALUES (${id}, '${GUILD}', 'h${id}', ${owner});
    INSERT INTO session_handle (session_id, handle_id, first_at, last_at, coins, coins_used)
      VALUES (${session}, ${id}, 1, 1, ${given}, ${used});`;
  const moved = (id: number, line: string, rank: number, coins: number, at: number, gift = 'NULL') =>
    `INSERT INTO move (guild_id, submission_id, from_line, from_rank, to_line, to_rank, cause, gift_id, coins, at)
      VALUES ('${GUILD}', ${id}, 'free', 1, '${line}', ${rank}, 'gift', ${gift}, ${coins}, ${at});`;
  const show = (id: number, from: number, till: string) =>
    `INSERT INTO session (id, guild_id, host_name, room_id, persistent, asked_by, started_at, ended_at)
      VALUES (${id}, '${GUILD}', 'nova', '7', 1, '1', ${from}, ${till});`;
  const path = await fileOf(
    '0002.sql',
    [
      show(1, T0, `${T0 + 50}`),
      show(2, T0 + 100, 'NULL'),
      // Of one member: two songs stand on two handles, a third was moved on by staff, and some coins are used up.
      ...[handle(1, "'1'", 1_500, 300), handle(2, "'1'", 1_000, 0)],
      ...[song(1, '1', 'skip', 11), song(2, '1', 'skip', 12), song(3, '1', 'back-to-back', 99)],
      ...[
        moved(1, 'skip', 11, 1_100, T0 + 101),
        moved(2, 'skip', 12, 1_000, T0 + 102),
        moved(3, 'skip', 13, 1_000, T0 + 103),
      ],
      // Somebody let go of the handle whose gift moved their song; somebody else has linked it.
      handle(3, "'3'", 2_000, 0),
      `INSERT INTO gift (id, guild_id, session_id, streak_key, handle_id, tiktok_gift_id, name, coins_each, count, state, opened_at, last_at)
        VALUES (1, '${GUILD}', 2, 'k', 3, '1', 'Galaxy', 1200, 1, 'settled', ${T0}, ${T0});`,
      ...[song(4, '2', 'skip', 14), moved(4, 'skip', 14, 1_200, T0 + 104, '1')],
      ...[song(5, '3', 'skip', 15), moved(5, 'skip', 15, 1_000, T0 + 105)],
      // A show that is over, and a handle that more was used up of than it had left after a reversal.
      ...[handle(4, "'4'", 1_000, 0, 1), song(6, '4', 'skip', 10), moved(6, 'skip', 10, 1_000, T0 + 10)],
      handle(5, "'5'", 500, 1_100),
    ].join('\n'),
  );
  await (await openStore(path)).close();
  const migrated = await connect(path, true);
  const { rows } = await migrated.query(
    'SELECT submission_id AS s, session_id AS l, handle_id AS h, coins AS c FROM coin_hold',
    [],
  );
  expect((rows as Record<'s' | 'l' | 'h' | 'c', number>[]).map(({ s, l, h, c }) => [s, l, h, c])).toEqual([
    [1, 2, 1, 1_100],
    [2, 2, 1, 100],
    [2, 2, 2, 900],
    [4, 2, 3, 1_200],
    [5, 2, 3, 800],
    [6, 1, 4, 1_000],
  ]);
  const used = await migrated.query('SELECT coins, coins_used FROM session_handle WHERE handle_id = 5', []);
  expect(used.rows).toEqual([{ coins: 500, coins_used: 500 }]);
  await migrated.close();
});
