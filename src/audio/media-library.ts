import type { Result } from '../lib/result.ts';
import type { EncodeTrouble, MediaFiles } from '../ports/media-files.ts';
import type { AudioFormat, EncodedMedia } from '../ports/media-store.ts';
import type { Encoder } from './encoder.ts';
import type { MediaFolder } from './media-folder.ts';
import { waveformPng } from './waveform.ts';

/** The songs that members uploaded. */
export class MediaLibrary implements MediaFiles {
  readonly #folder: MediaFolder;
  readonly #encoder: Encoder;

  constructor(folder: MediaFolder, encoder: Encoder) {
    this.#folder = folder;
    this.#encoder = encoder;
  }

  async encode(
    sha256: string,
    format: AudioFormat,
    urgent: boolean,
    signal: AbortSignal,
  ): Promise<Result<EncodedMedia, EncodeTrouble>> {
    await this.#folder.prepare();
    return this.#encoder.encode({
      input: this.#folder.original(sha256, format),
      format,
      output: this.#folder.encoded(sha256),
      background: !urgent,
      signal,
    });
  }

  remove(sha256: string): Promise<void> {
    return this.#folder.remove(sha256);
  }

  async sweep(known: ReadonlySet<string>, now: number): Promise<{ readonly removed: number }> {
    await this.#folder.prepare();
    return { removed: await this.#folder.sweep(known, now) };
  }

  waveform(peaks: readonly number[]): Promise<Uint8Array> {
    return waveformPng(peaks);
  }
}
