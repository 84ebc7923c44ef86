import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import type { Services } from '../services.ts';
import { queueView } from './queue-view.ts';

export function queueCommand(services: Pick<Services, 'queue'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('queue')
      .setDescription('What plays next, and where your songs stand')
      .addIntegerOption((option) => option.setName('page').setDescription('Page').setMinValue(1).setMaxValue(100_000))
      .toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) =>
      card(await queueView(services, guildId, userId, (options.getInteger('page') ?? 1) - 1)),
  };
}
