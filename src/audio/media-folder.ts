import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { AudioFormat } from '../ports/media-store.ts';

const SHA256 = /^[0-9a-f]{64}$/;
/** Left free for the database and its backups, bytes. */
const RESERVE = 64 * 2 ** 20;
/** Behind the name of a song that the database does not know. */
const UNKNOWN = '.unknown';
/**
 * Such a song is kept this long from then on: the database may be an older one that was brought back, or an empty one
 * in the place of one that comes back tomorrow. ms
 */
const UNKNOWN_KEPT_MS = 14 * 24 * 3_600_000;

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
   * Removes what an earlier process left unfinished. Songs of hashes nobody knows are laid aside, and removed when nobody
   * has known them for two weeks; one that is known again is back in its place. What this process wrote is never
   * touched: somebody may be at it, or about to store its row.
   * @param now ms since the epoch
   */
  async sweep(known: ReadonlySet<string>, now: number): Promise<number> {
    const folders = (await namesIn(this.#root)).filter((name) => /^[0-9a-f]{2}$/.test(name));
    let removed = 0;
    for (const path of await pathsIn([this.temporary()]))
      if (await removeOld(path, performance.timeOrigin)) removed += 1;
    for (const path of await pathsIn(folders.map((name) => join(this.#root, name)))) {
      const isAside = path.endsWith(UNKNOWN);
      const isKnown = known.has(basename(path).split('.')[0] ?? '');
      if (isKnown && isAside) await rename(path, path.slice(0, -UNKNOWN.length));
      else if (!isKnown && isAside) removed += (await removeOld(path, now - UNKNOWN_KEPT_MS)) ? 1 : 0;
      else if (!isKnown && (await stat(path)).mtimeMs < performance.timeOrigin) await layAside(path, now);
    }
    return removed;
  }

  #folderOf(sha256: string): string {
    return join(this.#root, checked(sha256).slice(0, 2));
  }
}

/** @param before ms since the epoch: what was written since then stays */
async function removeOld(path: string, before: number): Promise<boolean> {
  if ((await stat(path)).mtimeMs >= before) return false;
  await rm(path, { recursive: true, force: true });
  return true;
}

/** Its time is the one from which nobody knew it. */
async function layAside(path: string, now: number): Promise<void> {
  await utimes(path, now / 1000, now / 1000);
  await rename(path, `${path}${UNKNOWN}`);
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
