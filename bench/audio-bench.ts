import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startVoice, type VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { Children } from '../src/audio/children.ts';
import { Encoder } from '../src/audio/encoder.ts';
import { systemSpawner } from '../src/audio/fork-server.ts';
import { MediaFolder } from '../src/audio/media-folder.ts';
import { findPrograms } from '../src/audio/programs.ts';
import type { SideName } from './audio-child.ts';
import { evennessRows } from './audio-evenness.ts';
import { AudioProcess, guildIds, PATIENCE_MS } from './audio-process.ts';
import { installRivals } from './audio-rivals.ts';
import { BENCH_BOT, type BenchSongs } from './audio-side.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';

const STREAMS = 5;
/** Sides take turns; who begins changes from round to round, so that a machine that gets busier is nobody's fault. */
const ROUNDS = 4;
const WARM_UP_MS = 4_000;
const STEADY_MS = 20_000;
const STARTS = 7;
const SONG_SECONDS = 180;
const MB = 1_048_576;

const NAMES: Readonly<Record<SideName, string>> = {
  ours: 'Skipline',
  plain: 'plain Ogg through the library',
  usual: 'ffmpeg to PCM, opusscript, inline volume',
  'discord-player': 'discord-player 7',
};

interface Figures {
  /** Per minute of one stream, ms: the mean of the rounds. */
  readonly cpuMs: number;
  readonly rss: number;
  /** Command to first packet, ms. */
  readonly startMs: number;
}

/** Playing, beside what others do with the same song in the same run. Every side has a process of its own. */
export async function audioBench(): Promise<readonly BenchRow[]> {
  const dataDir = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const voice = await startVoice();
  try {
    const { songs, ...intake } = await prepareSong(dataDir);
    const figures = await measureSides(['ours', 'plain', ...installRivals()], songs, voice);
    return [...compared(figures), ...(await evennessRows(songs, voice)), ...intakeRows(intake)];
  } finally {
    await voice.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

function compared(figures: ReadonlyMap<SideName, Figures>): readonly BenchRow[] {
  const ours = figures.get('ours');
  if (ours === undefined) return [];
  return [...figures].flatMap(([side, other]) =>
    side === 'ours'
      ? []
      : [
          besides(`CPU per stream-minute, ${STREAMS} streams`, ours.cpuMs, 'ms', NAMES[side], other.cpuMs),
          besides(`memory with ${STREAMS} streams`, ours.rss / MB, 'MB', NAMES[side], other.rss / MB),
          besides('command to first packet when joined, median', ours.startMs, 'ms', NAMES[side], other.startMs),
        ],
  );
}

/** Noise and tones: no easier to encode than music. */
async function prepareSong(dataDir: string) {
  const folder = new MediaFolder(dataDir);
  await folder.prepare();
  const original = join(dataDir, 'song.mp3');
  const tones = `aevalsrc='0.2*sin(2*PI*110*t)+0.2*sin(2*PI*331*t+sin(3*t))|0.2*sin(2*PI*220*t)':d=${SONG_SECONDS}:s=44100`;
  const noise = `anoisesrc=d=${SONG_SECONDS}:c=pink:a=0.5:r=44100`;
  const mixed = ['-filter_complex', '[0][1]amix=2:normalize=0', '-b:a', '192k', original];
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', tones, '-f', 'lavfi', '-i', noise, ...mixed]);
  const programs = await findPrograms({ environment: { PATH: process.env.PATH ?? '' } });
  const encoder = new Encoder(new Children(programs, systemSpawner()), programs, folder);
  const sha256 = 'a'.repeat(64);
  const began = performance.now();
  const output = folder.encoded(sha256);
  const signal = new AbortController().signal;
  const encoded = await encoder.encode({ input: original, format: 'mp3', output, background: true, signal });
  if (!encoded.ok) throw new Error(encoded.error.kind);
  const tookMs = performance.now() - began;
  const { durationMs } = encoded.value;
  return { songs: { original, dataDir, sha256, durationMs }, tookMs, durationMs };
}

function intakeRows({
  tookMs,
  durationMs,
}: {
  readonly tookMs: number;
  readonly durationMs: number;
}): readonly BenchRow[] {
  return [
    { name: 'intake of a 3-minute MP3: measured, levelled, encoded', value: tookMs / 1000, unit: 's' },
    { name: 'intake speed', value: durationMs / tookMs, unit: 'x real time' },
  ];
}

interface Side {
  readonly name: SideName;
  readonly child: AudioProcess;
  readonly guilds: readonly string[];
  readonly startMs: number;
  readonly rounds: { readonly cpuMs: number; readonly rss: number }[];
}

/** Every side's process stays up for all rounds, so that all are equally warm. */
async function measureSides(
  names: readonly SideName[],
  songs: BenchSongs,
  voice: VoiceSandbox,
): Promise<ReadonlyMap<SideName, Figures>> {
  const sides: Side[] = [];
  try {
    for (const [index, name] of names.entries()) {
      const child = new AudioProcess(name, songs, voice);
      const guilds = guildIds(STREAMS, index * STREAMS);
      const side = { name, child, guilds, startMs: 0, rounds: [] };
      sides.push(side);
      await child.until((told) => told.kind === 'up');
      await child.ask({ kind: 'join', guildIds: guilds });
      sides[index] = { ...side, startMs: await medianStart(child, guilds[0] ?? '', voice) };
    }
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const side of round % 2 === 0 ? sides : [...sides].reverse()) side.rounds.push(await oneRound(side, voice));
    }
    return new Map(sides.map((side) => [side.name, figuresOf(side)]));
  } finally {
    for (const { child } of sides) await child.end();
  }
}

