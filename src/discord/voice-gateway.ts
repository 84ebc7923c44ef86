import {
  ChannelType,
  type Client,
  DiscordAPIError,
  Events,
  HTTPError,
  PermissionFlagsBits,
  RateLimitError,
  Routes,
  type VoiceBasedChannel,
} from 'discord.js';
import type { VoiceAdapterCreator, VoiceChannelFacts, VoiceGateway } from '../ports/audio-out.ts';
import type { Logger } from '../ports/logger.ts';

/** The main connection as voice needs it. */
export class DiscordVoiceGateway implements VoiceGateway {
  readonly #client: Client<true>;
  readonly #log: Logger;

  constructor(client: Client<true>, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  adapterFor(guildId: string): VoiceAdapterCreator | null {
    const guild = this.#client.guilds.cache.get(guildId);
    return guild?.available === true ? guild.voiceAdapterCreator : null;
  }

  channel(guildId: string, channelId: string): VoiceChannelFacts | null {
    const channel = this.#voiceChannel(guildId, channelId);
    const me = channel?.guild.members.me;
    // A channel that the bot may not see is known by its id alone.
    if (channel === null || me == null || !channel.viewable) return null;
    const permissions = channel.permissionsFor(me);
    const isStage = channel.type === ChannelType.GuildStageVoice;
    const others = channel.guild.voiceStates.cache.filter(
      (state) => state.channelId === channelId && state.id !== this.#client.user.id,
    );
    return {
      channelId,
      isStage,
      bitrate: channel.bitrate,
      humans: others.filter((state) => state.member?.user.bot !== true).size,
      canConnect: permissions.has(PermissionFlagsBits.Connect),
      // On a stage speaking is asked for.
      canSpeak: isStage || permissions.has(PermissionFlagsBits.Speak),
      isFull:
        channel.userLimit > 0 &&
        others.size >= channel.userLimit &&
        !permissions.has(PermissionFlagsBits.MoveMembers) &&
        me.voice.channelId !== channelId,
    };
  }

  async speakOnStage(guildId: string): Promise<boolean> {
    const voice = this.#client.guilds.cache.get(guildId)?.members.me?.voice;
    if (voice?.channelId == null) return false;
    if (voice.suppress === false) return true;
    return (await this.#tried(voice.setSuppressed(false))) || this.#tried(voice.setRequestToSpeak(true));
  }

  async setStatus(channelId: string, status: string | null): Promise<boolean> {
    // Stages have a topic instead, which is their moderators' business.
    if (this.#client.channels.cache.get(channelId)?.type === ChannelType.GuildStageVoice) return false;
    return this.#tried(this.#client.rest.put(Routes.channelVoiceStatus(channelId), { body: { status } }));
  }

  onPeopleChanged(listener: (guildId: string) => void): void {
    this.#client.on(Events.VoiceStateUpdate, (before, now) => {
      if (before.channelId !== now.channelId) listener(now.guild.id);
    });
  }

  #voiceChannel(guildId: string, channelId: string): VoiceBasedChannel | null {
    const channel = this.#client.channels.cache.get(channelId);
    return channel?.isVoiceBased() === true && channel.guildId === guildId ? channel : null;
  }

  /** These are courtesies: what Discord refuses is logged and forgotten. */
  async #tried(call: Promise<unknown>): Promise<boolean> {
    try {
      await call;
      return true;
    } catch (error) {
      const isRefusal =
        error instanceof DiscordAPIError || error instanceof HTTPError || error instanceof RateLimitError;
      const level = isRefusal ? 'debug' : 'warn';
      this.#log[level]({ err: error }, 'a courtesy in voice was refused');
      return false;
    }
  }
}
