import { SlashCommandBuilder } from 'discord.js';
import { type Cog, card } from '../../answer.ts';
import { helpCard } from '../../cards/help-card.ts';

/** `/help`: the commands that this person may use. */
export function helpCog(): Cog {
  return {
    commands: [
      {
        definition: new SlashCommandBuilder().setName('help').setDescription('What you can do here').toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (_interaction, caller) => card(helpCard(caller)),
      },
    ],
    components: [],
  };
}