function figuresOf({ rounds, startMs }: Side): Figures {
  const cpuMs = rounds.reduce((sum, round) => sum + round.cpuMs, 0) / rounds.length;
  return { cpuMs, rss: Math.max(...rounds.map(({ rss }) => rss)), startMs };
}

async function oneRound({ child, guilds }: Side, voice: VoiceSandbox) {
  await child.ask({ kind: 'play', guildIds: guilds });
  await sleep(WARM_UP_MS);
  const began = performance.now();
  await child.ask({ kind: 'measure', watch: false });
  await sleep(STEADY_MS);
  child.send({ kind: 'measured' });
  const { cpuMs, rss } = await child.usage();
  const minutes = ((performance.now() - began) / 60_000) * STREAMS;
  await child.ask({ kind: 'stop', guildIds: guilds });
  for (const guildId of guilds) await voice.captureOf(guildId, BENCH_BOT).waitForSilence({ timeoutMs: PATIENCE_MS });
  return { cpuMs: cpuMs / minutes, rss };
}

/** The first one also loads and compiles, and does not count. */
async function medianStart(child: AudioProcess, guildId: string, voice: VoiceSandbox): Promise<number> {
  const starts: number[] = [];
  for (let start = 0; start < STARTS; start += 1) starts.push(await startMs(child, guildId, voice));
  return percentile(starts.slice(1), 0.5);
}

async function startMs(child: AudioProcess, guildId: string, voice: VoiceSandbox): Promise<number> {
  const capture = voice.captureOf(guildId, BENCH_BOT);
  const mark = capture.mark();
  const [[first], played] = await Promise.all([
    capture.waitForAudio({ frames: 1, from: mark }, { timeoutMs: PATIENCE_MS }),
    child.ask({ kind: 'play', guildIds: [guildId] }),
  ]);
  const arrived = performance.timeOrigin + (first?.arrivedAt ?? Number.NaN);
  await child.ask({ kind: 'stop', guildIds: [guildId] });
  await capture.waitForSilence({ timeoutMs: PATIENCE_MS });
  return arrived - played.at;
}
