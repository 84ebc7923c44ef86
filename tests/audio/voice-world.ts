/** Discord's main connection as the voice code sees it: channels, who is in them, and answers to op 4. */
import { EventEmitter } from 'node:events';
import { trustInThisProcess } from '../../sandbox/voice/trust.ts';
import { startVoice, type VoiceSandbox } from '../../sandbox/voice/voice-sandbox.ts';
import type {
  AudioListener,
  LinkState,
  PlayerState,
  VoiceAdapterCreator,
  VoiceAdapterMethods,
  VoiceChannelFacts,
  VoiceGateway,
} from '../../src/ports/audio-out.ts';

export const BOT = '100000000000000001';
export const GUILD = '200000000000000001';
export const CHANNEL = '300000000000000001';
export const STUDIO = '300000000000000002';
export const STAGE = '300000000000000003';

const facts = (channelId: string): VoiceChannelFacts => ({
  channelId,
  isStage: channelId === STAGE,
  bitrate: 64_000,
  humans: 1,
  canConnect: true,
  canSpeak: true,
  isFull: false,
});

export class VoiceWorld implements VoiceGateway {
  readonly voice: VoiceSandbox;
  readonly channels = new Map([CHANNEL, STUDIO, STAGE].map((id) => [id, facts(id)]));
  /** Channel of every op 4; null is a leave. */
  readonly asked: (string | null)[] = [];
  readonly statuses: (readonly [channelId: string, status: string | null])[] = [];
  readonly spoken: string[] = [];
  /** Op 4 into these is not answered, as Discord does when it is not allowed. */
  readonly silent = new Set<string>();
  /** The main connection is down. */
  isDown = false;
  readonly #methods = new Map<string, VoiceAdapterMethods>();
  readonly #people: ((guildId: string) => void)[] = [];
  #sessions = 0;

  constructor(voice: VoiceSandbox) {
    this.voice = voice;
  }

  adapterFor(guildId: string): VoiceAdapterCreator | null {
    if (this.isDown) return null;
    return (methods) => {
      this.#methods.set(guildId, methods);
      return {
        sendPayload: (payload) => {
          if (this.isDown) return false;
          const { channel_id: channelId } = (payload as { d: { channel_id: string | null } }).d;
          this.asked.push(channelId);
          if (channelId !== null && !this.silent.has(channelId)) setImmediate(() => this.letIn(guildId, channelId));
          return true;
        },
        destroy: () => {
          if (this.#methods.get(guildId) === methods) this.#methods.delete(guildId);
        },
      };
    };
  }

  channel(_guildId: string, channelId: string): VoiceChannelFacts | null {
    return this.channels.get(channelId) ?? null;
  }

  async speakOnStage(guildId: string): Promise<boolean> {
    this.spoken.push(guildId);
    return true;
  }

  async setStatus(channelId: string, status: string | null): Promise<boolean> {
    this.statuses.push([channelId, status]);
    return true;
  }

  onPeopleChanged(listener: (guildId: string) => void): void {
    this.#people.push(listener);
  }

  setHumans(channelId: string, humans: number, guildId = GUILD): void {
    this.channels.set(channelId, { ...facts(channelId), humans });
    for (const listener of this.#people) listener(guildId);
  }

  /** Voice state and voice server, as after an op 4 or a move by staff. */
  letIn(guildId: string, channelId: string): void {
    this.#sessions += 1;
    const sessionId = `main-${this.#sessions}`;
    const stage = channelId === STAGE;
    const { token, endpoint } = this.voice.issue({ guildId, channelId, userId: BOT, sessionId, stage });
    this.#state(guildId, channelId, sessionId);
    this.#methods.get(guildId)?.onVoiceServerUpdate({ token, guild_id: guildId, endpoint });
  }

  /** A moderator disconnects the bot. */
  kick(guildId: string = GUILD): void {
    this.#state(guildId, null, `main-${this.#sessions}`);
    this.voice.disconnect(guildId, 4014);
  }

  deleteChannel(channelId: string, guildId: string = GUILD): void {
    this.channels.delete(channelId);
    this.voice.onChannelDeleted(guildId, channelId);
    this.#state(guildId, null, `main-${this.#sessions}`);
  }

  /** Discord takes the voice server away, without naming another one yet. */
  loseServer(guildId: string = GUILD): void {
    this.#methods.get(guildId)?.onVoiceServerUpdate({ token: '', guild_id: guildId, endpoint: null });
  }

  /** As discord.js does when its connection ends for good. */
  loseMain(guildId: string = GUILD): void {
    this.isDown = true;
    this.#methods.get(guildId)?.destroy();
  }

  #state(guildId: string, channelId: string | null, sessionId: string): void {
    this.#methods
      .get(guildId)
      ?.onVoiceStateUpdate({ guild_id: guildId, channel_id: channelId, user_id: BOT, session_id: sessionId });
  }
}

export async function openVoice(): Promise<VoiceSandbox> {
  const voice = await startVoice();
  trustInThisProcess(voice.cert);
  return voice;
}

interface Told {
  readonly link: [LinkState];
  readonly player: [PlayerState];
  readonly ended: [string];
}

/** Listens to an `AudioOut`, so that tests can wait for what it tells. */
export class AudioDiary extends EventEmitter<Told> implements AudioListener {
  readonly links: LinkState[] = [];
  readonly players: PlayerState[] = [];
  readonly endings: string[] = [];

  linkChanged(_guildId: string, link: LinkState): void {
    this.links.push(link);
    this.emit('link', link);
  }

  playerChanged(_guildId: string, player: PlayerState): void {
    this.players.push(player);
    this.emit('player', player);
  }

  ended(_guildId: string, songId: string): void {
    this.endings.push(songId);
    this.emit('ended', songId);
  }

  /** The next change that passes; changes before the call do not count. */
  until<K extends keyof Told>(kind: K, passes: (told: Told[K][0]) => boolean, timeoutMs = 10_000): Promise<Told[K][0]> {
    return new Promise((resolve, reject) => {
      const onTold = (told: Told[K][0]): void => {
        if (!passes(told)) return;
        clearTimeout(timer);
        this.off(kind, onTold as never);
        resolve(told);
      };
      const timer = setTimeout(() => {
        this.off(kind, onTold as never);
        const last = { link: this.links.at(-1), player: this.players.at(-1), ended: this.endings.at(-1) }[kind];
        reject(new Error(`no such ${kind} within ${timeoutMs} ms; last was ${JSON.stringify(last)}`));
      }, timeoutMs);
      this.on(kind, onTold as never);
    });
  }
}
