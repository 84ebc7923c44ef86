import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { analyseOgg } from '../../sandbox/voice/analyse.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { LinkCache } from '../../src/audio/link-cache.ts';
import { PlatformLinks } from '../../src/audio/platform-links.ts';
import { YoutubeExtractor } from '../../src/audio/youtube-extractor.ts';
import { YtDlp } from '../../src/audio/ytdlp.ts';
import { DEFAULT_LINK_HOSTS } from '../../src/domain/setting.ts';
import { type LocalOrigin, openWorkshop, serve, silentLog, tone, type Workshop } from './audio-harness.ts';
import { StepClock } from './step-clock.ts';

const HOSTS = DEFAULT_LINK_HOSTS;
const never = new AbortController().signal;

let workshop: Workshop;
let site: LocalOrigin;
/** Another port: nothing may ever be asked of it. */
let elsewhere: LocalOrigin;
let clock: StepClock;
let links: PlatformLinks;
const hanging = new Set<ServerResponse>();
let songs = 0;

/** A page nobody asked for yet. */
const song = (): string => {
  songs += 1;
  return `https://soundcloud.com/artist/song-${songs}`;
};

/** Stands for yt-dlp: answers what the test wrote, and keeps how it was called. */
const PROGRAM = `#!${process.execPath}
const { appendFileSync, copyFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(__dirname + '/calls', JSON.stringify(args) + '\\n');
const answer = JSON.parse(readFileSync(__dirname + '/answer', 'utf8'));
if (args.includes(answer.refuses)) { process.stderr.write('yt-dlp: error: no such option: ' + answer.refuses + '\\n'); process.exitCode = 2; }
else if (answer.hang) setInterval(() => {}, 1000);
else if (answer.error) { process.stderr.write('ERROR: ' + answer.error + '\\n'); process.exitCode = 1; }
else if (args.includes('--load-info-json')) copyFileSync(answer.fragments, args[args.indexOf('-o') + 1].replaceAll('%%', '%'));
else process.stdout.write(answer.mark + JSON.stringify(answer.page));
`;

const answer = (what: object): void =>
  writeFileSync(join(workshop.dir, 'answer'), JSON.stringify({ mark: '', ...what }));
