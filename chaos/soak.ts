import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryHere, memoryOptions } from '../scripts/setup/node.mjs';
import { Book } from './book.ts';
import { act, Round } from './crowd.ts';
import { openHandles } from './leftovers.ts';
import { Random } from './random.ts';
import { withDatabase } from './snapshot.ts';
import { type CrashStage, openStage } from './stage.ts';

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly tell: (line: string) => void;
}

/** What the bot holds at one moment, after it was made to forget what it may forget. */
export interface Sample {
  /** Minutes from the beginning. */
  readonly at: number;
  readonly rss: number;
  readonly heap: number;
  readonly handles: number;
  readonly timers: number;
  readonly files: number;
  /** Seconds of sound that a listener heard from the beginning. */
  readonly heard: number;
}

export interface SoakFigures {
  readonly samples: readonly Sample[];
  /** Events of the LIVE that the bot counted, of those that were sent. */
  readonly events: { readonly sent: number; readonly counted: number };
  readonly clicks: number;
  readonly deadClicks: readonly string[];
  readonly answeredMs: readonly number[];
}

const PER_SECOND = 300;
/** The same people all the time: with new ones in every second the database grows, and its caches with it. */
const VIEWERS = 5_000;
/** So many that mostly files are on air (a link makes no sound, and a file that waits is not taken twice), and one page of the queue. */
const FILES = 8;
const LINKS = 0.02;
/** So many that the queue does not run dry while nobody hands in more than one may. */
const LISTENERS = 15;
const PACE_MS = 1_500;
/** Of sound in a packet. */
const FRAME_MS = 20;
/** What is needed once (code, and the caches of the database until they are full) is not growth. Share of the time */
const WARM_UP = 0.5;
const GC = fileURLToPath(new URL('./collect-garbage.ts', import.meta.url));

/** A show in full swing for so many real minutes, looked at once a minute, or more often when it is short. */
export async function soak({ minutes, seed, tell }: SoakOptions): Promise<SoakFigures> {
  // As `npm start` runs it, and a way to ask for a collection.
  const options = [...memoryOptions(memoryHere()), '--expose-gc', '--import', GC];
  const env = { NODE_OPTIONS: options.join(' '), MALLOC_ARENA_MAX: '2' };
  const stage = await openStage({ env, files: FILES, listeners: LISTENERS });
  const book = new Book();
  const round = new Round({ paceMs: PACE_MS, links: LINKS });
  try {
    const capture = stage.voice.captureOf(stage.scene.guildId);
    const heardBefore = capture.mark();
    const heard = () => ((capture.mark() - heardBefore) * FRAME_MS) / 1_000;
    const { pid } = stage.bot;
    const port = /"httpPort":(\d+)/.exec(stage.printed())?.[1];
    if (pid === undefined || port === undefined) throw new Error('the bot is gone');
    const metrics = `http://127.0.0.1:${port}/metrics`;
    const crowd = act(stage, book, new Random(seed), round);
    const total = minutes * 60_000;
    const flood = pour(stage, round, seed);
    const samples: Sample[] = [];
    const every = Math.min(60_000, total / 12);
    const startedAt = performance.now();
    for (let at = 0; at <= total; at += every) {
      await sleep(Math.max(0, startedAt + at - performance.now()));
      const sample = { at: (performance.now() - startedAt) / 60_000, ...(await look(pid, metrics)), heard: heard() };
      samples.push(sample);
      tell(
        `${sample.at.toFixed(1)} min: RSS ${mb(sample.rss)} MB, heap ${mb(sample.heap)} MB, ${sample.handles} handles, ${sample.timers} timers, ${sample.files} files, ${Math.round(sample.heard)} s heard`,
      );
    }
    round.over = true;
    await Promise.all([crowd, flood]);
    const sent = stage.live.truth.messages;
    return {
      samples,
      events: { sent, counted: await countedOf(stage, sent) },
      clicks: book.clicks,
      deadClicks: book.dead,
      answeredMs: book.answeredMs,
    };
  } catch (error) {
    tell(stage.printed());
    throw error;
  } finally {
    round.over = true;
    await stage.stop();
  }
}

export const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Growth per hour by least squares, without the warm-up. */
export function slope(samples: readonly Sample[], of: (sample: Sample) => number): number {
  const last = samples.at(-1)?.at ?? 0;
  const settled = samples.filter(({ at }) => at >= last * WARM_UP);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [time, level] = [mean(settled.map(({ at }) => at)), mean(settled.map(of))];
  const spread = settled.reduce((sum, { at }) => sum + (at - time) ** 2, 0);
  return (settled.reduce((sum, sample) => sum + (sample.at - time) * (of(sample) - level), 0) / spread) * 60;
}

/** The LIVE, in pieces of ten seconds, until the round is over. */
async function pour({ live, tiktok }: CrashStage, round: Round, seed: number): Promise<void> {
  const viewers = Array.from({ length: VIEWERS }, (_, number) => tiktok.viewer(`fan${number}`));
  for (let piece = 0; !round.over; piece += 1)
    await live.burst({ events: PER_SECOND * 10, perSecond: PER_SECOND, viewers, seed: seed + piece });
}

async function look(pid: number, metrics: string): Promise<Omit<Sample, 'at' | 'heard'>> {
  process.kill(pid, 'SIGUSR2');
  const text = await (await fetch(metrics)).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? Number.NaN);
  return {
    rss: value('process_resident_memory_bytes'),
    heap: value('nodejs_heap_size_used_bytes'),
    handles: value('nodejs_active_handles_total'),
    timers: value('nodejs_active_resources\\{type="Timeout"\\}'),
    files: (await openHandles(pid)).all,
  };
}

/** What is on its way is waited for, for a while. */
async function countedOf({ dataDir }: CrashStage, sent: number): Promise<number> {
  let counted = 0;
  for (let tries = 0; tries < 50 && counted < sent; tries += 1) {
    await sleep(200);
    counted = await withDatabase(dataDir, async (rows) => {
      const [sum] = await rows('SELECT sum(events) AS n FROM session_count');
      return Number(sum?.n ?? 0);
    });
  }
  return counted;
}
