import { SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { voiceStatusCard } from '../../cards/playback-card.ts';
import type { Services } from '../services.ts';

export function voicestatusCommand({ playback }: Pick<Services, 'playback'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('voicestatus')
      .setDescription('How the voice connection is doing')
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, { guildId }) =>
      card(voiceStatusCard(playback.status(guildId), playback.telemetry(guildId), now())),
  };
}
