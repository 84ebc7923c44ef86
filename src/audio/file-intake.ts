import { rm } from 'node:fs/promises';
import type { Failure } from '../domain/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { IncomingFile, IntakeLimits, MediaIntake, StoredFile } from '../ports/media-intake.ts';
import type { Store } from '../ports/store.ts';
import { sniff } from './audio-file.ts';
import type { Children } from './children.ts';
import { allowedSource, type Downloaded, type DownloadTrouble, download } from './download.ts';
import { isDiskFull, type MediaFolder, sizeOf } from './media-folder.ts';
import { probe } from './probe.ts';
import type { Programs } from './programs.ts';
import { Slots } from './slots.ts';

export interface FileIntakeParts {
  readonly folder: MediaFolder;
  readonly children: Children;
  readonly programs: Programs;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** The configured CDN, whose origin counts; null = Discord's only. */
  readonly cdnOrigin: string | null;
}

const IDLE_MS = 10_000;
const TOTAL_MS = 60_000;
/** Original and encoded file, and the encoder's scratch file. */
const ROOM_FACTOR = 3;
const DOWNLOADS = 4;
const PROBES = 2;

/** Files from Discord's storage into the media folder. */
export class FileIntake implements MediaIntake {
  readonly #parts: FileIntakeParts;
  readonly #downloads = new Slots(DOWNLOADS);
  readonly #probes = new Slots(PROBES);

  constructor(parts: FileIntakeParts) {
    this.#parts = parts;
  }

  async store(file: IncomingFile, limits: IntakeLimits): Promise<Result<StoredFile, Failure>> {
    const { folder, log, cdnOrigin } = this.#parts;
    const url = allowedSource(file.url, cdnOrigin);
    if (url === null) return err({ code: 'file-host-refused' });
    if (file.size === 0) return err({ code: 'file-empty' });
    if (file.size > limits.maxBytes) {
      return err({ code: 'file-too-big', bytes: file.size, maxBytes: limits.maxBytes });
    }
    await folder.prepare();
    if ((await folder.room()) < Math.min(limits.maxBytes, file.size) * ROOM_FACTOR) return err({ code: 'disk-full' });
    const scratch = folder.scratch('part');
    try {
      const fetched = await this.#downloads.run(() =>
        download(url, scratch, { maxBytes: limits.maxBytes, idleMs: IDLE_MS, totalMs: TOTAL_MS }),
      );
      if (!fetched.ok) {
        log.info({ trouble: fetched.error, host: url.host }, 'file was not fetched');
        return err(toFailure(fetched.error, limits));
      }
      if (fetched.value.bytes === 0) return err({ code: 'file-empty' });
      return await this.#keep(scratch, fetched.value, limits);
    } catch (error) {
      if (isDiskFull(error)) return err({ code: 'disk-full' });
      throw error;
    } finally {
      await rm(scratch, { force: true });
    }
  }

  /** Judges the bytes and gives them their place. */
  async #keep(scratch: string, fetched: Downloaded, limits: IntakeLimits): Promise<Result<StoredFile, Failure>> {
    const { folder, children, programs, store, clock } = this.#parts;
    const format = await sniff(scratch);
    if (!format.ok) return err({ code: 'file-not-audio', looksLike: format.error });
    const probed = await this.#probes.run(() => probe(scratch, format.value, limits, children, programs));
    if (!probed.ok) return probed;
    const { sha256, bytes } = fetched;
    const place = folder.original(sha256, format.value);
    const stored: StoredFile = { sha256, bytes, format: format.value, ...probed.value };
    await folder.flush(scratch);
    // Both inside: cleaning up deletes inside a transaction too, so it never takes bytes that just came again.
    await store.transaction(async (tx) => {
      // The same bytes are kept once, whoever sends them.
      if ((await sizeOf(place)) !== bytes) await folder.place(scratch, place);
      await tx.media.add(stored, clock.now());
    });
    return ok(stored);
  }
}

function toFailure(trouble: DownloadTrouble, { maxBytes }: IntakeLimits): Failure {
  switch (trouble.kind) {
    case 'host-refused':
      return { code: 'file-host-refused' };
    case 'unreachable':
      return { code: 'file-unreachable' };
    case 'too-big':
      return { code: 'file-too-big', bytes: trouble.bytes, maxBytes };
    case 'disk-full':
      return { code: 'disk-full' };
  }
}
