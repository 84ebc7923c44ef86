import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Backup, Backups } from '../ports/backups.ts';
import { checkBackup } from './backup-check.ts';

const NAME = /^skipline-(\d{8}T\d{6}Z)\.db$/;
/** What a process left that was killed while it made one. */
const UNFINISHED = /^skipline-\d{8}T\d{6}Z\.db\.part/;

/** `2026-11-21T12:00:05.123Z` -> `20261121T120005Z` */
function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}

function timeOf(stamp: string): number {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(stamp) ?? [];
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

/** Backups as files in one folder, named by their time. */
export class BackupFolder implements Backups {
  readonly #store: { backup(file: string): Promise<void> };
  readonly #folder: string;

  constructor(store: { backup(file: string): Promise<void> }, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  async list(): Promise<readonly Backup[]> {
    await mkdir(this.#folder, { recursive: true });
    const backups: Backup[] = [];
    for (const name of (await readdir(this.#folder)).filter((each) => NAME.test(each)).sort()) {
      const file = join(this.#folder, name);
      const found = await stat(file).catch(nullIfGone);
      if (found?.isFile()) backups.push({ file, at: timeOf(NAME.exec(name)?.[1] ?? ''), bytes: found.size });
    }
    return backups;
  }

  async make(at: number): Promise<Backup> {
    await mkdir(this.#folder, { recursive: true });
    await this.#clean();
    const file = join(this.#folder, `skipline-${stampOf(at)}.db`);
    const half = `${file}.part`;
    try {
      await this.#store.backup(half);
      const { points } = await checkBackup(half);
      await writeFile(pointsFile(file), `${JSON.stringify(points, null, 1)}\n`);
      await rename(half, file);
    } catch (error) {
      await Promise.all([half, pointsFile(file)].map((path) => rm(path, { force: true })));
      throw error;
    }
    return { file, at, bytes: (await stat(file)).size };
  }

  async rotate(keep: number): Promise<void> {
    const all = await this.list();
    for (const { file } of all.slice(0, Math.max(0, all.length - keep))) {
      await rm(file, { force: true });
      await rm(pointsFile(file), { force: true });
    }
  }

  /** Each is as large as the database, and nobody else would ever remove it. */
  async #clean(): Promise<void> {
    for (const name of (await readdir(this.#folder)).filter((each) => UNFINISHED.test(each))) {
      await rm(join(this.#folder, name), { force: true });
      await rm(pointsFile(join(this.#folder, name.replace(/\.part.*$/, ''))), { force: true });
    }
  }
}

/** Removed meanwhile, or a link to what is not there. */
function nullIfGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}

function pointsFile(file: string): string {
  return file.replace(/\.db$/, '.points.json');
}
