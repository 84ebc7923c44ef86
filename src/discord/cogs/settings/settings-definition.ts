import {
  type RESTPostAPIApplicationCommandsJSONBody,
  SlashCommandBuilder,
  type SlashCommandStringOption,
} from 'discord.js';

export function settingsDefinition(): RESTPostAPIApplicationCommandsJSONBody {
  return new SlashCommandBuilder()
    .setName('settings')
    .setDescription('Settings of this server')
    .addSubcommand((sub) => sub.setName('show').setDescription('Show all settings, or one').addStringOption(keyOption))
    .addSubcommand((sub) =>
      sub
        .setName('set')
        .setDescription('Change a setting')
        .addStringOption((option) => keyOption(option).setRequired(true))
        .addStringOption((option) =>
          option.setName('value').setDescription('New value').setRequired(true).setMaxLength(2_000),
        ),
    )
    .addSubcommand((sub) =>
      sub
        .setName('reset')
        .setDescription('Set a setting back to its default')
        .addStringOption((option) => keyOption(option).setRequired(true)),
    )
    .toJSON();
}

function keyOption(option: SlashCommandStringOption): SlashCommandStringOption {
  return option.setName('key').setDescription('Setting').setAutocomplete(true).setMaxLength(100);
}
