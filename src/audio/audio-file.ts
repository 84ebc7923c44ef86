import { open } from 'node:fs/promises';
import { fileTypeFromFile } from 'file-type';
import { err, ok, type Result } from '../lib/result.ts';
import type { AudioFormat } from '../ports/media-store.ts';

/** Members' files, and what platforms hand out besides. */
export type ReadableFormat = AudioFormat | 'aac' | 'ogg' | 'webm' | 'ts';

/**
 * How ffmpeg is made to read a format. The demuxer is forced, so a playlist or a concat script that calls itself `.mp3`
 * is never opened as one; only these decoders run; and only files can be opened, never the network.
 */
const READING: Readonly<Record<ReadableFormat, { readonly demuxer: string; readonly decoders: readonly string[] }>> = {
  mp3: { demuxer: 'mp3', decoders: ['mp3float', 'mp3'] },
  wav: {
    demuxer: 'wav',
    decoders: [
      ...['u8', 's16le', 's24le', 's32le', 'f32le', 'f64le', 'alaw', 'mulaw'].map((kind) => `pcm_${kind}`),
      ...['adpcm_ms', 'adpcm_ima_wav'],
    ],
  },
  m4a: { demuxer: 'mov', decoders: ['aac', 'alac'] },
  flac: { demuxer: 'flac', decoders: ['flac'] },
  aac: { demuxer: 'aac', decoders: ['aac'] },
  ogg: { demuxer: 'ogg', decoders: ['libopus', 'opus', 'vorbis', 'libvorbis', 'flac'] },
  ts: { demuxer: 'mpegts', decoders: ['aac', 'mp3float', 'mp3'] },
  webm: { demuxer: 'matroska', decoders: ['libopus', 'opus', 'vorbis', 'libvorbis', 'aac'] },
};

/** Opens the file without opening decoders of its pictures; for ffprobe. */
export function probeArgs(format: ReadableFormat): readonly string[] {
  // External references inside a QuickTime file would be other files' names.
  const drefs = format === 'm4a' ? ['-enable_drefs', '0', '-use_absolute_path', '0'] : [];
  return ['-protocol_whitelist', 'file', ...drefs, '-f', READING[format].demuxer];
}

/** Input options before `-i`; for ffmpeg. */
export function decodeArgs(format: ReadableFormat): readonly string[] {
  return ['-codec_whitelist', READING[format].decoders.join(','), ...probeArgs(format)];
}

/** A file name as an argument: never taken for an option or for another protocol. */
export function fileArg(path: string): string {
  return `file:${path}`;
}

/**
 * What the bytes are. An MP4 may turn out to be audio alone, which makes it an M4A; the probe tells.
 * @returns the refusal's hint (an extension such as `png`), or null when nothing was recognised
 */
export async function sniff(path: string): Promise<Result<AudioFormat, string | null>> {
  const type = await fileTypeFromFile(path);
  switch (type?.ext) {
    case 'mp3':
    case 'wav':
    case 'flac':
      return ok(type.ext);
    case 'm4a':
    case 'm4b':
    case 'mp4':
      return ok('m4a');
    default:
      return err(type?.ext ?? null);
  }
}

const EXTENSIONS: Readonly<Record<string, ReadableFormat>> = {
  mp3: 'mp3',
  wav: 'wav',
  flac: 'flac',
  m4a: 'm4a',
  m4b: 'm4a',
  mp4: 'm4a',
  mov: 'm4a',
  m4v: 'm4a',
  aac: 'aac',
  ogg: 'ogg',
  oga: 'ogg',
  opus: 'ogg',
  ogv: 'ogg',
  webm: 'webm',
  mkv: 'webm',
  mts: 'ts',
};

/** What a platform handed out, video with sound included; null when it is nothing that can be played. */
export async function sniffAny(path: string): Promise<ReadableFormat | null> {
  const type = await fileTypeFromFile(path);
  return type === undefined ? null : (EXTENSIONS[type.ext] ?? null);
}

const HEADER_BYTES = 64 * 1024;

/**
 * Whether a WAV says that it holds more sound than it has bytes: its upload broke off. Readers only look at the size of
 * the file. Writers that did not know the length left 0 or the largest number there; that says nothing.
 */
export async function isWavCutShort(path: string, fileBytes: number): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    for (let at = 12; at + 8 <= bytesRead; ) {
      const size = buffer.readUInt32LE(at + 4);
      if (buffer.toString('latin1', at, at + 4) === 'data') {
        const isKnown = size > 0 && size < 0xffff_ff00;
        // A few bytes are lost by sloppy writers, not by broken uploads.
        return isKnown && at + 8 + size > fileBytes + 4096;
      }
      at += 8 + size + (size % 2);
    }
    return false;
  } finally {
    await file.close();
  }
}
