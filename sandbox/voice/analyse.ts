/** What captured sound sounds like: decoded by ffmpeg, then measured. */
import { spawn } from 'node:child_process';
import { type CapturedFrame, framesToOgg, type OggChoice } from './capture.ts';
import { OPUS_RATE } from './opus.ts';
import { type PacingReport, pacingOf } from './pacing.ts';
import { dominantHz, peak, rms, toDb } from './spectrum.ts';

export interface Pcm {
  /** Samples per second. */
  readonly rate: number;
  /** One array per channel, samples from -1 to 1. */
  readonly channels: readonly Float32Array[];
}

export interface ChannelReport {
  readonly rmsDb: number;
  readonly peakDb: number;
  readonly dominantHz: number;
}

export interface AudioReport {
  readonly durationMs: number;
  /** Of all channels together; 0 for silence. */
  readonly dominantHz: number;
  readonly rmsDb: number;
  /** Integrated loudness (EBU R128); undefined when too short or too quiet to have one. */
  readonly lufs: number | undefined;
  readonly truePeakDb: number | undefined;
  readonly channels: readonly ChannelReport[];
}

export interface HeardReport extends AudioReport {
  readonly pacing: PacingReport;
}

export interface AnalyseOptions {
  /** Default `FFMPEG_PATH`, else `ffmpeg`. */
  readonly ffmpegPath?: string;
}

interface Decoded {
  readonly pcm: Pcm;
  readonly lufs: number | undefined;
  readonly truePeakDb: number | undefined;
}

/** Below this nothing was measured: ffmpeg's value for "no block passed the gate". */
const LUFS_FLOOR = -69.5;
const CHANNELS = 2;
const TIMEOUT_MS = 60_000;

/** Levels, pitch and loudness of an Ogg Opus file. Holds the decoded sound in memory: 0.4 MB per second. */
export async function analyseOgg(ogg: Uint8Array, options: AnalyseOptions = {}): Promise<AudioReport> {
  const { pcm, lufs, truePeakDb } = await decode(ogg, options);
  const mixed = mix(pcm);
  return {
    durationMs: (mixed.length * 1000) / pcm.rate,
    dominantHz: dominantHz(mixed, pcm.rate),
    rmsDb: toDb(Math.sqrt(pcm.channels.reduce((sum, channel) => sum + rms(channel) ** 2, 0) / pcm.channels.length)),
    lufs,
    truePeakDb,
    channels: pcm.channels.map((channel) => ({
      rmsDb: toDb(rms(channel)),
      peakDb: toDb(peak(channel)),
      dominantHz: dominantHz(channel, pcm.rate),
    })),
  };
}

/** Frames of a capture: the sound without Discord's silence frames (so its length is the song's), and their pacing. */
export async function analyseFrames(
  frames: readonly CapturedFrame[],
  options: AnalyseOptions & OggChoice & { readonly gapMs?: number } = {},
): Promise<HeardReport> {
  const ogg = framesToOgg(frames, { silence: options.silence ?? 'drop', gaps: options.gaps ?? 'skip' });
  return { ...(await analyseOgg(ogg, options)), pacing: pacingOf(frames, options.gapMs) };
}

export async function decodeOgg(ogg: Uint8Array, options: AnalyseOptions = {}): Promise<Pcm> {
  return (await decode(ogg, options)).pcm;
}

export interface Moment {
  readonly atMs: number;
  /** Strongest frequency of all channels together. */
  readonly hz: number;
  readonly channelsDb: readonly number[];
}

/** Pitch and level window by window: where a song was when, and where in the stereo field. */
export function timeline(pcm: Pcm, windowMs = 50): readonly Moment[] {
  const size = Math.round((windowMs * pcm.rate) / 1000);
  const mixed = mix(pcm);
  return Array.from({ length: Math.floor(mixed.length / size) }, (_, index) => {
    const start = index * size;
    return {
      atMs: index * windowMs,
      hz: dominantHz(mixed.subarray(start, start + size), pcm.rate),
      channelsDb: pcm.channels.map((channel) => toDb(rms(channel.subarray(start, start + size)))),
    };
  });
}

function mix(pcm: Pcm): Float32Array {
  const [first] = pcm.channels;
  if (first === undefined) return new Float32Array();
  return first.map((_, at) => pcm.channels.reduce((sum, channel) => sum + (channel[at] ?? 0), 0) / pcm.channels.length);
}

async function decode(ogg: Uint8Array, options: AnalyseOptions): Promise<Decoded> {
  const { output, log } = await runFfmpeg(ogg, options.ffmpegPath ?? process.env.FFMPEG_PATH ?? 'ffmpeg');
  const lufs = lastNumber(log, /I:\s+(-?[\d.]+) LUFS/g);
  const truePeakDb = lastNumber(log, /Peak:\s+(-?[\d.]+) dBFS/g);
  return { pcm: deinterleave(output), lufs: lufs !== undefined && lufs > LUFS_FLOOR ? lufs : undefined, truePeakDb };
}

function deinterleave(output: Buffer): Pcm {
  const samples = Math.floor(output.length / (4 * CHANNELS));
  const channels = Array.from({ length: CHANNELS }, () => new Float32Array(samples));
  for (let at = 0; at < samples; at += 1) {
    for (const [channel, values] of channels.entries()) values[at] = output.readFloatLE(4 * (at * CHANNELS + channel));
  }
  return { rate: OPUS_RATE, channels };
}

function lastNumber(text: string, pattern: RegExp): number | undefined {
  const found = [...text.matchAll(pattern)].at(-1)?.[1];
  return found === undefined ? undefined : Number(found);
}

function runFfmpeg(input: Uint8Array, program: string): Promise<{ readonly output: Buffer; readonly log: string }> {
  // `framelog=verbose` keeps the meter's ten lines a second out of the log; the summary stays.
  const meter = 'ebur128=peak=true:framelog=verbose';
  const wanted = ['-map', '0:a:0', '-af', meter, '-f', 'f32le', '-ar', `${OPUS_RATE}`, '-ac', `${CHANNELS}`];
  const args = ['-nostdin', '-hide_banner', '-nostats', '-f', 'ogg', '-i', 'pipe:0', ...wanted, 'pipe:1'];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { timeout: TIMEOUT_MS });
    const output: Buffer[] = [];
    const log: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => log.push(chunk));
    // ffmpeg may close its input early; its exit code tells what went wrong.
    child.stdin.on('error', () => undefined);
    child.on('error', reject);
    child.on('close', (code) => {
      const text = Buffer.concat(log).toString();
      if (code === 0) resolve({ output: Buffer.concat(output), log: text });
      else reject(new Error(`ffmpeg ended with ${code}: ${text.slice(-500)}`));
    });
    child.stdin.end(input);
  });
}
