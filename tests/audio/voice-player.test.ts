import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { analyseFrames, decodeOgg, timeline } from '../../sandbox/voice/analyse.ts';
import type { CapturedFrame } from '../../sandbox/voice/capture.ts';
import { framesToOgg } from '../../sandbox/voice/capture.ts';
import type { VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { TrackSources } from '../../src/audio/track-source.ts';
import { VoiceRooms } from '../../src/audio/voice-rooms.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { Song } from '../../src/ports/audio-out.ts';
import { openWorkshop, silentLog, silentMeter, tone, type Workshop } from './audio-harness.ts';
import { AudioDiary, CHANNEL, GUILD, openVoice, STUDIO, VoiceWorld } from './voice-world.ts';

let workshop: Workshop;
let voice: VoiceSandbox;
let world: VoiceWorld;
let rooms: VoiceRooms;
let diary: AudioDiary;
let run = 0;

const PLAIN = { volume: 100, filters: [], positionMs: 0, paused: false } as const;

beforeAll(async () => {
  workshop = await openWorkshop();
  voice = await openVoice();
});

afterAll(async () => {
  await voice.stop();
  await workshop.close();
});

beforeEach(async () => {
  world = new VoiceWorld(voice);
  const { folder, children, programs } = workshop;
  run += 1;
  rooms = new VoiceRooms({
    gateway: world,
    sources: new TrackSources(folder, children, programs, silentLog),
    children,
    clock: systemClock,
    log: silentLog,
    meter: silentMeter,
    group: `player-${run}`,
  });
  diary = new AudioDiary();
  rooms.listen(diary);
  expect(await rooms.join(GUILD, CHANNEL)).toEqual({ ok: true, value: undefined });
});

afterEach(() => rooms.stopAll());

const songs = new Map<string, Promise<Song>>();

/** A song in the media folder, made once. */
function song(name: string, ...args: readonly string[]): Promise<Song> {
  const made = songs.get(name) ?? encoded(name, args);
  songs.set(name, made);
  return made;
}

async function encoded(name: string, args: readonly string[]): Promise<Song> {
  const { children, programs, folder } = workshop;
  const sha256 = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
  const job = { input: workshop.make(`${name}.wav`, ...args), format: 'wav', output: folder.encoded(sha256) } as const;
  const signal = new AbortController().signal;
  const result = await new Encoder(children, programs, folder).encode({ ...job, background: false, signal });
  if (!result.ok) throw new Error(result.error.kind);
  return { songId: name, audio: { kind: 'file', sha256 }, durationMs: result.value.durationMs };
}

/** A song whose pitch tells the position: 300 Hz at the start, 400 Hz more per second. */
const sweep = (name: string, seconds: number): Promise<Song> =>
  song(name, '-f', 'lavfi', '-i', `aevalsrc='0.5*sin(2*PI*(300*t+200*t*t))':d=${seconds}:s=48000`);

const WINDOW_MS = 50;

/** Where in a sweep each 50 ms of these frames is: the middle of each window, ms. */
async function positionsHeard(frames: readonly CapturedFrame[], tempo = 1): Promise<readonly number[]> {
  const pcm = await decodeOgg(framesToOgg(frames, { silence: 'drop' }));
  return timeline(pcm, WINDOW_MS).map(({ hz }) => ((hz / tempo - 300) * 1_000) / 400);
}

const capture = () => voice.captureOf(GUILD);

test('a tone is heard at its pitch, in full length, evenly, and its end is told', async () => {
  const mark = capture().mark();
  const ended = diary.until('ended', (songId) => songId === 'tone');
  await rooms.load(GUILD, await song('tone', ...tone(3)), PLAIN);
  await ended;
  await capture().waitForSilence();
  const frames = capture().since(mark);
  const heard = await analyseFrames(frames);
  expect(heard.dominantHz).toBeCloseTo(440, 0);
  expect(Math.abs(heard.durationMs - 3_000)).toBeLessThanOrEqual(40);
  // A busy machine stalls for a moment; the song does not.
  expect(heard.pacing.gaps.filter(({ ms }) => ms > 400)).toEqual([]);
  // So that listeners' decoders come to rest; and then Discord is told that the bot stopped speaking.
  expect(frames.slice(-5).map(({ silence }) => silence)).toEqual([true, true, true, true, true]);
  expect(voice.sessions().at(-1)?.speaking).toBe(false);
  expect(rooms.player(GUILD)).toEqual({ kind: 'idle' });
});

test('pause holds the position, and playing goes on exactly there', async () => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), PLAIN);
  await capture().waitForAudio({ ms: 1_500, from: mark });
  expect(rooms.pause(GUILD)).toBe(true);
  const paused = rooms.player(GUILD);
  if (paused.kind !== 'paused') throw new Error(paused.kind);
  await capture().waitForSilence({ quietMs: 300 });
  const before = await positionsHeard(capture().since(mark));
  expect(Math.abs(paused.positionMs - before.length * WINDOW_MS)).toBeLessThan(50);
  expect(rooms.player(GUILD)).toMatchObject({ positionMs: paused.positionMs });
  const resumed = capture().mark();
  expect(rooms.resume(GUILD)).toBe(true);
  await capture().waitForAudio({ ms: 1_000, from: resumed });
  const all = await positionsHeard(capture().since(mark));
  // As one piece: nothing is missing and nothing comes twice.
  for (const [index, positionMs] of all.slice(1, -1).entries()) {
    expect(Math.abs(positionMs - (index + 1.5) * WINDOW_MS)).toBeLessThan(50);
  }
});

