import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLocal, trustOneProxy } from '../../src/web/addresses.ts';
import { newOverlayKey } from '../../src/web/overlay-key.ts';
import { GUILD, KEY, startWeb, type TestWeb } from './overlay-fixture.ts';

let web: TestWeb;
beforeAll(async () => {
  web = await startWeb({ metricsToken: 'let-me-in' });
});
afterAll(() => web.close());

const get = (path: string, headers: Record<string, string> = {}, remoteAddress = '127.0.0.1') =>
  web.server.inject({ url: path, headers, remoteAddress });

const PAGES = [
  ['the overlay', `/overlay/${KEY}`],
  ['the configurator', `/overlay/${KEY}/configure`],
] as const;

describe('pages', () => {
  test.each(PAGES)('%s comes under a strict policy', async (_what, path) => {
    const page = await get(path);
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toContain('text/html');
    const policy = String(page.headers['content-security-policy']);
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "require-trusted-types-for 'script'",
    ]) {
      expect(policy).toContain(rule);
    }
    expect(policy).not.toMatch(/unsafe|https?:|nonce|upgrade-insecure/);
    expect(page.headers['referrer-policy']).toBe('no-referrer');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
    // Of this host alone: other names of the operator's domain may have no certificate.
    expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
  });

  test.each(PAGES)('%s has nothing inline, and every file it names is there', async (_what, path) => {
    const { body } = await get(path);
    expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=/i);
    const named = [...body.matchAll(/(?:src|href)="([^":]+)"/g)].map(
      ([, file]) => new URL(file ?? '', `http://x${path}`).pathname,
    );
    expect(named.length).toBeGreaterThanOrEqual(2);
    for (const file of named) expect((await get(file)).statusCode, file).toBe(200);
  });

  test('of the overlay may stand in a frame, of the configurator may not', async () => {
    const overlay = await get(PAGES[0][1]);
    expect(overlay.headers['content-security-policy']).toContain('frame-ancestors *');
    expect(overlay.headers['x-frame-options']).toBeUndefined();
    const configurator = await get(PAGES[1][1]);
    expect(configurator.headers['content-security-policy']).toContain("frame-ancestors 'none'");
  });

  test('weigh little', async () => {
    const { body } = await get(PAGES[0][1]);
    const seen = new Map([['', body]]);
    const load = async (file: string): Promise<void> => {
      if (seen.has(file)) return;
      const text = (await get(file)).body;
      seen.set(file, text);
      for (const [, next] of text.matchAll(/(?:from|import\()\s*'\.\/([\w.-]+)'/g))
        await load(`/overlay-files/${next}`);
    };
    for (const file of ['overlay.css', 'overlay.js', 'worker.js']) await load(`/overlay-files/${file}`);
    expect(seen.size).toBeGreaterThan(8);
    const bytes = [...seen.values()].reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeLessThan(60_000);
  });

  test('with a slash too many lead to the right address, options kept', async () => {
    const redirect = await get(`/overlay/${KEY}/?scene=queue`);
    expect(redirect.statusCode).toBe(308);
    expect(new URL(String(redirect.headers.location), `http://x/prefix/overlay/${KEY}/?scene=queue`).href).toBe(
      `http://x/prefix/overlay/${KEY}?scene=queue`,
    );
  });
});

describe('an unknown key', () => {
  test.each(['', '/configure', '/events'])('opens nothing at /overlay/<key>%s', async (path) => {
    for (const key of [newOverlayKey(), `${KEY}x`, KEY.slice(1), GUILD, '..%2f..%2fetc', '%00']) {
      expect((await get(`/overlay/${key}${path}`)).statusCode, key).toBe(404);
    }
  });

  test('paints nothing on stream', async () => {
    const { body, headers } = await get(`/overlay/${newOverlayKey()}`);
    expect(headers['content-type']).toContain('text/html');
    expect(body).not.toContain('<body');
  });

  test('of a file leads nowhere else', async () => {
    for (const file of ['../server.ts', '..%2fserver.ts', '%2e%2e/protocol.ts', '', 'nothing.js']) {
      expect((await get(`/overlay-files/${file}`)).statusCode, file).toBeGreaterThanOrEqual(400);
    }
  });
});