const calls = (): string[][] =>
  readFileSync(join(workshop.dir, 'calls'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as string[]);

beforeAll(async () => {
  workshop = await openWorkshop();
  const make = (name: string, ...args: readonly string[]) => workshop.make(name, ...args);
  make('song.m4a', ...tone(3));
  make('song.webm', ...tone(3, 550), '-c:a', 'libopus', '-f', 'webm');
  make('clip.mp4', '-f', 'lavfi', '-i', 'testsrc=d=3:s=64x64:r=5', ...tone(3, 660));
  make('parts.ts', ...tone(3, 770), '-c:a', 'aac', '-f', 'mpegts');
  const program = join(workshop.dir, 'yt-dlp');
  writeFileSync(program, PROGRAM);
  chmodSync(program, 0o755);
  elsewhere = await serve((_request, response) => response.end('never'));
  site = await serve((request, response) => {
    const path = request.url ?? '';
    if (path === '/away.m4a') return response.writeHead(302, { location: `${elsewhere.origin}/x.m4a` }).end();
    if (path === '/here.m4a') return response.writeHead(302, { location: '/song.m4a' }).end();
    if (path === '/huge.m4a') return response.writeHead(200, { 'content-length': 300_000_000 }).end();
    if (path.startsWith('/slow')) return hanging.add(response);
    const asked = URL.parse(path, site.origin);
    if (asked?.pathname === '/oembed') {
      const title = `A Song ${asked.searchParams.get('url')?.slice(-1)} by An\u202eArtist`;
      return response.end(JSON.stringify({ title, author_name: 'AnArtist', duration: 61 }));
    }
    const file = join(workshop.dir, asked?.pathname.slice(1) ?? '');
    if (!existsSync(file)) return response.writeHead(404).end();
    const body = readFileSync(file);
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (range === null) return response.end(body);
    const piece = body.subarray(Number(range[1]), Number(range[2]) + 1);
    return piece.length === 0 ? response.writeHead(416).end() : response.writeHead(206).end(piece);
  });
});

beforeEach(() => {
  clock = new StepClock();
  writeFileSync(join(workshop.dir, 'calls'), '');
  links = build(join(workshop.dir, 'yt-dlp'));
});

function build(program: string, version = '2026.01.01'): PlatformLinks {
  const { folder, children, programs } = workshop;
  const tools = { node: process.execPath, children, folder, clock, log: silentLog };
  return new PlatformLinks({
    extractors: [
      {
        extractor: new YtDlp({ ...tools, program, version, maxBytes: 10_000_000, trusted: new Set([site.origin]) }),
        platforms: 'all',
      },
    ],
    cache: new LinkCache(folder),
    encoder: new Encoder(children, programs, folder),
    folder,
    clock,
    log: silentLog,
    trusted: new Set([site.origin]),
    redirect: (url) => url.replace(/^https:\/\/(www\.)?[a-z]+\.(com|be)/, site.origin),
  });
}

afterAll(async () => {
  for (const response of hanging) response.destroy();
  await site.close();
  await elsewhere.close();
  await workshop.close();
});

const format = (path: string, more: object = {}) => ({
  format_id: path,
  url: `${site.origin}/${path}`,
  protocol: 'http',
  vcodec: 'none',
  acodec: 'mp4a',
  ...more,
});
const page = (...formats: readonly object[]) => ({
  page: { title: ' The\u0007 Song ', uploader: 'Someone', duration: 3, formats },
});

describe('a link that can be played', () => {
  test('is fetched, levelled and kept: asked again, even after a restart, it is there at once', async () => {
    answer(page(format('song.m4a')));
    const url = song();
    const playable = await links.playable(url, HOSTS, never);
    if (!playable.ok) throw new Error(playable.error.why);
    expect(playable.value).toMatchObject({ title: 'The Song', artist: 'Someone' });
    const heard = await analyseOgg(await readFile(workshop.folder.link(playable.value.key)));
    expect(heard.dominantHz).toBeCloseTo(440, 0);
    expect(Math.abs((heard.lufs ?? 0) + 16)).toBeLessThan(0.6);
    expect(Math.abs(playable.value.durationMs - 3_000)).toBeLessThan(60);
    expect(calls()).toHaveLength(1);
    answer({ error: 'HTTP Error 404' });
    expect(await build('nowhere').playable(`${url}?si=tracking`, HOSTS, never)).toEqual(playable);
    expect(await readdir(workshop.folder.temporary())).toEqual([]);
  });

  test('is fetched again when a power cut left an empty card beside its sound', async () => {
    answer(page(format('song.m4a')));
    const url = song();
    const first = await links.playable(url, HOSTS, never);
    if (!first.ok) throw new Error(first.error.why);
    writeFileSync(workshop.folder.link(first.value.key).replace('.opus', '.json'), '');
    expect(await build(join(workshop.dir, 'yt-dlp')).playable(url, HOSTS, never)).toEqual(first);
  });

  test('falls back to the next format, whole files before fragments, sound before video', async () => {
    answer(page(format('clip.mp4', { vcodec: 'h264' }), format('gone.m4a'), format('song.webm', { abr: 160 })));
    const playable = await links.playable(song(), HOSTS, never);
    if (!playable.ok) throw new Error(playable.error.why);
    expect(site.asked.slice(-1)).toEqual(['/song.webm']);
    answer(page(format('clip.mp4', { vcodec: 'h264' }), format('gone.m4a')));
    const clip = await links.playable(song(), HOSTS, never);
    if (!clip.ok) throw new Error(clip.error.why);
    expect(site.asked.slice(-2)).toEqual(['/gone.m4a', '/clip.mp4']);
    const heard = await analyseOgg(await readFile(workshop.folder.link(clip.value.key)));
    expect(heard.dominantHz).toBeCloseTo(660, 0);
  });

  test('may come in fragments, put together by yt-dlp, or in pieces, or behind a redirect', async () => {
    answer({ ...page(format('parts', { protocol: 'm3u8_native' })), fragments: join(workshop.dir, 'parts.ts') });
    const fragments = await links.playable(song(), HOSTS, never);
    if (!fragments.ok) throw new Error(fragments.error.why);
    expect((await analyseOgg(await readFile(workshop.folder.link(fragments.value.key)))).dominantHz).toBeCloseTo(
      770,
      0,
    );
    expect(calls().at(-1)).toEqual(expect.arrayContaining(['--load-info-json', '-f', 'parts', '--ignore-config']));
    answer(page(format('song.m4a', { downloader_options: { http_chunk_size: 9_000 } })));
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: true });
    answer(page(format('here.m4a')));
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: true });
  });

  test('asked for twice at the same time is fetched once', async () => {
    answer(page(format('song.m4a')));
    const url = song();
    const [first, second] = await Promise.all([links.playable(url, HOSTS, never), links.playable(url, HOSTS, never)]);
    expect(first).toEqual(second);
    expect(calls()).toHaveLength(1);
  });

  test('whose addresses ended is looked up again', async () => {
    const url = song();
    answer(page(format('gone.m4a', { url: `${site.origin}/gone.m4a?expire=${clock.now() / 1000 + 600}` })));
    expect(await links.playable(url, HOSTS, never)).toMatchObject({ ok: false, error: { cause: 'gone' } });
    answer(page(format('song.m4a')));
    clock.advance(600_000);
    expect(await links.playable(url, HOSTS, never)).toMatchObject({ ok: true });
  });
});

