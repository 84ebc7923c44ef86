import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyseOgg } from '../../sandbox/voice/analyse.ts';
import type { ReadableFormat } from '../../src/audio/audio-file.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { readLoudness } from '../../src/audio/loudness.ts';
import { PeakMeter, waveformPng } from '../../src/audio/waveform.ts';
import { openWorkshop, tone, type Workshop } from './audio-harness.ts';

let workshop: Workshop;
let encoder: Encoder;

beforeAll(async () => {
  workshop = await openWorkshop();
  encoder = new Encoder(workshop.children, workshop.programs, workshop.folder);
});
afterAll(() => workshop.close());

/** Something like music: chords, noise and beats, so that loudness and peaks differ. */
const band = (seconds: number, filter: string): readonly string[] => [
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='0.3*sin(2*PI*110*t)+0.2*sin(2*PI*330*t+sin(t))+0.25*(random(0)-0.5)+0.7*sin(2*PI*60*t)*exp(-20*mod(t,0.5))'` +
    `|'0.3*sin(2*PI*110*t)+0.2*sin(2*PI*440*t)+0.25*(random(1)-0.5)':d=${seconds}:s=44100`,
  ...['-af', filter],
];

async function encode(name: string, format: ReadableFormat, signal = new AbortController().signal) {
  const output = workshop.folder.encoded(Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64));
  const result = await encoder.encode({ input: join(workshop.dir, name), format, output, background: false, signal });
  if (!result.ok) return { ...result, output };
  return { ...result, output, heard: await analyseOgg(await readFile(output)) };
}

test('two masters 12 dB apart come out equally loud, at -16 LUFS below -1 dBTP', async () => {
  workshop.make('loud.mp3', ...band(6, 'volume=0dB'));
  workshop.make('soft.mp3', ...band(6, 'volume=-12dB'));
  const [loud, soft] = [await encode('loud.mp3', 'mp3'), await encode('soft.mp3', 'mp3')];
  if (!loud.ok || !soft.ok) throw new Error('not encoded');
  expect(Math.abs((loud.value.lufs ?? 0) - (soft.value.lufs ?? 0) - 12)).toBeLessThan(0.3);
  for (const { heard } of [loud, soft]) {
    expect(Math.abs((heard.lufs ?? 0) + 16)).toBeLessThan(0.5);
    expect(heard.truePeakDb).toBeLessThanOrEqual(-1);
  }
});

test.each([
  ['clicks over near silence', "aevalsrc='0.02*sin(2*PI*440*t)+0.8*sin(2*PI*2000*t)*lt(mod(t,0.5),0.01)':d=8", 1],
  ['drums far above their average', "aevalsrc='0.9*(random(0)*2-1)*exp(-60*mod(t,1))':d=8", 7],
  ['a square wave at full scale', "aevalsrc='0.99*sgn(sin(2*PI*997*t))':d=6", 1],
])('%s stay below the ceiling, as near to the target as that allows', async (what, source, offBy) => {
  const name = `${what.split(' ')[0]}.wav`;
  workshop.make(name, '-f', 'lavfi', '-i', source);
  const result = await encode(name, 'wav');
  if (!result.ok) throw new Error('not encoded');
  expect(result.heard.truePeakDb).toBeLessThanOrEqual(-1);
  expect(Math.abs((result.heard.lufs ?? 0) + 16)).toBeLessThan(offBy);
});

test('silence stays silence', async () => {
  workshop.make('silence.flac', '-f', 'lavfi', '-i', 'anullsrc=d=6');
  const result = await encode('silence.flac', 'flac');
  expect(result).toMatchObject({ ok: true, value: { lufs: null, truePeak: null } });
});

test.each(['mp3', 'wav', 'm4a', 'flac'] as const)('%s keeps its pitch and its length', async (format) => {
  workshop.make(`tone.${format}`, ...tone(6.5), '-ar', '44100');
  const result = await encode(`tone.${format}`, format);
  if (!result.ok) throw new Error('not encoded');
  expect(result.heard.dominantHz).toBeCloseTo(440, 0);
  // MP3 and AAC pad their first and last frame.
  expect(Math.abs(result.heard.durationMs - 6_500)).toBeLessThan(60);
  expect(Math.abs(result.value.durationMs - 6_500)).toBeLessThan(60);
  expect(result.value.opusBytes).toBeGreaterThan(20_000);
});

test.each([
  ['at once', 'kill -TERM $$'],
  ['as ffmpeg does', 'exit 255'],
])('an ffmpeg that is told to end from outside, and does so %s, says nothing about the song', async (_how, script) => {
  workshop.make('good.mp3', ...tone(6));
  const ffmpeg = join(workshop.dir, 'ended.sh');
  await writeFile(ffmpeg, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const interrupted = new Encoder(workshop.children, { ...workshop.programs, ffmpeg }, workshop.folder);
  const job = { input: join(workshop.dir, 'good.mp3'), format: 'mp3' as const, output: join(workshop.dir, 'x.opus') };
  const { signal } = new AbortController();
  expect(await interrupted.encode({ ...job, background: false, signal })).toEqual({
    ok: false,
    error: { kind: 'cancelled' },
  });
});

test('what cannot be decoded, is gone or is called off leaves nothing behind', async () => {
  await writeFile(join(workshop.dir, 'noise.mp3'), Buffer.alloc(50_000, 7));
  expect(await encode('noise.mp3', 'mp3')).toMatchObject({ ok: false, error: { kind: 'unplayable' } });
  expect(await encode('nowhere.mp3', 'mp3')).toMatchObject({ ok: false, error: { kind: 'missing' } });
  workshop.make('long.wav', ...tone(120));
  const called = new AbortController();
  const encoding = encode('long.wav', 'wav', called.signal);
  called.abort();
  expect(await encoding).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  expect(await readdir(workshop.folder.temporary())).toEqual([]);
  expect(workshop.children.alive).toBe(0);
});

test('the waveform follows the song and is a picture', async () => {
  workshop.make('steps.wav', '-f', 'lavfi', '-i', "aevalsrc='if(lt(t,3),0.1,0.8)*sin(2*PI*300*t)':d=6");
  const result = await encode('steps.wav', 'wav');
  if (!result.ok) throw new Error('not encoded');
  const { peaks } = result.value;
  expect(peaks).toHaveLength(240);
  const quarter = [peaks[60] ?? 0, peaks[180] ?? 0];
  expect(quarter[1]).toBeGreaterThan(6 * (quarter[0] ?? 0));
  const png = Buffer.from(await waveformPng(peaks));
  await writeFile(join(workshop.dir, 'peaks.png'), png);
  const raw = workshop.make(
    'peaks.gray',
    '-i',
    join(workshop.dir, 'peaks.png'),
    '-vf',
    'format=rgba,alphaextract',
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
  );
  const pixels = await readFile(raw);
  expect([png.readUInt32BE(16), png.readUInt32BE(20), pixels.length]).toEqual([720, 96, 720 * 96]);
  const drawn = (from: number, to: number) =>
    pixels.filter((alpha, at) => alpha > 0 && at % 720 >= from && at % 720 < to).length;
  expect(drawn(360, 720)).toBeGreaterThan(4 * drawn(0, 360));
});

test('peaks do not depend on how the sound is cut into pieces', () => {
  const sound = Buffer.alloc(16_000);
  for (let at = 0; at < 8_000; at += 1)
    sound.writeInt16LE(Math.round(30_000 * Math.sin(at / 9) * (at / 8_000)), 2 * at);
  const [whole, pieces] = [new PeakMeter(), new PeakMeter()];
  whole.add(sound);
  for (let at = 0; at < sound.length; at += 777) pieces.add(sound.subarray(at, at + 777));
  expect(pieces.peaks()).toEqual(whole.peaks());
  expect(pieces.durationMs).toBe(1_000);
});

test("ffmpeg's summary of silence is no number", () => {
  expect(
    readLoudness('  Integrated loudness:\n    I:         -70.0 LUFS\n  True peak:\n    Peak:       -inf dBFS\n'),
  ).toEqual({
    lufs: null,
    truePeak: null,
  });
  expect(readLoudness('nothing')).toBeNull();
});
