import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { handlesCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';

export function myTiktokHandlesCommand({ handles }: Pick<Services, 'handles'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('my-tiktok-handles')
      .setDescription('Your linked TikTok handles')
      .toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async (_interaction, { guildId, userId }) => card(handlesCard(await handles.ofMember(guildId, userId))),
  };
}
