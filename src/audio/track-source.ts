import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { AudioResource } from '@discordjs/voice';
import { tempoOf } from '../domain/playback.ts';
import type { AudioRef, SongSettings } from '../ports/audio-out.ts';
import { fileArg } from './audio-file.ts';
import type { Children } from './children.ts';
import { filterChain } from './filters.ts';
import type { MediaFolder } from './media-folder.ts';
import { PACKET_MS } from './ogg-opus.ts';
import { OpusFile } from './opus-file.ts';
import { ChildPackets, FilePackets } from './packet-stream.ts';
import type { Programs } from './programs.ts';

/** Silence frames behind the last packet, so that listeners' decoders do not guess on. */
const PADDING_FRAMES = 5;
/** A filtered song takes as long as it plays, however long it is paused in between. */
const FILTER_TIMEOUT_MS = 12 * 3_600_000;
const FILTER_CPU_SECONDS = 3_600;
/** Children that filter, in all guilds together. */
const MAX_FILTERS = 40;

/** A song opened at a position, its first packet ready to be sent. */
export interface TrackSource {
  /** Packets still to be sent, for the library's player. */
  readonly resource: AudioResource;
  /** Where in the song the next packet begins, ms. */
  position(): number;
  /** Every packet was handed out: the song is over. */
  isFinished(): boolean;
  /** Costs a child process while it is open. */
  readonly isFiltered: boolean;
  /** Drops packets up to a later position, as far as they are there. */
  skipTo(positionMs: number): void;
  close(): void;
}

/** Opens prepared songs: as they are when nothing is to be changed, else through one ffmpeg. */
export class TrackSources {
  readonly #folder: MediaFolder;
  readonly #children: Children;
  readonly #programs: Programs;
  #filtering = 0;

  constructor(folder: MediaFolder, children: Children, programs: Programs) {
    this.#folder = folder;
    this.#children = children;
    this.#programs = programs;
  }

  /**
   * @param signal nobody wants it any more
   * @returns null when the file is gone, holds nothing behind that position, cannot be read, or nobody wants it
   */
  async open(
    audio: AudioRef,
    positionMs: number,
    settings: SongSettings,
    signal: AbortSignal,
  ): Promise<TrackSource | null> {
    if (signal.aborted) return null;
    const path = audio.kind === 'file' ? this.#folder.encoded(audio.sha256) : this.#folder.link(audio.key);
    const isPlain = settings.volume === 100 && settings.filters.length === 0;
    return isPlain ? this.#openPlain(path, positionMs, signal) : this.#openFiltered(path, positionMs, settings, signal);
  }

  async #openPlain(path: string, positionMs: number, signal: AbortSignal): Promise<TrackSource | null> {
    const file = await OpusFile.open(path);
    if (file === null) return null;
    const from = await file.seek(positionMs);
    return ready(new FilePackets(file), { startMs: from, tempo: 1, isFiltered: false }, signal);
  }

  async #openFiltered(
    path: string,
    positionMs: number,
    settings: SongSettings,
    signal: AbortSignal,
  ): Promise<TrackSource | null> {
    if (this.#filtering >= MAX_FILTERS) return null;
    const reading = ['-nostdin', '-v', 'error', '-threads', '1', '-protocol_whitelist', 'file', '-f', 'ogg'];
    const chain = filterChain(settings.filters, settings.volume);
    const args = [
      ...reading,
      ...['-ss', (positionMs / 1000).toFixed(3), '-i', fileArg(path), '-map', '0:a:0', '-af', chain],
      ...['-ar', '48000', '-ac', '2', '-c:a', 'libopus', '-b:a', '128k', '-frame_duration', '20'],
      // Short pages, so that the first packet need not wait for a second of sound.
      ...['-application', 'audio', '-map_metadata', '-1', '-f', 'ogg', '-page_duration', '100000'],
      ...['-flush_packets', '1', 'pipe:1'],
    ];
    const limits = {
      timeoutMs: FILTER_TIMEOUT_MS,
      cpuSeconds: FILTER_CPU_SECONDS,
      fileBytes: 2 ** 40,
      background: false,
    };
    this.#filtering += 1;
    const child = this.#children.stream({ program: this.#programs.ffmpeg, args }, limits);
    void child.ended.then(() => {
      this.#filtering -= 1;
    });
    const track = { startMs: positionMs, tempo: tempoOf(settings.filters), isFiltered: true };
    return ready(new ChildPackets(child), track, signal);
  }
}

/** Waits for the first packet; null when there is none. */
async function ready(
  packets: Readable,
  { startMs, tempo, isFiltered }: { readonly startMs: number; readonly tempo: number; readonly isFiltered: boolean },
  signal: AbortSignal,
): Promise<TrackSource | null> {
  const resource = new AudioResource([], [packets], null, PADDING_FRAMES);
  const ended = new AbortController();
  // For good: a stream may break before the player listens, or after it stopped to.
  packets.on('error', () => ended.abort());
  packets.once('close', () => ended.abort());
  packets.once('end', () => ended.abort());
  const unwanted = AbortSignal.any([ended.signal, signal]);
  try {
    // The resource listens too: once this is over it counts as started, and the player swaps it in without a pause.
    if (!resource.started) await once(packets, 'readable', { signal: unwanted });
  } catch (error) {
    packets.destroy();
    if (unwanted.aborted) return null;
    throw error;
  }
  // A stream without a single packet becomes readable too, to say that it ended.
  if (packets.readableLength === 0) {
    packets.destroy();
    return null;
  }
  let skipped = 0;
  const position = (): number => startMs + (resource.playbackDuration + skipped * PACKET_MS) * tempo;
  return {
    resource,
    isFiltered,
    position,
    isFinished: () => packets.readableEnded,
    skipTo(positionMs) {
      while (position() + PACKET_MS * tempo <= positionMs && packets.read() !== null) skipped += 1;
    },
    close: () => {
      packets.destroy();
    },
  };
}
