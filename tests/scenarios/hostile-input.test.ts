import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, queueText, rows, set, startDesk } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, submit, tone } from './show.ts';

let show: Show;
let clips: string;
/** Listens beside everything the bot may talk to, and must hear nothing. */
let ear: Server;
let raw: ReturnType<typeof createSocketServer>;
const heard: string[] = [];
const listen = (server: Server | typeof raw): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
let earPort: number;
let rawPort: number;

beforeAll(async () => {
  ear = createServer((request, response) => {
    heard.push(request.url ?? '');
    response.end('heard');
  });
  raw = createSocketServer((socket) => {
    heard.push('a connection');
    socket.destroy();
  });
  [earPort, rawPort] = [await listen(ear), await listen(raw)];
  show = await startDesk();
  await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  await set(show, 'submissions.free-limit', '10');
  await set(show, 'submissions.max-file-mb', '1');
  clips = await mkdtemp(join(tmpdir(), 'skipline-clips-'));
});
afterAll(async () => {
  await show.stop();
  ear.close();
  raw.close();
  await rm(clips, { recursive: true, force: true });
  expect(heard).toEqual([]);
});
/** Somebody new for each test: nobody is told to slow down here. */
let ana: Human;
let members = 0;
beforeEach(() => {
  show.sandbox.discord.faults.clear();
  members += 1;
  ana = show.people.human(show.guildId, `ana${members}`);
});

