import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventRecorder, RECORDER_OPTIONS } from '../../src/tiktok/event-recorder.ts';
import { KeptLog } from './ear.ts';

let folder: string;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'skipline-record-')), 'recordings');
});
afterEach(() => rm(join(folder, '..'), { recursive: true }));

const files = async () => (await readdir(folder)).sort();

describe('a recording', () => {
  it('is one JSON text per line, with bytes left out', async () => {
    const recording = new EventRecorder(folder, new KeptLog()).open('1', 2);
    recording.write('chat', { content: 'hi\nthere', payload: Buffer.from('x'), big: 5n }, 1_000);
    recording.write('gift', { repeatCount: 3 }, 1_001);
    await recording.close();
    expect(await files()).toEqual(['1-2-001.ndjson']);
    const lines = (await readFile(join(folder, '1-2-001.ndjson'), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { at: 1_000, name: 'chat', message: { content: 'hi\nthere', big: '5' } },
      { at: 1_001, name: 'gift', message: { repeatCount: 3 } },
    ]);
  });

  it('goes on in another file when one is full, and the oldest go when all are too big', async () => {
    const options = { ...RECORDER_OPTIONS, fileBytes: 200, totalBytes: 700 };
    const recorder = new EventRecorder(folder, new KeptLog(), options);
    for (let session = 1; session <= 4; session += 1) {
      const recording = recorder.open('1', session);
      recording.write('chat', 'x'.repeat(250), 1);
      await recording.close();
    }
    expect(await files()).toEqual(['1-3-001.ndjson', '1-4-001.ndjson']);
  });

  it('leaves lines out rather than filling the memory', async () => {
    const log = new KeptLog();
    const recording = new EventRecorder(folder, log, { ...RECORDER_OPTIONS, waitingBytes: 100 }).open('1', 1);
    for (let line = 0; line < 20; line += 1) recording.write('chat', 'x'.repeat(60), line);
    await recording.close();
    expect(log.of('warn')).toEqual(['LIVE messages were left out of the recording']);
  });

  it('breaks off without ending anything else when it can not be written', async () => {
    const log = new KeptLog();
    const file = join(folder, '..', 'file');
    await writeFile(file, 'no folder');
    const recording = new EventRecorder(join(file, 'recordings'), log).open('1', 1);
    recording.write('chat', {}, 1);
    await recording.close();
    recording.write('chat', {}, 2);
    expect(log.of('error')).toHaveLength(1);
  });
});
