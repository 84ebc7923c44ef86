import { SlashCommandBuilder } from 'discord.js';
import type { CommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { playbackReply } from './playback-reply.ts';

export function volumeCommand({ playback }: Pick<Services, 'playback'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('volume')
      .setDescription('Set the volume')
      .addIntegerOption((option) =>
        option.setName('percent').setDescription('1 to 200').setRequired(true).setMinValue(1).setMaxValue(200),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) =>
      playbackReply(playback.setVolume(guildId, userId, options.getInteger('percent', true)), now),
  };
}
