import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeOgg, type Pcm, timeline } from '../../sandbox/voice/analyse.ts';
import { oggOpus } from '../../sandbox/voice/ogg.ts';
import { dominantHz, rms, toDb, toneAmplitude } from '../../sandbox/voice/spectrum.ts';
import { Encoder } from '../../src/audio/encoder.ts';
import { TrackSources } from '../../src/audio/track-source.ts';
import { FILTERS, tempoOf } from '../../src/domain/playback.ts';
import type { FilterName } from '../../src/domain/setting.ts';
import { openWorkshop, silentLog, tone, type Workshop } from './audio-harness.ts';

let workshop: Workshop;
let sources: TrackSources;

beforeAll(async () => {
  workshop = await openWorkshop();
  const { folder, children, programs } = workshop;
  sources = new TrackSources(folder, children, programs, silentLog);
});
afterAll(() => workshop.close());

async function song(name: string, ...args: readonly string[]): Promise<string> {
  const { folder, children, programs } = workshop;
  const sha256 = Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64);
  const input = workshop.make(`${name}.wav`, ...args);
  const job = { input, format: 'wav', output: folder.encoded(sha256), background: false } as const;
  const encoded = await new Encoder(children, programs, folder).encode({
    ...job,
    signal: new AbortController().signal,
  });
  if (!encoded.ok) throw new Error(encoded.error.kind);
  return sha256;
}

const songs = new Map<string, Promise<string>>();

/** Everything a listener would hear of a song from a position on. */
async function heard(name: string, args: readonly string[], filters: readonly FilterName[], volume = 100, fromMs = 0) {
  const made = songs.get(name) ?? song(name, ...args);
  songs.set(name, made);
  const sha256 = await made;
  const signal = new AbortController().signal;
  const source = await sources.open({ kind: 'file', sha256 }, fromMs, { volume, filters }, signal);
  if (source === null) throw new Error('not opened');
  const packets: Buffer[] = [];
  while (!source.isFinished()) {
    const packet = source.read();
    if (packet === null) await setImmediate();
    else packets.push(packet);
  }
  source.close();
  const pcm = await decodeOgg(oggOpus(packets));
  return { pcm, durationMs: packets.length * 20, endMs: source.position() };
}

const TONE = tone(4);
const mono = ({ channels: [left = new Float32Array(), right = new Float32Array()] }: Pcm) =>
  left.map((sample, at) => (sample + (right[at] ?? 0)) / 2);
const middle = (samples: Float32Array) => samples.subarray(samples.length / 4, (samples.length * 3) / 4);
const pitch = (pcm: Pcm) => dominantHz(middle(mono(pcm)), pcm.rate);

describe.each([
  ['slow', 440],
  ['speed', 440],
  ['nightcore', 550],
  ['vaporwave', 352],
] as const)('%s', (name, hz) => {
  test(`plays at ${FILTERS[name].tempo}x and sounds at ${hz} Hz`, async () => {
    const { pcm, durationMs } = await heard('tone', TONE, [name]);
    expect(Math.abs(durationMs - 4_000 / FILTERS[name].tempo)).toBeLessThan(120);
    expect(Math.abs(pitch(pcm) - hz)).toBeLessThan(2);
  });
});

test('a position is one of the song, whatever the tempo', async () => {
  const { durationMs } = await heard('tone', TONE, ['speed'], 100, 1_500);
  expect(Math.abs(durationMs - 2_500 / 1.2)).toBeLessThan(120);
  expect(tempoOf(['speed', 'slow'])).toBeCloseTo(1.02, 5);
  const both = await heard('tone', TONE, ['speed', 'slow']);
  expect(Math.abs(both.durationMs - 4_000 / 1.02)).toBeLessThan(150);
});

test('bass-boost lifts 70 Hz by about 9 dB against 1 kHz', async () => {
  const args = ['-f', 'lavfi', '-i', "aevalsrc='0.1*sin(2*PI*70*t)+0.1*sin(2*PI*1000*t)':d=4:s=48000"];
  const [plain, boosted] = [await heard('bass', args, []), await heard('bass', args, ['bass-boost'])];
  const balance = ({ pcm }: { readonly pcm: Pcm }) => {
    const samples = middle(mono(pcm));
    return toDb(toneAmplitude(samples, pcm.rate, 70)) - toDb(toneAmplitude(samples, pcm.rate, 1_000));
  };
  const lift = balance(boosted) - balance(plain);
  expect(lift).toBeGreaterThan(6);
  expect(lift).toBeLessThan(11);
});

test('reverb lets a beat ring on', async () => {
  const args = ['-f', 'lavfi', '-i', "aevalsrc='0.9*sin(2*PI*500*t)*lt(mod(t,1),0.05)':d=4:s=48000"];
  const [dry, wet] = [await heard('beat', args, []), await heard('beat', args, ['reverb'])];
  const tail = ({ pcm }: { readonly pcm: Pcm }) => {
    const samples = mono(pcm);
    // From 70 to 170 ms behind the third beat.
    return toDb(rms(samples.subarray(pcm.rate * 2.07, pcm.rate * 2.17)));
  };
  expect(tail(wet) - tail(dry)).toBeGreaterThan(20);
});

test('8d goes round: left and right take turns', async () => {
  const { pcm } = await heard('round', tone(10), ['8d']);
  const balances = timeline(pcm, 250).map(({ channelsDb: [left = 0, right = 0] }) => left - right);
  expect(Math.max(...balances)).toBeGreaterThan(6);
  expect(Math.min(...balances)).toBeLessThan(-6);
  const plain = await heard('round', tone(10), []);
  const still = timeline(plain.pcm, 250).map(({ channelsDb: [left = 0, right = 0] }) => Math.abs(left - right));
  expect(Math.max(...still.slice(0, -1))).toBeLessThan(0.5);
});

test.each([
  [50, -6],
  [25, -12],
  [200, 6],
])('a volume of %i percent is %i dB', async (volume, db) => {
  const [plain, changed] = [await heard('tone', TONE, []), await heard('tone', TONE, [], volume)];
  const level = ({ pcm }: { readonly pcm: Pcm }) => toDb(rms(middle(mono(pcm))));
  expect(level(changed) - level(plain)).toBeCloseTo(db, 0);
});

test('even twice as loud and boosted, nothing clips', async () => {
  const args = ['-f', 'lavfi', '-i', "aevalsrc='0.9*sin(2*PI*60*t)+0.1*sin(2*PI*3000*t)':d=4:s=48000"];
  const { pcm } = await heard('hot', args, ['bass-boost'], 200);
  expect(
    Math.max(...pcm.channels.map((channel) => channel.reduce((high, each) => Math.max(high, Math.abs(each)), 0))),
  ).toBeLessThan(1);
});

test('forty songs are filtered at a time in all guilds together; one more is refused, and all end when nobody wants them', async () => {
  const { folder, children, programs, dir } = workshop;
  const ffmpeg = join(dir, 'endless-ffmpeg');
  writeFileSync(ffmpeg, '#!/bin/sh\nexec sleep 600\n', { mode: 0o755 });
  const endless = new TrackSources(folder, children, { ...programs, ffmpeg }, silentLog);
  const wanted = new AbortController();
  const open = () =>
    endless.open({ kind: 'file', sha256: 'a'.repeat(64) }, 0, { volume: 50, filters: [] }, wanted.signal);
  const opening = Array.from({ length: 40 }, open);
  expect(await open()).toBeNull();
  expect(children.alive).toBe(40);
  wanted.abort();
  expect((await Promise.all(opening)).every((source) => source === null)).toBe(true);
  await expect.poll(() => children.alive).toBe(0);
});
