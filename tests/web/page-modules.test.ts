import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { eventFrame, type OverlayAlert, type OverlayMessage } from '../../src/web/protocol.ts';
import { alertQueue } from '../../src/web/public/alerts.js';
import { stayConnected } from '../../src/web/public/connection.js';
import { RANGES, readOptions, USUAL, writeOptions } from '../../src/web/public/options.js';
import { ManualClock } from '../services/manual-clock.ts';
import { KEY, startWeb } from './overlay-fixture.ts';

describe('options of the address', () => {
  test.each<[string, Partial<typeof USUAL>]>([
    ['', {}],
    ['?scene=queue&theme=neon', { scene: 'queue', theme: 'neon' }],
    ['?scale=1.5&rows=8&show-time=4&min-coins=1', { scale: 1.5, rows: 8, 'show-time': 4, 'min-coins': 1 }],
    ['?chroma=green', { chroma: '00ff00' }],
    ['?chroma=%2312AbCd', { chroma: '12abcd' }],
    ['?safe=off&sample=on&guides=on', { safe: false, sample: true, guides: true }],
    [
      '?scene=<script>&theme=&scale=NaN&rows=-1e99&show-time=999&chroma=red;}&safe=maybe',
      { 'show-time': RANGES['show-time'].max },
    ],
    ['?scale=%E0%A4%A', {}],
  ])('%s', (query, options) => expect(readOptions(query)).toEqual({ ...USUAL, ...options }));

  test('are written as short as possible and read back the same', () => {
    expect(writeOptions(USUAL)).toBe('');
    const all = {
      scene: 'alert',
      theme: 'light',
      scale: 0.75,
      rows: 2,
      'show-time': 3,
      'min-coins': 5,
      chroma: 'ff00ff',
      safe: false,
      sample: true,
      guides: true,
    } as const;
    expect(readOptions(writeOptions(all))).toEqual(all);
  });
});

const move = (id: string): OverlayAlert => ({
  kind: 'move',
  id,
  at: 0,
  song: { id: 'AAAA', title: 't', artist: 'a', owner: 'o', line: 'skip' },
  cause: 'staff',
  by: null,
  gift: null,
  coins: null,
});
const present = (id: string, coins: number): OverlayAlert => ({
  kind: 'gift',
  id,
  at: 0,
  by: 'x',
  gift: { name: 'Rose', count: 1 },
  coins,
  song: null,
});

describe('alerts on screen', () => {
  function screen(minCoins = 1) {
    const clock = new ManualClock();
    const shown: string[] = [];
    const announce = alertQueue({
      showMs: 7_000,
      minCoins,
      show: ({ id }) => shown.push(id),
      hide: () => shown.push('-'),
      after: (ms, task) => void clock.after(ms, task),
    });
    return { clock, shown, announce };
  }

  test('stay their time, then go', async () => {
    const { clock, shown, announce } = screen();
    announce(move('a'), 0);
    await clock.advance(6_900);
    expect(shown).toEqual(['a']);
    await clock.advance(200);
    expect(shown).toEqual(['a', '-']);
  });

  test('make room sooner when others wait', async () => {
    const { clock, shown, announce } = screen();
    announce(move('a'), 0);
    announce(move('b'), 0);
    await clock.advance(2_600);
    expect(shown).toEqual(['a', 'b']);
    await clock.advance(1_000);
    announce(move('c'), 0);
    await clock.advance(2_600);
    expect(shown).toEqual(['a', 'b', 'c']);
  });

  test('are shown once, not when they are old, and not when too small', () => {
    const { shown, announce } = screen(100);
    announce(move('a'), 0);
    announce(move('a'), 0);
    announce(move('old'), 8_000);
    announce(present('rose', 99), 0);
    expect(shown).toEqual(['a']);
  });

  test('of small gifts give way in a crowd', async () => {
    const { clock, shown, announce } = screen();
    announce(move('first'), 0);
    for (let gift = 1; gift <= 30; gift += 1) announce(present(`gift ${gift}`, gift), 0);
    announce(move('last'), 0);
    await clock.advance(120_000);
    expect(shown).toHaveLength(10);
    expect(shown).toContain('last');
    expect(shown).toContain('gift 30');
    expect(shown).not.toContain('gift 5');
  });
});

/** A bot that answers as the test says. */
class Bot {
  readonly server: Server = createServer((_request, response) => this.answer(response));
  answer: (response: ServerResponse) => void = (response) => this.stream(response, []);
  connections = 0;
  port = 0;

