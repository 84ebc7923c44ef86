import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../sandbox/browser/browser.ts';
import { type BenchRow, besides, percentile } from './bench-row.ts';
import type { Ask, Told } from './overlay-child.ts';

const OVERLAYS = 200;
const CHANGES = 150;
/** Between two changes, so that they meet the pace of the bot at every phase. ms */
const PAUSE_MS = { least: 130, spread: 200 };
const IDLE_MS = 31_000;
/** The other sides: overlays that ask for everything again and again, as their peers do. How often, ms */
const POLL_MS = [1_000, 2_500] as const;
const POLLERS = 5;

const now = (): number => performance.timeOrigin + performance.now();

/** The bot's side in a process of its own. */
class Bot {
  readonly #process: ChildProcess = fork(fileURLToPath(new URL('./overlay-child.ts', import.meta.url)));

  async #told<K extends Told['kind']>(kind: K): Promise<Extract<Told, { kind: K }>> {
    const [told]: Told[] = await once(this.#process, 'message', { signal: AbortSignal.timeout(60_000) });
    if (told?.kind !== kind) throw new Error(`the bot told ${told?.kind} instead of ${kind}`);
    return told as Extract<Told, { kind: K }>;
  }

  async up(): Promise<string> {
    return (await this.#told('up')).overlay;
  }

  async next(): Promise<Extract<Told, { kind: 'pressed' }>> {
    const told = this.#told('pressed');
    this.#process.send({ kind: 'next' } satisfies Ask);
    return told;
  }

  async stop(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.send({ kind: 'stop' } satisfies Ask);
    await exit;
  }
}

/** One connected overlay without a picture: when it heard of which song on air, and how many bytes it took. */
class Overlay {
  readonly heardAt = new Map<string, number>();
  bytes = 0;
  #request: ClientRequest | null = null;
  #rest = '';

