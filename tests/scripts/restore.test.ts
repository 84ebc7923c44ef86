import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BackupFolder } from '../../src/store/backup-folder.ts';
import { openStore } from '../../src/store/database.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/restore.mjs', import.meta.url));
const AT = Date.UTC(2026, 10, 21, 12, 0, 5);

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-restore-'));
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

/** `npm run restore -- …`, away from any `.env`. */
function restore(...words: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  return restoreWith({ DATA_DIR: dataDir }, words);
}

function restoreWith(
  settings: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<{ readonly code: number; readonly said: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env.PATH ?? '', ...settings };
    execFile(process.execPath, [SCRIPT, ...words], { cwd: dataDir, env }, (error, stdout, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr }),
    );
  });
}

const markNow = async () => {
  const store = await openStore(join(dataDir, 'skipline.db'));
  const mark = await store.read((tx) => tx.notes.get('mark'));
  await store.close();
  return mark;
};

test('lists the backups, tries one without touching anything, puts it back and keeps the file of before', async () => {
  expect(await restore()).toMatchObject({ code: 1, said: expect.stringContaining('There are no backups') });
  const store = await openStore(join(dataDir, 'skipline.db'));
  await store.transaction((tx) => tx.notes.set('mark', 'one'));
  const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(AT);
  await store.transaction((tx) => tx.notes.set('mark', 'two'));
  expect(await restore(file), 'the bot has it open').toMatchObject({
    code: 1,
    said: expect.stringMatching(/Nothing was changed[\s\S]*Is the bot running\? Stop it first/),
  });
  await store.close();
  expect((await restore()).said).toContain(file);
  const dry = await restore(file, '--dry-run');
  expect(dry).toMatchObject({ code: 0, said: expect.stringMatching(/is sound[\s\S]*Dry run: nothing was changed/) });
  expect(await markNow()).toBe('two');
  expect((await restore(file)).said).toMatch(/database of before is kept as .*before-restore[\s\S]*Restored/);
  expect(await markNow()).toBe('one');
  expect((await readdir(dataDir)).filter((name) => name.includes('before-restore'))).toHaveLength(1);
});

test('reads .env as the bot does, as an editor on Windows leaves it too', async () => {
  const said = (folder: string) =>
    expect.stringContaining(`There are no backups in ${join(dataDir, folder, 'backups')}`);
  await writeFile(join(dataDir, '.env'), '\uFEFFDATA_DIR="the show"\r\nPORT=3000\r\n');
  expect(await restoreWith({}, [])).toMatchObject({ said: said('the show') });
  expect(await restoreWith({ DATA_DIR: join(dataDir, 'other') }, [])).toMatchObject({ said: said('other') });
});