  stream(response: ServerResponse, messages: readonly OverlayMessage[], from = 1): void {
    this.connections += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const [index, message] of messages.entries())
      response.write(eventFrame(from + index, JSON.stringify(message)));
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const beat: OverlayMessage = { kind: 'beat', at: 1 };

describe('the connection of a page', () => {
  const closing: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  /** Messages, until the test has enough of them. Waits are cut short: what is tested is that it tries again. */
  function follow(url: string, silenceMs = 20_000) {
    const heard: (OverlayMessage | 'gone')[] = [];
    let wake = () => {};
    const connection = stayConnected({
      url,
      silenceMs,
      random: () => 0,
      onMessage: (message) => {
        heard.push(message);
        wake();
      },
      onGone: () => {
        heard.push('gone');
        wake();
      },
    });
    closing.push(connection.stop);
    const until = async (count: number) => {
      const hurry = setInterval(connection.now, 5);
      while (heard.length < count)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      clearInterval(hurry);
      return heard.slice(0, count);
    };
    return { heard, until };
  }

  async function bot(): Promise<Bot> {
    const started = new Bot();
    await started.listen();
    closing.push(() => started.close());
    return started;
  }

  test('comes back after drops, refusals and error pages, for ever', async () => {
    const ours = await bot();
    const answers: readonly ((response: ServerResponse) => void)[] = [
      (response) => {
        ours.stream(response, [beat]);
        response.end();
      },
      (response) => void response.writeHead(503).end('down'),
      (response) => void response.destroy(),
      (response) => void response.writeHead(404).end('<h1>This app is asleep</h1>'),
      ...Array.from({ length: 4 }, () => (response: ServerResponse) => void response.writeHead(502).end()),
      (response) => {
        ours.stream(response, []);
        response.write(eventFrame(1, JSON.stringify(beat)), () => response.destroy());
      },
      (response) => ours.stream(response, [beat, beat]),
    ];
    let turn = 0;
    ours.answer = (response) => answers[turn++]?.(response);
    expect(await follow(`http://127.0.0.1:${ours.port}/`).until(4)).toEqual([beat, beat, beat, beat]);
    expect(turn).toBe(10);
  });

  test('gives up a connection that has gone silent', async () => {
    const ours = await bot();
    ours.answer = (response) => ours.stream(response, [beat]);
    expect(await follow(`http://127.0.0.1:${ours.port}/`, 40).until(3)).toEqual([beat, beat, beat]);
    expect(ours.connections).toBeGreaterThanOrEqual(3);
  });

  test('comes back when the bot was away altogether', async () => {
    const ours = await bot();
    ours.answer = (response) => ours.stream(response, [beat]);
    const { until } = follow(`http://127.0.0.1:${ours.port}/`);
    await until(1);
    await ours.close();
    ours.server.removeAllListeners('connection');
    const again = new Bot();
    again.port = ours.port;
    again.answer = (response) => again.stream(response, [beat]);
    const waiting = until(2);
    await again.listen();
    closing.push(() => again.close());
    await waiting;
    expect(again.connections).toBe(1);
  });

  test('begins anew when a number is missing', async () => {
    const ours = await bot();
    ours.answer = (response) => {
      if (ours.connections > 0) return ours.stream(response, [beat, beat]);
      ours.stream(response, [beat]);
      response.write(eventFrame(3, JSON.stringify(beat)));
    };
    expect(await follow(`http://127.0.0.1:${ours.port}/`).until(3)).toHaveLength(3);
    expect(ours.connections).toBe(2);
  });

  test('believes that the address is gone when the bot says so, not when a proxy does', async () => {
    const ours = await bot();
    let turn = 0;
    ours.answer = (response) => {
      turn += 1;
      const body = turn <= 4 ? '{"error":"not found"}' : '{"error":"unknown overlay"}';
      response.writeHead(404, { 'content-type': 'application/json' }).end(body);
    };
    expect(await follow(`http://127.0.0.1:${ours.port}/`).until(1)).toEqual(['gone']);
    expect(turn).toBe(7);
  });

  test('hears of a reset at once, and of nothing else after it', async () => {
    const web = await startWeb();
    closing.push(() => web.close());
    const { until } = follow(`${web.overlay}/events`);
    await until(1);
    web.keys.reset(`${KEY}-new`);
    expect((await until(2))[1]).toBe('gone');
  });
});
