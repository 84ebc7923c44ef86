import { ChannelType, SlashCommandBuilder } from 'discord.js';
import { type CommandModule, refusal } from '../../answer.ts';
import type { Services } from '../services.ts';
import { playbackReply } from './playback-reply.ts';

export function joinCommand({ playback }: Pick<Services, 'playback'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('join')
      .setDescription('Join your voice channel, or the one you name')
      .addChannelOption((option) =>
        option
          .setName('channel')
          .setDescription('Voice or stage channel')
          .addChannelTypes(ChannelType.GuildVoice, ChannelType.GuildStageVoice),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options, member }, { guildId, userId }) => {
      const channelId = options.getChannel('channel')?.id ?? member.voice.channelId;
      if (channelId === null) return refusal({ code: 'not-in-voice' });
      return playbackReply(playback.join(guildId, userId, channelId), now);
    },
  };
}
