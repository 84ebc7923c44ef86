import type { Failure } from '../domain/failure.ts';
import type { Result } from '../lib/result.ts';
import type { AudioFormat, SongTags } from './media-store.ts';

/** A file as Discord describes it. Nothing here is trusted: the bytes decide. */
export interface IncomingFile {
  readonly url: string;
  readonly name: string;
  /** Bytes, as claimed. */
  readonly size: number;
}

export interface IntakeLimits {
  readonly maxBytes: number;
  readonly minMs: number;
  readonly maxMs: number;
}

/** A file that is kept: its bytes are on the disk and its row is in the store. */
export interface StoredFile {
  /** Content address, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
  readonly durationMs: number;
  readonly format: AudioFormat;
  /** As the file says, cleaned of control characters and cut to a sensible length. */
  readonly tags: SongTags;
}

/**
 * Takes files in. Fetches from Discord's own storage only, follows no redirect, and stops at the limit whatever the
 * header said. When it resolves with a file, its bytes are safe on the disk and its `media` row exists, `preparing`
 * unless the same bytes are known already; the caller then hands the hash to `MediaService.enqueue`. A refusal leaves
 * nothing behind.
 *
 * Refuses with `file-host-refused`, `file-unreachable`, `file-too-big`, `file-empty`, `file-not-audio`,
 * `file-has-video`, `file-broken`, `file-length` or `disk-full`. Ends within 90 s.
 */
export interface MediaIntake {
  store(file: IncomingFile, limits: IntakeLimits): Promise<Result<StoredFile, Failure>>;
}
