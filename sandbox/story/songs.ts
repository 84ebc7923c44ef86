import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Tone {
  readonly hz: number;
  readonly seconds: number;
  readonly format: 'mp3' | 'wav' | 'm4a' | 'flac';
  /** Tags of the file. */
  readonly artist?: string;
  readonly title?: string;
  /** dBFS of the sine's peak, default -12. */
  readonly peakDb?: number;
  /** How much higher it gets every second, so that the pitch tells the position. Hz, default 0. */
  readonly rises?: number;
}

const CODEC = { mp3: 'libmp3lame', wav: 'pcm_s16le', m4a: 'aac', flac: 'flac' } as const;

/** A real audio file that is one pure tone, level or rising: easy to recognise when it is heard again. */
export async function makeTone(tone: Tone, ffmpeg = process.env.FFMPEG_PATH ?? 'ffmpeg'): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'tone-'));
  const file = join(folder, `tone.${tone.format}`);
  const amplitude = 10 ** ((tone.peakDb ?? -12) / 20);
  const wave = `${amplitude}*sin(2*PI*(${tone.hz}*t+${(tone.rises ?? 0) / 2}*t*t))`;
  const source = `aevalsrc=${wave}|${wave}:s=44100:d=${tone.seconds}`;
  const tags = [
    ...(tone.artist === undefined ? [] : ['-metadata', `artist=${tone.artist}`]),
    ...(tone.title === undefined ? [] : ['-metadata', `title=${tone.title}`]),
  ];
  try {
    await run(ffmpeg, [
      '-nostdin',
      '-loglevel',
      'error',
      '-f',
      'lavfi',
      '-i',
      source,
      '-c:a',
      CODEC[tone.format],
      ...tags,
      file,
    ]);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
