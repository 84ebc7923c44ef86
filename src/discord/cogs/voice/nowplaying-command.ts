import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { nowPlayingCard } from '../../cards/playback-card.ts';
import type { Services } from '../services.ts';

export function nowplayingCommand(
  { playback, queue }: Pick<Services, 'playback' | 'queue'>,
  now: () => number,
): CommandModule {
  return {
    definition: new SlashCommandBuilder().setName('nowplaying').setDescription('The song on air').toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId }) =>
      card(nowPlayingCard(await queue.onAir(guildId), playback.status(guildId), now())),
  };
}
