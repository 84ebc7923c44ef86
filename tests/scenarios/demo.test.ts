import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('a flag that the demo does not know is told, with those it knows', async () => {
  const child = spawn(process.execPath, ['sandbox/demo.ts', '--hedless'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(printed).toMatch(/Usage: npm run demo[\s\S]*--headless[\s\S]*--fresh/);
});

it('the demo plays a whole show and ends with success', async () => {
  const child = spawn(process.execPath, ['sandbox/demo.ts', '--headless'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    printed += String(chunk);
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(printed).toContain('That was a whole show.');
  expect(printed).toMatch(/heard: 4(39|40|41) Hz/);
  expect(code).toBe(0);
}, 120_000);
