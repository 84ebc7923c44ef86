import { SlashCommandBuilder } from 'discord.js';
import type { CommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { playbackReply } from './playback-reply.ts';

/** `/play`, `/pause` and `/stop`. */
export function playbackCommands(
  { playback }: Pick<Services, 'playback'>,
  now: () => number,
): readonly CommandModule[] {
  const command = (name: 'play' | 'pause' | 'stop', about: string): CommandModule => ({
    definition: new SlashCommandBuilder().setName(name).setDescription(about).toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId, userId }) => playbackReply(playback[name](guildId, userId), now),
  });
  return [
    command('play', 'Play the song on air, or go on after a pause'),
    command('pause', 'Pause'),
    command('stop', 'Stop playback'),
  ];
}