test.each([4_000, 5_510, 250, 7_000])('a jump to %i ms lands within 50 ms of it, and is shown', async (positionMs) => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), PLAIN);
  await capture().waitForAudio({ ms: 300, from: mark });
  await rooms.change(GUILD, { positionMs });
  const jump = capture().mark();
  await capture().waitForAudio({ ms: 500, from: jump });
  const shown = rooms.player(GUILD);
  const heardMs = capture().since(jump).length * 20;
  const heard = await positionsHeard(capture().since(jump));
  // A frame of the old position may still be under way when the jump is done.
  const landed = heard[1] ?? 0;
  expect(Math.abs(landed - (positionMs + 1.5 * WINDOW_MS))).toBeLessThan(50);
  if (shown.kind !== 'playing') throw new Error(shown.kind);
  expect(Math.abs(shown.positionMs - (positionMs + heardMs))).toBeLessThan(100);
});

test('a jump while paused stays silent and is where playing goes on', async () => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), { ...PLAIN, paused: true });
  await rooms.change(GUILD, { positionMs: 3_000 });
  expect(rooms.player(GUILD)).toMatchObject({ kind: 'paused', positionMs: 3_000 });
  expect(capture().since(mark)).toEqual([]);
  rooms.resume(GUILD);
  await capture().waitForAudio({ ms: 300, from: mark });
  const [first = 0] = await positionsHeard(capture().since(mark));
  expect(Math.abs(first - 3_025)).toBeLessThan(50);
});

test.each([
  ['another volume', { volume: 25 }],
  ['a filter', { filters: ['reverb'] }],
] as const)('%s comes without a gap, at the same position', async (_what, change) => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), PLAIN);
  await capture().waitForAudio({ ms: 800, from: mark });
  await rooms.change(GUILD, change);
  const changed = capture().mark();
  await capture().waitForAudio({ ms: 800, from: changed });
  const frames = capture().since(mark);
  const { pacing } = await analyseFrames(frames);
  expect(Math.max(0, ...pacing.gaps.map(({ ms }) => ms))).toBeLessThan(300);
  const silent = frames.filter(({ silence }) => silence).length;
  expect(silent * 20).toBeLessThan(300);
  const positions = await positionsHeard(frames);
  for (const [index, positionMs] of positions.slice(1, -1).entries()) {
    // Echoes of a hall sound a little behind.
    expect(Math.abs(positionMs - (index + 1.5) * WINDOW_MS)).toBeLessThan('volume' in change ? 60 : 150);
  }
  if (!('volume' in change)) return;
  const [loud, soft] = [await analyseFrames(frames.slice(0, 30)), await analyseFrames(capture().since(changed))];
  expect(loud.rmsDb - soft.rmsDb).toBeGreaterThan(11);
  expect(loud.rmsDb - soft.rmsDb).toBeLessThan(13);
});

