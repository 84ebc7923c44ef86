import { stat } from 'node:fs/promises';
import type { Failure } from '../domain/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { AudioFormat, SongTags } from '../ports/media-store.ts';
import { decodeArgs, fileArg, isWavCutShort, probeArgs } from './audio-file.ts';
import type { ChildEnd, ChildLimits, Children, Command } from './children.ts';
import { wasInterrupted } from './interrupted.ts';
import type { Programs } from './programs.ts';
import { cleanTag } from './song-tags.ts';

export interface ProbeLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

export interface Probed {
  /** Of what was really decoded. */
  readonly durationMs: number;
  readonly tags: SongTags;
}

const PROBE: ChildLimits = {
  timeoutMs: 15_000,
  cpuSeconds: 10,
  fileBytes: 0,
  outputBytes: 4 * 2 ** 20,
  background: false,
};
/** 20 min of MP3 decode in about a second of CPU; the worst honest codec in a few. */
const DECODE: ChildLimits = {
  timeoutMs: 60_000,
  cpuSeconds: 40,
  fileBytes: 0,
  outputBytes: 4 * 2 ** 20,
  background: false,
};

const MAX_CHANNELS = 8;
const MAX_RATE = 384_000;
/** Decoding may go on a little past the limit, to see that it does. */
const OVERTIME_MS = 5_000;

interface Headers {
  readonly durationMs: number | null;
  readonly tags: SongTags;
}

/**
 * Whether a file is one song that can be played to its end: headers first, then every sample is decoded once.
 * @throws Error when that could not be found out
 */
export async function probe(
  path: string,
  format: AudioFormat,
  limits: ProbeLimits,
  children: Children,
  programs: Programs,
): Promise<Result<Probed, Failure>> {
  const headers = await readHeaders(path, format, children, programs);
  if (!headers.ok) return headers;
  const declared = headers.value.durationMs;
  if (declared !== null && declared > limits.maxMs) return tooLong(declared, limits);
  if (format === 'wav' && (await isWavCutShort(path, (await stat(path)).size))) return err({ code: 'file-broken' });
  const decoded = await decodedMs(path, format, limits.maxMs + OVERTIME_MS, children, programs);
  if (decoded === null) return err({ code: 'file-broken' });
  // Containers round, encoders pad; what is missing beyond that was lost on the way.
  if (declared !== null && decoded < declared - Math.max(1_500, declared * 0.02)) return err({ code: 'file-broken' });
  if (decoded < limits.minMs || decoded > limits.maxMs) return tooLong(decoded, limits);
  return ok({ durationMs: decoded, tags: headers.value.tags });
}

function tooLong(durationMs: number, { minMs, maxMs }: ProbeLimits): Result<never, Failure> {
  return err({ code: 'file-length', durationMs, minMs, maxMs });
}

async function readHeaders(
  path: string,
  format: AudioFormat,
  children: Children,
  programs: Programs,
): Promise<Result<Headers, Failure>> {
  const args = ['-v', 'error', ...probeArgs(format), '-of', 'json', '-show_streams', '-show_format', fileArg(path)];
  const end = await look(children, { program: programs.ffprobe, args }, PROBE);
  if (end.kind !== 'exited' || end.code !== 0) return err({ code: 'file-broken' });
  const report = parseReport(end.stdout.toString('utf8'));
  if (report === null) return err({ code: 'file-broken' });
  const audio = report.streams.filter((stream) => stream.codec_type === 'audio');
  const hasVideo = report.streams.some(
    (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1,
  );
  if (hasVideo) return err({ code: 'file-has-video' });
  const [song] = audio;
  if (song === undefined) return err({ code: 'file-not-audio', looksLike: null });
  if (audio.length > 1) return err({ code: 'file-not-audio', looksLike: 'a file with several sound tracks' });
  const isSane = isBetween(song.channels, 1, MAX_CHANNELS) && isBetween(Number(song.sample_rate), 4_000, MAX_RATE);
  if (!isSane) return err({ code: 'file-broken' });
  const seconds = Number(report.format?.duration ?? Number.NaN);
  return ok({
    durationMs: Number.isFinite(seconds) ? Math.round(seconds * 1000) : null,
    tags: tagsOf({ ...song.tags, ...report.format?.tags }),
  });
}

function isBetween(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}

/** Null when it cannot be decoded at all, or takes more than it should. */
async function decodedMs(
  path: string,
  format: AudioFormat,
  mostMs: number,
  children: Children,
  programs: Programs,
): Promise<number | null> {
  const reading = ['-nostdin', '-v', 'error', '-threads', '1', ...decodeArgs(format), '-i', fileArg(path)];
  const writing = ['-map', '0:a:0', '-t', `${mostMs / 1000}`, '-f', 'null', '-progress', 'pipe:1', '-'];
  const end = await look(children, { program: programs.ffmpeg, args: [...reading, ...writing] }, DECODE);
  if (end.kind !== 'exited' || end.code !== 0) return null;
  const last = [...end.stdout.toString('latin1').matchAll(/^out_time_us=(\d+)$/gm)].at(-1)?.[1];
  return last === undefined ? null : Math.round(Number(last) / 1000);
}

/** An end that tells of the file. */
async function look(children: Children, command: Command, limits: ChildLimits): Promise<ChildEnd> {
  const end = await children.run(command, limits);
  if (end.kind === 'missing') throw new Error(`${command.program} cannot be run: install ffmpeg or set FFMPEG_PATH`);
  if (wasInterrupted(end)) throw new Error(`${command.program} was ended from outside`);
  return end;
}

interface Stream {
  readonly codec_type?: string;
  readonly channels?: number;
  readonly sample_rate?: string;
  readonly disposition?: { readonly attached_pic?: number };
  readonly tags?: Readonly<Record<string, unknown>>;
}
interface Report {
  readonly streams: readonly Stream[];
  readonly format?: { readonly duration?: string; readonly tags?: Readonly<Record<string, unknown>> };
}

/** ffprobe's JSON; a file whose tags make it invalid is no use to anybody. */
function parseReport(text: string): Report | null {
  try {
    const report = JSON.parse(text) as Partial<Report>;
    return Array.isArray(report.streams) ? (report as Report) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Tag names differ in case by container. */
function tagsOf(tags: Readonly<Record<string, unknown>>): SongTags {
  const byName = new Map(Object.entries(tags).map(([name, value]) => [name.toLowerCase(), value]));
  const artist = cleanTag(byName.get('artist') ?? byName.get('album_artist'));
  const title = cleanTag(byName.get('title'));
  return { ...(artist === null ? {} : { artist }), ...(title === null ? {} : { title }) };
}
