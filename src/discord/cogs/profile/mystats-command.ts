import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { statsCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';

export function mystatsCommand({ handles }: Pick<Services, 'handles'>): CommandModule {
  return {
    definition: new SlashCommandBuilder().setName('mystats').setDescription('Your points, rank and songs').toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async (_interaction, { guildId, userId }) => card(statsCard(await handles.stats(guildId, userId))),
  };
}
