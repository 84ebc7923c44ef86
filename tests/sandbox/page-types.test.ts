import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

test('the page is right by the compiler, with what a browser has and Node has not', async () => {
  const words = [
    'node_modules/typescript/bin/tsc',
    '-p',
    'sandbox/page/tsconfig.json',
    '--noEmit',
    '--pretty',
    'false',
  ];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root }).catch((error: unknown) => {
    if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
    throw error;
  });
  expect(stdout).toBe('');
});
