import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChildLimits } from '../../src/audio/children.ts';
import { openWorkshop, type Workshop } from './audio-harness.ts';

const LIMITS: ChildLimits = {
  timeoutMs: 20_000,
  cpuSeconds: 20,
  fileBytes: 1 << 20,
  memoryBytes: 2 ** 40,
  background: false,
};

let workshop: Workshop;
beforeAll(async () => {
  workshop = await openWorkshop();
});
afterAll(() => workshop.close());

const node = (script: string, limits: Partial<ChildLimits> = {}, signal?: AbortSignal) =>
  workshop.children.run({ program: process.execPath, args: ['-e', script] }, { ...LIMITS, ...limits }, signal);

test('a child tells what it printed and how it ended', async () => {
  const end = await node("console.log('out'); console.error('err'); process.exitCode = 3");
  expect(end).toMatchObject({ kind: 'exited', code: 3, stderr: 'err\n' });
  expect(end.kind === 'exited' && end.stdout.toString()).toBe('out\n');
});

test('a child sees no environment but its own', async () => {
  process.env.DISCORD_TOKEN_FOR_TEST = 'secret';
  const end = await node('console.log(Object.keys(process.env).sort().join())');
  expect(end.kind === 'exited' && end.stdout.toString().trim()).toBe('LANG,PATH');
  delete process.env.DISCORD_TOKEN_FOR_TEST;
});

test('arguments are arguments, whatever they contain', async () => {
  const odd = ['$(id)', '; rm -rf /', '"\'', '--help', 'a b', '\n'];
  const command = {
    program: process.execPath,
    args: ['-e', 'console.log(JSON.stringify(process.argv.slice(1)))', '--', ...odd],
  };
  const end = await workshop.children.run(command, LIMITS);
  expect(end.kind === 'exited' && JSON.parse(end.stdout.toString())).toEqual(odd);
});

describe('a child that wants too much is killed:', () => {
  test('time', async () => {
    expect(await node('setInterval(() => {}, 1000)', { timeoutMs: 300 })).toEqual({ kind: 'timeout' });
  });

  test('output', async () => {
    const end = await node("for (;;) require('node:fs').writeSync(1, 'x'.repeat(65536))", { outputBytes: 200_000 });
    expect(end).toEqual({ kind: 'too-much-output' });
  });

  test('processor', async () => {
    if (workshop.programs.prlimit === null) return;
    const end = await node('for (;;);', { cpuSeconds: 1 });
    expect(end).toMatchObject({ kind: 'killed' });
  });

  test('disk', async () => {
    if (workshop.programs.prlimit === null) return;
    const path = join(workshop.dir, 'big');
    const script = `for (;;) require('node:fs').appendFileSync(${JSON.stringify(path)}, 'x'.repeat(65536))`;
    const end = await node(script, { fileBytes: 300_000 });
    expect(end.kind === 'exited' ? end.code : 'killed').not.toBe(0);
    expect(readFileSync(path).length).toBeLessThanOrEqual(300_000);
  });
});

test('what a child started is killed with it', async () => {
  const called = new AbortController();
  const script = `
    const { spawn } = require('node:child_process');
    const grandchild = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    require('node:fs').writeFileSync(${JSON.stringify(join(workshop.dir, 'pid'))}, String(grandchild.pid));
    setInterval(() => {}, 1000);`;
  const running = node(script, {}, called.signal);
  const pid = async () => Number(await workshop.bytes('pid').catch(() => '0'));
  await expect.poll(pid).toBeGreaterThan(0);
  called.abort();
  expect(await running).toEqual({ kind: 'cancelled' });
  const grandchild = await pid();
  const isAlive = () => {
    try {
      return /^\d+ \(.*\) [^ZX]/.test(readFileSync(`/proc/${grandchild}/stat`, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  };
  await expect.poll(isAlive).toBe(false);
  expect(workshop.children.alive).toBe(0);
});

test('a program that does not exist is told from one that fails', async () => {
  const command = { program: '/nowhere/at-all', args: [] };
  expect(await workshop.children.run(command, LIMITS)).toEqual({ kind: 'missing', program: '/nowhere/at-all' });
  const background = { ...LIMITS, background: true };
  expect(await workshop.children.run(command, background)).toEqual({ kind: 'missing', program: '/nowhere/at-all' });
});

test('one that was called off before it began does not run on', async () => {
  expect(await node('setInterval(() => {}, 1000)', {}, AbortSignal.abort())).toEqual({ kind: 'cancelled' });
});
