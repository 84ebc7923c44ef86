import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { ownSongsCard } from '../../cards/submission-card.ts';
import type { Services } from '../services.ts';

export function mysubmissionsCommand({ submissions }: Pick<Services, 'submissions'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('mysubmissions')
      .setDescription('Your songs: where they stand, withdraw, submit again')
      .toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async (_interaction, { guildId, userId }) => card(ownSongsCard(await submissions.own(guildId, userId, 0))),
  };
}
