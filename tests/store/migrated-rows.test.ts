import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkBackup } from '../../src/store/backup-check.ts';
import { connect } from '../../src/store/connection.ts';
import { openStore } from '../../src/store/database.ts';
import { SCHEMA_FILES } from '../../src/store/schema.ts';

const SCHEMAS = fileURLToPath(new URL('./schemas/', import.meta.url));
/** A show as the first release stored it; later schemas are filled by bringing that one forward. */
const ROWS = fileURLToPath(new URL('./rows/0001.sql', import.meta.url));

type Tables = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-rows-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Every row of every table. */
async function contents(path: string): Promise<Tables> {
  const connection = await connect(path, true);
  const { rows } = await connection.query(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
    [],
  );
  const tables: Record<string, readonly Readonly<Record<string, unknown>>[]> = {};
  for (const { name } of rows as { name: string }[]) {
    const found = await connection.query(`SELECT * FROM ${name} ORDER BY 1, 2`, []);
    tables[name] = found.rows as readonly Readonly<Record<string, unknown>>[];
  }
  await connection.close();
  return tables;
}

async function firstRelease(): Promise<string> {
  const path = join(folder, 'skipline.db');
  const connection = await connect(path, false);
  const [schema, rows] = [await readFile(join(SCHEMAS, '0001.sql'), 'utf8'), await readFile(ROWS, 'utf8')];
  await connection.script(`${schema}\nPRAGMA application_id = 1397442896;\nPRAGMA foreign_keys = ON;\n${rows}`);
  await connection.close();
  return path;
}

test('no row of any table is lost or changed on the way to the present schema, and the file of before is kept', async () => {
  const path = await firstRelease();
  const before = await contents(path);
  const empty = Object.keys(before).filter((table) => before[table]?.length === 0);
  expect(empty, 'a table of the first release without a row to look after').toEqual([]);
  await (await openStore(path)).close();
  const after = await contents(path);
  for (const [table, rows] of Object.entries(before)) {
    const kept = after[table]?.map((row, index) =>
      Object.fromEntries(Object.keys(rows[index] ?? {}).map((column) => [column, row[column]])),
    );
    expect(kept, table).toEqual(rows);
  }
  const backup = (await readdir(folder)).find((name) => name.endsWith('.v1.backup'));
  expect(await contents(join(folder, backup ?? ''))).toEqual(before);
  expect(await checkBackup(path)).toMatchObject({ guilds: 2, waitingSongs: 2, playedSongs: 1, shows: 1 });
});

test('a step that leaves rows without their parents changes nothing', async () => {
  const path = await firstRelease();
  const present = await readFile(SCHEMA_FILES.schemaFile, 'utf8');
  const migrations = join(folder, 'migrations');
  await mkdir(migrations);
  await cp(SCHEMA_FILES.migrationsFolder, migrations, { recursive: true });
  const version = Number(/^PRAGMA user_version = (\d+);/m.exec(present)?.[1]) + 1;
  const schemaFile = join(folder, 'schema.sql');
  await writeFile(schemaFile, present.replace(/^PRAGMA user_version = \d+;/m, `PRAGMA user_version = ${version};`));
  await writeFile(join(migrations, `${String(version).padStart(4, '0')}-careless.sql`), 'DELETE FROM submission;');
  await expect(openStore(path, { schemaFile, migrationsFolder: migrations })).rejects.toThrow('without their parents');
  // The steps before it stand.
  const store = await openStore(path);
  await store.close();
  expect((await contents(path)).submission).toHaveLength(3);
});

test('a file of a newer release is refused in words, and stays as it was', async () => {
  const path = await firstRelease();
  const connection = await connect(path, false);
  await connection.script('PRAGMA user_version = 999');
  await connection.close();
  await expect(openStore(path)).rejects.toThrow(
    /was written by a newer Skipline\. Start that version, or restore an older backup/,
  );
  expect((await contents(path)).submission).toHaveLength(3);
  expect((await readdir(folder)).filter((name) => name.endsWith('.backup'))).toEqual([]);
});

test('every schema before the present one is kept here, to be brought forward', async () => {
  const present = Number(/^PRAGMA user_version = (\d+);/m.exec(await readFile(SCHEMA_FILES.schemaFile, 'utf8'))?.[1]);
  const earlier = Array.from({ length: present - 1 }, (_, index) => `${String(index + 1).padStart(4, '0')}.sql`);
  expect((await readdir(SCHEMAS)).sort()).toEqual(earlier);
});