describe('metrics', () => {
  const local = { host: 'localhost:3000' };

  test.each<[string, Record<string, string>, string, number]>([
    ['on this machine', local, '127.0.0.1', 200],
    ['on this machine, IPv6', { host: '[::1]:3000' }, '::1', 200],
    ['from the network', local, '192.168.1.20', 404],
    ['through a proxy on this machine', { ...local, 'x-forwarded-for': '127.0.0.1' }, '127.0.0.1', 404],
    ['under a public name', { host: 'skipline.example.com' }, '127.0.0.1', 404],
    [
      'with the token',
      { host: 'skipline.example.com', 'x-forwarded-for': '1.2.3.4', authorization: 'Bearer let-me-in' },
      '10.0.0.1',
      200,
    ],
    ['with another token', { host: 'skipline.example.com', authorization: 'Bearer let-me-out' }, '10.0.0.1', 404],
  ])('%s', async (_what, headers, address, status) => {
    expect((await get('/metrics', headers, address)).statusCode).toBe(status);
  });

  test('without a token are for this machine alone', async () => {
    const plain = await startWeb();
    const answer = await plain.server.inject({
      url: '/metrics',
      headers: { authorization: 'Bearer undefined' },
      remoteAddress: '10.0.0.1',
    });
    expect(answer.statusCode).toBe(404);
    await plain.close();
  });

  test('count, and name no guild', async () => {
    web.meter.interaction('/queue', 'ok', 12);
    web.meter.rest(429);
    web.bus.emit('queue.changed', { guildId: GUILD });
    web.meter.store('read', 3, false);
    web.meter.overlayChange(20);
    web.meter.voiceClosed(4006);
    web.meter.voiceClosed(4006);
    web.meter.voiceReconnected(1_500);
    web.meter.watch({
      observe: async () => ({
        guilds: { all: 2 },
        waiting_songs: { free: 3, skip: 1 },
        live_sessions: { active: 1, disconnected: 1 },
        live_events: { like: 500 },
        live_viewers: { all: 40 },
        live_unreadable: { all: 0 },
        voice_links: { ready: 1, away: 1 },
        voice_players: { playing: 1, idle: 1 },
      }),
    });
    const { body } = await get('/metrics', local);
    for (const line of [
      'skipline_interactions_total{name="/queue",result="ok"} 1',
      'skipline_discord_responses_total{status="429"} 1',
      'skipline_facts_total{kind="queue.changed"} 1',
      'skipline_store_seconds_count{kind="read"} 1',
      'skipline_overlay_change_seconds_count 1',
      'skipline_waiting_songs{line="free"} 3',
      'skipline_live_events{kind="like"} 500',
      'skipline_voice_links{state="ready"} 1',
      'skipline_voice_closes_total{code="4006"} 2',
      'skipline_voice_reconnect_seconds_count 1',
      'skipline_voice_reconnect_seconds_sum 1.5',
      'skipline_guilds 2',
      'skipline_overlay_readers 0',
    ]) {
      expect(body).toContain(line);
    }
    expect(body).not.toContain(GUILD);
    expect(body).not.toContain(KEY);
  });

  test('are there even when sizes cannot be looked up', async () => {
    const other = await startWeb();
    other.meter.watch({ observe: () => Promise.reject(new Error('the disk is gone')) });
    const { statusCode, body } = await other.server.inject({ url: '/metrics', headers: local });
    expect(statusCode).toBe(200);
    expect(body).toContain('skipline_scrape_errors_total');
    expect(body).not.toContain('skipline_waiting_songs{');
    await other.close();
  });
});

