import type { Failure } from '../domain/failure.ts';
import type { FilterName } from '../domain/setting.ts';
import type { EventBus } from '../lib/event-bus.ts';
import type { Result } from '../lib/result.ts';
import type { AudioOut, VoiceGateway } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { Store } from '../ports/store.ts';
import type { Facts } from './events.ts';
import type { MediaService } from './media-service.ts';
import type { SettingsService } from './settings-service.ts';
import type { PlaybackStatus, VoiceTelemetry } from './snapshots.ts';

export interface PlaybackPorts {
  readonly store: Store;
  readonly audio: AudioOut;
  readonly gateway: VoiceGateway;
  readonly links: LinkResolver;
  readonly media: Pick<MediaService, 'enqueue'>;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

type R<T> = Promise<Result<T, Failure>>;

/** What is heard in every guild's voice channel. */
export class PlaybackService {
  readonly #ports: PlaybackPorts;

  constructor(ports: PlaybackPorts) {
    this.#ports = ports;
  }

  /** Takes up every channel and song that a restart interrupted. */
  async start(): Promise<void> {
    this.#missing();
  }

  async close(): Promise<void> {
    this.#missing();
  }
  stop(_guildId: string, _actor: string): R<PlaybackStatus> {
    return this.#missing();
  }

  join(_guildId: string, _actor: string, _channelId: string): R<PlaybackStatus> {
    return this.#missing();
  }
  leave(_guildId: string, _actor: string): R<void> {
    return this.#missing();
  }
  playOnAir(_guildId: string): R<PlaybackStatus> {
    return this.#missing();
  }
  play(_guildId: string, _actor: string): R<PlaybackStatus> {
    return this.#missing();
  }
  pause(_guildId: string, _actor: string): R<PlaybackStatus> {
    return this.#missing();
  }
  seek(_guildId: string, _actor: string, _positionMs: number): R<PlaybackStatus> {
    return this.#missing();
  }
  setVolume(_guildId: string, _actor: string, _percent: number): R<PlaybackStatus> {
    return this.#missing();
  }
  setFilters(_guildId: string, _actor: string, _filters: readonly FilterName[]): R<PlaybackStatus> {
    return this.#missing();
  }
  status(_guildId: string): PlaybackStatus {
    return this.#missing();
  }
  telemetry(_guildId: string): VoiceTelemetry {
    return this.#missing();
  }

  #missing(): never {
    this.#ports.log.error({}, 'playback is not built yet');
    throw new Error('playback is not built yet');
  }
}
