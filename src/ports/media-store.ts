/** What the bytes are; the file's name has no say. */
export const AUDIO_FORMATS = ['mp3', 'wav', 'm4a', 'flac'] as const;
export type AudioFormat = (typeof AUDIO_FORMATS)[number];

/** `deleted`: the bytes were removed after their time; the row stays because old songs name it. */
export const MEDIA_STATES = ['preparing', 'ready', 'unplayable', 'deleted'] as const;
export type MediaRowState = (typeof MEDIA_STATES)[number];

/** What a file says about itself, cleaned. */
export interface SongTags {
  readonly artist?: string;
  readonly title?: string;
}

/** One stored file. Times are ms since the epoch. */
export interface MediaRow {
  readonly sha256: string;
  /** Of the original. */
  readonly bytes: number;
  readonly format: AudioFormat;
  readonly durationMs: number;
  readonly state: MediaRowState;
  /** Why it is unplayable or deleted, in plain words. */
  readonly reason: string | null;
  /** Integrated loudness of the original, LUFS. */
  readonly lufs: number | null;
  /** Of the original, dBTP. */
  readonly truePeak: number | null;
  /** Loudest sample per slice of the song, 0..255. */
  readonly peaks: readonly number[] | null;
  readonly opusBytes: number | null;
  readonly tags: SongTags;
  readonly createdAt: number;
  /** Last time somebody submitted or played it. */
  readonly usedAt: number;
}

export type NewMedia = Pick<MediaRow, 'sha256' | 'bytes' | 'format' | 'durationMs' | 'tags'>;

/** What the encoder found out. */
export interface EncodedMedia {
  readonly durationMs: number;
  readonly lufs: number | null;
  readonly truePeak: number | null;
  readonly peaks: readonly number[];
  readonly opusBytes: number;
}

export interface SongRef {
  readonly guildId: string;
  readonly submissionId: number;
}

/** A file that no waiting song and no song on air needs. */
export interface IdleMedia {
  readonly sha256: string;
  /** Original and encoded together. */
  readonly bytes: number;
  readonly usedAt: number;
  /** Guilds whose songs name it. */
  readonly guildIds: readonly string[];
}

/** Rows about stored files; the bytes lie in the media folder. */
export interface MediaReads {
  /** A file that was stored and has not been deleted since. */
  has(sha256: string): Promise<boolean>;
  get(sha256: string): Promise<MediaRow | null>;
  /** Hashes still to be encoded, the song that plays soonest first. */
  preparing(): Promise<readonly string[]>;
  /** Hashes whose bytes should be on the disk. */
  kept(): Promise<readonly string[]>;
  /** Waiting songs and songs on air that use the file, in all guilds. */
  songsWith(sha256: string): Promise<readonly SongRef[]>;
  /** Least recently used first. */
  idle(): Promise<readonly IdleMedia[]>;
  /** Bytes on the disk of all files that songs of this guild name. */
  bytesOf(guildId: string): Promise<number>;
}

export interface MediaStore extends MediaReads {
  /**
   * A file whose bytes are on the disk. Known bytes keep their state and what was measured, and count as used now; a
   * deleted or unplayable one is prepared again.
   */
  add(media: NewMedia, at: number): Promise<void>;
  setReady(sha256: string, encoded: EncodedMedia): Promise<void>;
  setUnplayable(sha256: string, reason: string): Promise<void>;
  setDeleted(sha256: string, reason: string): Promise<void>;
  touch(sha256: string, at: number): Promise<void>;
}
