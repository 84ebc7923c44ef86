import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileInput } from '../discord/model.ts';
import type { SampleView } from './protocol.ts';

interface Sample {
  readonly id: string;
  readonly artist: string;
  readonly title: string;
  /** Hz of the lowest note. */
  readonly root: number;
  /** Semitones over the root, four notes to a bar; one bar per chord. */
  readonly bars: readonly (readonly [number, number, number, number])[];
  /** Beats per minute. */
  readonly tempo: number;
  readonly seconds: number;
}

/** Small pieces of music computed on the spot: nobody has to look for an MP3 to try the demo. */
const SAMPLES: readonly Sample[] = [
  {
    id: 'neon-nights',
    artist: 'Ana Lune',
    title: 'Neon Nights',
    root: 220,
    bars: [
      [0, 3, 7, 12],
      [-4, 0, 3, 8],
      [3, 7, 10, 15],
      [-2, 2, 5, 10],
    ],
    tempo: 112,
    seconds: 75,
  },
  {
    id: 'concert-pitch',
    artist: 'Ben Bass',
    title: 'Concert Pitch',
    root: 146.83,
    bars: [
      [0, 4, 7, 11],
      [5, 9, 12, 16],
      [-3, 0, 4, 9],
      [-5, -1, 2, 7],
    ],
    tempo: 96,
    seconds: 90,
  },
  {
    id: 'midnight-tram',
    artist: 'Rio Ride',
    title: 'Midnight Tram',
    root: 174.61,
    bars: [
      [0, 7, 3, 10],
      [-2, 5, 2, 8],
      [-4, 3, 0, 7],
      [-5, 2, 7, 11],
    ],
    tempo: 124,
    seconds: 60,
  },
];

export const sampleViews: readonly SampleView[] = SAMPLES.map(({ id, artist, title, seconds }) => ({
  id,
  name: `${id}.mp3`,
  about: `${artist} – ${title}, ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`,
}));

const RATE = 44_100;

/** Plucked arpeggio, soft bass, kick and hat, as interleaved 16-bit stereo. */
function compose({ root, bars, tempo, seconds }: Sample): Buffer {
  const beat = 60 / tempo;
  const frames = Math.round(seconds * RATE);
  const pcm = Buffer.alloc(frames * 4);
  const hertz = (semitones: number): number => root * 2 ** (semitones / 12);
  let noise = 1;
  for (let frame = 0; frame < frames; frame += 1) {
    const t = frame / RATE;
    const notes = bars[Math.floor(t / (beat * 4)) % bars.length] ?? [0, 0, 0, 0];
    const note = 2 * Math.PI * t * hertz(notes[Math.floor(t / (beat / 2)) % 4] ?? 0) * 2;
    const low = 2 * Math.PI * t * (hertz(notes[0]) / 2);
    const [inStep, inBeat, inHat] = [t % (beat / 2), t % beat, (t + beat / 2) % beat];
    noise = (noise * 16_807) % 2_147_483_647;
    const pluck = 0.2 * Math.min(1, inStep * 400) * Math.exp(-7 * inStep) * (Math.sin(note) + 0.4 * Math.sin(2 * note));
    const bass = 0.16 * Math.min(1, inBeat * 200) * Math.exp(-1.5 * inBeat) * Math.sin(low);
    const kick = 0.4 * Math.exp(-9 * inBeat) * Math.sin(2 * Math.PI * (46 * inBeat + 4 * (1 - Math.exp(-28 * inBeat))));
    const hat = 0.05 * Math.exp(-60 * inHat) * (noise / 1_073_741_823 - 1);
    const fade = Math.min(1, t / 0.4, (seconds - t) / 2);
    const put = (sample: number, offset: number): number =>
      pcm.writeInt16LE(Math.round(Math.max(-1, Math.min(1, sample * fade)) * 32_767), frame * 4 + offset);
    put(pluck + bass + kick + hat, 0);
    put(0.7 * pluck + bass + kick + 0.6 * hat, 2);
  }
  return pcm;
}

/** The songs as files, made when first asked for and kept in a folder. */
export class SampleSongs {
  readonly #folder: string;
  readonly #ffmpeg: string;
  readonly #making = new Map<string, Promise<FileInput>>();

  constructor(folder: string, ffmpeg: string) {
    this.#folder = folder;
    this.#ffmpeg = ffmpeg;
  }

  get(id: string): Promise<FileInput> {
    const known = this.#making.get(id);
    if (known !== undefined) return known;
    const made = this.#make(id);
    this.#making.set(id, made);
    return made;
  }

  async #make(id: string): Promise<FileInput> {
    const sample = SAMPLES.find((each) => each.id === id);
    if (sample === undefined) throw new Error(`there is no sample song ${id}`);
    const path = join(this.#folder, `${id}.mp3`);
    if (!existsSync(path)) {
      await mkdir(this.#folder, { recursive: true });
      const half = `${path}.part-${process.pid}`;
      await this.#encode(sample, half);
      await rename(half, path);
    }
    return { name: `${id}.mp3`, bytes: await readFile(path), contentType: 'audio/mpeg' };
  }

  #encode(sample: Sample, path: string): Promise<void> {
    const { artist, title } = sample;
    const child = spawn(
      this.#ffmpeg,
      [
        ...['-nostdin', '-y', '-loglevel', 'error', '-f', 's16le', '-ar', String(RATE), '-ac', '2', '-i', 'pipe:0'],
        ...['-c:a', 'libmp3lame', '-b:a', '128k', '-metadata', `artist=${artist}`, '-metadata', `title=${title}`],
        ...['-f', 'mp3', path],
      ],
      { stdio: ['pipe', 'ignore', 'inherit'] },
    );
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.stdin.once('error', reject);
      child.once('close', (code) =>
        code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code} while encoding ${title}`)),
      );
      child.stdin.end(compose(sample));
    });
  }
}
