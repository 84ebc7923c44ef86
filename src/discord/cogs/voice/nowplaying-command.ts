import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import type { Services } from '../services.ts';
import { nowPlayingAnswer } from './now-playing-answer.ts';

export function nowplayingCommand(
  services: Pick<Services, 'playback' | 'queue' | 'settings'>,
  now: () => number,
): CommandModule {
  return {
    definition: new SlashCommandBuilder().setName('nowplaying').setDescription('The song on air').toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId }) => card(await nowPlayingAnswer(services, guildId, now())),
  };
}
