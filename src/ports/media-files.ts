import type { Result } from '../lib/result.ts';
import type { AudioFormat, EncodedMedia } from './media-store.ts';

export type EncodeTrouble =
  /** The bytes cannot be decoded; trying again is no use. The sentence is for people. */
  | { readonly kind: 'unplayable'; readonly why: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'disk-full' }
  | { readonly kind: 'cancelled' };

/** The bytes of songs: one original and one levelled Opus file per content address. */
export interface MediaFiles {
  /**
   * Measures, levels to -16 LUFS below -1 dBTP and encodes to Ogg Opus. The file appears whole or not at all, also
   * when the process dies meanwhile. Never throws for what the bytes are.
   * @param urgent somebody waits to hear it; else it runs at lower priority
   */
  encode(
    sha256: string,
    format: AudioFormat,
    urgent: boolean,
    signal: AbortSignal,
  ): Promise<Result<EncodedMedia, EncodeTrouble>>;
  /** Original and encoded; no error when they are gone already. */
  remove(sha256: string): Promise<void>;
  /**
   * At start: removes half files that an earlier process left, and files of hashes that were not in `known` for two
   * weeks. Until then they come back when their hash does.
   * @param now ms since the epoch
   */
  sweep(known: ReadonlySet<string>, now: number): Promise<{ readonly removed: number }>;
  /** PNG of a song's peaks. */
  waveform(peaks: readonly number[]): Promise<Uint8Array>;
}
