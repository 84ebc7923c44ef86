import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FolderLock } from '../../src/store/folder-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skipline-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('of a folder is had by one at a time, and by the next when that one lets go', async () => {
  const first = await FolderLock.take(folder, 0);
  expect(first).not.toBeNull();
  expect(await FolderLock.take(folder, 50)).toBeNull();
  const waiting = FolderLock.take(folder, 20_000);
  await first?.release();
  const second = await waiting;
  expect(second).not.toBeNull();
  await second?.release();
});

it('of a process that was killed is free at once', async () => {
  const module = new URL('../../src/store/folder-lock.ts', import.meta.url).href;
  const script = `
    const { FolderLock } = await import(${JSON.stringify(module)});
    console.log((await FolderLock.take(${JSON.stringify(folder)}, 0)) !== null);
    setInterval(() => {}, 1000);`;
  const other = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [said] = await once(other.stdout, 'data');
  expect(String(said).trim()).toBe('true');
  expect(await FolderLock.take(folder, 0)).toBeNull();
  other.kill('SIGKILL');
  await once(other, 'exit');
  const lock = await FolderLock.take(folder, 0);
  expect(lock).not.toBeNull();
  await lock?.release();
});

it('of a folder that is not there is told as such', async () => {
  await expect(FolderLock.take(join(folder, 'nowhere'), 0)).rejects.toMatchObject({ trouble: 'unreachable' });
});
