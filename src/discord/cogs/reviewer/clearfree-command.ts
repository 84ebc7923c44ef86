import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { clearFreeQuestion } from '../../cards/staff-card.ts';
import type { Services } from '../services.ts';

/** Asks; the button of the question clears. */
export function clearfreeCommand({ queue }: Pick<Services, 'queue'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('clearfree')
      .setDescription('Remove all songs of the free line (asks first)')
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId }) => {
      const page = await queue.page(guildId, 0, 1);
      const free = page.lines.find((state) => state.line === 'free')?.waiting ?? 0;
      return free === 0 ? refusal({ code: 'nothing-to-clear' }) : card(clearFreeQuestion(free, now()));
    },
  };
}
