import { ChannelType, SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { joinedCard } from '../../cards/playback-card.ts';
import type { Services } from '../services.ts';

export function joinCommand(
  { playback, queue }: Pick<Services, 'playback' | 'queue'>,
  now: () => number,
): CommandModule {
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
      const joined = await playback.join(guildId, userId, channelId);
      return joined.ok ? card(joinedCard(joined.value, await queue.onAir(guildId), now())) : refusal(joined.error);
    },
  };
}
