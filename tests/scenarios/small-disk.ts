import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A disk of its own, in memory, that can be filled and freed. */
export interface SmallDisk {
  readonly path: string;
  /** Leaves this much room. Bytes */
  fill(leave: number): Promise<void>;
  free(): Promise<void>;
  /** Nothing may be written any more; only while nobody has a file open for writing. */
  lock(): Promise<void>;
  remove(): Promise<void>;
}

/** Mounting needs root, or a `sudo` that asks nothing. */
const WAYS = [[], ['sudo', '-n']] as const;

/** @returns null on a machine where nothing may be mounted */
export async function smallDisk(megabytes: number): Promise<SmallDisk | null> {
  const path = await mkdtemp(join(tmpdir(), 'skipline-disk-'));
  for (const way of WAYS) {
    const [program = '', ...words] = [
      ...way,
      'mount',
      '-t',
      'tmpfs',
      '-o',
      `size=${megabytes}m,mode=777`,
      'tmpfs',
      path,
    ];
    // Not allowed, or no such program: another way, or none.
    const mounted = await run(program, words).then(
      () => true,
      () => false,
    );
    if (mounted) return diskAt(path, way);
  }
  await rm(path, { recursive: true });
  return null;
}

async function as(way: readonly string[], ...command: readonly string[]): Promise<void> {
  const [program = '', ...words] = [...way, ...command];
  await run(program, words);
}

function diskAt(path: string, way: readonly string[]): SmallDisk {
  const ballast = join(path, 'ballast');
  return {
    path,
    fill: async (leave) => {
      const { bavail, bsize } = await statfs(path);
      const file = await open(ballast, 'a');
      try {
        for (let left = bavail * bsize - leave; left > 0; )
          left -= (await file.write(Buffer.alloc(Math.min(left, 2 ** 20), 1))).bytesWritten;
      } catch (error) {
        // Somebody else took the last of it.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        await file.close();
      }
    },
    free: () => rm(ballast, { force: true }),
    lock: () => as(way, 'mount', '-o', 'remount,ro', path),
    remove: async () => {
      await as(way, 'umount', path);
      await rm(path, { recursive: true });
    },
  };
}
