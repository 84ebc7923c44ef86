import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { THROTTLE } from '../src/discord/throttle.ts';
import { READERS_MAX, READERS_PER_GUILD } from '../src/web/overlay-hub.ts';

const ROOT = join(import.meta.dirname, '..');
const text = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
const section = (title: string) => text.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
const rows = (title: string) =>
  section(title)
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('|---'))
    .slice(1)
    .map((line) => line.split('|').map((cell) => cell.trim()));

test('every test that SECURITY.md names is there, and every promise names one', () => {
  const named = [...text.matchAll(/`((?:tests|scripts|\.ci)\/[^` ]+)`/g)].map(([, path]) => path ?? '');
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  for (const row of [...rows('What has a test'), ...rows('How much is let in')])
    expect(row.join('|')).toMatch(/`(tests\/|npm run|\.ci\/)/);
});

test('the limits it names are those of the code', () => {
  const limits = section('How much is let in');
  for (const { member, guild } of Object.values(THROTTLE)) {
    expect(limits).toContain(`${member.actions} in ${member.seconds} s`);
    expect(limits).toContain(`${guild.actions.toLocaleString('en')} in ${guild.seconds} s`);
  }
  expect(limits).toContain(`${READERS_PER_GUILD} at once for a server, ${READERS_MAX.toLocaleString('en')} in all`);
});
