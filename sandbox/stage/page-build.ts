import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../page', import.meta.url));
const STAGE = fileURLToPath(new URL('.', import.meta.url));
/** Changes of these are changes of the page too. */
const ALSO = ['protocol.ts', 'acts.ts', 'page-build.ts'].map((name) => join(STAGE, name));

/**
 * Makes sure that the page is built, in a folder of its own per state of its sources.
 * @param builds folder that holds the builds; old ones are removed
 * @returns the folder to serve
 */
export async function buildPage(builds: string, say: (line: string) => void): Promise<string> {
  const state = await fingerprint();
  const folder = join(builds, state);
  if (existsSync(join(folder, 'index.html'))) return folder;
  const startedAt = performance.now();
  say('building the page …');
  await mkdir(builds, { recursive: true });
  const half = join(builds, `${state}.part-${process.pid}`);
  // Only a first start needs it, and it takes a while to load.
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: PAGE,
    logLevel: 'warn',
    base: '/',
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: { outDir: half, emptyOutDir: true, target: 'es2023', chunkSizeWarningLimit: 1_000, modulePreload: false },
  });
  await rm(folder, { recursive: true, force: true });
  await rename(half, folder);
  for (const name of await readdir(builds)) {
    if (name !== state && !name.includes('.part-')) await rm(join(builds, name), { recursive: true, force: true });
  }
  say(`building the page: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  return folder;
}

async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  const own = (await readdir(PAGE, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of [...own, ...ALSO].sort()) hash.update(path.slice(PAGE.length)).update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}
