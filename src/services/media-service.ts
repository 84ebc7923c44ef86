import type { EventBus } from '../lib/event-bus.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { EncodeTrouble, MediaFiles } from '../ports/media-files.ts';
import type { IdleMedia, SongRef } from '../ports/media-store.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import type { SettingsService } from './settings-service.ts';

export interface MediaServicePorts {
  readonly store: Store;
  readonly files: MediaFiles;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** After a full disk or a program that could not be run. ms */
const RETRY_MS = 60_000;
const CLEANUP_EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;
const GIGABYTE = 1_000_000_000;
const DELETED = 'the file was deleted after its time; submit it again';

/** Prepares stored files for playback: one at a time, in the background, taken up again after a restart. */
export class MediaService {
  readonly #ports: MediaServicePorts;
  #waiting: readonly string[] = [];
  #current: string | null = null;
  /** The song on air among what waits. */
  #urgent: string | null = null;
  #working: Promise<void> | null = null;
  #stopped = new AbortController();
  readonly #timers = new Set<() => void>();

  constructor(ports: MediaServicePorts) {
    this.#ports = ports;
  }

  /** Removes half files and takes up what a restart interrupted. */
  async start(): Promise<void> {
    const { store, files, clock, log } = this.#ports;
    this.#stopped = new AbortController();
    const { kept, preparing } = await store.read(async (reads) => ({
      kept: await reads.media.kept(),
      preparing: await reads.media.preparing(),
    }));
    const { removed } = await files.sweep(new Set(kept), clock.now());
    log.info({ files: kept.length, toPrepare: preparing.length, removed }, 'media is ready');
    for (const sha256 of preparing) this.enqueue(sha256);
    this.#after(CLEANUP_EVERY_MS, () => this.#cleanUpHourly());
  }

