import { type ChildProcess, execFileSync, fork, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { pacingOf } from '../sandbox/voice/pacing.ts';
import { startVoice, type VoiceSandbox } from '../sandbox/voice/voice-sandbox.ts';
import { Children } from '../src/audio/children.ts';
import { Encoder } from '../src/audio/encoder.ts';
import { MediaFolder } from '../src/audio/media-folder.ts';
import { findPrograms } from '../src/audio/programs.ts';
import type { AudioAsk, AudioTold, SideName } from './audio-child.ts';
import { BENCH_BOT, type BenchSongs } from './audio-side.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import type { CrowdAsk, CrowdTold } from './live-crowd.ts';

const STREAMS = 5;
const MANY_STREAMS = 10;
const WARM_UP_MS = 6_000;
const STEADY_MS = 20_000;
const STARTS = 7;
const SONG_SECONDS = 180;
const LIVE_PER_SECOND = 1_000;
const PATIENCE_MS = 60_000;
const MB = 1_048_576;

const NAMES: Readonly<Record<SideName, string>> = {
  ours: 'Skipline',
  plain: 'plain Ogg through the library',
  usual: 'ffmpeg to PCM, opusscript, inline volume',
  'discord-player': 'discord-player 7',
};

interface Figures {
  /** Per minute of one stream, ms. */
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
    const rivals = installRivals();
    const sides: readonly SideName[] = ['ours', 'plain', ...rivals];
    const figures = new Map<SideName, Figures>();
    for (const side of sides) figures.set(side, await measureSide(side, songs, voice));
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
  const encoder = new Encoder(new Children(programs), programs, folder);
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

/** From the network, into their own folder; without it those rows are left out. */
function installRivals(): readonly SideName[] {
  const folder = fileURLToPath(new URL('./rivals', import.meta.url));
  if (!existsSync(join(folder, 'node_modules', 'discord-player'))) {
    process.stdout.write('  installing what is measured beside us (bench/rivals) …\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
  }
  const isThere = (name: string): boolean => existsSync(join(folder, 'node_modules', name));
  return [
    ...(isThere('opusscript') ? (['usual'] as const) : []),
    ...(isThere('discord-player') ? (['discord-player'] as const) : []),
  ];
}

async function measureSide(side: SideName, songs: BenchSongs, voice: VoiceSandbox): Promise<Figures> {
  const child = new AudioProcess(side, songs, voice);
  try {
    await child.until((told) => told.kind === 'up');
    const guilds = guildIds(STREAMS);
    await child.ask({ kind: 'join', guildIds: guilds });
    const starts: number[] = [];
    for (let start = 0; start < STARTS; start += 1) starts.push(await startMs(child, guilds[0] ?? '', voice));
    await child.ask({ kind: 'play', guildIds: guilds });
    await sleep(WARM_UP_MS);
    await child.ask({ kind: 'measure', loop: false });
    await sleep(STEADY_MS);
    child.send({ kind: 'measured' });
    const usage = await child.usage();
    // The first one also loads and compiles.
    return {
      cpuMs: (usage.cpuMs * 60_000) / STEADY_MS / STREAMS,
      rss: usage.rss,
      startMs: percentile(starts.slice(1), 0.5),
    };
  } finally {
    await child.end();
  }
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

interface Evenness {
  readonly jitterP99: number;
  readonly longest: number;
  readonly loopDelayP99: number;
}

/**
 * Ten streams in the process that also takes in a LIVE, then with an intake on top. At the same time the bare library plays
 * one stream in a process that does nothing else: what it suffers is the machine's doing.
 */
async function evennessRows(songs: BenchSongs, voice: VoiceSandbox): Promise<readonly BenchRow[]> {
  const crowd = new Crowd();
  const { env, host } = await crowd.up();
  const ours = new AudioProcess('ours', songs, voice, env);
  const alone = new AudioProcess('plain', songs, voice);
  const guilds = guildIds(MANY_STREAMS);
  const aloneGuilds = ['200000000000000999'];
  try {
    await Promise.all([ours, alone].map((child) => child.until((told) => told.kind === 'up')));
    await ours.ask({ kind: 'join', guildIds: guilds });
    await alone.ask({ kind: 'join', guildIds: aloneGuilds });
    await ours.ask({ kind: 'live', host });
    const during = async (work: () => Promise<unknown>) => {
      await Promise.all([
        ours.ask({ kind: 'play', guildIds: guilds }),
        alone.ask({ kind: 'play', guildIds: aloneGuilds }),
      ]);
      await sleep(WARM_UP_MS);
      const [shared, quiet] = [
        evennessDuring(ours, guilds, voice, work),
        evennessDuring(alone, aloneGuilds, voice, work),
      ];
      return { shared: await shared, quiet: await quiet };
    };
    const plain = await during(() => sleep(STEADY_MS));
    crowd.ask({ kind: 'burst', events: (LIVE_PER_SECOND * 3 * STEADY_MS) / 1000, perSecond: LIVE_PER_SECOND });
    const live = await during(() => sleep(STEADY_MS));
    let encoding: Promise<unknown> | null = null;
    const intake = await during(() => (encoding ??= ours.ask({ kind: 'encode' })));
    return [
      ...evenRows(`${MANY_STREAMS} streams`, plain),
      ...evenRows(`the same with ${LIVE_PER_SECOND.toLocaleString('en-US')} LIVE events/s`, live),
      ...evenRows('the same while a song is taken in', intake),
    ];
  } finally {
    await ours.end();
    await alone.end();
    crowd.stop();
  }
}

function evenRows(
  how: string,
  { shared, quiet }: { readonly shared: Evenness; readonly quiet: Evenness },
): readonly BenchRow[] {
  const other = 'one stream alone';
  return [
    besides(`frame jitter p99, ${how}`, shared.jitterP99, 'ms', other, quiet.jitterP99),
    besides(`longest time between two frames, ${how}`, shared.longest, 'ms', other, quiet.longest),
    besides(`event loop delay p99, ${how}`, shared.loopDelayP99, 'ms', other, quiet.loopDelayP99),
  ];
}

async function evennessDuring(
  child: AudioProcess,
  guilds: readonly string[],
  voice: VoiceSandbox,
  work: () => Promise<unknown>,
): Promise<Evenness> {
  const marks = guilds.map((guildId) => voice.captureOf(guildId, BENCH_BOT).mark());
  await child.ask({ kind: 'measure', loop: true });
  await work();
  child.send({ kind: 'measured' });
  const { loopDelayP99 } = await child.usage();
  const pacings = guilds.map((guildId, index) =>
    pacingOf(voice.captureOf(guildId, BENCH_BOT).since(marks[index] ?? 0), Number.POSITIVE_INFINITY),
  );
  return {
    loopDelayP99,
    jitterP99: Math.max(...pacings.map(({ jitterMs }) => jitterMs.p99)),
    longest: Math.max(...pacings.map(({ intervalMs }) => intervalMs.max)),
  };
}

const guildIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => String(200_000_000_000_000_001n + BigInt(index)));

/** One side in a process of its own. */
class AudioProcess {
  readonly #child: ChildProcess;
  readonly #told: AudioTold[] = [];
  readonly #watchers = new Set<() => void>();

  constructor(side: SideName, songs: BenchSongs, voice: VoiceSandbox, env: object = {}) {
    const script = fileURLToPath(new URL('./audio-child.ts', import.meta.url));
    const rivals = fileURLToPath(new URL('./rivals/node_modules', import.meta.url));
    this.#child = fork(script, [side, JSON.stringify(songs)], {
      // NODE_PATH: the library looks for an Opus encoder by its name.
      env: {
        ...process.env,
        ...env,
        NODE_EXTRA_CA_CERTS: voice.certPath,
        NODE_PATH: rivals,
        DISABLE_ACK_LOG_WARNING: '1',
      },
    });
    this.#child.on('message', (told: AudioTold) => {
      if (told.kind === 'admit') {
        const { guildId, channelId } = told;
        const sessionId = randomUUID();
        const issued = voice.issue({ guildId, channelId, userId: BENCH_BOT, sessionId, stage: false });
        this.send({ kind: 'admission', id: told.id, admission: { ...issued, sessionId } });
        return;
      }
      this.#told.push(told);
      for (const look of [...this.#watchers]) look();
    });
    this.#child.on('exit', () => {
      for (const look of [...this.#watchers]) look();
    });
  }

  send(ask: AudioAsk): void {
    this.#child.send(ask);
  }

  async ask(ask: AudioAsk): Promise<Extract<AudioTold, { kind: 'done' }>> {
    this.send(ask);
    const told = await this.until((each) => each.kind === 'done' && each.what === ask.kind);
    return told as Extract<AudioTold, { kind: 'done' }>;
  }

  async usage(): Promise<Extract<AudioTold, { kind: 'usage' }>> {
    return (await this.until((told) => told.kind === 'usage')) as Extract<AudioTold, { kind: 'usage' }>;
  }

  until(isWanted: (told: AudioTold) => boolean): Promise<AudioTold> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        finish();
      };
      const look = (): void => {
        const found = this.#told.find(isWanted);
        if (found !== undefined) {
          this.#told.splice(this.#told.indexOf(found), 1);
          settle(() => resolve(found));
        } else if (this.#child.exitCode !== null) settle(() => reject(new Error('a process of the bench ended')));
      };
      const timer = setTimeout(() => settle(() => reject(new Error('the bench waited too long'))), PATIENCE_MS);
      this.#watchers.add(look);
      look();
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.send({ kind: 'end' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(timer);
  }
}

/** The LIVE's side of it, in a process of its own. */
class Crowd {
  readonly #child: ChildProcess;

  constructor() {
    this.#child = fork(fileURLToPath(new URL('./live-crowd.ts', import.meta.url)));
  }

  up(): Promise<Extract<CrowdTold, { kind: 'up' }>> {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (told: CrowdTold) => {
        if (told.kind === 'up') resolve(told);
      });
      this.#child.once('exit', () => reject(new Error('a process of the bench ended')));
    });
  }

  ask(ask: CrowdAsk): void {
    this.#child.send(ask);
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
