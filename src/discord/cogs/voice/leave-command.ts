import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import type { Services } from '../services.ts';

export function leaveCommand({ playback }: Pick<Services, 'playback'>): CommandModule {
  return {
    definition: new SlashCommandBuilder().setName('leave').setDescription('Leave the voice channel').toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId, userId }) => {
      const result = await playback.leave(guildId, userId);
      return result.ok ? card(textCard('quiet', 'Left the voice channel.')) : refusal(result.error);
    },
  };
}
