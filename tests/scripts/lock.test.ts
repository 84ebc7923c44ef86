import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { withLock } from '../../scripts/setup/lock.mjs';

let folder: string;
let lock: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skipline-lock-'));
  lock = join(folder, 'tools', 'launch.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock of the launcher', () => {
  test('lets one at a time work, in this process', async () => {
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} in`);
      await new Promise(setImmediate);
      seen.push(`${name} out`);
    };
    await Promise.all([withLock(lock, work('a'), { pollMs: 1 }), withLock(lock, work('b'), { pollMs: 1 })]);
    expect(seen).toEqual(['a in', 'a out', 'b in', 'b out']);
    expect(existsSync(lock)).toBe(false);
  });

  test('lets one at a time work, over several processes that all find a stale lock first', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    writeFileSync(join(folder, 'stale'), '1');
    utimesSync(join(folder, 'stale'), 0, 0);
    const program = `
      import { readFileSync, writeFileSync } from 'node:fs';
      import { withLock } from ${JSON.stringify(new URL('../../scripts/setup/lock.mjs', import.meta.url).href)};
      const [counter, lock] = process.argv.slice(1);
      for (let turn = 0; turn < 10; turn += 1) {
        await withLock(lock, async () => {
          const before = Number(readFileSync(counter, 'utf8'));
          await new Promise(setImmediate);
          writeFileSync(counter, String(before + 1));
        }, { pollMs: 1 });
      }`;
    const args = ['--input-type=module', '-e', program, counter, join(folder, 'stale')];
    const children = [1, 2, 3, 4].map(() => spawn(process.execPath, args, { stdio: 'inherit' }));
    await Promise.all(children.map((child) => once(child, 'exit')));
    expect(readFileSync(counter, 'utf8')).toBe('40');
  });

  test('says who holds it, once, while it waits', async () => {
    const waited: string[] = [];
    await withLock(lock, async () => {
      let stopped = false;
      const second = withLock(lock, async () => undefined, {
        pollMs: 1,
        aborted: () => stopped,
        onWait: (pid) => {
          waited.push(pid);
          stopped = true;
        },
      });
      await expect(second).rejects.toThrow('Stopped while waiting');
    });
    expect(waited).toEqual([String(process.pid)]);
  });

  test('is given back when the work fails', async () => {
    await expect(withLock(lock, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
    expect(existsSync(lock)).toBe(false);
  });
});
