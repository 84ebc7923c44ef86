import type { FilterName } from '../domain/setting.ts';

/** What a guild's player does, so that a restart resumes at the same second. */
export interface PlaybackRow {
  readonly guildId: string;
  /** Voice channel the bot is wanted in; null when it stays away. */
  readonly channelId: string | null;
  readonly playId: number | null;
  readonly state: 'idle' | 'playing' | 'paused';
  readonly positionMs: number;
  /** Percent. */
  readonly volume: number;
  readonly filters: readonly FilterName[];
  /** ms since the epoch when all this was true. */
  readonly at: number;
}

export interface PlaybackReads {
  get(guildId: string): Promise<PlaybackRow | null>;
  /** Guilds where the bot is wanted in a voice channel. */
  wanted(): Promise<readonly PlaybackRow[]>;
}

export interface PlaybackStore extends PlaybackReads {
  put(row: PlaybackRow): Promise<void>;
}
