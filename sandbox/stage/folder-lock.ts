import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Two demos on one folder would be two bots on one database. */
export class FolderLock {
  readonly #path: string;

  constructor(folder: string) {
    this.#path = join(folder, 'running');
  }

  /** @returns the process that has it, when another one does */
  async take(): Promise<number | null> {
    await mkdir(join(this.#path, '..'), { recursive: true });
    for (let tries = 0; tries < 2; tries += 1) {
      const taken = await writeFile(this.#path, String(process.pid), { flag: 'wx' }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
          throw error;
        },
      );
      if (taken) return null;
      const owner = Number(await readFile(this.#path, 'utf8').catch(() => ''));
      if (owner !== process.pid && isAlive(owner)) return owner;
      // Left behind by a demo that was killed.
      await rm(this.#path, { force: true });
    }
    throw new Error(`${this.#path} cannot be taken`);
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid < 1) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
