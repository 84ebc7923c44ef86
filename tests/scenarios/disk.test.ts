import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackupFolder } from '../../src/store/backup-folder.ts';
import { openStore } from '../../src/store/database.ts';
import { queueText, rows, startDesk, submitAs } from './desk.ts';
import { refusedStart } from './refused-start.ts';
import { type Show, someLink, submit } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startDesk();
  await show.setUp();
});
afterAll(() => show.stop());

it('while another program locks the database nothing is confirmed that is not stored, and it goes on after', async () => {
  const other = await open({ filename: join(show.dataDir, 'skipline.db'), driver: sqlite3.Database });
  await other.exec('BEGIN IMMEDIATE');
  const seen = await submit(show.ana, { link: someLink(), artist: 'Ana', title: 'Locked Out' });
  expect(seen.text).not.toMatch(/Submitted/);
  expect(seen.text).toMatch(/can't write to my disk right now, so nothing was changed/);
  await other.exec('ROLLBACK');
  await other.close();
  expect(await rows(show, 'SELECT id FROM submission WHERE title = ?', 'Locked Out')).toEqual([]);
  await submitAs(show.ana, 'Back Again', 'free');
  expect(await queueText(show)).toContain('Back Again');
});

it('a bot whose database has a damaged last page does not start, and names the newest backup', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-last-page-'));
  const path = join(dataDir, 'skipline.db');
  const store = await openStore(path);
  for (let n = 0; n < 40; n += 1) await store.transaction((tx) => tx.notes.set(`key ${n}`, 'x'.repeat(500)));
  const { file } = await new BackupFolder(store, join(dataDir, 'backups')).make(Date.UTC(2026, 10, 21, 12));
  await store.close();
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0xff, bytes.length - 4_096));
  const words = await refusedStart(dataDir);
  expect(words).toMatch(/skipline\.db is damaged\. Restore the newest backup/);
  expect(words).toContain(`npm run restore -- ${file}`);
  await rm(dataDir, { recursive: true });
});
