import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkshop, type Workshop } from './audio-harness.ts';

const KNOWN = 'a'.repeat(64);
const UNKNOWN = 'b'.repeat(64);

let workshop: Workshop;
beforeEach(async () => {
  workshop = await openWorkshop();
});
afterEach(() => workshop.close());

function put(path: string, isOld: boolean): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'x');
  if (isOld) utimesSync(path, 1_000_000, 1_000_000);
  return path;
}

const DAY = 24 * 3_600_000;

test('a start removes what an earlier process left half done, and nothing else', async () => {
  const { folder } = workshop;
  put(folder.original(KNOWN, 'mp3'), true);
  put(folder.encoded(KNOWN), true);
  put(folder.scratch('part'), true);
  const mine = put(folder.scratch('opus'), false);
  put(folder.original(UNKNOWN, 'wav'), false);
  expect(await folder.sweep(new Set([KNOWN]), Date.now())).toBe(1);
  expect(readdirSync(folder.temporary()).map((name) => join(folder.temporary(), name))).toEqual([mine]);
  expect(readdirSync(dirname(folder.encoded(KNOWN)))).toHaveLength(2);
  expect(readdirSync(dirname(folder.encoded(UNKNOWN)))).toEqual([`${UNKNOWN}.wav`]);
});

test('songs that an older or an empty database does not know are back when the one that knows them is', async () => {
  const { folder } = workshop;
  put(folder.original(KNOWN, 'mp3'), true);
  put(folder.encoded(KNOWN), true);
  const now = Date.now();
  for (const later of [0, 13 * DAY]) expect(await folder.sweep(new Set(), now + later)).toBe(0);
  expect(await folder.sweep(new Set([KNOWN]), now + 13 * DAY)).toBe(0);
  expect(readdirSync(dirname(folder.encoded(KNOWN))).sort()).toEqual([`${KNOWN}.mp3`, `${KNOWN}.opus`]);
});

test('a song that nobody knew for two weeks is removed', async () => {
  const { folder } = workshop;
  put(folder.original(UNKNOWN, 'mp3'), true);
  const now = Date.now();
  expect(await folder.sweep(new Set([KNOWN]), now)).toBe(0);
  expect(await folder.sweep(new Set([KNOWN]), now + 15 * DAY)).toBe(1);
  expect(readdirSync(dirname(folder.encoded(UNKNOWN)))).toEqual([]);
});

test('removing a song removes all of it, and is no error when it is gone', async () => {
  const { folder } = workshop;
  put(folder.original(KNOWN, 'mp3'), false);
  put(folder.encoded(KNOWN), false);
  await folder.remove(KNOWN);
  expect(readdirSync(dirname(folder.encoded(KNOWN)))).toEqual([]);
  await folder.remove(UNKNOWN);
});

test.each(['../../etc/passwd', 'A'.repeat(64), 'a'.repeat(63), ''])('%s is no place for a song', (name) => {
  expect(() => workshop.folder.encoded(name)).toThrow('content address');
  expect(() => workshop.folder.link(name)).toThrow('content address');
});

test('a file is placed whole or not at all', async () => {
  const { folder } = workshop;
  const scratch = put(folder.scratch('part'), false);
  await folder.settle(scratch, folder.original(KNOWN, 'flac'));
  expect(readdirSync(folder.temporary())).toEqual([]);
  expect(readdirSync(dirname(folder.encoded(KNOWN)))).toEqual([`${KNOWN}.flac`]);
  expect(await folder.room()).toBeGreaterThan(0);
});
