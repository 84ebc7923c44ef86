/**
 * `node scripts/hostile.mjs`: runs every test that is about hostile input, and prints what was tried by class, what came
 * of it, and whom these processes talked to besides this machine.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Where the cases stand: a file under tests/, and what the full names of its tests match.
 * @type {readonly (readonly [what: string, outcome: string, cases: readonly (readonly [file: string, names: RegExp])[]])[]}
 */
const CLASSES = [
  [
    'files (bombs, lies about size, length and kind, playlists, polyglots)',
    'refused in words, nothing left behind; a song that is one is kept as a song only',
    [
      ['scenarios/hostile-input.test.ts', /^a file /],
      ['audio/file-intake.test.ts', /is refused|whatever it is called|unpacks|too big already|never asked/],
      ['audio/children.test.ts', /wants too much|arguments|environment/],
    ],
  ],
  [
    'addresses (private networks in every spelling, redirects, names, user info, ports, schemes)',
    'never asked',
    [
      ['scenarios/hostile-input.test.ts', /^nothing is fetched/],
      ['audio/public-fetch.test.ts', /./],
      ['audio/platform-links.test.ts', /^a page |not on the list/],
    ],
  ],
  [
    'texts and names (markdown, mentions, ANSI, control characters, direction marks, CSV formulas, paths)',
    'shown as typed or cleaned; ping, format, run and name nothing',
    [
      ['scenarios/hostile-input.test.ts', /^a name /],
      ['discord/cards/wording.test.ts', /stranger/],
      ['discord/cards/limits.test.ts', /stranger/],
      ['discord/cards/metrics.test.ts', /a cell|spreadsheet|call themselves/],
      ['log.test.ts', /./],
    ],
  ],
  [
    'buttons, forms and commands of people who may not, and forged ids',
    'refused in words, change nothing',
    [
      ['discord/custom-id.test.ts', /./],
      ['scenarios/roles.test.ts', /./],
    ],
  ],
  [
    'frames of TikTok (damaged, bombs, holes, absurd numbers, replays, out of order)',
    'counted as unreadable or taken for what they are worth; the show goes on',
    [
      ['services/live-wire.test.ts', /^bad input|replays/],
      [
        'tiktok/normalise.test.ts',
        /^(what strangers|a message with holes|a field that is missing|a gift without|the time)/,
      ],
      ['tiktok/frame-unpacker.test.ts', /./],
    ],
  ],
  [
    'frames of the gateway (1,016 in one test)',
    'logged; the process and the show go on',
    [['scenarios/process.test.ts', /^frames that make no sense/]],
  ],
  [
    'requests over HTTP (unknown keys, made-up addresses, floods, slow readers)',
    'nothing opened; limited by address',
    [
      ['web/server.test.ts', /./],
      ['web/overlay-wire.test.ts', /slow|limit|guilds|reset/],
    ],
  ],
  [
    'floods and raids (500 accounts at once in one test)',
    'told to wait in words; staff is never held up',
    [
      ['scenarios/raid.test.ts', /./],
      ['discord/throttle.test.ts', /./],
      ['discord/passive-intake.test.ts', /flood|wait|pace|stop/],
      ['discord/responder.test.ts', /floods/],
    ],
  ],
];

const folder = mkdtempSync(join(tmpdir(), 'skipline-hostile-'));
const [report, foreign] = [join(folder, 'tests.json'), join(folder, 'foreign.txt')];
const files = [...new Set(CLASSES.flatMap(([, , cases]) => cases.map(([file]) => `tests/${file}`)))];
spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...files,
  ],
  {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...process.env,
      FOREIGN_HOSTS: foreign,
      NODE_OPTIONS:
        `${process.env.NODE_OPTIONS ?? ''} --import ${join(ROOT, 'scripts/setup/foreign-hosts.mjs')}`.trim(),
    },
  },
);

/** @type {{ testResults: { name: string, assertionResults: { fullName: string, status: string }[] }[] }} */
const found = JSON.parse(readFileSync(report, 'utf8'));
let failed = 0;
console.log('\n| tried | tests | as it should | outcome |\n|---|---|---|---|');
for (const [what, outcome, cases] of CLASSES) {
  const tests = cases.flatMap(([file, names]) =>
    found.testResults
      .filter(({ name }) => name.endsWith(`/tests/${file}`))
      .flatMap(({ assertionResults }) => assertionResults.filter(({ fullName }) => names.test(fullName.trim()))),
  );
  const passed = tests.filter(({ status }) => status === 'passed').length;
  // A class without a single case is one that nobody looks after any more.
  if (passed < tests.length || tests.length === 0) failed += 1;
  console.log(`| ${what} | ${tests.length} | ${passed} | ${outcome} |`);
}
const talkedTo = existsSync(foreign) ? readFileSync(foreign, 'utf8').trim().split('\n') : [];
for (const line of new Set(talkedTo)) console.log(line);
console.log(`\nforeign hosts contacted: ${new Set(talkedTo).size}`);
rmSync(folder, { recursive: true });
if (failed > 0 || talkedTo.length > 0) process.exitCode = 1;
