import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { BotProcess } from '../../sandbox/story/bot-process.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

test("the bot of the demo gets the launcher's options for Node, without which an older one runs no TypeScript", async () => {
  vi.stubEnv('NODE_OPTIONS', '--no-deprecation');
  const root = await mkdtemp(join(tmpdir(), 'skipline-bot-'));
  await writeFile(join(root, 'bot.mjs'), `console.log(process.noDeprecation, '"msg":"ready"');`);
  const lines: string[] = [];
  const bot = new BotProcess({ root, script: 'bot.mjs', env: {}, onLine: (line) => lines.push(line) });
  await bot.start();
  await bot.exited;
  expect(lines).toEqual(['true "msg":"ready"']);
  await rm(root, { recursive: true });
});
