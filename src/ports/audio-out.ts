import type { VoiceTrouble } from '../domain/failure.ts';
import type { FilterName } from '../domain/setting.ts';
import type { Result } from '../lib/result.ts';

// ---- what the audio layer offers to the services

/** The way into a voice channel. */
export type LinkState =
  | {
      readonly kind: 'away';
      /** Null when it left because it was asked to, or never came. */
      readonly why: VoiceTrouble | 'alone' | null;
    }
  | { readonly kind: 'joining'; readonly channelId: string; readonly attempt: number }
  | { readonly kind: 'ready'; readonly channelId: string; readonly attempt: 0 }
  | {
      readonly kind: 'recovering';
      readonly channelId: string;
      /** 1 = first try since the last stable time. */
      readonly attempt: number;
      readonly why: VoiceTrouble;
      /** ms since the epoch; null while a try is under way. */
      readonly nextTryAt: number | null;
    };

/** What sounds. A song is named by whoever loaded it. */
export type PlayerState =
  | { readonly kind: 'idle' }
  | {
      /** `recovering`: it goes on by itself as soon as the link is ready again. */
      readonly kind: 'loading' | 'playing' | 'paused' | 'recovering';
      readonly songId: string;
      /** Position in the song, ms; while `playing` it was true at `at`. */
      readonly positionMs: number;
      /** ms since the epoch. */
      readonly at: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'failed'; readonly songId: string; readonly positionMs: number; readonly why: string };

/** Prepared audio: a stored file by its hash, or a link by the key its resolver gave. */
export type AudioRef =
  | { readonly kind: 'file'; readonly sha256: string }
  | { readonly kind: 'link'; readonly key: string };

export interface Song {
  /** Chosen by the caller, told back in `PlayerState`. */
  readonly songId: string;
  readonly audio: AudioRef;
  readonly durationMs: number;
}

export interface SongSettings {
  /** Percent, 1..200. */
  readonly volume: number;
  readonly filters: readonly FilterName[];
}

export interface LinkTelemetry {
  readonly pingMs: number | null;
  /** Tries since the link was last stable for ten minutes. */
  readonly attempts: number;
  /** Newest first, at most 10. */
  readonly lastCloseCodes: readonly { readonly code: number; readonly at: number }[];
  readonly coolDownUntil: number | null;
  readonly reconnects: number;
  /** How long the last reconnect took, ms. */
  readonly lastReconnectMs: number | null;
  /** All closes of this guild's link since the process started, by code. */
  readonly closesByCode: Readonly<Record<number, number>>;
}

/** Counts what voice goes through, in all guilds together. Must not throw. */
export interface VoiceMeter {
  /** Discord closed a voice connection, whatever came of it. */
  voiceClosed(code: number): void;
  /** Sound is possible again. @param ms since it was not */
  voiceReconnected(ms: number): void;
}

/** Told in order, synchronously, after the state changed. A listener must not throw. */
export interface AudioListener {
  linkChanged(guildId: string, link: LinkState): void;
  playerChanged(guildId: string, player: PlayerState): void;
  /** The song was played to its end; told once, before `playerChanged` says idle. */
  ended(guildId: string, songId: string): void;
}

/** Voice of every guild. Guilds never wait for each other. */
export interface AudioOut {
  /**
   * Joins, or moves there. One try with a deadline of 20 s; a refusal leaves the bot away. Once joined the link looks
   * after itself: it returns after drops with back-off, follows moves, and stays away when kicked.
   */
  join(guildId: string, channelId: string): Promise<Result<void, VoiceTrouble>>;
  /** As `join`, but keeps trying like after a drop: for taking up where a restart interrupted. */
  rejoin(guildId: string, channelId: string): void;
  /** Leaves the channel and stops what sounds; nothing when away. */
  leave(guildId: string, why?: 'alone'): void;
  link(guildId: string): LinkState;
  telemetry(guildId: string): LinkTelemetry;

  /**
   * Replaces whatever sounds. Resolves when the first packet is ready to be sent (or, `paused`, when it could be);
   * a later `load`, `stop` or `leave` wins over an earlier one. Needs no link: then it starts as soon as there is one.
   */
  load(
    guildId: string,
    song: Song,
    from: SongSettings & { readonly positionMs: number; readonly paused: boolean },
  ): Promise<void>;
  /** A song whose audio is still being fetched or encoded: shown as `loading`. */
  announce(guildId: string, song: Pick<Song, 'songId' | 'durationMs'>, positionMs: number): void;
  /** Nothing to hear for this song: shown as `failed` until the next `load` or `stop`. */
  fail(guildId: string, songId: string, why: string): void;
  /** Opens the song that probably comes next, so that `load` finds it ready. */
  prepare(guildId: string, song: Song, settings: SongSettings): void;
  /** False when nothing is playing. */
  pause(guildId: string): boolean;
  /** False when nothing is paused. */
  resume(guildId: string): boolean;
  /** False when there was nothing. */
  stop(guildId: string): boolean;
  /** Goes on from another position, volume or sound, with a gap below 300 ms; paused stays paused. */
  change(guildId: string, change: Partial<SongSettings> & { readonly positionMs?: number }): Promise<void>;
  player(guildId: string): PlayerState;

  listen(listener: AudioListener): void;
  /** Leaves everywhere and ends every child process. */
  stopAll(): Promise<void>;
}

// ---- what the audio layer needs from Discord's main connection

/** The parts of a gateway event that matter here; the library passes the whole event through. */
export interface VoiceStateEvent {
  readonly guild_id?: string;
  readonly channel_id: string | null;
  readonly user_id: string;
  readonly session_id: string;
}
export interface VoiceServerEvent {
  readonly token: string;
  readonly guild_id: string;
  readonly endpoint: string | null;
}

/** Method syntax on purpose: `@discordjs/voice` and discord.js name wider event types for the same calls. */
export interface VoiceAdapterMethods {
  onVoiceStateUpdate(event: VoiceStateEvent): void;
  onVoiceServerUpdate(event: VoiceServerEvent): void;
  destroy(): void;
}
export interface VoiceAdapter {
  /** False when the main connection is down. */
  sendPayload(payload: unknown): boolean;
  destroy(): void;
}
export type VoiceAdapterCreator = (methods: VoiceAdapterMethods) => VoiceAdapter;

export interface VoiceChannelFacts {
  readonly channelId: string;
  readonly isStage: boolean;
  /** Bits per second. */
  readonly bitrate: number;
  /** People in it; bots do not count. */
  readonly humans: number;
  readonly canConnect: boolean;
  readonly canSpeak: boolean;
  /** No room for one more, and no permission to come in nevertheless. */
  readonly isFull: boolean;
}

/** Discord's main connection as voice needs it. Implemented where discord.js is known. */
export interface VoiceGateway {
  /** Null when the guild is not known (any more, or not yet). */
  adapterFor(guildId: string): VoiceAdapterCreator | null;
  /** Null when the channel does not exist, is hidden, or is no voice channel. */
  channel(guildId: string, channelId: string): VoiceChannelFacts | null;
  /** Stage channels: become a speaker, or raise the hand. False when neither was allowed. */
  speakOnStage(guildId: string): Promise<boolean>;
  /** The line under the channel's name; null clears it. False when it was not allowed; never throws. */
  setStatus(channelId: string, status: string | null): Promise<boolean>;
  /** Called whenever somebody joined, left or moved in a guild. */
  onPeopleChanged(listener: (guildId: string) => void): void;
}
