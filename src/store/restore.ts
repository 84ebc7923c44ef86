import { copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '../ports/store.ts';
import { type BackupContents, checkBackup } from './backup-check.ts';
import { connect } from './connection.ts';
import { translateFault } from './store-fault.ts';

export interface RestoreReport {
  /** What the backup holds. */
  readonly contents: BackupContents;
  /** Where the database of before stands now; null in a dry run, or when there was none. */
  readonly safetyCopy: string | null;
}

/**
 * Puts a backup in the place of the database. The bot must not run. The database of before is kept beside it.
 * @param now ms since the epoch, for the name of the safety copy
 * @throws StoreError when the backup is not sound, or the bot is running (`locked`); then nothing was changed
 */
export async function restoreBackup(
  dataDir: string,
  backup: string,
  options: { readonly dryRun: boolean; readonly now: number },
): Promise<RestoreReport> {
  const contents = await checkBackup(backup);
  const database = join(dataDir, 'skipline.db');
  const exists = await stat(database).then(
    () => true,
    () => false,
  );
  if (exists) await insistOnBeingAlone(database);
  if (options.dryRun) return { contents, safetyCopy: null };
  const fresh = `${database}.restoring`;
  await copyFile(backup, fresh);
  const handle = await open(fresh, 'r+');
  await handle.sync();
  await handle.close();
  const safetyCopy = exists ? `${database}.before-restore-${options.now}` : null;
  if (safetyCopy !== null) await rename(database, safetyCopy);
  // Of the old database, and folded into it by the check above: beside the new one they would be applied to it.
  await Promise.all([`${database}-wal`, `${database}-shm`].map((file) => rm(file, { force: true })));
  await rename(fresh, database);
  return { contents, safetyCopy };
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
