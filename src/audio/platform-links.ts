import { rm } from 'node:fs/promises';
import { type LinkTrack, parseLink } from '../domain/link.ts';
import type { Platform } from '../domain/submission.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkDescription, LinkResolver, LinkTrouble, PlayableLink } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import { sniffAny } from './audio-file.ts';
import type { Encoder } from './encoder.ts';
import type { Candidate, Extraction, Extractor } from './extraction.ts';
import type { LinkCache } from './link-cache.ts';
import { mostTelling, trouble } from './link-words.ts';
import { isDiskFull, type MediaFolder } from './media-folder.ts';
import { fetchOembed, oembedAddress } from './oembed.ts';
import { fetchFile } from './public-fetch.ts';
import { Recent } from './recent.ts';
import { Slots } from './slots.ts';

export interface PlatformLinksParts {
  /** In the order they are asked. */
  readonly extractors: readonly { readonly extractor: Extractor; readonly platforms: readonly Platform[] | 'all' }[];
  readonly cache: LinkCache;
  readonly encoder: Encoder;
  readonly folder: MediaFolder;
  readonly clock: Clock;
  readonly log: Logger;
  /** Only for tests: origins outside of the public internet that may be fetched, and other addresses for pages. */
  readonly trusted: ReadonlySet<string>;
  readonly redirect: (url: string) => string;
}

const DESCRIBE_MS = 5_000;
const PLAYABLE_MS = 180_000;
const IDLE_MS = 15_000;
/** Longest piece that is still taken for a song. ms */
const MAX_MS = 2 * 3_600_000;
export const MAX_LINK_BYTES = 250_000_000;
const FETCHES = 4;
/** Each may be a process of its own; a rush of pasted links must not be a rush of processes. */
const DESCRIPTIONS = 2;

const LOCKED: Partial<Record<Platform, string>> = {
  spotify: 'Spotify locks its songs to its own players',
  deezer: 'Deezer locks its songs to its own players',
};

interface Job {
  readonly done: Promise<Result<PlayableLink, LinkTrouble>>;
  readonly called: AbortController;
  waiting: number;
}

/** Songs behind links: fetched once, prepared like uploads, played from the disk. */
export class PlatformLinks implements LinkResolver {
  readonly #parts: PlatformLinksParts;
  readonly #jobs = new Map<string, Job>();
  readonly #slots = new Slots(FETCHES);
  readonly #describing = new Slots(DESCRIPTIONS);
  readonly #extractions = new Recent<{ readonly extractor: Extractor; readonly found: Extraction }>(200);
  readonly #descriptions = new Recent<LinkDescription>(1_000);

  constructor(parts: PlatformLinksParts) {
    this.#parts = parts;
  }

  async describe(url: string, hosts: readonly string[]): Promise<LinkDescription | null> {
    const link = parseLink(url, hosts);
    if (!link.ok) return null;
    return this.#describing.run(() => this.#describeInTime(link.value, hosts));
  }

