import { expect, test } from 'vitest';
import { typescriptFlags } from '../../src/audio/node-flags.ts';

test.each([
  ['22.12.0', true],
  ['22.17.1', true],
  ['22.18.0', false],
  ['23.5.0', true],
  ['23.6.0', false],
  ['24.0.0', false],
  ['26.1.0', false],
])('a Node %s that is started on a file of ours is told to run TypeScript: %s', (version, isTold) => {
  expect(typescriptFlags(version).includes('--experimental-strip-types')).toBe(isTold);
});
