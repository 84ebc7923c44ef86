import { ChannelType, SlashCommandBuilder } from 'discord.js';
import { type Cog, type CommandModule, card, refusal } from '../../answer.ts';
import { assignedCard } from '../../cards/setup-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import { CHANNEL_PURPOSES, type ChannelPurpose, PURPOSE } from '../../channel-purpose.ts';

/**
 * One command per channel, for those who do not want the guided setup.
 * @param messageContent whether pasted songs can be read at all
 */
export function channelCog(channels: ChannelDesk, messageContent: boolean): Cog {
  const command = (purpose: ChannelPurpose): CommandModule => ({
    definition: new SlashCommandBuilder()
      .setName(PURPOSE[purpose].command.name)
      .setDescription(PURPOSE[purpose].command.about)
      .addChannelOption((option) =>
        option
          .setName('channel')
          .setDescription('The channel; else the one you are in')
          .addChannelTypes(ChannelType.GuildText, ChannelType.GuildAnnouncement),
      )
      .toJSON(),
    access: 'admin',
    answer: 'private',
    run: async (interaction, caller) => {
      const channelId = interaction.options.getChannel('channel')?.id ?? interaction.channelId;
      const result = await channels.assign(caller.guildId, caller.userId, purpose, channelId);
      return result.ok ? card(assignedCard(result.value, messageContent)) : refusal(result.error);
    },
  });
  return { commands: CHANNEL_PURPOSES.map(command), components: [] };
}
