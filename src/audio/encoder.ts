import { rm } from 'node:fs/promises';
import { err, ok, type Result } from '../lib/result.ts';
import type { EncodeTrouble } from '../ports/media-files.ts';
import type { EncodedMedia } from '../ports/media-store.ts';
import { decodeArgs, fileArg, type ReadableFormat } from './audio-file.ts';
import type { ChildEnd, ChildLimits, Children } from './children.ts';
import { wasInterrupted } from './interrupted.ts';
import {
  correctedLevelling,
  type Levelling,
  type Loudness,
  levellingFilters,
  levellingFor,
  METER,
  readLoudness,
} from './loudness.ts';
import { isDiskFull, type MediaFolder, sizeOf } from './media-folder.ts';
import type { Programs } from './programs.ts';
import { PEAK_RATE, PeakMeter } from './waveform.ts';

/** Of the encoded songs, bits per second. Transparent for stereo music, whatever the channel is set to. */
export const BITRATE = 128_000;

/** Longest song there can be, plus some. The settings stop earlier. */
const MAX_SECONDS = 2 * 3600 + 60;
const MAX_BYTES = (BITRATE / 8) * MAX_SECONDS * 1.3;

const LIMITS: Omit<ChildLimits, 'background'> = {
  timeoutMs: 15 * 60_000,
  cpuSeconds: 10 * 60,
  fileBytes: MAX_BYTES,
};

/** Everything after decoding begins like this, so that what is measured is what is heard. */
const STEREO = 'aresample=48000,aformat=sample_fmts=flt:channel_layouts=stereo';

export interface EncodeJob {
  readonly input: string;
  readonly format: ReadableFormat;
  /** Where the finished file goes. */
  readonly output: string;
  /** At lower priority than what is being played. */
  readonly background: boolean;
  readonly signal: AbortSignal;
}

/** Measures a file, levels it and writes it as Ogg Opus: 48 kHz, stereo, 20 ms per packet. */
export class Encoder {
  readonly #children: Children;
  readonly #programs: Programs;
  readonly #folder: MediaFolder;

  constructor(children: Children, programs: Programs, folder: MediaFolder) {
    this.#children = children;
    this.#programs = programs;
    this.#folder = folder;
  }

  async encode(job: EncodeJob): Promise<Result<EncodedMedia, EncodeTrouble>> {
    if ((await sizeOf(job.input)) === null) return err({ kind: 'missing' });
    const measured = await this.#measure(job);
    if (!measured.ok) return measured;
    const { loudness, meter } = measured.value;
    const scratch = this.#folder.scratch('opus');
    try {
      const written = await this.#writeLevelled(job, loudness, scratch);
      if (!written.ok) return written;
      const opusBytes = (await sizeOf(scratch)) ?? 0;
      if (opusBytes === 0) return err({ kind: 'unplayable', why: 'nothing could be decoded' });
      await this.#folder.settle(scratch, job.output);
      return ok({ ...loudness, durationMs: Math.round(meter.durationMs), peaks: meter.peaks(), opusBytes });
    } catch (error) {
      if (isDiskFull(error)) return err({ kind: 'disk-full' });
      throw error;
    } finally {
      await rm(scratch, { force: true });
    }
  }

  async #measure(job: EncodeJob): Promise<Result<{ loudness: Loudness; meter: PeakMeter }, EncodeTrouble>> {
    const meter = new PeakMeter();
    const graph = [
      `[0:a:0]${STEREO},asplit[loud][seen]`,
      `[loud]${METER},anullsink`,
      `[seen]pan=mono|c0=0.5*c0+0.5*c1,aresample=${PEAK_RATE}[peaks]`,
    ].join(';');
    const args = [...this.#reading(job), '-filter_complex', graph, '-map', '[peaks]', '-f', 's16le', 'pipe:1'];
    const limits = { ...LIMITS, background: job.background };
    const command = { program: this.#programs.ffmpeg, args };
    const end = await this.#children.consume(command, limits, (piece) => meter.add(piece), job.signal);
    const log = logOf(end);
    if (!log.ok) return log;
    const loudness = readLoudness(log.value);
    if (loudness === null || meter.durationMs === 0)
      return err({ kind: 'unplayable', why: 'nothing could be decoded' });
    return ok({ loudness, meter });
  }

  /** One pass as computed; a second one only when the limiter took too much or let too much through. */
  async #writeLevelled(job: EncodeJob, source: Loudness, path: string): Promise<Result<void, EncodeTrouble>> {
    const first = levellingFor(source);
    const heard = await this.#write(job, first, path);
    if (!heard.ok) return heard;
    const better = heard.value === null ? null : correctedLevelling(first, source, heard.value);
    if (better === null) return ok(undefined);
    const again = await this.#write(job, better, path);
    return again.ok ? ok(undefined) : again;
  }

  async #write(job: EncodeJob, levelling: Levelling, path: string): Promise<Result<Loudness | null, EncodeTrouble>> {
    const filters = [STEREO, ...levellingFilters(levelling), METER].join(',');
    const encoding = ['-c:a', 'libopus', '-b:a', `${BITRATE}`, '-vbr', 'on', '-frame_duration', '20'];
    const args = [
      ...this.#reading(job),
      ...['-map', '0:a:0', '-vn', '-sn', '-dn', '-af', filters, '-ar', '48000', '-ac', '2', ...encoding],
      ...['-application', 'audio', '-map_metadata', '-1', '-fs', `${Math.floor(MAX_BYTES)}`, '-f', 'ogg', '-y'],
      fileArg(path),
    ];
    const limits = { ...LIMITS, background: job.background };
    const end = await this.#children.run({ program: this.#programs.ffmpeg, args }, limits, job.signal);
    const log = logOf(end);
    return log.ok ? ok(readLoudness(log.value)) : log;
  }

  #reading(job: EncodeJob): readonly string[] {
    const quiet = ['-nostdin', '-hide_banner', '-nostats', '-threads', '1', '-filter_threads', '1'];
    return [...quiet, ...decodeArgs(job.format), '-t', `${MAX_SECONDS}`, '-i', fileArg(job.input)];
  }
}

/** What ffmpeg printed, or why there is nothing to print. */
function logOf(end: ChildEnd): Result<string, EncodeTrouble> {
  if (wasInterrupted(end)) return err({ kind: 'cancelled' });
  switch (end.kind) {
    case 'exited':
      if (end.code === 0) return ok(end.stderr);
      if (/No space left on device|Disk quota exceeded/.test(end.stderr)) return err({ kind: 'disk-full' });
      return err({ kind: 'unplayable', why: 'it could not be decoded' });
    case 'killed':
    case 'timeout':
    case 'too-much-output':
      return err({ kind: 'unplayable', why: 'preparing it took more than a song should' });
    case 'cancelled':
      return err({ kind: 'cancelled' });
    case 'missing':
      throw new Error(`${end.program} cannot be run: install ffmpeg or set FFMPEG_PATH`);
  }
}
