import { type RESTPostAPIApplicationCommandsJSONBody, SlashCommandBuilder } from 'discord.js';
import { type CommandModule, card } from '../../answer.ts';
import { liveStatusCard } from '../../cards/live-card.ts';
import type { Services } from '../services.ts';
import { connectLive } from './tiktok-connect.ts';
import { disconnectLive } from './tiktok-disconnect.ts';

export function tiktokCommand(
  { live, settings }: Pick<Services, 'live' | 'settings'>,
  now: () => number,
): CommandModule {
  return {
    definition: definition(),
    access: 'reviewer',
    answer: 'private',
    run: async ({ options }, caller, amend) => {
      switch (options.getSubcommand()) {
        case 'connect': {
          const host = options.getString('unique_id', true);
          const persistent = options.getBoolean('persistent') ?? false;
          return connectLive({ live }, caller, { host, persistent }, amend, now);
        }
        case 'disconnect':
          return disconnectLive({ live, settings }, caller, now);
        default:
          return card(liveStatusCard(live.status(caller.guildId), now()));
      }
    },
  };
}

function definition(): RESTPostAPIApplicationCommandsJSONBody {
  return new SlashCommandBuilder()
    .setName('tiktok')
    .setDescription('Follow a TikTok LIVE')
    .addSubcommand((sub) =>
      sub
        .setName('connect')
        .setDescription('Connect to the LIVE of a host')
        .addStringOption((option) =>
          option
            .setName('unique_id')
            .setDescription('name, @name or the profile address')
            .setRequired(true)
            .setMaxLength(200),
        )
        .addBooleanOption((option) => option.setName('persistent').setDescription('Wait until the host goes live')),
    )
    .addSubcommand((sub) => sub.setName('status').setDescription('How the connection is doing'))
    .addSubcommand((sub) => sub.setName('disconnect').setDescription('End the session, or cancel the attempt'))
    .toJSON();
}
