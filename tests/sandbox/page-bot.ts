/**
 * A small bot with one of everything that a client can show: `node tests/sandbox/page-bot.ts`, with the environment of the
 * sandbox. What people enter is answered as JSON.
 */
import {
  type APIMessageTopLevelComponent,
  type APIModalInteractionResponseCallbackData,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonStyle,
  type ChatInputCommandInteraction,
  Client,
  ComponentType,
  Events,
  GatewayIntentBits,
  type Interaction,
  MessageFlags,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';

const COLOURS = ['crimson', 'cream', 'cobalt'];

const COMMANDS = [
  {
    name: 'greet',
    description: 'Says hello',
    options: [
      {
        name: 'colour',
        description: 'A colour',
        type: ApplicationCommandOptionType.String,
        required: true,
        autocomplete: true,
      },
      {
        name: 'times',
        description: 'How often',
        type: ApplicationCommandOptionType.Integer,
        min_value: 1,
        max_value: 5,
      },
      { name: 'loud', description: 'Aloud', type: ApplicationCommandOptionType.Boolean },
      { name: 'whom', description: 'Somebody', type: ApplicationCommandOptionType.User },
      { name: 'track', description: 'A file', type: ApplicationCommandOptionType.Attachment },
    ],
  },
  { name: 'form', description: 'Opens a form' },
  { name: 'board', description: 'Shows everything a message can hold' },
  { name: 'staff', description: 'Not for everybody', default_member_permissions: '32' },
  { name: 'Quote', type: ApplicationCommandType.Message },
] as const;

const client = new Client({
  intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  rest: { api: process.env.DISCORD_API_URL ?? '', cdn: process.env.DISCORD_CDN_URL ?? '' },
});

const label = (text: string, component: object) => ({ type: ComponentType.Label, label: text, component });

const FORM = {
  custom_id: 'form',
  title: 'A form',
  components: [
    label('Name', { type: ComponentType.TextInput, custom_id: 'name', style: TextInputStyle.Short, min_length: 2 }),
    label('Story', {
      type: ComponentType.TextInput,
      custom_id: 'story',
      style: TextInputStyle.Paragraph,
      value: 'Once',
    }),
    label('Track', {
      type: ComponentType.FileUpload,
      custom_id: 'track',
      required: false,
      min_values: 0,
      file_types: ['.mp3'],
    }),
    label('Colour', {
      type: ComponentType.StringSelect,
      custom_id: 'colour',
      options: COLOURS.map((each) => ({ label: each, value: each })),
    }),
    label('Where', { type: ComponentType.ChannelSelect, custom_id: 'where', channel_types: [0] }),
  ],
} as unknown as APIModalInteractionResponseCallbackData;

function board(presses: number): APIMessageTopLevelComponent[] {
  const options = COLOURS.map((each) => ({ label: each, value: each, description: `The colour ${each}` }));
  const seconds = Math.floor(Date.now() / 1000) - 90;
  return [
    { type: ComponentType.TextDisplay, content: `# Board\n**bold** and <t:${seconds}:R> and \`code\`\n-# small print` },
    {
      type: ComponentType.Container,
      accent_color: 0x00aa88,
      components: [
        {
          type: ComponentType.Section,
          components: [{ type: ComponentType.TextDisplay, content: `Pressed ${presses} times` }],
          accessory: {
            type: ComponentType.Button,
            style: ButtonStyle.Primary,
            label: 'Press me',
            custom_id: `press:${presses + 1}`,
          },
        },
        { type: ComponentType.Separator },
        { type: ComponentType.MediaGallery, items: [{ media: { url: 'attachment://dot.png' }, description: 'A dot' }] },
        {
          type: ComponentType.ActionRow,
          components: [
            {
              type: ComponentType.StringSelect,
              custom_id: 'colours',
              placeholder: 'Colours',
              min_values: 1,
              max_values: 2,
              options,
            },
          ],
        },
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.UserSelect, custom_id: 'who', placeholder: 'Somebody' }],
        },
        {
          type: ComponentType.ActionRow,
          components: [{ type: ComponentType.RoleSelect, custom_id: 'role', placeholder: 'A role' }],
        },
      ],
    },
    {
      type: ComponentType.ActionRow,
      components: [
        { type: ComponentType.Button, style: ButtonStyle.Secondary, label: 'Say nothing', custom_id: 'silent' },
        { type: ComponentType.Button, style: ButtonStyle.Success, label: 'Write to me', custom_id: 'dm' },
        { type: ComponentType.Button, style: ButtonStyle.Danger, label: 'Off', custom_id: 'off', disabled: true },
        { type: ComponentType.Button, style: ButtonStyle.Link, label: 'Elsewhere', url: 'https://example.com/' },
      ],
    },
  ];
}

/** A picture of one dot. */
const DOT = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const dot = () => ({ attachment: Buffer.from(DOT, 'base64'), name: 'dot.png' });

async function command(interaction: ChatInputCommandInteraction): Promise<void> {
  switch (interaction.commandName) {
    case 'form':
      await interaction.showModal(FORM);
      return;
    case 'board':
      await interaction.reply({ flags: MessageFlags.IsComponentsV2, components: board(0), files: [dot()] });
      return;
    case 'greet': {
      const { options } = interaction;
      const heard = {
        colour: options.getString('colour'),
        times: options.getInteger('times'),
        loud: options.getBoolean('loud'),
        whom: options.getUser('whom')?.username,
        track: options.getAttachment('track')?.name,
      };
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await interaction.editReply(`Heard: ${JSON.stringify(heard)}`);
    }
  }
}

async function submitted(interaction: ModalSubmitInteraction): Promise<void> {
  const { fields } = interaction;
  const heard = {
    name: fields.getTextInputValue('name'),
    story: fields.getTextInputValue('story'),
    track: fields.getUploadedFiles('track')?.map(({ name, size }) => `${name} ${size > 0}`),
    colour: fields.getStringSelectValues('colour'),
    where: fields.getSelectedChannels('where')?.map((channel) => channel?.id),
  };
  await interaction.reply({ content: `Form: ${JSON.stringify(heard)}`, flags: MessageFlags.Ephemeral });
}

async function answer(interaction: Interaction): Promise<void> {
  if (interaction.isAutocomplete()) {
    const typed = interaction.options.getFocused();
    await interaction.respond(
      COLOURS.filter((each) => each.startsWith(typed)).map((each) => ({ name: `the ${each}`, value: each })),
    );
  } else if (interaction.isChatInputCommand()) await command(interaction);
  else if (interaction.isModalSubmit()) await submitted(interaction);
  else if (interaction.isMessageContextMenuCommand()) {
    await interaction.reply(`Quoted: ${interaction.targetMessage.content}`);
  } else if (interaction.isAnySelectMenu()) {
    await interaction.reply({ content: `Chosen: ${interaction.values.join(' and ')}`, flags: MessageFlags.Ephemeral });
  } else if (interaction.isButton()) {
    const [name, count] = interaction.customId.split(':');
    if (name === 'press') await interaction.update({ components: board(Number(count)) });
    if (name === 'dm') {
      await interaction.deferUpdate();
      await interaction.user.send('Just between **us**');
    }
  }
}

client.on(Events.InteractionCreate, (interaction) => {
  answer(interaction).catch((error: unknown) => console.error(error));
});
client.once(Events.ClientReady, (ready) => {
  ready.application.commands
    .set([...COMMANDS])
    .then(() => console.log('{"level":"info","msg":"ready"}'))
    .catch((error: unknown) => console.error(error));
});
await client.login(process.env.DISCORD_TOKEN);
