import {
  type ApplicationCommandDataResolvable,
  ApplicationCommandType,
  ApplicationCommandOptionType as Option,
} from 'discord.js';

/** Commands of every shape: subcommands, every kind of option, permissions, menus of messages and people. */
export const COMMANDS: readonly ApplicationCommandDataResolvable[] = [
  {
    name: 'tiktok',
    description: 'TikTok LIVE',
    options: [
      {
        type: Option.Subcommand,
        name: 'connect',
        description: 'Connect',
        options: [
          {
            type: Option.String,
            name: 'unique_id',
            description: 'Host',
            required: true,
            minLength: 2,
            maxLength: 24,
          },
          { type: Option.Boolean, name: 'persistent', description: 'Wait for the LIVE' },
        ],
      },
    ],
  },
  {
    name: 'give',
    description: 'Give',
    options: [
      { type: Option.User, name: 'who', description: 'Who', required: true },
      { type: Option.Attachment, name: 'file', description: 'File', required: true },
      { type: Option.Integer, name: 'points', description: 'Points', minValue: 1, maxValue: 10 },
      { type: Option.String, name: 'line', description: 'Line', choices: [{ name: 'Free line', value: 'free' }] },
      { type: Option.Channel, name: 'where', description: 'Where' },
      { type: Option.Role, name: 'role', description: 'Role' },
    ],
  },
  {
    name: 'link-tiktok',
    description: 'Link',
    options: [
      { type: Option.String, name: 'tiktok_handle', description: 'Handle', autocomplete: true, required: true },
    ],
  },
  { name: 'next', description: 'Next song', defaultMemberPermissions: 32n },
  { type: ApplicationCommandType.Message, name: 'Submit this track' },
  { type: ApplicationCommandType.User, name: 'Queue of' },
];
