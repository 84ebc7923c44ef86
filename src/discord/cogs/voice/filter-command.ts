import { SlashCommandBuilder } from 'discord.js';
import { FILTER_NAMES, type FilterName } from '../../../domain/setting.ts';
import { type CommandModule, refusal } from '../../answer.ts';
import type { Services } from '../services.ts';
import { playbackReply } from './playback-reply.ts';

const NONE = 'none';

export function filterCommand({ playback }: Pick<Services, 'playback'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('filter')
      .setDescription('Choose a filter, or none')
      .addStringOption((option) =>
        option
          .setName('name')
          .setDescription('Filter')
          .setRequired(true)
          .addChoices([NONE, ...FILTER_NAMES].map((name) => ({ name, value: name }))),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const name = options.getString('name', true);
      if (name !== NONE && !isFilter(name)) return refusal({ code: 'filter-not-allowed', filter: name });
      return playbackReply(playback.setFilters(guildId, userId, name === NONE ? [] : [name]), now);
    },
  };
}

function isFilter(text: string): text is FilterName {
  return (FILTER_NAMES as readonly string[]).includes(text);
}