/** A file made by ffmpeg with these arguments. */
async function clip(name: string, ...args: readonly string[]): Promise<Uint8Array> {
  const path = join(clips, name);
  execFileSync('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, path]);
  return readFile(path);
}
const noise = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=6'];
const bytesOf = (text: string) => new TextEncoder().encode(text);
const together = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

const state = async () => ({
  songs: await rows(show, 'SELECT public_id, line FROM submission ORDER BY id'),
  media: await rows(show, 'SELECT sha256 FROM media ORDER BY sha256'),
  // Downloads; songs that were taken before are still being encoded there.
  parts: (await readdir(join(show.dataDir, 'media', 'tmp')).catch(() => [])).filter((name) => name.endsWith('.part')),
});

async function refused(file: { readonly name: string; readonly bytes: Uint8Array }): Promise<string> {
  const before = await state();
  const seen = await submit(ana, { file, title: 'Bad' });
  expect(seen.ephemeral).toBe(true);
  expect(await state()).toEqual({ ...before, parts: [] });
  return seen.text;
}

describe('a file', () => {
  it('that is bigger than it says is cut off at the cap, with or without a length in the header', async () => {
    const { faults } = show.sandbox.discord;
    const big = together(await tone(330), new Uint8Array(2_000_000));
    const small = { name: 'small.mp3', bytes: await tone(330) };
    faults.cdn({ bytes: big, unsized: true, times: 1 });
    expect(await refused(small)).toMatch(/too big.*at most 1 MB.*link/);
    faults.cdn({ bytes: big, times: 1 });
    expect(await refused(small)).toMatch(/too big/);
    expect(await refused({ name: 'honest.mp3', bytes: big })).toMatch(/too big/);
  });

  it('of which less comes than was announced is asked for again, in words', async () => {
    show.sandbox.discord.faults.cdn({ cutAfterBytes: 20_000, times: 1 });
    expect(await refused({ name: 'cut.mp3', bytes: await tone(330) })).toMatch(/did not hand over that file/);
    show.sandbox.discord.faults.cdn({ status: 404, times: 1 });
    expect(await refused({ name: 'gone.mp3', bytes: await tone(330) })).toMatch(/did not hand over/);
  });

  it('with a picture that moves is no song, whatever its name', async () => {
    const video = await clip('v.mp4', '-f', 'lavfi', '-i', 'testsrc=d=6:s=64x64:r=5', ...noise);
    expect(await refused({ name: 'song.m4a', bytes: video })).toMatch(/holds a video/);
  });

  it.each([
    ['a page', '<!doctype html><script>alert(1)</script>'],
    ['a playlist', '#EXTM3U\nhttp://127.0.0.1:EAR/a.mp3\nfile:///etc/passwd\n'],
    ['a concat script', 'ffconcat version 1.0\nfile http://127.0.0.1:EAR/a.mp3\n'],
    ['a playlist behind an ID3 mark', 'ID3\x04\0\0\0\0\0\0#EXTM3U\nhttp://127.0.0.1:EAR/a.mp3\n'],
    ['an archive', 'PK\x03\x04'.padEnd(400, 'x')],
    ['a program', '\x7fELF'.padEnd(400, '\0')],
  ])('that is %s is no song', async (_name, text) => {
    const words = await refused({ name: 'song.mp3', bytes: bytesOf(text.replaceAll('EAR', String(earPort))) });
    expect(words).toMatch(/not an MP3, WAV, M4A or FLAC|damaged/);
  });

  it('that is a song and something else at once is kept as a song, or refused, and never opened as the other', async () => {
    const mp3 = await tone(330);
    const tail = bytesOf(
      `PK\x03\x04#EXTM3U\nhttp://127.0.0.1:${earPort}/x\n<script>fetch('//127.0.0.1:${earPort}')</script>`,
    );
    const seen = await submit(ana, { file: { name: 'both.mp3', bytes: together(mp3, tail) }, title: 'Polyglot' });
    expect(seen.text).toMatch(/Submitted as|damaged/);
    expect(await refused({ name: 'both.mp3', bytes: together(bytesOf('%PDF-1.7\n'), mp3) })).toMatch(/not an MP3/);
  });

  it('that claims three hours in few bytes is refused by its length', async () => {
    const flac = new Uint8Array(await tone(330, 6, 'flac'));
    // STREAMINFO: 36 bits of samples, here 3 h at 44.1 kHz.
    const claimed = 3 * 3_600 * 44_100;
    new DataView(flac.buffer, flac.byteOffset).setUint32(22, claimed);
    expect(await refused({ name: 'claims.flac', bytes: flac })).toMatch(/3:00:00 long.*0:05 to 20:00/);
    const silence = ['-f', 'lavfi', '-i', 'anullsrc=r=8000:cl=mono', '-t', '10800', '-frame_size', '65535'];
    const silent = new Uint8Array(await clip('long.flac', ...silence));
    expect(silent.byteLength).toBeLessThan(1_000_000);
    expect(await refused({ name: 'long.flac', bytes: silent })).toMatch(/3:00:00 long/);
    // The same without a word about its length: it is listened to until it is too long.
    new DataView(silent.buffer, silent.byteOffset).setUint32(22, 0);
    expect(await refused({ name: 'endless.flac', bytes: silent })).toMatch(/long\. Taken are songs/);
    expect(await refused({ name: 'short.mp3', bytes: await tone(330, 2) })).toMatch(/0:02 long.*0:05/);
  });

  it('with tags that nobody can read is a song without them', async () => {
    const frame = (id: string, text: Uint8Array) =>
      together(bytesOf(id), new Uint8Array([0, 0, 0, text.length, 0, 0]), text);
    const body = together(
      frame('TIT2', new Uint8Array([1, 0xff, 0xfe, 0, 0xd8, 0x2e])),
      frame('TPE1', new Uint8Array([3, 0xc3, 0x28, 7, 27])),
    );
    const tag = together(bytesOf('ID3\x03\0\0'), new Uint8Array([0, 0, 0, body.length]), body);
    const seen = await submit(ana, { file: { name: 'tagged.mp3', bytes: together(tag, await tone(340)) } });
    expect(seen.text).toMatch(/Submitted as/);
    const [row] = await rows(show, 'SELECT artist, title FROM submission WHERE public_id = ?', publicId(seen.text));
    expect(JSON.stringify(row)).not.toMatch(/\\u00(0|1|7f)|\\ud8|\ufffd\ufffd/);
  });
});

describe('a name', () => {
  it.each([
    ['path separators', '..\\..\\..\\etc/../../passwd', 'passwd'],
    ['control characters', 'be\u0007ll\u0000\u001b[31m', 'bell[31m'],
    ['direction marks', 'evil\u202Egnp.exe\u2066', 'evilgnp'],
    ['nothing but marks', '\u202E\u200F', 'Not Known'],
    ['nothing but dots', '..', '..'],
  ])('of a file with %s is shown harmless, and names nothing on the disk', async (_name, name, title) => {
    const seen = await submit(ana, { file: { name: `${name}.mp3`, bytes: await tone(350 + name.length) } });
    const id = publicId(seen.text);
    const [row] = await rows(show, 'SELECT title, file_name FROM submission WHERE public_id = ?', id);
    expect(String(row?.title)).toContain(title);
    expect(String(row?.file_name)).not.toMatch(/[/\\\p{Cc}\u202E\u2066]/u);
    await ask(show.nova, 'remove', { song: id });
    expect((await readdir(show.dataDir)).filter((entry) => entry.includes('passwd'))).toEqual([]);
  });

  it('of 4,000 characters is refused in a field and cut in a file name', async () => {
    const long = 'W'.repeat(4_000);
    const modal = await ana.slash('submit');
    const seen = await ana.fillModal(modal, { Link: someLink(), Title: long }, { force: true });
    expect((await seen.final(PATIENCE)).text).toMatch(/title is too long: at most 100/);
    const note = await ana.fillModal(await ana.slash('submit'), { Link: someLink(), Note: long }, { force: true });
    expect((await note.final(PATIENCE)).text).toMatch(/note is too long: at most 300/);
    const command = await ana.slash(
      'submitfile',
      { file: { name: 'a.mp3', bytes: await tone(330) }, artist: long, title: 'x' },
      { force: true },
    );
    expect((await command.final(PATIENCE)).text).toMatch(/artist is too long/);
    const file = await submit(ana, { file: { name: `${long}.mp3`, bytes: await tone(372) } });
    const [row] = await rows(show, 'SELECT title FROM submission WHERE public_id = ?', publicId(file.text));
    expect(String(row?.title).length).toBeLessThanOrEqual(100);
    await ask(show.nova, 'remove', { song: publicId(file.text) });
  });

  it('of a member turns and rings nothing', async () => {
    const odd = show.people.human(show.guildId, 'odd', { nickname: '\u202E@everyone\u0007 **x**' });
    const seen = await submit(odd, { link: someLink(), title: 'Odd' });
    await (await odd.click(seen, { label: 'No' })).final(PATIENCE);
    expect(await queueText(show)).toContain('@everyone **x**');
    expect(await queueText(show)).not.toContain('\u202E');
    expect(await queueText(show)).not.toContain('\u0007');
  });
});

describe('nothing is fetched from anywhere else', () => {
  const LINKS = [
    'https://127.0.0.1:PORT/song',
    'https://localhost:PORT/song',
    'https://[::1]:PORT/song',
    'https://[::ffff:127.0.0.1]:PORT/song',
    'https://2130706433:PORT/song',
    'https://0x7f000001:PORT/song',
    'https://0177.0.0.1:PORT/song',
    'https://127.1:PORT/song',
    'https://soundcloud.com:PORT/a/b',
    'https://soundcloud.com@127.0.0.1:PORT/a/b',
    'https://soundcloud.com%40127.0.0.1:PORT/a/b',
    'https://soundcloud.com\\@127.0.0.1:PORT/a/b',
    'https://soundcloud.com.127.0.0.1.nip.io:PORT/a/b',
    'https://127.0.0.1:PORT#@soundcloud.com/a/b',
    'https://127.0.0.1:PORT?x=soundcloud.com/a/b',
    'https://soundcloud.com\u3002evil.example/a/b',
    'http://127.0.0.1:PORT/song',
    'ftp://127.0.0.1:PORT/song.mp3',
    'file:///etc/passwd',
    'data:audio/mpeg;base64,AAAA',
  ];

  it.each(LINKS)('for the link %s, by modal and by message', async (link) => {
    const before = (await state()).songs;
    for (const port of [earPort, rawPort]) {
      const hostile = link.replaceAll('PORT', String(port));
      expect((await submit(ana, { link: hostile })).text).toMatch(/taken|doesn't look like a link|does not lead/);
      const said = await ana.say(show.channels.lobby, hostile);
      const menu = await (await ana.contextMenu('Submit this track', said)).final(PATIENCE);
      expect(menu.text).not.toMatch(/Submitted/);
    }
    expect((await state()).songs).toEqual(before);
    expect(heard).toEqual([]);
  });

  it.each([
    'http://127.0.0.1:PORT',
    'http://localhost:PORT',
    'http://127.0.0.1:CDN@127.0.0.1:PORT',
    'https://cdn.discordapp.com.evil.example',
  ])('for an attachment at %s', async (origin) => {
    const { world } = show.sandbox.discord;
    const before = world.origins;
    for (const port of [earPort, rawPort]) {
      const cdn = origin.replaceAll('PORT', String(port)).replaceAll('CDN', new URL(before.cdn).port);
      world.origins = { ...before, cdn };
      const seen = await submit(ana, { file: { name: 'a.mp3', bytes: bytesOf('ID3') }, title: 'x' });
      world.origins = before;
      expect(seen.text).toMatch(/does not come from Discord's own storage/);
    }
    expect(heard).toEqual([]);
  });
});
