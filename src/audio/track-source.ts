import { tempoOf } from '../domain/playback.ts';
import type { AudioRef, SongSettings } from '../ports/audio-out.ts';
import type { Logger } from '../ports/logger.ts';
import { fileArg } from './audio-file.ts';
import type { Children } from './children.ts';
import { filterChain } from './filters.ts';
import type { MediaFolder } from './media-folder.ts';
import { PACKET_MS } from './ogg-opus.ts';
import { OpusFile } from './opus-file.ts';
import { ChildPackets, FilePackets, type PacketQueue } from './packet-queue.ts';
import type { Programs } from './programs.ts';

/** A filtered song takes as long as it plays, however long it is paused in between. */
const FILTER_TIMEOUT_MS = 12 * 3_600_000;
const FILTER_CPU_SECONDS = 3_600;
/** Children that filter, in all guilds together. */
const MAX_FILTERS = 40;

/** A song opened at a position, its first packet there. */
export interface TrackSource {
  /** The next 20 ms; null when they are not there (yet). Never waits. */
  read(): Buffer | null;
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
  readonly #log: Logger;
  #filtering = 0;

  constructor(folder: MediaFolder, children: Children, programs: Programs, log: Logger) {
    this.#folder = folder;
    this.#children = children;
    this.#programs = programs;
    this.#log = log;
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
    const packets = new FilePackets(file, (error) => this.#log.error({ err: error, path }, 'a song could not be read'));
    return ready(packets.start(), { startMs: from, tempo: 1, isFiltered: false }, signal);
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
    const packets = new ChildPackets(child, (error) => this.#log.error({ err: error }, 'a filter sent nonsense'));
    return ready(packets.start(), track, signal);
  }
}

/** Waits for the first packet; null when there is none, or nobody wants it any more. */
async function ready(
  packets: PacketQueue,
  { startMs, tempo, isFiltered }: { readonly startMs: number; readonly tempo: number; readonly isFiltered: boolean },
  signal: AbortSignal,
): Promise<TrackSource | null> {
  const drop = (): void => packets.close();
  signal.addEventListener('abort', drop, { once: true });
  const hasPackets = await packets.ready;
  signal.removeEventListener('abort', drop);
  if (!hasPackets || signal.aborted) {
    packets.close();
    return null;
  }
  let taken = 0;
  const read = (): Buffer | null => {
    const packet = packets.read();
    if (packet !== null) taken += 1;
    return packet;
  };
  const position = (): number => startMs + taken * PACKET_MS * tempo;
  return {
    read,
    position,
    isFiltered,
    isFinished: () => packets.isFinished,
    skipTo(positionMs) {
      while (position() + PACKET_MS * tempo <= positionMs && read() !== null);
    },
    close: drop,
  };
}