describe('a link that cannot be played says why', () => {
  test.each([
    ['Sign in to confirm your age. This video may be inappropriate', 'age-restricted'],
    ['[youtube] x: Sign in to confirm you’re not a bot. Use --cookies', 'needs-login'],
    ['[youtube] x: Private video. Sign in if you have been granted access', 'needs-login'],
    ['The uploader has not made this video available in your country', 'geo-blocked'],
    ['[soundcloud] x: Unable to download JSON metadata: HTTP Error 404: Not Found', 'gone'],
    ['Video unavailable. This video has been removed by the uploader', 'gone'],
    ['This live event will begin in 2 hours.', 'live-stream'],
    ['This video is DRM protected', 'protected'],
    ['Unsupported URL: https://x', 'not-audio'],
    ['something nobody has ever seen', 'failed'],
  ])('%s', async (error, cause) => {
    answer({ error });
    const refused = await links.playable(song(), HOSTS, never);
    expect(refused).toMatchObject({ ok: false, error: { cause } });
    expect(JSON.stringify(refused)).not.toContain(error.slice(0, 20));
  });

  test.each([
    ['a live stream', { page: { title: 'x', is_live: true, formats: [] } }, 'live-stream'],
    ['three hours of it', { page: { title: 'x', duration: 10_800, formats: [] } }, 'too-long'],
    ['nothing to hear', { page: { title: 'x', formats: [] } }, 'not-audio'],
    ['no JSON at all', { mark: 'oops', page: {} }, 'not-audio'],
  ])('%s', async (_what, page, cause) => {
    answer(page);
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: false, error: { cause } });
  });

  test('a file that is too big, and one that is no audio', async () => {
    answer(page(format('huge.m4a')));
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ error: { cause: 'too-big' } });
    answer(page(format('answer')));
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ error: { cause: 'not-audio' } });
  });

  test.each(['https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC', 'https://www.deezer.com/track/3135556'])(
    '%s is protected, without asking anybody',
    async (url) => {
      const before = site.asked.length;
      expect(await links.playable(url, HOSTS, never)).toMatchObject({ ok: false, error: { cause: 'protected' } });
      expect([calls(), site.asked.length]).toEqual([[], before]);
    },
  );

  test('one on a host that is not on the list is never looked at', async () => {
    const refused = await links.playable('https://evil.example.org/song', HOSTS, never);
    expect(refused).toMatchObject({ ok: false, error: { cause: 'host-refused' } });
    expect(await links.playable(song(), ['youtube.com'], never)).toMatchObject({ error: { cause: 'host-refused' } });
    expect(calls()).toEqual([]);
  });

  test('three minutes are enough for anybody', async () => {
    answer(page(format('slow.m4a')));
    const waiting = links.playable(song(), HOSTS, never);
    await expect.poll(() => site.asked.at(-1)).toBe('/slow.m4a');
    clock.advance(180_000);
    expect(await waiting).toMatchObject({ ok: false, error: { cause: 'timeout' } });
  });

  test('no program, no song', async () => {
    expect(await build('/nowhere/yt-dlp').playable(song(), HOSTS, never)).toMatchObject({
      error: { cause: 'no-program' },
    });
  });
});

describe('a page', () => {
  test.each(['away.m4a', ''])('cannot lead the bot to this machine or its network (%s)', async (path) => {
    const url = path === '' ? `${elsewhere.origin}/y.m4a` : `${site.origin}/${path}`;
    answer(page(format('x', { url })));
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: false, error: { cause: 'failed' } });
    expect(elsewhere.asked).toEqual([]);
  });

  test('cannot become an option or a command', async () => {
    answer({ error: 'x' });
    const url = "https://soundcloud.com/$(touch%20x)/;--exec=id'%22";
    await links.playable(url, HOSTS, never);
    const [call] = calls();
    expect(call?.slice(-2)[0]).toBe('--');
    expect(call?.at(-1)).toContain("$(touch%20x)/;--exec=id'%22");
    expect(call).toEqual(
      expect.arrayContaining(['--ignore-config', '--no-playlist', '--no-cache-dir', '--js-runtimes']),
    );
  });
});

