import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Live } from '../sandbox/tiktok/live.ts';
import { startTikTok, type TikTok } from '../sandbox/tiktok/tiktok.ts';
import { AS_STARTED } from './as-started.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import type { Ask, Done, Told } from './live-child.ts';
import { GIFTERS, gifterName } from './live-engine.ts';

const BURST = 20_000;
const ROUNDS = 3;
const VIEWERS = 500;
const STEADY_PER_SECOND = 1_000;
const STEADY_SECONDS = 60;
const GUILDS = 50;
const LIBRARY = 'library alone';
/** Nothing here takes longer. ms */
const PATIENCE_MS = 180_000;

/** One side of the comparison in a process of its own. */
class Child {
  readonly #process: ChildProcess;
  readonly #told: Told[] = [];
  #onTold: (() => void) | null = null;

  constructor(side: 'engine' | 'library', tiktok: TikTok) {
    const script = fileURLToPath(new URL('./live-child.ts', import.meta.url));
    this.#process = fork(script, [side], {
      env: { ...process.env, ...(side === 'engine' ? AS_STARTED : {}), ...tiktok.env, DISABLE_ACK_LOG_WARNING: '1' },
      execArgv: ['--expose-gc'],
    });
    this.#process.on('message', (told: Told) => {
      this.#told.push(told);
      this.#onTold?.();
    });
    this.#process.on('exit', () => this.#onTold?.());
  }

  ask(ask: Ask): void {
    this.#process.send(ask);
  }

  async until<K extends Told['kind']>(kind: K): Promise<Extract<Told, { kind: K }>> {
    const isWanted = (told: Told): told is Extract<Told, { kind: K }> => told.kind === kind;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the bench waited too long for ${kind}`)), PATIENCE_MS);
      const look = (): void => {
        const found = this.#told.find(isWanted);
        if (found === undefined && this.#process.exitCode === null) return;
        clearTimeout(timer);
        this.#onTold = null;
        if (found === undefined) {
          reject(new Error('a process of the bench ended'));
          return;
        }
        this.#told.splice(this.#told.indexOf(found), 1);
        resolve(found);
      };
      this.#onTold = look;
      look();
    });
  }

  all<K extends Told['kind']>(kind: K): readonly Extract<Told, { kind: K }>[] {
    return this.#told.filter((told): told is Extract<Told, { kind: K }> => told.kind === kind);
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.ask({ kind: 'stop' });
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

async function withChild<T>(
  side: 'engine' | 'library',
  run: (child: Child, tiktok: TikTok, live: Live) => Promise<T>,
): Promise<T> {
  const tiktok = await startTikTok();
  const child = new Child(side, tiktok);
  try {
    const live = tiktok.host('benchhost').goLive();
    await child.until('up');
    return await run(child, tiktok, live);
  } finally {
    await child.stop();
    await tiktok.stop();
  }
}

async function connected(child: Child, live: Live, hosts: readonly string[] = ['benchhost']): Promise<number> {
  child.ask({ kind: 'connect', hosts });
  const { rss } = await child.until('connected');
  await live.waitForConnection();
  return rss;
}

/** As many events as fast as possible, one gzip frame each. */
function burst(side: 'engine' | 'library'): Promise<Done> {
  return withChild(side, async (child, _tiktok, live) => {
    await connected(child, live);
    // A little one first: compiled code, open files, known statements.
    child.ask({ kind: 'expect', events: 500 });
    await live.burst({ events: 500, viewers: 50, seed: 3 });
    await child.until('done');
    child.ask({ kind: 'expect', events: BURST });
    await live.burst({ events: BURST, viewers: VIEWERS, seed: 5 });
    return child.until('done');
  });
}

interface Steady {
  readonly done: Done;
  /** From the gift's frame to the song's committed move, ms. */
  readonly movedMs: readonly number[];
  /** Gifts whose song did not move. */
  readonly lost: number;
}

/** A thousand events a second; every second one member's gift among them, which moves their song. */
function steady(side: 'engine' | 'library'): Promise<Steady> {
  return withChild(side, async (child, tiktok, live) => {
    await connected(child, live);
    const crowd = STEADY_PER_SECOND * STEADY_SECONDS;
    child.ask({ kind: 'expect', events: crowd + GIFTERS });
    const sentAt = new Map<string, number>();
    let index = 0;
    const timer = setInterval(
      () => {
        if (index >= GIFTERS) return;
        const viewer = tiktok.viewer(gifterName(index));
        sentAt.set(viewer.handle.toUpperCase(), Date.now());
        live.gift(viewer, 'Galaxy');
        index += 1;
      },
      (STEADY_SECONDS * 1_000) / (GIFTERS + 1),
    );
    await live.burst({ events: crowd, viewers: VIEWERS, perSecond: STEADY_PER_SECOND, seed: 9 });
    clearInterval(timer);
    for (; index < GIFTERS; index += 1) live.gift(tiktok.viewer(gifterName(index)), 'Galaxy');
    const done = await child.until('done');
    const movedMs = child.all('song-moved').flatMap(({ publicId, at }) => {
      const sent = sentAt.get(publicId);
      return sent === undefined ? [] : [at - sent];
    });
    return { done, movedMs, lost: GIFTERS - child.all('song-moved').length };
  });
}

/** Bytes one more connection costs, when many are open. */
function perConnection(side: 'engine' | 'library'): Promise<number> {
  return withChild(side, async (child, tiktok, live) => {
    const alone = await connected(child, live);
    const hosts = Array.from({ length: GUILDS }, (_, index) => `host${index}`);
    for (const host of hosts) tiktok.host(host).goLive();
    const all = await connected(child, live, hosts);
    return Math.max(0, all - alone) / GUILDS;
  });
}

/** Each figure's best round: what others do on this machine only ever makes it worse. */
function best(rounds: readonly Done[]): Omit<Done, 'kind' | 'loopDelayP99'> {
  return {
    tookMs: Math.min(...rounds.map(({ tookMs }) => tookMs)),
    cpuMs: Math.min(...rounds.map(({ cpuMs }) => cpuMs)),
    peakRss: Math.min(...rounds.map(({ peakRss }) => peakRss)),
  };
}

/** TikTok LIVE under load, beside the unmodified library that only decodes and counts. */
export async function liveBench(): Promise<readonly BenchRow[]> {
  const bursts = { library: [] as Done[], engine: [] as Done[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    bursts.library.push(await burst('library'));
    bursts.engine.push(await burst('engine'));
  }
  const [theirs, ours] = [best(bursts.library), best(bursts.engine)];
  const [calm, busy] = [await steady('library'), await steady('engine')];
  const [theirRss, ourRss] = [await perConnection('library'), await perConnection('engine')];
  const rate = ({ tookMs }: { readonly tookMs: number }): number => BURST / (tookMs / 1_000);
  const events = STEADY_PER_SECOND * STEADY_SECONDS;
  return [
    besides('burst: socket to committed points', rate(ours), 'events/s', LIBRARY, rate(theirs)),
    besides('burst: CPU', (ours.cpuMs * 1_000) / BURST, 'us/event', LIBRARY, (theirs.cpuMs * 1_000) / BURST),
    besides('burst: peak RSS', ours.peakRss / 1e6, 'MB', LIBRARY, theirs.peakRss / 1e6),
    besides('1,000/s: event loop late p99', busy.done.loopDelayP99, 'ms', LIBRARY, calm.done.loopDelayP99),
    besides(
      '1,000/s: CPU',
      (busy.done.cpuMs * 1_000) / events,
      'us/event',
      LIBRARY,
      (calm.done.cpuMs * 1_000) / events,
    ),
    { name: '1,000/s: gift frame to song moved p50', value: percentile(busy.movedMs, 0.5), unit: 'ms' },
    { name: '1,000/s: gift frame to song moved p99', value: percentile(busy.movedMs, 0.99), unit: 'ms' },
    { name: '1,000/s: gifts lost', value: busy.lost, unit: 'gifts' },
    besides('50 guilds: RSS per connection', ourRss / 1e6, 'MB', LIBRARY, theirRss / 1e6),
  ];
}
