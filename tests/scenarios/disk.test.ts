import { join } from 'node:path';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { queueText, rows, startDesk, submitAs } from './desk.ts';
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
