import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Programs that work in this data folder and whose parent is not the bot that runs now. @returns their command lines */
export async function orphans(dataDir: string, botPid: number | undefined): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== botPid)) {
    const command = (await read(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ');
    if (!command.includes(dataDir)) continue;
    const parent = /^\d+ \(.*\) (\S) (\d+)/.exec(await read(`/proc/${pid}/stat`));
    if (parent === null || parent[1] === 'Z' || Number(parent[2]) === botPid) continue;
    found.push(command);
  }
  return found;
}

/** A process may end while it is looked at. */
async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH', 'EACCES'].includes(String(error.code)))
      return '';
    throw error;
  }
}

/** Files of the media folder that are not whole: left in `tmp` by a bot that is gone, or not what their name says. */
export async function halfFiles(dataDir: string): Promise<readonly string[]> {
  const root = join(dataDir, 'media');
  const half: string[] = [];
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    if (entry.parentPath.startsWith(join(root, 'tmp'))) half.push(file);
    const hash = /^([0-9a-f]{64})\.(mp3|wav|m4a|flac)$/.exec(entry.name)?.[1];
    if (hash === undefined) continue;
    const actual = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    if (actual !== hash) half.push(file);
  }
  return half;
}