  async open(url: string): Promise<void> {
    this.#request = get(`${url}/events`);
    const [response]: IncomingMessage[] = await once(this.#request, 'response');
    if (response === undefined || response.statusCode !== 200) throw new Error('an overlay was refused');
    this.#request.on('error', () => undefined);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => this.#hear(chunk));
    await once(response, 'data');
  }

  close(): void {
    this.#request?.destroy();
  }

  #hear(chunk: string): void {
    const at = now();
    this.bytes += Buffer.byteLength(chunk);
    const frames = (this.#rest + chunk).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) {
      // Looking for the id is enough here: 200 parsers in one process would measure themselves.
      const id = /"nowPlaying":\{"song":\{"id":"(\w+)"/.exec(frame)?.[1];
      if (id !== undefined && !this.heardAt.has(id)) this.heardAt.set(id, at);
    }
  }
}

/** Asks for everything again and again. */
async function poll(url: string, overlay: Overlay, everyMs: number, signal: AbortSignal): Promise<void> {
  await sleep(Math.random() * everyMs);
  while (!signal.aborted) {
    await overlay.open(url);
    overlay.close();
    await sleep(everyMs);
  }
}

/** A real page that notes when a title has been painted. */
async function openPage(browser: Browser, url: string): Promise<{ page: Page; gzipBytes: number }> {
  const page = await browser.newPage({ viewport: { width: 1080, height: 1920 } });
  const bodies: Promise<number>[] = [];
  page.on('response', (response) => {
    if (!response.url().endsWith('/events')) bodies.push(response.body().then((body) => gzipSync(body).length));
  });
  await page.addInitScript(`
    globalThis.painted = {};
    addEventListener('DOMContentLoaded', () => {
      const title = document.getElementById('now-title');
      new MutationObserver(() => {
        const text = title.textContent;
        requestAnimationFrame(() => requestAnimationFrame(() => {
          globalThis.painted[text] ??= performance.timeOrigin + performance.now();
        }));
      }).observe(title, { childList: true, characterData: true, subtree: true });
    });
  `);
  await page.goto(url, { waitUntil: 'load' });
  const gzipBytes = (await Promise.all(bodies)).reduce((sum, bytes) => sum + bytes, 0);
  return { page, gzipBytes };
}

/** Until an overlay showed each song or a later one. */
function delays(overlays: readonly Overlay[], pressed: ReadonlyMap<string, number>): readonly number[] {
  return overlays.flatMap(({ heardAt }) => {
    let shownAt = Number.POSITIVE_INFINITY;
    return [...pressed].reverse().flatMap(([id, at]) => {
      shownAt = Math.min(shownAt, heardAt.get(id) ?? Number.POSITIVE_INFINITY);
      return Number.isFinite(shownAt) ? [shownAt - at] : [];
    });
  });
}

/** From the press of Next to the overlays that show it, with 200 of them, and what one costs. */
export async function overlayBench(): Promise<readonly BenchRow[]> {
  const bot = new Bot();
  const overlays = Array.from({ length: OVERLAYS }, () => new Overlay());
  const peers = POLL_MS.map((everyMs) => ({ everyMs, pollers: Array.from({ length: POLLERS }, () => new Overlay()) }));
  const stop = new AbortController();
  let browser: Browser | null = null;
  try {
    const url = await bot.up();
    await Promise.all(overlays.map((overlay) => overlay.open(url)));
    browser = await openBrowser();
    const { page, gzipBytes } = await openPage(browser, url);
    const idle = await quietBytes(overlays);
    const polling = peers.flatMap(({ everyMs, pollers }) =>
      pollers.map((poller) => poll(url, poller, everyMs, stop.signal)),
    );

    const pressed = new Map<string, number>();
    const before = overlays.reduce((sum, { bytes }) => sum + bytes, 0);
    let cpuMs = 0;
    for (let change = 0; change < CHANGES; change += 1) {
      await sleep(PAUSE_MS.least + Math.random() * PAUSE_MS.spread);
      const { publicId, at, cpuMs: used } = await bot.next();
      pressed.set(publicId, at);
      cpuMs = change === 0 ? -used : cpuMs;
      if (change === CHANGES - 1) cpuMs += used;
    }
    await sleep(Math.max(...POLL_MS) * 1.2);
    stop.abort();
    await Promise.all(polling);
    const perChange = (overlays.reduce((sum, { bytes }) => sum + bytes, 0) - before) / OVERLAYS / CHANGES;
    const painted = await page.evaluate<Record<string, number>>('globalThis.painted');
    const ours = delays(overlays, pressed);
    const seen = paintDelays(painted, pressed);
    const messages = peers.flatMap(({ everyMs, pollers }) => {
      const polled = delays(pollers, pressed);
      const peer = `asking every ${everyMs / 1000} s`;
      return ([0.5, 0.99] as const).map((share) =>
        besides(
          `press -> message at the overlay, p${100 * share} of ${OVERLAYS}`,
          percentile(ours, share),
          'ms',
          peer,
          percentile(polled, share),
        ),
      );
    });
    return [
      ...messages,
      { name: 'press -> painted in a real browser, p99', value: percentile(seen, 0.99), unit: 'ms' },
      { name: 'changes that reached every overlay', value: (100 * ours.length) / (OVERLAYS * CHANGES), unit: '%' },
      { name: 'CPU of the bot per change', value: cpuMs / (CHANGES - 1), unit: 'ms' },
      { name: 'an overlay that shows nothing new', value: idle, unit: 'bytes/min' },
      { name: 'one change', value: perChange, unit: 'bytes' },
      { name: 'page weight, gzip', value: gzipBytes / 1000, unit: 'kB' },
    ];
  } finally {
    stop.abort();
    for (const overlay of [...overlays, ...peers.flatMap(({ pollers }) => pollers)]) overlay.close();
    await browser?.close();
    await bot.stop();
  }
}

async function quietBytes(overlays: readonly Overlay[]): Promise<number> {
  const total = (): number => overlays.reduce((sum, { bytes }) => sum + bytes, 0);
  const before = total();
  await sleep(IDLE_MS);
  return ((total() - before) / overlays.length / IDLE_MS) * 60_000;
}

/** Titles end with the number of their song, ids are that number in base 36. */
function paintDelays(
  painted: Readonly<Record<string, number>>,
  pressed: ReadonlyMap<string, number>,
): readonly number[] {
  return Object.entries(painted).flatMap(([title, at]) => {
    const number = Number(/\d+$/.exec(title)?.[0]);
    const pressedAt = pressed.get(number.toString(36).toUpperCase().padStart(4, '0'));
    return pressedAt === undefined ? [] : [at - pressedAt];
  });
}
