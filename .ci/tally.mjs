/**
 * `node .ci/tally.mjs <vitest json report> <exit code of the check> <exit code of the tests> <exit code of the audit>`
 * Prints the one line that sums up a run and exits with 1 unless everything passed.
 */
import { existsSync, readFileSync } from 'node:fs';

const [report = '', checkCode = '1', testCode = '1', auditCode = '0'] = process.argv.slice(2);

/** @type {{ numPassedTests: number, numFailedTests: number, testResults: { status: string, name: string, assertionResults: { status: string }[] }[] }} */
const found = existsSync(report)
  ? JSON.parse(readFileSync(report, 'utf8'))
  : { numPassedTests: 0, numFailedTests: 0, testResults: [] };

// A file that could not even be loaded has no failed test in it, and still it failed.
const unloaded = found.testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
);
for (const { name } of unloaded) console.log(`Could not be run: ${name}`);

const passed = found.numPassedTests;
let failed = found.numFailedTests + unloaded.length;

if (passed + failed === 0) {
  console.log('No test ran.');
  failed += 1;
} else if (testCode !== '0' && failed === 0) {
  console.log(`The tests passed, but their run ended with exit code ${testCode}.`);
  failed += 1;
}
if (checkCode !== '0') {
  console.log(`npm run check failed (exit code ${checkCode}).`);
  failed += 1;
}
if (auditCode !== '0') {
  console.log(`The audit of dependencies failed (exit code ${auditCode}).`);
  failed += 1;
}

console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
