/**
 * `node scripts/audit.mjs`: fails when a package the bot runs with has a known vulnerability that is high or critical,
 * unless `.ci/audit-accepted.json` accepts it until a day that is not over. A registry that answers no audit requests
 * is said, and is no failure: nothing was learned.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { judgeAudit } from './setup/audit-verdict.mjs';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const PATIENCE_MS = 90_000;

const { stdout, error } = spawnSync(
  process.platform === 'win32' ? 'npm.cmd' : 'npm',
  ['audit', '--omit=dev', '--json', '--fetch-retries=1', '--fetch-timeout=20000'],
  {
    cwd: ROOT,
    encoding: 'utf8',
    timeout: PATIENCE_MS,
    maxBuffer: 64 * 1024 * 1024,
    shell: process.platform === 'win32',
  },
);
const accepted = JSON.parse(readFileSync(join(ROOT, '.ci', 'audit-accepted.json'), 'utf8'));
const timedOut = error !== undefined && 'code' in error && error.code === 'ETIMEDOUT';
const answer = timedOut ? { uri: '/-/npm/v1/security/ (no answer in time)' } : parsed(stdout ?? '');
const { kind, problems, notes } = judgeAudit(answer, accepted, new Date().toISOString().slice(0, 10));

for (const line of [...notes, ...problems]) console.log(`audit: ${line}`);
if (problems.length > 0) process.exitCode = 1;
else if (kind === 'unanswered') console.log('audit: skipped: the registry answers no audit requests');
else console.log('audit: nothing high or critical in what the bot runs with');

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    // Told as what it is: npm said something, and it was no report.
    return null;
  }
}
