import { SlashCommandBuilder } from 'discord.js';
import { isWaiting } from '../../../domain/submission.ts';
import { type Cog, card, update } from '../../answer.ts';
import { PAGE_SIZE, queueCard } from '../../cards/queue-card.ts';
import { placeText } from '../../cards/submission-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

/** `/queue`: what waits, and where one's own songs stand and why. */
export function queueCog({ queue, submissions }: Services): Cog {
  async function show(guildId: string, userId: string, page: number) {
    const [shown, own] = await Promise.all([queue.page(guildId, page, PAGE_SIZE), submissions.own(guildId, userId, 0)]);
    const mine: string[] = [];
    for (const { submission } of own.entries.filter((entry) => isWaiting(entry.submission.line)).slice(0, 5)) {
      const explained = await queue.explain(guildId, submission.id);
      if (explained.ok) mine.push(`\`#${submission.publicId}\` ${placeText(explained.value)}`);
    }
    return queueCard(shown, mine);
  }
  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('queue')
          .setDescription('What plays next, and where your songs stand')
          .addIntegerOption((option) =>
            option.setName('page').setDescription('Page').setMinValue(1).setMaxValue(100_000),
          )
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) =>
          card(await show(caller.guildId, caller.userId, (interaction.options.getInteger('page') ?? 1) - 1)),
      },
    ],
    components: [
      {
        action: 'queue.page',
        access: 'everyone',
        answer: 'update',
        run: async (_press, caller, [page]) => update(await show(caller.guildId, caller.userId, idArgument(page) ?? 0)),
      },
    ],
  };
}
