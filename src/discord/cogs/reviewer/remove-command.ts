import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { removedCard } from '../../cards/staff-card.ts';
import type { Services } from '../services.ts';
import { completeWaitingSong } from './song-choices.ts';
import { reasonOption, songOption } from './song-option.ts';

export function removeCommand({ queue, submissions }: Pick<Services, 'queue' | 'submissions'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('remove')
      .setDescription('Take a song out of the queue')
      .addStringOption(songOption)
      .addStringOption(reasonOption)
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const song = await submissions.find(guildId, options.getString('song', true));
      if (!song.ok) return refusal(song.error);
      const result = await queue.remove(guildId, userId, song.value.id, options.getString('reason') ?? undefined);
      return result.ok ? card(removedCard(result.value)) : refusal(result.error);
    },
    complete: completeWaitingSong({ submissions }),
  };
}
