import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PermissionsBitField } from 'discord.js';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');
const readme = read('README.md');

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));

const unique = (names: readonly (string | undefined)[]): readonly string[] =>
  [...new Set(names.filter((name) => name !== undefined))].sort();

/** Rows of the table under "Environment": the names before the meaning. */
const documented = unique(
  (/## Environment([\s\S]*?)\n## /.exec(readme)?.[1] ?? '')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name)),
);

test('every variable of the table stands in .env.example, and no other', () => {
  expect(documented.length).toBeGreaterThan(15);
  expect(unique([...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name))).toEqual(documented);
});

test('every variable that is read stands in the table', () => {
  const known = [...read('src/config.ts').matchAll(/^ {2}([A-Z][A-Z_]+): (?:z\.|z$|url\(|origin\(|snowflake\()/gm)];
  const names = unique(known.map(([, name]) => name));
  expect(names).toContain('DISCORD_TOKEN');
  expect(names).toContain('LOG_LEVEL');
  expect(names).toEqual(documented);
});

test('the invite link grants what the text names, and nothing else', () => {
  const bits = BigInt(/permissions=(\d+)/.exec(readme)?.[1] ?? '0');
  const text = /The permissions in the link are[^:]*: ([\s\S]*?)\. You can/.exec(readme)?.[1] ?? '';
  const named = text
    .replace(/\([^)]*\)/g, '')
    .split(',')
    // Discord's own page says "View Channels", its library "ViewChannel".
    .map((name) => name.replace(/\s+/g, '').toLowerCase().replace('viewchannels', 'viewchannel'));
  const granted = new PermissionsBitField(bits).toArray().map((name) => name.toLowerCase());
  expect(unique(named)).toEqual(unique(granted));
});

test('the bot says what the table of symptoms quotes', () => {
  const quoted = [...readme.matchAll(/^\| [^|]*?"([^"|]{6,}?)"/gm)].map(([, words = '']) => words.replace(/: …$/, ''));
  expect(quoted.length).toBeGreaterThanOrEqual(5);
  const texts = filesBelow('src').map((path) => readFileSync(path, 'utf8'));
  for (const words of quoted)
    expect(
      texts.some((text) => text.includes(words)),
      words,
    ).toBe(true);
});

test('every picture is there, small, and told in words', () => {
  const pictures = [...readme.matchAll(/!\[([^\]]*)\]\((docs\/[^)]+)\)/g)];
  expect(pictures.length).toBeGreaterThanOrEqual(6);
  let total = 0;
  for (const [, words = '', path = ''] of pictures) {
    expect(existsSync(join(ROOT, path)), path).toBe(true);
    const { size } = statSync(join(ROOT, path));
    total += size;
    expect(size, path).toBeLessThan(250_000);
    expect(words.length, path).toBeGreaterThan(30);
  }
  expect(total).toBeLessThan(1_500_000);
});

test('Replit is told the port that the bot is told, and keeps it on a machine of its own', () => {
  const replit = read('.replit');
  const port = /^PORT = "(\d+)"$/m.exec(replit)?.[1];
  expect(replit).toMatch(new RegExp(`^localPort = ${port}\\nexternalPort = 80$`, 'm'));
  expect(replit).toMatch(/^deploymentTarget = "vm"$/m);
  for (const program of ['nodejs_', 'ffmpeg', 'yt-dlp']) expect(read('replit.nix')).toContain(`pkgs.${program}`);
});