  /** What is being encoded is called off; the next start takes it up again. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#waiting = [];
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    await this.idle();
  }

  /** Resolves when nothing is being prepared. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working;
  }

  /**
   * A file that needs nothing any more is told as prepared once more, for whoever has just begun to wait for it.
   * @param urgent before everything else that waits: the song is on air
   */
  enqueue(sha256: string, urgent = false): void {
    if (this.#stopped.signal.aborted) return;
    const others = this.#waiting.filter((each) => each !== sha256);
    if (urgent) this.#urgent = sha256;
    this.#waiting = urgent ? [sha256, ...others] : [...others, sha256];
    this.#working ??= this.#work();
  }

  /** PNG of a prepared song; null while there is none. */
  async waveform(sha256: string): Promise<Uint8Array | null> {
    const row = await this.#ports.store.read((reads) => reads.media.get(sha256));
    return row?.peaks == null || row.state !== 'ready' ? null : this.#ports.files.waveform(row.peaks);
  }

  /**
   * Deletes files that no waiting song and no song on air needs: those unused for longer than every guild that has them
   * wants, and the least recently used ones of guilds over their share of the disk.
   * @returns how many were deleted
   */
  async cleanup(): Promise<number> {
    const { store, clock, settings } = this.#ports;
    const idle = await store.read((reads) => reads.media.idle());
    const guildIds = new Set(idle.flatMap((media) => media.guildIds));
    const overBy = new Map<string, number>();
    const keepMs = new Map<string, number>();
    for (const guildId of guildIds) {
      const all = await settings.all(guildId);
      keepMs.set(guildId, all['media.keep-days'] * DAY_MS);
      const used = await store.read((reads) => reads.media.bytesOf(guildId));
      overBy.set(guildId, used - all['media.max-gb'] * GIGABYTE);
    }
    const now = clock.now();
    let deleted = 0;
    for (const media of idle) {
      // Nobody's: just taken in, its song still being stored; or of a guild that is gone.
      const longest = Math.max(DAY_MS, ...media.guildIds.map((guildId) => keepMs.get(guildId) ?? 0));
      const isOver = media.guildIds.some((guildId) => (overBy.get(guildId) ?? 0) > 0);
      if (!isOver && now - media.usedAt < longest) continue;
      if (!(await this.#delete(media))) continue;
      deleted += 1;
      for (const guildId of media.guildIds) overBy.set(guildId, (overBy.get(guildId) ?? 0) - media.bytes);
    }
    return deleted;
  }

  /** Row and bytes inside one transaction: a file that comes again meanwhile waits, and is then stored anew. */
  #delete({ sha256, usedAt }: IdleMedia): Promise<boolean> {
    const { store, files } = this.#ports;
    if (this.#current === sha256) return Promise.resolve(false);
    return store.transaction(async (tx) => {
      const row = await tx.media.get(sha256);
      const isWanted = row === null || row.usedAt !== usedAt || (await tx.media.songsWith(sha256)).length > 0;
      if (isWanted) return false;
      await tx.media.setDeleted(sha256, DELETED);
      await files.remove(sha256);
      return true;
    });
  }

  async #work(): Promise<void> {
    for (let next = this.#take(); next !== null; next = this.#take()) {
      try {
        await this.#prepare(next);
      } catch (error) {
        // A program that is missing, a disk that fails: none of that is the song's fault.
        this.#ports.log.error({ err: error, sha256: next }, 'a song could not be prepared now');
        this.#later(next);
      }
    }
  }

  #take(): string | null {
    const [next = null, ...rest] = this.#waiting;
    this.#waiting = rest;
    this.#current = next;
    if (next === null) this.#working = null;
    return next;
  }

  async #prepare(sha256: string): Promise<void> {
    const { store, files, log, clock } = this.#ports;
    const row = await store.read((reads) => reads.media.get(sha256));
    if (row === null || this.#stopped.signal.aborted) return;
    if (row.state !== 'preparing') {
      this.#tell(await store.read((reads) => reads.media.songsWith(sha256)));
      return;
    }
    const began = clock.monotonic();
    const encoded = await files.encode(sha256, row.format, this.#urgent === sha256, this.#stopped.signal);
    if (!encoded.ok) {
      await this.#failed(sha256, encoded.error);
      return;
    }
    const songs = await store.transaction(async (tx) => {
      await tx.media.setReady(sha256, encoded.value);
      return tx.media.songsWith(sha256);
    });
    const { durationMs, lufs, truePeak } = encoded.value;
    const tookMs = Math.round(clock.monotonic() - began);
    log.info({ sha256, durationMs, lufs, truePeak, tookMs }, 'song is prepared');
    this.#tell(songs);
  }

  async #failed(sha256: string, trouble: EncodeTrouble): Promise<void> {
    const { store, bus, log, clock } = this.#ports;
    switch (trouble.kind) {
      case 'cancelled':
        // By a stop, or by somebody from outside.
        if (!this.#stopped.signal.aborted) this.#later(sha256);
        return;
      case 'disk-full':
        log.error({ sha256 }, 'the disk is full: songs wait to be prepared');
        this.#later(sha256);
        return;
      case 'missing':
      case 'unplayable': {
        const why = trouble.kind === 'missing' ? 'its file is gone' : trouble.why;
        log.warn({ sha256, why }, 'song is unplayable');
        const songs = await store.transaction(async (tx) => {
          await tx.media.setUnplayable(sha256, why);
          const named = await tx.media.songsWith(sha256);
          await tellOwners(tx, named, why, clock.now());
          return named;
        });
        this.#tell(songs);
        for (const guildId of new Set(songs.map((song) => song.guildId))) bus.emit('notice.stored', { guildId });
      }
    }
  }

  #tell(songs: readonly SongRef[]): void {
    for (const song of songs) this.#ports.bus.emit('song.prepared', song);
  }

  #later(sha256: string): void {
    this.#after(RETRY_MS, () => this.enqueue(sha256));
  }

  #cleanUpHourly(): void {
    const { log } = this.#ports;
    this.cleanup().then(
      (deleted) => log.info({ deleted }, 'old files were looked for'),
      (error: unknown) => log.error({ err: error }, 'old files could not be cleaned up'),
    );
    this.#after(CLEANUP_EVERY_MS, () => this.#cleanUpHourly());
  }

  #after(ms: number, task: () => void): void {
    const cancel = this.#ports.clock.after(ms, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
  }
}

async function tellOwners(tx: StoreTx, songs: readonly SongRef[], why: string, at: number): Promise<void> {
  for (const { guildId, submissionId } of songs) {
    const song = await tx.submissions.get(submissionId);
    if (song === null) continue;
    await tx.outbox.add({
      guildId,
      dedupeKey: `unplayable:${submissionId}`,
      target: { kind: 'member', userId: song.submission.ownerId },
      notice: { kind: 'unplayable', publicId: song.submission.publicId, why },
      at,
    });
  }
}
