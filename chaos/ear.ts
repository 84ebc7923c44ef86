import { createHash } from 'node:crypto';
import { makeTone } from '../sandbox/story/songs.ts';
import { decodeOgg, timeline } from '../sandbox/voice/analyse.ts';
import { type CapturedFrame, framesToOgg } from '../sandbox/voice/capture.ts';

/** Long enough to be still on air after several crashes. */
const SONG_SECONDS = 120;
/** Every second of a song sounds this much higher than the one before. Hz */
const RISE = 10;
/** No two songs share a pitch. Hz */
const LOWEST = 300;
const APART = SONG_SECONDS * RISE + 100;
/** The first window is the decoder's own to settle in. ms */
const WINDOW_MS = 200;
/** Captured sound that is enough to tell song and second. ms */
export const EARFUL_MS = 500;

/** A file whose pitch tells which song it is, and at which second. */
export interface Song {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** What somebody in the voice channel hears. */
export interface Heard {
  /** Its number among the songs. */
  readonly song: number;
  /** Of the first captured frame, ms from the start of the song. */
  readonly positionMs: number;
}

export async function makeSong(number: number): Promise<Song> {
  const hz = LOWEST + number * APART;
  const bytes = await makeTone({ hz, rises: RISE, seconds: SONG_SECONDS, format: 'mp3' });
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Decodes captured sound. @returns null when it is too little, or no song of ours */
export async function hear(frames: readonly CapturedFrame[]): Promise<Heard | null> {
  const pcm = await decodeOgg(framesToOgg(frames, { silence: 'drop' }));
  const second = timeline(pcm, WINDOW_MS)[1];
  if (second === undefined || second.hz < LOWEST - RISE) return null;
  const song = Math.floor((second.hz - LOWEST + RISE) / APART);
  const positionMs = ((second.hz - LOWEST - song * APART) / RISE) * 1_000 - 1.5 * WINDOW_MS;
  return { song, positionMs: Math.round(positionMs) };
}
