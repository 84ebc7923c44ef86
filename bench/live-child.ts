import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { liveEngine } from './live-engine.ts';
import { bareLibrary } from './live-library.ts';

/** What the bench asks of a process under load. */
export type Ask =
  | { readonly kind: 'connect'; readonly hosts: readonly string[] }
  /** From here on events are counted; `done` is told when so many were taken in. */
  | { readonly kind: 'expect'; readonly events: number }
  | { readonly kind: 'stop' };

/** And what it tells. Times are ms since the epoch where both sides compare them, else spans in ms. */
export type Told =
  | { readonly kind: 'up' }
  | { readonly kind: 'connected'; readonly rss: number }
  | Done
  | { readonly kind: 'song-moved'; readonly publicId: string; readonly at: number };

export interface Done {
  readonly kind: 'done';
  /** First byte to last event taken in. */
  readonly tookMs: number;
  /** Of all threads, in that time. */
  readonly cpuMs: number;
  /** Since the process began, bytes. */
  readonly peakRss: number;
  /** What a timer was late at most in 99 of 100 cases, ms. */
  readonly loopDelayP99: number;
}

/** One side of the comparison. */
export interface Side {
  connect(hosts: readonly string[]): Promise<void>;
  /** Resolves when this many more events were taken in; `onFirst` at the first of them. */
  take(events: number, onFirst: () => void): Promise<void>;
  stop(): Promise<void>;
}

/** A timer is never earlier than this; what it is late comes on top. ms */
const RESOLUTION = 2;

async function main(): Promise<void> {
  const tell = (told: Told): void => {
    process.send?.(told);
  };
  const folder = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const side: Side =
    process.argv[2] === 'engine'
      ? await liveEngine(join(folder, 'skipline.db'), (publicId) =>
          tell({ kind: 'song-moved', publicId, at: Date.now() }),
        )
      : bareLibrary();
  process.on('message', async (ask: Ask) => {
    switch (ask.kind) {
      case 'connect':
        await side.connect(ask.hosts);
        globalThis.gc?.();
        tell({ kind: 'connected', rss: process.memoryUsage().rss });
        break;
      case 'expect':
        tell(await measure(side, ask.events));
        break;
      case 'stop':
        await side.stop();
        await rm(folder, { recursive: true, force: true });
        process.disconnect();
    }
  });
  tell({ kind: 'up' });
}

async function measure(side: Side, events: number): Promise<Done> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
  delay.enable();
  let startedAt = performance.now();
  let cpu = process.cpuUsage();
  await side.take(events, () => {
    startedAt = performance.now();
    cpu = process.cpuUsage();
    delay.reset();
  });
  const used = process.cpuUsage(cpu);
  delay.disable();
  return {
    kind: 'done',
    tookMs: performance.now() - startedAt,
    cpuMs: (used.user + used.system) / 1_000,
    peakRss: process.resourceUsage().maxRSS * 1024,
    loopDelayP99: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION),
  };
}

await main();
