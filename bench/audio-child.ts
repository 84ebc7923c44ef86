import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Admission, AudioBenchSide, BenchSongs } from './audio-side.ts';
import { SendTimes } from './send-times.ts';

export type AudioAsk =
  | { readonly kind: 'admission'; readonly id: number; readonly admission: Admission }
  | { readonly kind: 'join' | 'play' | 'stop'; readonly guildIds: readonly string[] }
  | { readonly kind: 'live'; readonly host: string }
  /** Use of resources until `measured`. */
  /** `watch`: the event loop and every packet too, which costs time itself. */
  | { readonly kind: 'measure'; readonly watch: boolean }
  | { readonly kind: 'measured' }
  | { readonly kind: 'encode' }
  | { readonly kind: 'end' };

export type AudioTold =
  | { readonly kind: 'up' }
  | { readonly kind: 'admit'; readonly id: number; readonly guildId: string; readonly channelId: string }
  /** `at`: ms since the epoch when the command began. */
  | { readonly kind: 'done'; readonly what: AudioAsk['kind']; readonly at: number; readonly tookMs: number }
  | {
      readonly kind: 'usage';
      readonly cpuMs: number;
      readonly rss: number;
      readonly loopDelayP99: number;
      /** When packets left, ms, one list per stream; only when watched. */
      readonly sent: readonly (readonly number[])[];
    };

export type SideName = 'ours' | 'plain' | 'usual' | 'discord-player';

const CLOCK_TICKS = 100;
const RESOLUTION = 1;
const epoch = (): number => performance.timeOrigin + performance.now();

async function main(): Promise<void> {
  const tell = (told: AudioTold): void => void process.send?.(told);
  const admissions: ((admission: Admission) => void)[] = [];
  const admit = (guildId: string, channelId: string): Promise<Admission> =>
    new Promise((resolve) => tell({ kind: 'admit', id: admissions.push(resolve) - 1, guildId, channelId }));
  const songs = JSON.parse(process.argv[3] ?? '') as BenchSongs;
  const sends = new SendTimes();
  sends.install();
  const side = await open(process.argv[2] as SideName, songs, admit);
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  let used = 0;
  process.on('message', async (ask: AudioAsk) => {
    const at = epoch();
    const began = performance.now();
    if (ask.kind === 'admission') return admissions[ask.id]?.(ask.admission);
    if (ask.kind === 'end') return process.exit(0);
    switch (ask.kind) {
      case 'measure':
        used = cpuMs();
        delay.reset();
        if (ask.watch) {
          delay.enable();
          sends.start();
        }
        break;
      case 'measured': {
        const loopDelayP99 = Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION);
        tell({ kind: 'usage', cpuMs: cpuMs() - used, rss: rss(), loopDelayP99, sent: sends.stop() });
        delay.disable();
        break;
      }
      case 'live':
        await live(ask.host);
        break;
      case 'encode':
        await side.encode?.();
        break;
      default: {
        const { kind } = ask;
        await Promise.all(ask.guildIds.map((guildId) => side[kind](guildId)));
      }
    }
    tell({ kind: 'done', what: ask.kind, at, tookMs: performance.now() - began });
  });
  tell({ kind: 'up' });
}

/** Each side's modules are loaded only when it is measured. */
async function open(
  name: SideName,
  songs: BenchSongs,
  admit: (guildId: string, channelId: string) => Promise<Admission>,
): Promise<AudioBenchSide> {
  switch (name) {
    case 'ours':
      return (await import('./audio-ours.ts')).ourSide(songs, admit);
    case 'plain':
      return (await import('./audio-library.ts')).plainSide(songs, admit);
    case 'usual':
      return (await import('./audio-library.ts')).usualSide(songs, admit);
    case 'discord-player':
      return (await import('./audio-discord-player.ts')).discordPlayerSide(songs, admit);
  }
}

/** The bot's LIVE side in this very process, so that both share one event loop. */
async function live(host: string): Promise<void> {
  const { liveEngine } = await import('./live-engine.ts');
  const engine = await liveEngine(':memory:', () => undefined);
  await engine.connect([host]);
}

/** This process and everything it started, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  // The system's own count of a process goes by 10 ms; only of children there is no better one.
  const [, ...children] = family(process.pid);
  const ended = statOf(process.pid).endedMs;
  return (user + system) / 1000 + ended + children.reduce((sum, pid) => sum + statOf(pid).cpuMs, 0);
}

function rss(): number {
  return family(process.pid).reduce((sum, pid) => sum + statOf(pid).rss, 0);
}

function family(pid: number): readonly number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) => {
    const list = readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim();
    return list === '' ? [] : list.split(' ').map(Number);
  });
  return [pid, ...children.flatMap(family)];
}

/** `endedMs`: of children that ended; part of `cpuMs`. */
function statOf(pid: number): { readonly cpuMs: number; readonly endedMs: number; readonly rss: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ')
    .map(Number);
  const spent = (...indices: readonly number[]): number =>
    (indices.reduce((sum, index) => sum + (fields[index] ?? 0), 0) * 1000) / CLOCK_TICKS;
  return { cpuMs: spent(11, 12, 13, 14), endedMs: spent(13, 14), rss: (fields[21] ?? 0) * 4096 };
}

await main();
