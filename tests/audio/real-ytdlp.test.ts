import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import { analyseOgg } from '../../sandbox/voice/analyse.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { LinkCache } from '../../src/audio/link-cache.ts';
import { PlatformLinks } from '../../src/audio/platform-links.ts';
import { withPublicProxy } from '../../src/audio/public-proxy.ts';
import { YtDlp } from '../../src/audio/ytdlp.ts';
import { DEFAULT_LINK_HOSTS } from '../../src/domain/setting.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import { type LocalOrigin, openWorkshop, serve, silentLog, tone, type Workshop } from './audio-harness.ts';

let workshop: Workshop;
let site: LocalOrigin;
/** Another port of this machine: nothing may ever be asked of it. */
let elsewhere: LocalOrigin;

const html = (body: string) => `<html><head><title>A Page</title></head><body>${body}</body></html>`;
const playlist = (...fragments: readonly string[]) =>
  [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:3',
    ...fragments.flatMap((each) => ['#EXTINF:3,', each]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');

/** A port of this machine that speaks first, as FTP does; counts who comes. */
let greeter: Server;
let greeted = 0;
const ftp = () => `ftp://127.0.0.1:${(greeter.address() as AddressInfo).port}/part.ts`;

/** What the site has, by path. */
const pages: Readonly<Record<string, () => string>> = {
  '/s/abc/page': () => html('<audio src="/song.m4a"></audio>'),
  '/s/abc/parts.m3u8': () => playlist('/parts.ts'),
  '/s/abc/leads-away': () => html(`<audio src="${elsewhere.origin}/song.m4a"></audio>`),
  '/s/abc/frames': () =>
    html(`<iframe src="${elsewhere.origin}/embed"></iframe><video src="${elsewhere.origin}/v.m3u8"></video>`),
  '/s/abc/away.m3u8': () => playlist(`${elsewhere.origin}/part.ts`, '/parts.ts'),
  '/s/abc/machine.m3u8': () => playlist(`file://${join(workshop.dir, 'parts.ts')}`),
  '/s/abc/ftp.m3u8': () => playlist(ftp()),
  '/s/abc/key.m3u8': () =>
    playlist('/parts.ts').replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${elsewhere.origin}/key"\n#EXTINF`),
};

beforeAll(async () => {
  workshop = await openWorkshop();
  workshop.make('song.m4a', ...tone(3));
  workshop.make('parts.ts', ...tone(3, 770), '-c:a', 'aac', '-f', 'mpegts');
  greeter = createServer((socket) => {
    greeted += 1;
    socket.on('error', () => socket.destroy());
    socket.end('421 not here\r\n');
  });
  await new Promise<void>((resolve) => greeter.listen(0, '127.0.0.1', resolve));
  elsewhere = await serve((_request, response) => response.end('never'));
  site = await serve((request, response) => {
    const path = request.url ?? '';
    if (path === '/s/abc/ftp-moved') return response.writeHead(302, { location: ftp() }).end();
    if (path === '/s/abc/moved') return response.writeHead(302, { location: `${elsewhere.origin}/page` }).end();
    const page = pages[path];
    const type = { 'content-type': path.endsWith('.m3u8') ? 'application/vnd.apple.mpegurl' : 'text/html' };
    if (page !== undefined) return response.writeHead(200, type).end(page());
    const file = join(workshop.dir, path);
    return existsSync(file) ? void readFile(file).then((bytes) => response.end(bytes)) : response.writeHead(404).end();
  });
});
afterAll(async () => {
  greeter.close();
  await site.close();
  await elsewhere.close();
  await workshop.close();
});
beforeEach(() => {
  elsewhere.asked.length = 0;
  greeted = 0;
});

async function playable(path: string, context: TestContext) {
  const { folder, children, programs } = workshop;
  if (programs.ytdlp === null) return context.skip('yt-dlp is not installed on this machine');
  const tools = { node: process.execPath, children, folder, clock: systemClock, log: silentLog };
  const trusted = new Set([site.origin]);
  const extractor = new YtDlp({ ...tools, ...programs.ytdlp, maxBytes: 10_000_000, trusted });
  const links = new PlatformLinks({
    extractors: [{ extractor, platforms: 'all' }],
    cache: new LinkCache(folder),
    encoder: new Encoder(children, programs, folder),
    folder,
    clock: systemClock,
    log: silentLog,
    trusted,
    redirect: (url) => url.replace('https://dropbox.com', site.origin),
  });
  return links.playable(`https://dropbox.com/${path}`, DEFAULT_LINK_HOSTS, new AbortController().signal);
}

async function heardFrom(path: string, context: TestContext) {
  const found = await playable(path, context);
  if (!found.ok) throw new Error(found.error.why);
  return { ...found.value, ...(await analyseOgg(await readFile(workshop.folder.link(found.value.key)))) };
}

describe('the real yt-dlp', () => {
  test('finds the song of a page', async (context) => {
    const heard = await heardFrom('s/abc/page', context);
    expect(heard.title).toContain('A Page');
    expect(heard.dominantHz).toBeCloseTo(440, 0);
  });

  test('puts a song together that comes in fragments', async (context) => {
    const heard = await heardFrom('s/abc/parts.m3u8', context);
    expect(heard.dominantHz).toBeCloseTo(770, 0);
    expect(Math.abs(heard.durationMs - 3_000)).toBeLessThan(100);
  });

  test.for([
    ['a redirect', 's/abc/moved'],
    ['the song of a page', 's/abc/leads-away'],
    ['frames and videos of a page', 's/abc/frames'],
    ['the fragments of a song', 's/abc/away.m3u8'],
    ['the key of a song', 's/abc/key.m3u8'],
  ])('is not led to this machine by %s', async ([, path = ''], context) => {
    await playable(path, context);
    expect(elsewhere.asked).toEqual([]);
  });

  test.for([
    ['the fragments of a song', 's/abc/ftp.m3u8'],
    ['a redirect', 's/abc/ftp-moved'],
  ])('is not led to this machine past the proxy, by FTP, by %s', async ([, path = ''], context) => {
    await playable(path, context);
    expect(greeted).toBe(0);
  });

  test('reads no file of this machine for a page', async (context) => {
    expect(await playable('s/abc/machine.m3u8', context)).toMatchObject({ ok: false });
  });
});

/** What the proxy answers to the first line. */
function answered(proxy: string, line: string): Promise<string> {
  const { hostname, port } = new URL(proxy);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(`${line}\r\nHost: x\r\n\r\n`));
    socket.once('data', (bytes: Buffer) => {
      resolve(bytes.toString('latin1').split('\r\n')[0] ?? '');
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

describe('the way out for programs', () => {
  test.each([
    ['this machine', 'CONNECT 127.0.0.1:443 HTTP/1.1'],
    ['its network', 'CONNECT 192.168.1.1:443 HTTP/1.1'],
    ['this machine in the other kind of address', 'CONNECT [::1]:443 HTTP/1.1'],
    ['the data of a cloud', 'CONNECT 169.254.169.254:443 HTTP/1.1'],
    ['another port', 'CONNECT 8.8.8.8:22 HTTP/1.1'],
    ['plain http', 'GET http://8.8.8.8/ HTTP/1.1'],
    ['nonsense', 'CONNECT @@ HTTP/1.1'],
  ])('does not lead to %s', async (_what, line) => {
    expect(await withPublicProxy(new Set(), (proxy) => answered(proxy, line))).toMatch(/ 40[03] /);
  });

  test('carries bytes both ways, and yt-dlp takes it for https', async (context) => {
    const greeted: number[] = [];
    const far = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', (bytes) => {
        greeted.push(bytes[0] ?? 0);
        socket.end(bytes);
      });
    });
    await new Promise<void>((resolve) => far.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(far.address() as AddressInfo).port}`;
    const trusted = new Set([`https://${host}`]);
    const echoed = await withPublicProxy(trusted, async (proxy) => {
      const socket = connect(Number(new URL(proxy).port), '127.0.0.1');
      const heard = socket.setEncoding('latin1')[Symbol.asyncIterator]();
      socket.write(`CONNECT ${host} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      const said: unknown = (await heard.next()).value;
      socket.write('hello');
      return [said, (await heard.next()).value];
    });
    expect(echoed).toEqual([expect.stringMatching(/ 200 /), 'hello']);
    const { children, programs } = workshop;
    if (programs.ytdlp === null) return context.skip('yt-dlp is not installed on this machine');
    const limits = { timeoutMs: 20_000, cpuSeconds: 20, fileBytes: 0, memoryBytes: 2 ** 40, background: false };
    const { program } = programs.ytdlp;
    await withPublicProxy(trusted, (proxy) =>
      children.run(
        {
          program,
          args: ['--ignore-config', '--retries', '0', `https://${host}/x`],
          environment: { https_proxy: proxy },
        },
        limits,
      ),
    );
    far.close();
    // The first byte of a TLS handshake.
    expect(greeted.slice(0, 2)).toEqual([104, 0x16]);
  });

  test('does not lead to a name of this machine', async () => {
    const said = await withPublicProxy(new Set(), (proxy) => answered(proxy, 'CONNECT localhost:443 HTTP/1.1'));
    expect(said).toMatch(/ 502 /);
  });

  test('is closed when the work is done, with all that still went through it', async () => {
    const proxy = await withPublicProxy(new Set(), async (address) => address);
    await expect(answered(proxy, 'CONNECT 8.8.8.8:22 HTTP/1.1')).rejects.toThrow(/ECONNREFUSED/);
  });
});
