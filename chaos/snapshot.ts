import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

export type Row = Readonly<Record<string, string | number | null>>;
export type Ask = (query: string, ...values: readonly string[]) => Promise<readonly Row[]>;

/** Questions to a copy of a killed bot's database: reading the original would repair what the crash left before the bot can. */
export async function withSnapshot<T>(dataDir: string, work: (rows: Ask) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'skipline-snapshot-'));
  try {
    for (const name of ['skipline.db', 'skipline.db-wal'])
      await copyFile(join(dataDir, name), join(folder, name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
      });
    return await withDatabase(folder, work);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Questions to the database of a bot that runs, or that ended by itself. */
export async function withDatabase<T>(dataDir: string, work: (rows: Ask) => Promise<T>): Promise<T> {
  const db = await open({ filename: join(dataDir, 'skipline.db'), driver: sqlite3.Database });
  try {
    return await work((query, ...values) => db.all<Row[]>(query, ...values));
  } finally {
    await db.close();
  }
}
