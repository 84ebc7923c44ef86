import { createHash } from 'node:crypto';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';

/** Programs that work in this data folder and are neither the bot that runs now nor its own. @returns their command lines */
export async function orphans(dataDir: string, botPid: number | undefined): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== botPid)) {
    const command = (await read(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ');
    // A program that was given nothing of the folder on its command line inherited the name of it.
    const ours = command.includes(dataDir) || (await read(`/proc/${pid}/environ`)).includes(`DATA_DIR=${dataDir}\0`);
    if (!ours) continue;
    const parent = /^\d+ \(.*\) (\S) (\d+)/.exec(await read(`/proc/${pid}/stat`));
    if (parent === null || parent[1] === 'Z' || Number(parent[2]) === botPid) continue;
    found.push(command);
  }
  return found;
}

/** Sockets and files that a process has open. */
export async function openHandles(pid: number): Promise<{ readonly sockets: number; readonly all: number }> {
  const names = await readdir(`/proc/${pid}/fd`);
  const targets = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(gone)));
  return { sockets: targets.filter((target) => target.startsWith('socket:')).length, all: names.length };
}

/** A process, or what it had open, may be gone while it is looked at. */
function gone(error: NodeJS.ErrnoException): string {
  if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) return '';
  throw error;
}

function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch(gone);
}

const UNFINISHED = /\.(part|tmp|restoring)$/;

/**
 * Files that are not whole: unfinished ones, and songs that are not what their name says.
 * @param before only files last written before then (ms since the epoch): what a bot that runs now is not at
 */
export async function halfFiles(dataDir: string, before = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
  const half: string[] = [];
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const unfinished = UNFINISHED.test(entry.name) || entry.parentPath.startsWith(join(dataDir, 'media', 'tmp'));
    const hash = /^([0-9a-f]{64})\.(mp3|wav|m4a|flac)$/.exec(entry.name)?.[1];
    if (!unfinished && hash === undefined) continue;
    const writtenAt = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      (error) => (gone(error) === '' ? null : null),
    );
    if (writtenAt === null || writtenAt >= before) continue;
    if (unfinished || hash !== (await sha256Of(file))) half.push(relative(dataDir, file));
  }
  return half;
}

async function sha256Of(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
