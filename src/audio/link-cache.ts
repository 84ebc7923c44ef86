import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlayableLink } from '../ports/link-resolver.ts';
import { type MediaFolder, sizeOf } from './media-folder.ts';

const MAX_BYTES = 2_000_000_000;
const MAX_AGE_MS = 7 * 86_400_000;
/** What was used lately may be playing. ms */
const IN_USE_MS = 3 * 3_600_000;

type Card = Omit<PlayableLink, 'key'>;

/** Songs fetched from platforms, prepared like uploads, kept for a week or until room is needed. */
export class LinkCache {
  readonly #folder: MediaFolder;

  constructor(folder: MediaFolder) {
    this.#folder = folder;
  }

  keyOf(normalizedUrl: string): string {
    return createHash('sha256').update(normalizedUrl).digest('hex');
  }

  /** Null when it is not there, or not whole. */
  async find(key: string, now: number): Promise<PlayableLink | null> {
    const path = this.#folder.link(key);
    const text = await readFile(cardOf(path), 'utf8').catch(absent);
    const card = text === null ? null : parsed(text);
    if (card === null || (await sizeOf(path)) === null) return null;
    const seconds = now / 1000;
    await utimes(path, seconds, seconds);
    return { key, ...card };
  }

  /** The audio is in its place already. */
  async keep(key: string, card: Card, now: number): Promise<void> {
    const path = this.#folder.link(key);
    const scratch = this.#folder.scratch('json');
    await writeFile(scratch, JSON.stringify(card));
    await this.#folder.settle(scratch, cardOf(path));
    await utimes(path, now / 1000, now / 1000);
  }

  /** Least recently used first, until age and size are within bounds. */
  async prune(now: number): Promise<number> {
    const names = (await readdir(this.#folder.links).catch(absent)) ?? [];
    const songs = await Promise.all(
      names
        .filter((name) => name.endsWith('.opus'))
        .map(async (name) => {
          const path = join(this.#folder.links, name);
          const { size, mtimeMs } = await stat(path);
          return { path, size, usedAt: mtimeMs };
        }),
    );
    let total = songs.reduce((sum, { size }) => sum + size, 0);
    let removed = 0;
    for (const { path, size, usedAt } of songs.toSorted((a, b) => a.usedAt - b.usedAt)) {
      const age = now - usedAt;
      if (age < IN_USE_MS || (age < MAX_AGE_MS && total <= MAX_BYTES)) continue;
      await rm(cardOf(path), { force: true });
      await rm(path, { force: true });
      total -= size;
      removed += 1;
    }
    return removed;
  }
}

function cardOf(path: string): string {
  return path.replace(/\.opus$/, '.json');
}

/** Written by `keep` only; null when a power cut left less than that. */
function parsed(text: string): Card | null {
  try {
    return JSON.parse(text) as Card;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
