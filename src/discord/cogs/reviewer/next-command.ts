import { SlashCommandBuilder } from 'discord.js';
import type { CommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { takeNext } from './take-next.ts';

export function nextCommand(services: Pick<Services, 'queue' | 'playback'>): CommandModule {
  return {
    definition: new SlashCommandBuilder().setName('next').setDescription('Take the next song of the queue').toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, caller) => takeNext(services, caller),
  };
}
