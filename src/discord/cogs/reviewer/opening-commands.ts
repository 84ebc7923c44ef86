import { SlashCommandBuilder } from 'discord.js';
import { isWaiting } from '../../../domain/submission.ts';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { openStateCard } from '../../cards/staff-card.ts';
import type { Services } from '../services.ts';
import { lineOption } from './song-option.ts';

/** `/opensubmissions` and `/closesubmissions`. */
export function openingCommands({ queue }: Pick<Services, 'queue'>): readonly CommandModule[] {
  const command = (name: string, about: string, open: boolean): CommandModule => ({
    definition: new SlashCommandBuilder()
      .setName(name)
      .setDescription(about)
      .addStringOption(lineOption('Only this line; else all'))
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const line = options.getString('line');
      if (line !== null && !isWaiting(line)) return refusal({ code: 'setting-unknown', key: line });
      const result = await queue.setOpen(guildId, userId, line ?? 'all', open);
      return result.ok ? card(openStateCard(result.value)) : refusal(result.error);
    },
  });
  return [
    command('opensubmissions', 'Open submissions, all lines or one', true),
    command('closesubmissions', 'Close submissions, all lines or one', false),
  ];
}
