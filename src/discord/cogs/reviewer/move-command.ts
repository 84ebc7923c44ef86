import { SlashCommandBuilder } from 'discord.js';
import { isWaiting } from '../../../domain/submission.ts';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { movedCard } from '../../cards/staff-card.ts';
import type { Services } from '../services.ts';
import { completeWaitingSong } from './song-choices.ts';
import { lineOption, reasonOption, songOption } from './song-option.ts';

export function moveCommand({ queue, submissions }: Pick<Services, 'queue' | 'submissions'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('move')
      .setDescription('Move a song to another line')
      .addStringOption(songOption)
      .addStringOption((option) => lineOption('Where to')(option).setRequired(true))
      .addStringOption(reasonOption)
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const line = options.getString('line', true);
      const song = await submissions.find(guildId, options.getString('song', true));
      if (!song.ok) return refusal(song.error);
      if (!isWaiting(line)) return refusal({ code: 'setting-unknown', key: line });
      const reason = options.getString('reason');
      const result = await queue.move(guildId, userId, song.value.id, line, reason === null ? {} : { reason });
      return result.ok ? card(movedCard(result.value)) : refusal(result.error);
    },
    complete: completeWaitingSong({ submissions }),
  };
}