  async #describeInTime(link: LinkTrack, hosts: readonly string[]): Promise<LinkDescription | null> {
    const { url, normalizedUrl, platform } = link;
    const known = this.#descriptions.get(normalizedUrl);
    if (known !== undefined) return known;
    const late = new AbortController();
    const inTime = this.#parts.clock.after(DESCRIBE_MS, () => late.abort());
    try {
      const found = await this.#describe(url, platform, hosts, late.signal);
      if (found !== null) this.#descriptions.set(normalizedUrl, found);
      return found;
    } catch (error) {
      this.#parts.log.warn({ err: error, platform }, 'a link could not be described');
      return null;
    } finally {
      inTime();
    }
  }

  async playable(
    url: string,
    hosts: readonly string[],
    signal: AbortSignal,
  ): Promise<Result<PlayableLink, LinkTrouble>> {
    const link = parseLink(url, hosts);
    if (!link.ok) return err(trouble('host-refused'));
    const { normalizedUrl, platform } = link.value;
    const locked = LOCKED[platform];
    if (locked !== undefined) return err(trouble('protected', locked));
    const key = this.#parts.cache.keyOf(normalizedUrl);
    const known = await this.#parts.cache.find(key, this.#parts.clock.now());
    if (known !== null) return ok(known);
    if (signal.aborted) return err(trouble('cancelled'));
    const running = this.#jobs.get(key);
    // One that was just called off still has to end; it must not answer for a new caller.
    const isGood = running !== undefined && !running.called.signal.aborted;
    const job = isGood ? running : this.#start(key, link.value.url, platform);
    job.waiting += 1;
    const leave = (): void => {
      job.waiting -= 1;
      if (job.waiting === 0) job.called.abort();
    };
    signal.addEventListener('abort', leave, { once: true });
    const result = await job.done;
    signal.removeEventListener('abort', leave);
    return signal.aborted ? err(trouble('cancelled')) : result;
  }

  async #describe(
    url: string,
    platform: Platform,
    hosts: readonly string[],
    signal: AbortSignal,
  ): Promise<LinkDescription | null> {
    const address = oembedAddress(platform, url);
    if (address !== null) {
      // The endpoint is a host like any other: only when the guild's list has it.
      const isListed = hosts.some((host) => address.hostname === host || address.hostname.endsWith(`.${host}`));
      if (!isListed) return null;
      return fetchOembed(new URL(this.#parts.redirect(address.href)), signal, this.#parts.trusted);
    }
    const extraction = await this.#extraction(url, platform, signal);
    if (!extraction.ok) return null;
    const { title, artist, durationMs } = extraction.value.found;
    return {
      ...(title === null ? {} : { title }),
      ...(artist === null ? {} : { artist }),
      ...(durationMs === null ? {} : { durationMs }),
    };
  }

  #start(key: string, url: string, platform: Platform): Job {
    const called = new AbortController();
    const late = new AbortController();
    const inTime = this.#parts.clock.after(PLAYABLE_MS, () => late.abort());
    const signal = AbortSignal.any([called.signal, late.signal]);
    const done = this.#slots
      .run(() => this.#fetch(key, url, platform, signal))
      .catch((error: unknown) => {
        if (isDiskFull(error)) return err(trouble('disk-full'));
        throw error;
      })
      .then((result) => (!result.ok && late.signal.aborted ? err(trouble('timeout')) : result))
      .finally(() => {
        inTime();
        if (this.#jobs.get(key) === job) this.#jobs.delete(key);
      });
    const job: Job = { done, called, waiting: 0 };
    this.#jobs.set(key, job);
    return job;
  }

  async #fetch(key: string, url: string, platform: Platform, signal: AbortSignal) {
    const { cache, clock, log } = this.#parts;
    if (signal.aborted) return err(trouble('cancelled'));
    const began = clock.monotonic();
    const wasKnown = this.#known(url) !== undefined;
    let fetched = await this.#fetchOnce(key, url, platform, signal);
    if (!fetched.ok && wasKnown && !signal.aborted) {
      // Its addresses may have ended sooner than they said.
      this.#extractions.delete(url);
      fetched = await this.#fetchOnce(key, url, platform, signal);
    }
    if (!fetched.ok) return fetched;
    await cache.prune(clock.now());
    log.info({ platform, tookMs: Math.round(clock.monotonic() - began) }, 'link is prepared');
    return fetched;
  }

  async #fetchOnce(
    key: string,
    url: string,
    platform: Platform,
    signal: AbortSignal,
  ): Promise<Result<PlayableLink, LinkTrouble>> {
    const extraction = await this.#extraction(url, platform, signal);
    if (!extraction.ok) return extraction;
    const { extractor, found } = extraction.value;
    if (found.isLive) return err(trouble('live-stream'));
    if (found.durationMs !== null && found.durationMs > MAX_MS) return err(trouble('too-long'));
    const troubles: LinkTrouble[] = [];
    for (const candidate of found.candidates) {
      const prepared = await this.#prepare(key, extractor, found, candidate, signal);
      if (prepared.ok) return prepared;
      if (signal.aborted) return err(trouble('cancelled'));
      this.#parts.log.info({ platform, candidate: candidate.id, ...prepared.error }, 'the next format is tried');
      troubles.push(prepared.error);
    }
    return err(troubles.length === 0 ? trouble('not-audio') : mostTelling(troubles));
  }

  /** One candidate, from its address to a file that can be played. */
  async #prepare(
    key: string,
    extractor: Extractor,
    found: Extraction,
    candidate: Candidate,
    signal: AbortSignal,
  ): Promise<Result<PlayableLink, LinkTrouble>> {
    const { folder, encoder, cache, clock } = this.#parts;
    await folder.prepare();
    const scratch = folder.scratch('part');
    try {
      const received = await this.#receive(extractor, found, candidate, scratch, signal);
      if (!received.ok) return received;
      const format = await sniffAny(scratch);
      if (format === null) return err(trouble('not-audio'));
      const job = { input: scratch, format, output: folder.link(key), background: false, signal };
      const encoded = await encoder.encode(job);
      if (!encoded.ok) {
        if (encoded.error.kind === 'disk-full' || encoded.error.kind === 'cancelled') {
          return err(trouble(encoded.error.kind));
        }
        return err(trouble('not-audio'));
      }
      const card = { durationMs: encoded.value.durationMs, title: found.title, artist: found.artist };
      await cache.keep(key, card, clock.now());
      return ok({ key, ...card });
    } finally {
      await rm(scratch, { force: true });
    }
  }

  async #receive(
    extractor: Extractor,
    found: Extraction,
    candidate: Candidate,
    path: string,
    signal: AbortSignal,
  ): Promise<Result<void, LinkTrouble>> {
    if (candidate.delivery === 'fragments') {
      return extractor.assemble?.(found, candidate, path, signal) ?? err(trouble('failed'));
    }
    const address = URL.parse(candidate.url);
    if (address === null) return err(trouble('failed'));
    const { headers, chunkBytes } = candidate;
    const limits = { maxBytes: MAX_LINK_BYTES, idleMs: IDLE_MS, signal, trusted: this.#parts.trusted };
    const fetched = await fetchFile(address, path, { headers, chunkBytes, ...limits });
    if (fetched.ok) return ok(undefined);
    if (fetched.error.kind === 'too-big') return err(trouble('too-big'));
    const isGone = fetched.error.kind === 'failed' && [404, 410].includes(fetched.error.status ?? 0);
    return err(trouble(isGone ? 'gone' : 'failed'));
  }

  #known(url: string) {
    const known = this.#extractions.get(url);
    return known !== undefined && known.found.expiresAt > this.#parts.clock.now() ? known : undefined;
  }

  async #extraction(url: string, platform: Platform, signal: AbortSignal) {
    const known = this.#known(url);
    if (known !== undefined) return ok(known);
    const troubles: LinkTrouble[] = [];
    for (const { extractor, platforms } of this.#parts.extractors) {
      if (platforms !== 'all' && !platforms.includes(platform)) continue;
      const found = await extractor.extract(this.#parts.redirect(url), signal);
      if (found.ok) {
        const extraction = { extractor, found: found.value };
        this.#extractions.set(url, extraction);
        return ok(extraction);
      }
      if (found.error.cause === 'cancelled') return found;
      troubles.push(found.error);
    }
    return err(troubles.length === 0 ? trouble('no-program') : mostTelling(troubles));
  }
}
