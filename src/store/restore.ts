import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../ports/store.ts';
import { type BackupContents, checkBackup } from './backup-check.ts';
import { connect } from './connection.ts';
import { backUp, SCHEMA_FILES, schemaVersion } from './schema.ts';
import { storeError, translateFault } from './store-fault.ts';

export interface RestoreReport {
  /** What the backup holds. */
  readonly contents: BackupContents;
  /** Where the database of before stands now; null in a dry run, or when there was none. */
  readonly safetyCopy: string | null;
}

/**
 * Puts a backup in the place of the database. The bot must not run. The database of before is kept beside it.
 * @param now ms since the epoch, for the name of the safety copy
 * @throws StoreError when the backup is not sound or of a newer release, the disk has no room for it, or the bot is
 * running (`locked`); then nothing was changed
 */
export async function restoreBackup(
  dataDir: string,
  backup: string,
  options: { readonly dryRun: boolean; readonly now: number },
): Promise<RestoreReport> {
  const contents = await checkBackup(backup);
  if (contents.schemaVersion > schemaVersion(await readFile(SCHEMA_FILES.schemaFile, 'utf8')))
    throw storeError('newer-schema', backup);
  const database = join(dataDir, 'skipline.db');
  const exists = await isThere(database);
  if (exists) await insistOnBeingAlone(database);
  if (options.dryRun) return { contents, safetyCopy: null };
  const fresh = `${database}.restoring`;
  await copyOut(backup, fresh);
  const safetyCopy = exists ? `${database}.before-restore-${options.now}` : null;
  if (safetyCopy !== null) await setAside(database, safetyCopy);
  await rename(fresh, database);
  return { contents, safetyCopy };
}

/** One whole file, what still stands in the write-ahead log beside the backup included: it may be a folder's own file. */
async function copyOut(backup: string, fresh: string): Promise<void> {
  try {
    const connection = await connect(backup, true);
    try {
      await backUp(connection, fresh);
    } finally {
      await connection.close();
    }
    const handle = await open(fresh, 'r+');
    await handle.sync();
    await handle.close();
  } catch (error) {
    await rm(fresh, { force: true });
    throw translateFault(error, fresh);
  }
}

/**
 * The database of before. The check above has folded its log into it, unless it is damaged: then the log may hold what
 * can still be saved of it, and beside the new database it would be applied to that.
 */
async function setAside(database: string, safetyCopy: string): Promise<void> {
  if (await isThere(`${database}-wal`)) await rename(`${database}-wal`, `${safetyCopy}-wal`);
  await rm(`${database}-shm`, { force: true });
  await rename(database, safetyCopy);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Leaving the write-ahead mode needs that nobody else has the file open, and folds the log into it. */
async function insistOnBeingAlone(database: string): Promise<void> {
  const connection = await connect(database, false);
  try {
    await connection.script('PRAGMA busy_timeout = 1000;');
    await connection.query('PRAGMA journal_mode = DELETE', []);
  } catch (error) {
    const fault = translateFault(error, database);
    // A damaged file is exactly what a restore is for.
    if (fault instanceof StoreError && ['corrupt', 'not-a-database'].includes(fault.trouble)) return;
    throw fault;
  } finally {
    await connection.close();
  }
}