test('a dropped connection holds the song, and it goes on where it was', async () => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), PLAIN);
  await capture().waitForAudio({ ms: 800, from: mark });
  const held = diary.until('player', (player) => player.kind === 'recovering');
  const back = diary.until('player', (player) => player.kind === 'playing');
  // Nobody answers the library's own rejoin for a while.
  world.silent.add(CHANNEL);
  voice.disconnect(GUILD, 4006);
  await held;
  world.letIn(GUILD, CHANNEL);
  await back;
  await capture().waitForAudio({ ms: 1_600, from: mark });
  const positions = await positionsHeard(capture().since(mark));
  const last = positions.at(-2) ?? 0;
  expect(Math.abs(last - (positions.length - 1.5) * WINDOW_MS)).toBeLessThan(100);
});

const drop = (code: number) => (): unknown => voice.disconnect(GUILD, code);

test.each([
  ['a connection that breaks', drop(1006)],
  ['4006, the session is over', drop(4006)],
  ['4015, the voice server crashed', drop(4015)],
  ['4022, the call was ended', drop(4022)],
  [
    'another voice server',
    async () => {
      world.loseServer();
      await voice.changeEndpoint();
      world.letIn(GUILD, CHANNEL);
    },
  ],
  ['a move by staff', () => world.letIn(GUILD, STUDIO)],
])('after %s the song goes on at the second where it was', async (_what, happen) => {
  const mark = capture().mark();
  await rooms.load(GUILD, await sweep('sweep', 8), PLAIN);
  await capture().waitForAudio({ ms: 800, from: mark });
  const told = diary.links.length;
  await happen();
  await expect
    .poll(() => diary.links.slice(told).some(({ kind }) => kind === 'recovering' || kind === 'ready'))
    .toBe(true);
  await expect.poll(() => rooms.link(GUILD).kind, { timeout: 5_000 }).toBe('ready');
  const back = capture().mark();
  await capture().waitForAudio({ ms: 500, from: back });
  const before = await positionsHeard(
    capture()
      .since(mark)
      .filter(({ index }) => index < back),
  );
  const [, after = 0] = await positionsHeard(capture().since(back));
  const wanted = (before.at(-1) ?? 0) + 2 * WINDOW_MS;
  // What was sent while nobody heard it is lost, and never more than a blink.
  expect(after - wanted).toBeGreaterThan(-150);
  expect(after - wanted).toBeLessThan(500);
});

test('200 songs skipped in filtered playback leave no child behind', async () => {
  const loud = await song('tone', ...tone(3));
  for (let skip = 0; skip < 200; skip += 1) {
    const loading = rooms.load(GUILD, { ...loud, songId: `${skip}` }, { ...PLAIN, volume: 90 });
    // Every tenth is heard, the others are skipped while they open.
    if (skip % 10 === 0) await loading;
  }
  rooms.stop(GUILD);
  await workshop.children.stop();
  expect(workshop.children.alive).toBe(0);
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  const names = children.map((pid) => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  expect(names.filter((stat) => /ffmpeg|\) Z /.test(stat))).toEqual([]);
});

test('a song whose file is gone fails in words, and the next one plays', async () => {
  const gone: Song = { songId: 'gone', audio: { kind: 'file', sha256: 'f'.repeat(64) }, durationMs: 5_000 };
  await rooms.load(GUILD, gone, PLAIN);
  expect(rooms.player(GUILD)).toMatchObject({ kind: 'failed', songId: 'gone', why: expect.any(String) });
  const mark = capture().mark();
  await rooms.load(GUILD, await song('tone', ...tone(3)), PLAIN);
  await capture().waitForAudio({ ms: 200, from: mark });
});

test('the song that was prepared starts at once', async () => {
  const next = await sweep('sweep', 8);
  rooms.prepare(GUILD, next, PLAIN);
  const mark = capture().mark();
  const began = performance.now();
  await rooms.load(GUILD, { ...next, songId: 'next' }, PLAIN);
  const [first] = await capture().waitForAudio({ frames: 1, from: mark });
  expect((first?.arrivedAt ?? Number.POSITIVE_INFINITY) - began).toBeLessThan(250);
});
