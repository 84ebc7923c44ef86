import type { Submission } from '../domain/submission.ts';
import { cutText } from '../lib/text.ts';
import type { LinkState, VoiceGateway } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { SettingsService } from './settings-service.ts';

export interface VoicePresencePorts {
  readonly gateway: VoiceGateway;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Presence {
  readonly channelId: string;
  /** What the channel's status line was last set to. */
  readonly status: string | null;
  readonly cancelLeaving: (() => void) | null;
}

const STATUS_LENGTH = 120;
const MINUTE_MS = 60_000;

/** How the bot behaves in a channel: speaks on stages, names the song under the channel's name, leaves when alone. */
export class VoicePresence {
  readonly #ports: VoicePresencePorts;
  readonly #present = new Map<string, Presence>();
  #leave: (guildId: string) => void = () => undefined;

  constructor(ports: VoicePresencePorts) {
    this.#ports = ports;
  }

  /** @param leave called when nobody has been listening for as long as the guild's setting says */
  start(leave: (guildId: string) => void): void {
    this.#leave = leave;
    this.#ports.gateway.onPeopleChanged((guildId) => this.#look(guildId));
  }

  stop(): void {
    for (const guildId of [...this.#present.keys()]) this.#gone(guildId);
    this.#leave = () => undefined;
  }

  linkChanged(guildId: string, link: LinkState): void {
    if (link.kind === 'away') {
      this.#gone(guildId);
      return;
    }
    if (link.kind !== 'ready') return;
    const before = this.#present.get(guildId);
    if (before?.channelId !== link.channelId) {
      this.#gone(guildId);
      this.#present.set(guildId, { channelId: link.channelId, status: null, cancelLeaving: null });
      if (before?.status != null) this.#setStatus(guildId, before.status);
    }
    this.#speak(guildId, link.channelId);
    this.#look(guildId);
  }

  songChanged(guildId: string, song: Submission | null): void {
    this.#setStatus(guildId, song === null ? null : cutText(`🎵 ${song.artist} – ${song.title}`, STATUS_LENGTH));
  }

  #speak(guildId: string, channelId: string): void {
    const { gateway, log } = this.#ports;
    if (gateway.channel(guildId, channelId)?.isStage !== true) return;
    gateway.speakOnStage(guildId).then(
      (mayPlay) => (mayPlay ? undefined : log.warn({ guildId, channelId }, 'nobody lets me speak on this stage')),
      (error: unknown) => log.error({ err: error, guildId }, 'speaking on a stage failed'),
    );
  }

  #setStatus(guildId: string, status: string | null): void {
    const present = this.#present.get(guildId);
    if (present === undefined || present.status === status) return;
    this.#present.set(guildId, { ...present, status });
    void this.#ports.gateway.setStatus(present.channelId, status);
  }

  #look(guildId: string): void {
    const present = this.#present.get(guildId);
    if (present === undefined) return;
    const { settings, clock, log } = this.#ports;
    if (!this.#isAlone(guildId, present)) {
      present.cancelLeaving?.();
      if (present.cancelLeaving !== null) this.#present.set(guildId, { ...present, cancelLeaving: null });
      return;
    }
    if (present.cancelLeaving !== null) return;
    settings.all(guildId).then(
      (all) => {
        const minutes = all['playback.alone-minutes'];
        const now = this.#present.get(guildId);
        if (minutes === 0 || now === undefined || now.cancelLeaving !== null) return;
        if (!this.#isAlone(guildId, now)) return;
        const cancelLeaving = clock.after(minutes * MINUTE_MS, () => {
          log.info({ guildId, channelId: now.channelId }, 'alone in voice');
          this.#leave(guildId);
        });
        this.#present.set(guildId, { ...now, cancelLeaving });
      },
      (error: unknown) => log.error({ err: error, guildId }, 'settings could not be read'),
    );
  }

  #isAlone(guildId: string, { channelId }: Presence): boolean {
    return this.#ports.gateway.channel(guildId, channelId)?.humans === 0;
  }

  #gone(guildId: string): void {
    const present = this.#present.get(guildId);
    if (present === undefined) return;
    present.cancelLeaving?.();
    if (present.status !== null) void this.#ports.gateway.setStatus(present.channelId, null);
    this.#present.delete(guildId);
  }
}
