import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { FileIntake } from '../../src/audio/file-intake.ts';
import { probe } from '../../src/audio/probe.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { IncomingFile } from '../../src/ports/media-intake.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';
import { type LocalOrigin, openWorkshop, serve, silentLog, tone, type Workshop } from './audio-harness.ts';

const LIMITS = { maxBytes: 3_000_000, minMs: 5_000, maxMs: 60_000 };

let workshop: Workshop;
let store: SqliteStore;
let cdn: LocalOrigin;
let elsewhere: LocalOrigin;
let intake: FileIntake;
/** What the CDN has, by path. */
const shelf = new Map<string, Buffer>();

beforeAll(async () => {
  workshop = await openWorkshop();
  store = await openStore(':memory:');
  elsewhere = await serve((_request, response) => response.end('never'));
  cdn = await serve((request, response) => {
    const path = request.url ?? '';
    if (path === '/moved.mp3') return response.writeHead(302, { location: `${elsewhere.origin}/x.mp3` }).end();
    if (path === '/expired.mp3') return response.writeHead(404).end('gone');
    const body = shelf.get(path);
    if (body === undefined) return response.writeHead(500).end();
    if (path === '/broken-off.mp3') {
      response.writeHead(200, { 'content-length': body.length });
      return response.write(body.subarray(0, 20_000), () => response.destroy());
    }
    // Chunked: no length in the header, whatever the message claimed.
    response.writeHead(200);
    return response.end(body);
  });
  workshop.make('song.mp3', ...tone(8), '-metadata', 'artist=A\u202eB\u0007', '-metadata', 'title=  Two   words ');
  workshop.make('song.wav', ...tone(6));
  workshop.make('song.m4a', ...tone(6));
  workshop.make('song.flac', ...tone(6));
  workshop.make('plain.mp4', ...tone(6), '-c:a', 'aac');
  workshop.make('short.mp3', ...tone(2));
  workshop.make('long.mp3', ...tone(70), '-b:a', '64k');
  workshop.make('cover.png', '-f', 'lavfi', '-i', 'testsrc=d=1:s=64x64', '-frames:v', '1');
  const song = join(workshop.dir, 'song.mp3');
  const cover = join(workshop.dir, 'cover.png');
  workshop.make(
    'cover.mp3',
    '-i',
    song,
    '-i',
    cover,
    '-map',
    '0',
    '-map',
    '1',
    '-c',
    'copy',
    '-disposition:v',
    'attached_pic',
  );
  workshop.make('clip.mp4', '-f', 'lavfi', '-i', 'testsrc=d=6:s=64x64:r=5', ...tone(6));
  workshop.make('two.m4a', ...tone(6), ...tone(6, 550), '-map', '0', '-map', '1', '-c:a', 'aac');
  workshop.make('sound.ogg', ...tone(6), '-c:a', 'libvorbis');
  for (const name of await readdir(workshop.dir))
    if (name.includes('.')) shelf.set(`/${name}`, await workshop.bytes(name));
  for (const name of ['song.mp3', 'song.wav', 'song.flac']) {
    const whole = await workshop.bytes(name);
    shelf.set(`/cut-${name}`, whole.subarray(0, Math.floor(whole.length * 0.6)));
  }
  shelf.set('/cut-song.m4a', (await workshop.bytes('song.m4a')).subarray(0, 60_000));
  shelf.set('/broken-off.mp3', await workshop.bytes('song.mp3'));
  shelf.set('/huge.mp3', Buffer.concat([await workshop.bytes('song.mp3'), Buffer.alloc(4_000_000)]));
  // An hour that says it is ten seconds: a few kilobytes, and more sound than anybody asked for.
  workshop.make('hour.flac', '-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '3600');
  const bomb = await workshop.bytes('hour.flac');
  // The number of samples: 36 bits that end at byte 26. The four before them are of the sample size.
  bomb.writeUInt8(bomb.readUInt8(21) & 0xf0, 21);
  bomb.writeUInt32BE(80_000, 22);
  shelf.set('/bomb.flac', bomb);
  shelf.set('/empty.mp3', Buffer.alloc(0));
  shelf.set('/words.mp3', Buffer.from('just words\n'.repeat(500)));
  shelf.set('/list.mp3', Buffer.from(`#EXTM3U\n${elsewhere.origin}/a.mp3\nfile:///etc/passwd\n`));
  shelf.set('/concat.mp3', Buffer.from(`ffconcat version 1.0\nfile ${elsewhere.origin}/a.mp3\n`));
  // An MP3 to one reader, a playlist to another.
  shelf.set(
    '/both.mp3',
    Buffer.concat([Buffer.from('ID3\x04\0\0\0\0\0\0', 'latin1'), shelf.get('/list.mp3') ?? Buffer.alloc(0)]),
  );
}, 60_000);

beforeEach(() => {
  const { folder, children, programs } = workshop;
  intake = new FileIntake({
    folder,
    children,
    programs,
    store,
    clock: systemClock,
    log: silentLog,
    cdnOrigin: `${cdn.origin}/cdn`,
  });
});

afterAll(async () => {
  await cdn.close();
  await elsewhere.close();
  await store.close();
  await workshop.close();
});

const file = (path: string, change: Partial<IncomingFile> = {}): IncomingFile => ({
  url: `${cdn.origin}${path}`,
  name: path.slice(1),
  size: 1_000,
  ...change,
});

test.each([
  ['/song.mp3', 'mp3'],
  ['/song.wav', 'wav'],
  ['/song.m4a', 'm4a'],
  ['/plain.mp4', 'm4a'],
  ['/song.flac', 'flac'],
  ['/cover.mp3', 'mp3'],
] as const)('%s is kept by its content, whatever it is called', async (path, format) => {
  const stored = await intake.store(file(path, { name: 'x.exe' }), LIMITS);
  if (!stored.ok) throw new Error(stored.error.code);
  const { sha256, durationMs } = stored.value;
  expect(stored.value.format).toBe(format);
  expect(Math.abs(durationMs - (path.endsWith('mp3') ? 8_000 : 6_000))).toBeLessThan(100);
  expect(await readFile(workshop.folder.original(sha256, format))).toEqual(shelf.get(path));
  const row = await store.read((tx) => tx.media.get(sha256));
  expect(row).toMatchObject({ state: 'preparing', format, bytes: shelf.get(path)?.length });
});

test('tags come as one clean line each', async () => {
  const stored = await intake.store(file('/song.mp3'), LIMITS);
  expect(stored).toMatchObject({ ok: true, value: { tags: { artist: 'AB', title: 'Two words' } } });
});

test('the same bytes are kept once', async () => {
  const first = await intake.store(file('/song.flac'), LIMITS);
  if (!first.ok) throw new Error(first.error.code);
  const path = workshop.folder.original(first.value.sha256, 'flac');
  const before = (await stat(path)).ino;
  await intake.store(file('/song.flac', { name: 'again.flac' }), LIMITS);
  expect((await stat(path)).ino).toBe(before);
});

test.each([
  ['/huge.mp3', { code: 'file-too-big', bytes: null, maxBytes: 3_000_000 }],
  ['/empty.mp3', { code: 'file-empty' }],
  ['/words.mp3', { code: 'file-not-audio', looksLike: null }],
  ['/list.mp3', { code: 'file-not-audio' }],
  ['/concat.mp3', { code: 'file-not-audio' }],
  ['/both.mp3', { code: 'file-not-audio' }],
  ['/sound.ogg', { code: 'file-not-audio', looksLike: 'ogg' }],
  ['/cover.png', { code: 'file-not-audio', looksLike: 'png' }],
  ['/clip.mp4', { code: 'file-has-video' }],
  ['/two.m4a', { code: 'file-not-audio' }],
  ['/short.mp3', { code: 'file-length', minMs: 5_000 }],
  ['/long.mp3', { code: 'file-length', maxMs: 60_000 }],
  ['/cut-song.mp3', { code: 'file-broken' }],
  ['/cut-song.wav', { code: 'file-broken' }],
  ['/cut-song.m4a', { code: 'file-broken' }],
  ['/cut-song.flac', { code: 'file-broken' }],
  ['/broken-off.mp3', { code: 'file-unreachable' }],
  ['/expired.mp3', { code: 'file-unreachable' }],
  ['/moved.mp3', { code: 'file-unreachable' }],
])('%s is refused, and nothing of it stays', async (path, error) => {
  const before = (await store.read((tx) => tx.media.kept())).length;
  expect(await intake.store(file(path), LIMITS)).toMatchObject({ ok: false, error });
  expect(await readdir(workshop.folder.temporary())).toEqual([]);
  expect((await store.read((tx) => tx.media.kept())).length).toBe(before);
  expect(elsewhere.asked).toEqual([]);
});

test('a file that unpacks to far more than it says is not unpacked to its end', async () => {
  expect(shelf.get('/bomb.flac')?.length).toBeLessThan(LIMITS.maxBytes);
  const refused = await intake.store(file('/bomb.flac'), LIMITS);
  if (refused.ok || refused.error.code !== 'file-length') throw new Error(JSON.stringify(refused));
  // Of its hour only as much as it takes to see that it is too long.
  expect(refused.error.durationMs).toBeLessThan(LIMITS.maxMs + 6_000);
  expect(await readdir(workshop.folder.temporary())).toEqual([]);
});

test.each([
  ['ffprobe', 'kill -TERM $$'],
  ['ffmpeg', 'exit 255'],
] as const)('a song is not called broken when %s was ended from outside', async (name, script) => {
  const program = join(workshop.dir, `ended-${name}.sh`);
  await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const programs = { ...workshop.programs, [name]: program };
  const probing = probe(join(workshop.dir, 'song.mp3'), 'mp3', LIMITS, workshop.children, programs);
  await expect(probing).rejects.toThrow('ended from outside');
});

test('a size that is too big already in the message is not fetched', async () => {
  const before = cdn.asked.length;
  const refused = await intake.store(file('/song.mp3', { size: 3_000_001 }), LIMITS);
  expect(refused).toMatchObject({ ok: false, error: { code: 'file-too-big', bytes: 3_000_001 } });
  expect(cdn.asked.length).toBe(before);
});

test.each([
  ['another port of the same machine', () => `${elsewhere.origin}/song.mp3`],
  ['another scheme', () => `${cdn.origin.replace('http:', 'https:')}/song.mp3`],
  ['credentials in front of the host', () => cdn.origin.replace('//', '//cdn.discordapp.com@')],
  ['a host that only looks like it', () => 'https://cdn.discordapp.com.example.org/song.mp3'],
  ['plain http to the real host', () => 'http://cdn.discordapp.com/song.mp3'],
  ['a port on the real host', () => 'https://cdn.discordapp.com:8443/song.mp3'],
  ['a file of the machine', () => 'file:///etc/passwd'],
  ['no address at all', () => 'song.mp3'],
])('%s is never asked', async (_what, url) => {
  const before = cdn.asked.length;
  const refused = await intake.store(file('', { url: url() }), LIMITS);
  expect(refused).toEqual({ ok: false, error: { code: 'file-host-refused' } });
  expect(elsewhere.asked).toEqual([]);
  expect(cdn.asked.length).toBe(before);
});
