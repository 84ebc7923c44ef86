import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refusedStart } from './scenarios/refused-start.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'skipline-app-'));
});
afterAll(() => rm(dataDir, { recursive: true, force: true }));

test('a start says in words when its port is taken', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const words = await refusedStart(dataDir, { PORT: `${port}`, HOST: '127.0.0.1' });
  expect(words).toContain(`PORT ${port} on 127.0.0.1 can't be used (EADDRINUSE). Is another bot running?`);
  other.close();
});

test('a start says in words when HOST is none of this machine', async () => {
  expect(await refusedStart(dataDir, { PORT: '0', HOST: '192.0.2.1' })).toMatch(/^HOST 192\.0\.2\.1 is no address/);
});

test('a damaged database is told with a command that can be copied, spaces in its folder included', async () => {
  const folder = join(dataDir, 'the show');
  const backup = join(folder, 'backups', 'skipline-20261120T120000Z.db');
  await mkdir(join(folder, 'backups'), { recursive: true });
  await writeFile(backup, 'a backup');
  await writeFile(join(folder, 'skipline.db'), 'damaged beyond repair '.repeat(500));
  expect(await refusedStart(folder)).toContain(`npm run restore -- "${backup}"`);
});