describe('the rate limit', () => {
  test('counts per address behind one proxy, and an address cannot be made up', async () => {
    const limited = await startWeb();
    const ask = (remoteAddress: string, forwarded?: string) =>
      limited.server.inject({
        url: '/overlay-files/overlay.css',
        remoteAddress,
        headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
      });
    const left = async (...from: Parameters<typeof ask>) =>
      Number((await ask(...from)).headers['x-ratelimit-remaining']);
    expect(await left('10.0.0.1', '1.1.1.1')).toBe(599);
    expect(await left('10.0.0.1', '2.2.2.2')).toBe(599);
    expect(await left('10.0.0.1', 'made.up, 1.1.1.1')).toBe(598);
    // Not through a proxy: what the client says about itself does not count.
    expect(await left('9.9.9.9', '3.3.3.3')).toBe(599);
    expect(await left('9.9.9.9', '4.4.4.4')).toBe(598);
    expect([await left('2001:db8::1'), await left('2001:db8::2'), await left('2001:db8:0:1::1')]).toEqual([
      599, 598, 599,
    ]);
    for (let request = 0; request < 600; request += 1) await ask('8.8.8.8');
    const refused = await ask('8.8.8.8');
    expect(refused.statusCode).toBe(429);
    expect(refused.json()).toEqual({ error: 'too many requests' });
    expect((await limited.server.inject({ url: '/healthz', remoteAddress: '8.8.8.8' })).statusCode).toBe(200);
    await limited.close();
  });

  test('counts what leads nowhere as well', async () => {
    const limited = await startWeb();
    const ask = async (method: 'GET' | 'POST') =>
      (await limited.server.inject({ method, url: '/wp-login.php', remoteAddress: '8.8.8.8' })).statusCode;
    for (let request = 0; request < 300; request += 1)
      expect([await ask('GET'), await ask('POST')]).toEqual([404, 404]);
    expect([await ask('GET'), await ask('POST')]).toEqual([429, 429]);
    await limited.close();
  });

  test.each<[string, number, boolean]>([
    ['127.0.0.1', 0, true],
    ['::ffff:10.1.2.3', 0, true],
    ['fd00::1', 0, true],
    ['100.64.0.9', 0, true],
    ['8.8.8.8', 0, false],
    ['2001:db8::1', 0, false],
    ['10.0.0.1', 1, false],
    ['nonsense', 0, false],
  ])('takes the word of %s at hop %i: %s', (address, hop, trusted) =>
    expect(trustOneProxy()(address, hop)).toBe(trusted),
  );
});

test('a request of this machine comes from its loopback, by its name, without a proxy', () => {
  const from = (remoteAddress: string, headers: Record<string, string>) =>
    isLocal({ socket: { remoteAddress }, headers } as unknown as Parameters<typeof isLocal>[0]);
  expect(from('::ffff:127.0.0.1', { host: '127.0.0.1:3000' })).toBe(true);
  expect(from('127.0.0.1', {})).toBe(false);
  expect(from('127.0.0.1', { host: 'evil.example', via: '1.1 x' })).toBe(false);
});

test.each([`/overlay/${KEY}`, '/healthz', '/nothing'])(
  'a body that is sent to %s piece by piece is not waited for',
  async (path) => {
    const socket = connect(Number(new URL(web.origin).port), '127.0.0.1');
    const told = once(socket, 'data');
    socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{`);
    expect(String((await told)[0])).toMatch(/^HTTP\/1.1 404 /);
    socket.destroy();
  },
);

test.each([
  ['/', 200],
  ['/healthz', 200],
  ['/readyz', 200],
  ['/nothing', 404],
])('%s answers %i', async (path, status) => expect((await get(path)).statusCode).toBe(status));

test('before Discord is connected, and from the goodbye on, it is alive but not ready', async () => {
  let ready = false;
  const starting = await startWeb({ ready: () => ready });
  const ask = async (url: string) => (await starting.server.inject({ url })).statusCode;
  expect([await ask('/'), await ask('/healthz'), await ask('/readyz')]).toEqual([200, 200, 503]);
  ready = true;
  expect(await ask('/readyz')).toBe(200);
  await starting.close();
});

test('keys are unguessable', () => {
  const keys = new Set(Array.from({ length: 1_000 }, newOverlayKey));
  expect(keys.size).toBe(1_000);
  for (const key of keys) expect(key).toMatch(/^[\w-]{32}$/);
});
