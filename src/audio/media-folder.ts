import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AudioFormat } from '../ports/media-store.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** Left free for the database and its backups, bytes. */
const RESERVE = 64 * 2 ** 20;

/**
 * The files of songs: `media/<ab>/<sha256>.<format>` as it came, `.opus` beside it as it is played; `media/links` for
 * what was fetched from platforms; `media/tmp` for what is not finished. A file outside of `tmp` is always whole.
 */
export class MediaFolder {
  readonly #root: string;

  /** @param dataDir may be relative to the working directory */
  constructor(dataDir: string) {
    this.#root = join(dataDir, 'media');
  }

  /** Where the file is or would be; names never come from people. */
  original(sha256: string, format: AudioFormat): string {
    return join(this.#folderOf(sha256), `${sha256}.${format}`);
  }

  encoded(sha256: string): string {
    return join(this.#folderOf(sha256), `${sha256}.opus`);
  }

  link(key: string): string {
    return join(this.#root, 'links', `${checked(key)}.opus`);
  }

  get links(): string {
    return join(this.#root, 'links');
  }

  async prepare(): Promise<void> {
    await mkdir(this.temporary(), { recursive: true });
    await mkdir(this.links, { recursive: true });
  }

  temporary(): string {
    return join(this.#root, 'tmp');
  }

  /** A fresh path for something unfinished; on the same file system as its later place. */
  scratch(extension: string): string {
    return join(this.temporary(), `${randomBytes(12).toString('hex')}.${extension}`);
  }

  /** Moves a finished file to its place, durably: after a power cut it is there whole, or not at all. */
  async settle(from: string, to: string): Promise<void> {
    await this.flush(from);
    await this.place(from, to);
  }

  /** The slow half: the bytes are on the disk. */
  async flush(path: string): Promise<void> {
    const file = await open(path, 'r');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** The quick half, for files that were flushed. */
  async place(from: string, to: string): Promise<void> {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
    await syncFolder(dirname(to));
  }

  /** Bytes free for songs. */
  async room(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#root);
    return Math.max(0, bavail * bsize - RESERVE);
  }

  /** Every file of this song; no error when there is none. */
  async remove(sha256: string): Promise<void> {
    const folder = this.#folderOf(sha256);
    for (const name of await namesIn(folder)) {
      if (name.startsWith(`${sha256}.`)) await rm(join(folder, name), { force: true });
    }
  }

  /**
   * Unfinished files, and files of hashes nobody knows, that an earlier process left. What this process wrote is never
   * touched: somebody may be at it, or about to store its row.
   */
  async sweep(known: ReadonlySet<string>): Promise<number> {
    const folders = (await namesIn(this.#root)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    const songs = await pathsIn(folders.map((name) => join(this.#root, name)));
    const unknown = songs.filter((path) => !known.has(basename(path).split('.')[0] ?? ''));
    let removed = 0;
    for (const path of [...(await pathsIn([this.temporary()])), ...unknown]) {
      const { mtimeMs } = await stat(path);
      if (mtimeMs >= performance.timeOrigin) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
    }
    return removed;
  }

  #folderOf(sha256: string): string {
    return join(this.#root, checked(sha256).slice(0, 2));
  }
}

/** Bytes, or null when there is no such file. */
export async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    },
  );
}

/** The disk, or this user's share of it, is full. */
export function isDiskFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code));
}

/** A path made of anything else would not be ours. */
function checked(hash: string): string {
  if (!SHA256.test(hash)) throw new Error('not a content address');
  return hash;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function pathsIn(folders: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const folder of folders) paths.push(...(await namesIn(folder)).map((name) => join(folder, name)));
  return paths;
}

/** A rename is durable when its folder is; some systems cannot sync folders, and then nothing can. */
async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch (error) {
    if (!['EISDIR', 'EPERM', 'EINVAL', 'EACCES'].includes(String((error as NodeJS.ErrnoException).code))) throw error;
  } finally {
    await folder?.close();
  }
}
