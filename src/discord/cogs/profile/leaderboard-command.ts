import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { leaderboardCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';

export function leaderboardCommand({ handles }: Pick<Services, 'handles'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('leaderboard')
      .setDescription('Handles with the most points')
      .toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async (_interaction, { guildId }) => card(leaderboardCard(await handles.leaderboard(guildId, 0))),
  };
}
