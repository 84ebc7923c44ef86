import { ChannelType, SlashCommandBuilder } from 'discord.js';
import type { Failure } from '../../../domain/failure.ts';
import { parsePosition } from '../../../domain/playback.ts';
import { FILTER_NAMES, type FilterName } from '../../../domain/setting.ts';
import type { Result } from '../../../lib/result.ts';
import type { PlaybackStatus } from '../../../services/snapshots.ts';
import { type Answer, type Caller, type Cog, type CommandModule, card, refusal } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { nowPlayingCard, playbackAnswer, voiceStatusCard } from '../../cards/playback-card.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';

type Playback = Promise<Result<PlaybackStatus, Failure>>;

function isFilter(text: string): text is FilterName {
  return (FILTER_NAMES as readonly string[]).includes(text);
}

/** Voice by command and by the buttons of the now-playing panel. */
export function voiceCog({ playback, queue }: Services, desk: PanelDesk, now: () => number): Cog {
  const shown = async (result: Playback): Promise<Answer> => {
    const settled = await result;
    return settled.ok ? card(playbackAnswer(settled.value, now())) : refusal(settled.error);
  };

  const simple = (name: string, about: string, act: (caller: Caller) => Playback): CommandModule => ({
    definition: new SlashCommandBuilder().setName(name).setDescription(about).toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (_interaction, caller) => shown(act(caller)),
  });

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('join')
          .setDescription('Join your voice channel, or the one you name')
          .addChannelOption((option) =>
            option
              .setName('channel')
              .setDescription('Voice or stage channel')
              .addChannelTypes(ChannelType.GuildVoice, ChannelType.GuildStageVoice),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) => {
          const channelId = interaction.options.getChannel('channel')?.id ?? interaction.member.voice.channelId;
          if (channelId === null) return refusal({ code: 'not-in-voice' });
          return shown(playback.join(caller.guildId, caller.userId, channelId));
        },
      },
      {
        definition: new SlashCommandBuilder().setName('leave').setDescription('Leave the voice channel').toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (_interaction, caller) => {
          const result = await playback.leave(caller.guildId, caller.userId);
          return result.ok ? card(textCard('quiet', 'Left the voice channel.')) : refusal(result.error);
        },
      },
      simple('play', 'Play the song on air, or go on after a pause', (caller) =>
        playback.play(caller.guildId, caller.userId),
      ),
      simple('pause', 'Pause', (caller) => playback.pause(caller.guildId, caller.userId)),
      simple('stop', 'Stop playback', (caller) => playback.stop(caller.guildId, caller.userId)),
      {
        definition: new SlashCommandBuilder()
          .setName('seek')
          .setDescription('Go to a position')
          .addStringOption((option) =>
            option.setName('position').setDescription('1:23 or seconds').setRequired(true).setMaxLength(12),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) => {
          const typed = interaction.options.getString('position', true);
          const ms = parsePosition(typed);
          if (ms === null) return refusal({ code: 'position-invalid', asked: typed, durationMs: null });
          return shown(playback.seek(caller.guildId, caller.userId, ms));
        },
      },
      {
        definition: new SlashCommandBuilder()
          .setName('volume')
          .setDescription('Set the volume')
          .addIntegerOption((option) =>
            option.setName('percent').setDescription('1 to 200').setRequired(true).setMinValue(1).setMaxValue(200),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) =>
          shown(playback.setVolume(caller.guildId, caller.userId, interaction.options.getInteger('percent', true))),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('filter')
          .setDescription('Choose a filter, or none')
          .addStringOption((option) =>
            option
              .setName('name')
              .setDescription('Filter')
              .setRequired(true)
              .addChoices({ name: 'none', value: 'none' }, ...FILTER_NAMES.map((name) => ({ name, value: name }))),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) => {
          const name = interaction.options.getString('name', true);
          if (name !== 'none' && !isFilter(name)) return refusal({ code: 'filter-not-allowed', filter: name });
          return shown(playback.setFilters(caller.guildId, caller.userId, name === 'none' ? [] : [name]));
        },
      },
      {
        definition: new SlashCommandBuilder().setName('nowplaying').setDescription('The song on air').toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (_interaction, caller) =>
          card(nowPlayingCard(await queue.onAir(caller.guildId), playback.status(caller.guildId), now())),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('voicestatus')
          .setDescription('How the voice connection is doing')
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (_interaction, caller) =>
          card(voiceStatusCard(playback.status(caller.guildId), playback.telemetry(caller.guildId), now())),
      },
    ],
    components: [
      {
        action: 'voice.toggle',
        access: 'reviewer',
        answer: 'update',
        run: async (press, caller) => {
          const playing = playback.status(caller.guildId).player.kind === 'playing';
          const result = playing
            ? await playback.pause(caller.guildId, caller.userId)
            : await playback.play(caller.guildId, caller.userId);
          return result.ok ? desk.redraw(press, caller) : refusal(result.error);
        },
      },
      {
        action: 'voice.stop',
        access: 'reviewer',
        answer: 'update',
        run: async (press, caller) => {
          const result = await playback.stop(caller.guildId, caller.userId);
          return result.ok ? desk.redraw(press, caller) : refusal(result.error);
        },
      },
    ],
  };
}