test('when nobody waits any more, the fetch ends with its child; for others it goes on', async () => {
  answer({ hang: true });
  const url = song();
  const [first, second] = [new AbortController(), new AbortController()];
  const waiting = [links.playable(url, HOSTS, first.signal), links.playable(url, HOSTS, second.signal)];
  await expect.poll(() => calls().length).toBe(1);
  first.abort();
  expect(workshop.children.alive).toBe(1);
  second.abort();
  expect(await Promise.all(waiting)).toMatchObject([
    { error: { cause: 'cancelled' } },
    { error: { cause: 'cancelled' } },
  ]);
  expect(workshop.children.alive).toBe(0);
});

test('four links are fetched at a time, the others wait for their turn', async () => {
  answer({ hang: true });
  const called = new AbortController();
  const waiting = Array.from({ length: 6 }, () => links.playable(song(), HOSTS, called.signal));
  await expect.poll(() => calls().length).toBe(4);
  expect(workshop.children.alive).toBe(4);
  called.abort();
  await Promise.all(waiting);
  expect([calls().length, workshop.children.alive]).toEqual([4, 0]);
});

describe('a description', () => {
  test("comes from the platform's own oEmbed, cleaned", async () => {
    expect(await links.describe('https://soundcloud.com/a/b7', HOSTS)).toEqual({
      title: 'A Song 7',
      artist: 'AnArtist',
      durationMs: 61_000,
    });
    expect(site.asked.at(-1)).toContain(encodeURIComponent('https://soundcloud.com/a/b7'));
    const asked = site.asked.length;
    await links.describe('https://soundcloud.com/a/b7?utm_source=x', HOSTS);
    expect(site.asked.length).toBe(asked);
  });

  test('comes from yt-dlp where there is no oEmbed', async () => {
    answer(page(format('song.m4a')));
    const described = await links.describe('https://artist.bandcamp.com/track/song', HOSTS);
    expect(described).toEqual({ title: 'The Song', artist: 'Someone', durationMs: 3_000 });
  });

  test('of a host that is not on the list is not asked for', async () => {
    const asked = site.asked.length;
    expect(await links.describe('https://evil.example.org/x', HOSTS)).toBeNull();
    expect(await links.describe('https://youtu.be/dQw4w9WgXcQ', ['youtu.be'])).toBeNull();
    expect(site.asked.length).toBe(asked);
  });

  test('that takes more than five seconds is none', async () => {
    const slow = build('x');
    answer({ hang: true });
    const waiting = links.describe('https://artist.bandcamp.com/track/slow', HOSTS);
    await expect.poll(() => calls().length).toBe(1);
    clock.advance(5_000);
    expect(await waiting).toBeNull();
    expect(await slow.describe('https://artist.bandcamp.com/track/gone', HOSTS)).toBeNull();
  });

  test('is asked for two at a time, however many links are pasted at once, and each has its five seconds', async () => {
    answer({ hang: true });
    const waiting = Array.from({ length: 6 }, (_, each) =>
      links.describe(`https://artist.bandcamp.com/track/pasted-${each}`, HOSTS),
    );
    for (const asked of [2, 4, 6]) {
      await expect.poll(() => calls().length).toBe(asked);
      expect(workshop.children.alive).toBe(2);
      clock.advance(5_000);
    }
    expect(await Promise.all(waiting)).toEqual([null, null, null, null, null, null]);
  });
});

test("YouTube's second extractor is asked in a process of its own", async () => {
  const { children } = workshop;
  const extractor = new YoutubeExtractor({ node: join(workshop.dir, 'yt-dlp'), children, clock, log: silentLog });
  answer({ ...page(format('song.m4a')), mark: 'noise of the library\n@skipline@' });
  expect(await extractor.extract('https://youtube.com/watch?v=x', never)).toMatchObject({
    ok: true,
    value: { title: 'The Song', candidates: [{ id: 'song.m4a' }] },
  });
  answer({ mark: '@skipline@', page: { failed: 'Video unavailable' } });
  expect(await extractor.extract('https://youtube.com/watch?v=x', never)).toMatchObject({ error: { cause: 'gone' } });
});

describe('yt-dlp of another age', () => {
  test('that does not know where to be told of a JavaScript runtime is not told of one', async () => {
    answer(page(format('song.m4a')));
    const old = build(join(workshop.dir, 'yt-dlp'), '2023.03.04');
    expect(await old.playable(song(), HOSTS, never)).toMatchObject({ ok: true });
    expect(calls().flat()).not.toContain('--js-runtimes');
  });

  test('is asked again without an option that it refuses, and remembered', async () => {
    answer({ ...page(format('song.m4a')), refuses: '--js-runtimes' });
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: true });
    expect(await links.playable(song(), HOSTS, never)).toMatchObject({ ok: true });
    expect(calls().map((call) => call.includes('--js-runtimes'))).toEqual([true, false, false]);
  });
});
