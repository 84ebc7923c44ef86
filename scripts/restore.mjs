/**
 * Puts a backup back: `npm run restore -- FILE [--dry-run]`, or without a file lists the backups. The bot must be stopped.
 */
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import dotenv from 'dotenv';

dotenv.config({ quiet: true });
const dataDir = resolve(process.env.DATA_DIR?.trim() || './data');
const words = process.argv.slice(2);
const dryRun = words.includes('--dry-run');
const [file] = words.filter((word) => !word.startsWith('--'));

/** @param {string} text */
const print = (text) => process.stdout.write(`${text}\n`);

if (file === undefined) {
  const folder = join(dataDir, 'backups');
  const names = existsSync(folder) ? (await readdir(folder)).filter((name) => name.endsWith('.db')).sort() : [];
  print(
    names.length === 0
      ? `There are no backups in ${folder}.`
      : `Backups, oldest first:\n${names.map((name) => `  ${join(folder, name)}`).join('\n')}`,
  );
  print('Usage: npm run restore -- FILE [--dry-run]');
  process.exitCode = names.length === 0 ? 1 : 0;
} else {
  try {
    const { restoreBackup } = await import('../src/store/restore.ts');
    const { contents, safetyCopy } = await restoreBackup(dataDir, resolve(file), { dryRun, now: Date.now() });
    print(
      `${file} is sound: schema ${contents.schemaVersion}, ${contents.guilds} servers, ${contents.waitingSongs} waiting and ${contents.playedSongs} played songs, ${contents.shows} shows, ${contents.points.length} handles with points.`,
    );
    if (dryRun) print('Dry run: nothing was changed.');
    else {
      if (safetyCopy !== null) print(`The database of before is kept as ${safetyCopy}`);
      print('Restored. Start the bot with: npm start');
    }
  } catch (error) {
    print(`Nothing was changed. ${error instanceof Error ? error.message : String(error)}`);
    if (error instanceof Error && 'trouble' in error && error.trouble === 'locked')
      print('Is the bot running? Stop it first.');
    process.exitCode = 1;
  }
}
