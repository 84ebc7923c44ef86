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
      const sought = await playback.seek(guildId, userId, ms);
      // As it was typed, not in the seconds that it came to.
      const isBeyond = !sought.ok && sought.error.code === 'position-invalid';
      return isBeyond ? refusal({ ...sought.error, asked: typed }) : playbackReply(sought, now);
    },
  };
}
