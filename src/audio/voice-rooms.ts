import type { VoiceTrouble } from '../domain/failure.ts';
import { ok, type Result } from '../lib/result.ts';
import type {
  AudioListener,
  AudioOut,
  LinkState,
  LinkTelemetry,
  PlayerState,
  Song,
  SongSettings,
  VoiceGateway,
  VoiceMeter,
} from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Children } from './children.ts';
import { FrameClock } from './frame-clock.ts';
import type { TrackSources } from './track-source.ts';
import { VoiceLink } from './voice-link.ts';
import { VoicePlayer } from './voice-player.ts';

export interface VoiceRoomsParts {
  readonly gateway: VoiceGateway;
  readonly sources: TrackSources;
  readonly children: Children;
  readonly clock: Clock;
  readonly log: Logger;
  readonly meter: VoiceMeter;
  /** Names this process's connections inside the library, which keeps one per guild and name. */
  readonly group: string;
}

interface Room {
  readonly link: VoiceLink;
  readonly player: VoicePlayer;
}

/** Every guild's link and player. A guild gets its room when it is first asked for. */
export class VoiceRooms implements AudioOut {
  readonly #parts: VoiceRoomsParts;
  readonly #frames: FrameClock;
  readonly #rooms = new Map<string, Room>();
  readonly #listeners: AudioListener[] = [];

  constructor(parts: VoiceRoomsParts) {
    this.#parts = parts;
    this.#frames = new FrameClock(parts.clock);
  }

  async join(guildId: string, channelId: string): Promise<Result<void, VoiceTrouble>> {
    const joined = await this.#room(guildId).link.join(channelId);
    return joined.ok ? ok(undefined) : joined;
  }

  rejoin(guildId: string, channelId: string): void {
    this.#room(guildId).link.rejoin(channelId);
  }

  leave(guildId: string, why?: 'alone'): void {
    const room = this.#rooms.get(guildId);
    // In this order: who hears of the leave can still see where the song was.
    room?.link.leave(why ?? null);
    room?.player.stop();
  }

  link(guildId: string): LinkState {
    return this.#rooms.get(guildId)?.link.state ?? { kind: 'away', why: null };
  }

  telemetry(guildId: string): LinkTelemetry {
    return this.#room(guildId).link.telemetry;
  }

  load(
    guildId: string,
    song: Song,
    from: SongSettings & { readonly positionMs: number; readonly paused: boolean },
  ): Promise<void> {
    const { positionMs, paused, volume, filters } = from;
    return this.#room(guildId).player.load(song, positionMs, { volume, filters }, paused);
  }

  announce(guildId: string, song: Pick<Song, 'songId' | 'durationMs'>, positionMs: number): void {
    this.#room(guildId).player.announce(song, positionMs);
  }

  fail(guildId: string, songId: string, why: string): void {
    this.#room(guildId).player.fail(songId, why);
  }

  prepare(guildId: string, song: Song, settings: SongSettings): void {
    this.#room(guildId).player.expect(song, settings);
  }

  pause(guildId: string): boolean {
    return this.#rooms.get(guildId)?.player.pause() ?? false;
  }

  resume(guildId: string): boolean {
    return this.#rooms.get(guildId)?.player.resume() ?? false;
  }

  stop(guildId: string): boolean {
    return this.#rooms.get(guildId)?.player.stop() ?? false;
  }

  async change(guildId: string, change: Partial<SongSettings> & { readonly positionMs?: number }): Promise<void> {
    await this.#room(guildId).player.change(change);
  }

  player(guildId: string): PlayerState {
    return this.#rooms.get(guildId)?.player.state ?? { kind: 'idle' };
  }

  listen(listener: AudioListener): void {
    this.#listeners.push(listener);
  }

  async stopAll(): Promise<void> {
    for (const guildId of this.#rooms.keys()) this.leave(guildId);
    this.#rooms.clear();
    await this.#parts.children.stop();
  }

  #room(guildId: string): Room {
    const known = this.#rooms.get(guildId);
    if (known !== undefined) return known;
    const { gateway, sources, clock, log, meter, group } = this.#parts;
    const tell = (told: (listener: AudioListener) => void): void => {
      for (const listener of this.#listeners) told(listener);
    };
    const player = new VoicePlayer({
      frames: this.#frames,
      open: (song, positionMs, settings, signal) => sources.open(song.audio, positionMs, settings, signal),
      clock,
      log,
      onChange: (state) => tell((listener) => listener.playerChanged(guildId, state)),
      onEnd: (songId) => tell((listener) => listener.ended(guildId, songId)),
    });
    const link = new VoiceLink({
      guildId,
      group,
      gateway,
      onOutput: (output) => player.connect(output),
      clock,
      log,
      meter,
      onChange: (state) => tell((listener) => listener.linkChanged(guildId, state)),
    });
    const room = { link, player };
    this.#rooms.set(guildId, room);
    return room;
  }
}
