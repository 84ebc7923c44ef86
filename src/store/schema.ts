import { readdir, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Connection } from './connection.ts';
import { storeError } from './store-fault.ts';

/** "SKIP" in the file's header: tells our files from other programs' databases. */
const APPLICATION_ID = 0x534b4950;

export interface SchemaFiles {
  /** The whole schema; its last pragma `user_version` is its number. */
  readonly schemaFile: string;
  /** Forward steps named `0002-words.sql`: that one leads from version 1 to 2. */
  readonly migrationsFolder: string;
}

export const SCHEMA_FILES: SchemaFiles = {
  schemaFile: fileURLToPath(new URL('../../schema.sql', import.meta.url)),
  migrationsFolder: fileURLToPath(new URL('./migrations/', import.meta.url)),
};

/** Brings a new or older file to the present schema; an older one is backed up beside itself first. */
export async function ensureSchema(connection: Connection, path: string, files: SchemaFiles): Promise<void> {
  const schema = await readFile(files.schemaFile, 'utf8');
  const target = schemaVersion(schema);
  const version = await pragma(connection, 'user_version');
  if (version === 0) return create(connection, path, schema);
  if ((await pragma(connection, 'application_id')) !== APPLICATION_ID) throw storeError('not-a-database', path);
  if (version > target) throw storeError('newer-schema', path);
  if (version < target) await migrate(connection, path, version, target, files.migrationsFolder);
}

async function create(connection: Connection, path: string, schema: string): Promise<void> {
  const { rows } = await connection.query('SELECT name FROM sqlite_schema LIMIT 1', []);
  if (rows.length > 0) throw storeError('not-a-database', path);
  await inTransaction(connection, `${schema}\nPRAGMA application_id = ${APPLICATION_ID};`);
}

async function migrate(connection: Connection, path: string, from: number, to: number, folder: string): Promise<void> {
  const steps = await migrationSteps(folder, from, to);
  if (path !== ':memory:') await backUp(connection, `${path}.v${from}.backup`);
  // Rebuilding a table needs the checks off; they are made up for before each commit.
  await connection.script('PRAGMA foreign_keys = OFF;');
  for (const { sql, version } of steps) {
    await inTransaction(connection, `${sql}\nPRAGMA user_version = ${version};`, async () => {
      const { rows } = await connection.query('PRAGMA foreign_key_check', []);
      if (rows.length > 0) throw new Error(`step ${version} leaves ${rows.length} rows without their parents`);
    });
  }
  await connection.script('PRAGMA foreign_keys = ON;');
}

async function migrationSteps(folder: string, from: number, to: number): Promise<{ version: number; sql: string }[]> {
  const names = await readdir(folder);
  const steps: { version: number; sql: string }[] = [];
  for (let version = from + 1; version <= to; version += 1) {
    const name = names.find((each) => each.startsWith(`${String(version).padStart(4, '0')}-`));
    if (name === undefined) throw new Error(`no migration leads to schema version ${version}`);
    steps.push({ version, sql: await readFile(`${folder}/${name}`, 'utf8') });
  }
  return steps;
}

/** A whole, compact copy of the file as of now. Replaces `file`. */
export async function backUp(connection: Connection, file: string): Promise<void> {
  await rm(file, { force: true });
  await connection.query('VACUUM INTO ?', [file]);
}

/** @param insist throws when what the script left must not stay */
async function inTransaction(connection: Connection, script: string, insist = async () => {}): Promise<void> {
  try {
    await connection.script(`BEGIN IMMEDIATE;\n${script}`);
    await insist();
    await connection.script('COMMIT;');
  } catch (error) {
    await connection.script('ROLLBACK').catch((rollback: unknown) => ignoreNoTransaction(rollback));
    throw error;
  }
}

/** Some faults (a full disk) end the transaction by themselves; then there is nothing to roll back. */
export function ignoreNoTransaction(error: unknown): void {
  if (!(error instanceof Error) || !error.message.includes('no transaction is active')) throw error;
}

/** @param schema the text of schema.sql */
export function schemaVersion(schema: string): number {
  const version = /^PRAGMA user_version = (\d+);/m.exec(schema)?.[1];
  if (version === undefined) throw new Error('schema.sql names no user_version');
  return Number(version);
}

async function pragma(connection: Connection, name: 'user_version' | 'application_id'): Promise<number> {
  const { rows } = await connection.query(`PRAGMA ${name}`, []);
  const value = (rows[0] as Readonly<Record<string, unknown>> | undefined)?.[name];
  return typeof value === 'number' ? value : 0;
}
