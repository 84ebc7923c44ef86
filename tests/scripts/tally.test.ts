import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const TALLY = join(import.meta.dirname, '..', '..', '.ci', 'tally.mjs');

function tally(report: object | undefined, check: number, tests: number, audit = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'skipline-tally-'));
  const file = join(folder, 'tests.json');
  if (report !== undefined) writeFileSync(file, JSON.stringify(report));
  const { stdout, status } = spawnSync(process.execPath, [TALLY, file, String(check), String(tests), String(audit)], {
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  return { last: stdout.trimEnd().split('\n').at(-1), status };
}

const file = (status: string, ...tests: readonly string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: tests.map((each) => ({ status: each })),
});
const report = (passed: number, failed: number, ...testResults: readonly object[]) => ({
  numPassedTests: passed,
  numFailedTests: failed,
  testResults,
});

test.each<[string, object | undefined, number, number, string, number]>([
  ['everything passed', report(3, 0, file('passed', 'passed')), 0, 0, '3 passed, 0 failed', 0],
  ['a test failed', report(3, 1, file('failed', 'failed')), 0, 1, '3 passed, 1 failed', 1],
  ['a file could not be loaded', report(3, 0, file('failed')), 0, 1, '3 passed, 1 failed', 1],
  ['the run died after its tests', report(3, 0, file('passed')), 0, 1, '3 passed, 1 failed', 1],
  ['the check failed', report(3, 0, file('passed')), 2, 0, '3 passed, 1 failed', 1],
  ['no test ran', report(0, 0), 0, 0, '0 passed, 1 failed', 1],
  ['there is no report', undefined, 0, 0, '0 passed, 1 failed', 1],
])('the last line and the exit code tell when %s', (_case, found, check, tests, last, status) => {
  expect(tally(found, check, tests)).toEqual({ last, status });
});

test('the last line and the exit code tell when the audit failed', () => {
  expect(tally(report(3, 0, file('passed', 'passed')), 0, 0, 1)).toEqual({ last: '3 passed, 1 failed', status: 1 });
});
