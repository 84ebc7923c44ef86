import { SlashCommandBuilder } from 'discord.js';
import { parsePosition } from '../../../domain/playback.ts';
import { type CommandModule, refusal } from '../../answer.ts';
import type { Services } from '../services.ts';
import { playbackReply } from './playback-reply.ts';

export function seekCommand({ playback }: Pick<Services, 'playback'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('seek')
      .setDescription('Go to a position')
      .addStringOption((option) =>
        option.setName('position').setDescription('1:23 or seconds').setRequired(true).setMaxLength(12),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const typed = options.getString('position', true);
      const ms = parsePosition(typed);
      if (ms === null) return refusal({ code: 'position-invalid', asked: typed, durationMs: null });
      return playbackReply(playback.seek(guildId, userId, ms), now);
    },
  };
}
