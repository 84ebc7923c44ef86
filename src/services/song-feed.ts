import { err, ok, type Result } from '../lib/result.ts';
import type { Song } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { MediaService } from './media-service.ts';
import { type DeckSong, songIdOf } from './playback-deck.ts';
import type { SettingsService } from './settings-service.ts';

export interface SongFeedPorts {
  readonly store: Store;
  readonly links: LinkResolver;
  readonly media: Pick<MediaService, 'enqueue'>;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Audio of a song, or why there is none, in plain words. */
export type Found = Result<Pick<Song, 'audio' | 'durationMs'>, string>;

export type Fed =
  /** `deliver` was called. */
  | { readonly kind: 'delivered' }
  /** `deliver` was called with the same words. */
  | { readonly kind: 'unplayable'; readonly why: string }
  /** Its file is being encoded; `song.prepared` tells when to feed it again. */
  | { readonly kind: 'preparing'; readonly durationMs: number }
  /** `deliver` will be called. `soon` resolves when it was, or after a moment: with the reason when there is none to hear. */
  | { readonly kind: 'fetching'; readonly soon: Promise<string | null> };

/** A quick platform answers a command within this time. ms */
const SOON_MS = 2_500;
const BROKEN = 'it could not be fetched';
/** The head of the queue changes with every like; links are not fetched at that pace. ms */
const PREFETCH_EVERY_MS = 20_000;

/** Brings songs to where they can be played: files from the store, links from their platforms. */
export class SongFeed {
  readonly #ports: SongFeedPorts;
  readonly #fetching = new Map<string, AbortController>();
  readonly #prefetched = new Map<string, { readonly submissionId: number; readonly at: number }>();

  constructor(ports: SongFeedPorts) {
    this.#ports = ports;
  }

  stop(): void {
    for (const guildId of [...this.#fetching.keys()]) this.cancel(guildId);
  }

  /** Whatever is being fetched to be played now. */
  cancel(guildId: string): void {
    this.#fetching.get(guildId)?.abort();
    this.#fetching.delete(guildId);
  }

  /** An earlier feed of the guild is cancelled, and its `deliver` not called any more. */
  async feed(guildId: string, song: DeckSong, deliver: (found: Found) => Promise<void>): Promise<Fed> {
    this.cancel(guildId);
    const { track } = song.submission;
    if (track.kind === 'link') return this.#fetch(guildId, track.url, deliver);
    const { store, media, clock } = this.#ports;
    const row = await store.read((reads) => reads.media.get(track.sha256));
    if (row?.state === 'preparing') {
      media.enqueue(track.sha256, true);
      return { kind: 'preparing', durationMs: row.durationMs };
    }
    if (row?.state !== 'ready') {
      const why = row?.reason ?? 'its file is not kept any more';
      await deliver(err(why));
      return { kind: 'unplayable', why };
    }
    await store.transaction((tx) => tx.media.touch(track.sha256, clock.now()));
    await deliver(ok({ audio: { kind: 'file', sha256: track.sha256 }, durationMs: row.durationMs }));
    return { kind: 'delivered' };
  }

  /** Makes the first song of the queue ready, so that Next is heard at once. */
  async next(guildId: string, prepared: (song: Song) => void): Promise<void> {
    const { store, links, settings, clock } = this.#ports;
    const found = await store.read(async (reads) => {
      const submission = await reads.submissions.first(guildId);
      if (submission === null) return null;
      const { track } = submission;
      return { submission, row: track.kind === 'file' ? await reads.media.get(track.sha256) : null };
    });
    if (found === null) return;
    const { submission, row } = found;
    const { track } = submission;
    // The play does not exist yet; what is prepared is found again by its audio.
    const songId = songIdOf({ playId: 0, startedAt: 0, submission });
    if (track.kind === 'file') {
      if (row?.state !== 'ready') return;
      prepared({ songId, audio: { kind: 'file', sha256: track.sha256 }, durationMs: row.durationMs });
      return;
    }
    const last = this.#prefetched.get(guildId);
    const now = clock.monotonic();
    if (last !== undefined && (last.submissionId === submission.id || now - last.at < PREFETCH_EVERY_MS)) return;
    this.#prefetched.set(guildId, { submissionId: submission.id, at: now });
    const hosts = (await settings.all(guildId))['submissions.hosts'];
    await links.playable(track.url, hosts, new AbortController().signal);
  }

  async #fetch(guildId: string, url: string, deliver: (found: Found) => Promise<void>): Promise<Fed> {
    const { links, settings, log } = this.#ports;
    const hosts = (await settings.all(guildId))['submissions.hosts'];
    const fetching = new AbortController();
    this.#fetching.set(guildId, fetching);
    const fetched = links
      .playable(url, hosts, fetching.signal)
      .then(async (playable) => {
        if (fetching.signal.aborted) return null;
        if (!playable.ok) {
          log.info({ guildId, cause: playable.error.cause, why: playable.error.why }, 'link cannot be played');
          await deliver(err(playable.error.why));
          return playable.error.why;
        }
        const { key, durationMs } = playable.value;
        await deliver(ok({ audio: { kind: 'link', key }, durationMs }));
        return null;
      })
      .catch(async (error: unknown) => {
        log.error({ err: error, guildId }, 'link could not be fetched');
        await deliver(err(BROKEN));
        return BROKEN;
      });
    return { kind: 'fetching', soon: Promise.race([fetched, this.#moment()]) };
  }

  #moment(): Promise<null> {
    return new Promise((resolve) => {
      this.#ports.clock.after(SOON_MS, () => resolve(null));
    });
  }
}
