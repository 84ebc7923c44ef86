import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OggOpusParser } from '../../src/audio/ogg-opus.ts';
import { OpusFile } from '../../src/audio/opus-file.ts';
import { openWorkshop, type Workshop } from './audio-harness.ts';

let workshop: Workshop;
let path: string;
let packets: readonly Buffer[];

beforeAll(async () => {
  workshop = await openWorkshop();
  // Long and dense enough that a seek has to search: two megabytes.
  const noise = ['-f', 'lavfi', '-i', 'anoisesrc=d=90:c=pink:a=0.5:r=48000', '-ac', '2'];
  path = workshop.make('long.opus', ...noise, '-c:a', 'libopus', '-b:a', '192k', '-frame_duration', '20', '-f', 'ogg');
  packets = new OggOpusParser().push(await workshop.bytes('long.opus'));
}, 60_000);
afterAll(() => workshop.close());

async function opened(): Promise<OpusFile> {
  const file = await OpusFile.open(path);
  if (file === null) throw new Error('not opened');
  return file;
}

async function rest(file: OpusFile): Promise<readonly Buffer[]> {
  const all: Buffer[] = [];
  for (let some = await file.next(); some.length > 0; some = await file.next()) all.push(...some);
  await file.close();
  return all;
}

test('reads every packet, in order', async () => {
  expect(packets.length).toBeGreaterThan(4_499);
  expect(Buffer.concat(await rest(await opened())).equals(Buffer.concat(packets))).toBe(true);
});

test.each([0, 1, 19, 20, 999, 1_000, 12_345, 45_678, 60_000, 89_000, 89_990])(
  'a seek to %i ms is exact',
  async (ms) => {
    const file = await opened();
    const from = await file.seek(ms);
    expect(ms - from).toBeGreaterThanOrEqual(0);
    expect(ms - from).toBeLessThan(20);
    const index = Math.floor((ms * 48 + 312) / 960);
    expect(Buffer.concat(await rest(file)).equals(Buffer.concat(packets.slice(index)))).toBe(true);
  },
);

test('behind the end there is nothing, and a seek back finds everything again', async () => {
  const file = await opened();
  await file.seek(200_000);
  expect(await file.next()).toEqual([]);
  await file.seek(0);
  expect((await rest(file)).length).toBe(packets.length);
});

test('a file that is none of ours, or none at all', async () => {
  await writeFile(join(workshop.dir, 'words.opus'), 'no Ogg in here, but long enough to look at it');
  await expect(OpusFile.open(join(workshop.dir, 'words.opus'))).rejects.toThrow('not an Ogg');
  expect(await OpusFile.open(join(workshop.dir, 'nowhere.opus'))).toBeNull();
});

test('the parser does not care how bytes are cut', async () => {
  const bytes = (await workshop.bytes('long.opus')).subarray(0, 200_000);
  const whole = new OggOpusParser().push(bytes);
  const parser = new OggOpusParser();
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 1_237) pieces.push(...parser.push(bytes.subarray(at, at + 1_237)));
  expect(Buffer.concat(pieces).equals(Buffer.concat(whole))).toBe(true);
});
