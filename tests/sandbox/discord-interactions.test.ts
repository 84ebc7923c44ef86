import {
  ActionRowBuilder,
  ChannelSelectMenuBuilder,
  type Client,
  FileUploadBuilder,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { expect, test } from 'vitest';
import { Impossible } from '../../sandbox/discord/interaction-model.ts';
import { ChannelType } from '../../sandbox/discord/model.ts';
import { button, slash, start } from './discord-bot.ts';

/** Posts a message with components as the bot and answers its id. */
const panel = async (client: Client, channelId: string, components: ActionRowBuilder<never>[]): Promise<string> => {
  const channel = await client.channels.fetch(channelId);
  if (channel?.isSendable() !== true) throw new Error('not a text channel');
  return (await channel.send({ content: 'panel', components })).id;
};

test('a slash command arrives with resolved options, member, permissions and limits', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    const file = interaction.options.getAttachment('file', true);
    const heard = await (await fetch(file.url)).text();
    await interaction.reply(
      JSON.stringify({
        heard,
        type: file.contentType,
        ephemeral: file.ephemeral,
        name: file.name,
        title: file.title,
        who: interaction.options.getUser('who')?.username,
        limit: interaction.attachmentSizeLimit,
        manage: interaction.memberPermissions?.has('ManageGuild'),
        mayPost: interaction.appPermissions.has('SendMessages'),
        context: interaction.context,
        owner: interaction.authorizingIntegrationOwners['0'],
      }),
    );
  });
  const handle = slash(scene, 'submit', {
    options: { file: { name: 'My Söng!.mp3', bytes: Buffer.from('la la') }, who: scene.owner.id },
  });
  const { answer, latencyMs } = await handle.answered;
  expect(latencyMs).toBeLessThan(1_000);
  expect(answer.kind).toBe('message');
  expect(JSON.parse(handle.original()?.content ?? '')).toEqual({
    heard: 'la la',
    type: 'audio/mpeg',
    ephemeral: true,
    name: 'My_Song.mp3',
    title: 'My Söng!',
    who: 'rey',
    limit: 20 * 1024 * 1024,
    manage: false,
    mayPost: true,
    context: 0,
    owner: scene.guild.id,
  });
  expect(JSON.stringify(handle.payload)).toContain('/ephemeral-attachments/');
});

test('subcommands arrive nested; what the client would not send is impossible', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isChatInputCommand()) {
      await interaction.reply(`${interaction.options.getSubcommand()} ${interaction.options.getString('unique_id')}`);
    }
  });
  const handle = slash(scene, 'tiktok', { subcommand: 'connect', options: { unique_id: '@host' } });
  await handle.answered;
  expect(handle.original()?.content).toBe('connect @host');
  expect(() => slash(scene, 'tiktok')).toThrow(Impossible);
  expect(() => slash(scene, 'tiktok', { subcommand: 'connect' })).toThrow(/needs "unique_id"/);
  expect(() => slash(scene, 'nothing')).toThrow(/no command/);
  expect(() => slash(scene, 'setup')).toThrow(/not offered to this person/);
  expect(() => slash(scene, 'submit', { options: { file: { name: 'a.txt', bytes: Buffer.from('') } } })).toThrow(
    /accepts only/,
  );
});

test('autocomplete is answered with choices while the value is partial', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isAutocomplete()) return;
    const focused = interaction.options.getFocused(true);
    await interaction.respond([{ name: `${focused.name}=${focused.value}`, value: focused.value }]);
  });
  const where = { userId: scene.listener.id, channelId: scene.channel.id };
  const handle = scene.world.interactions.create({
    kind: 'autocomplete',
    ...where,
    command: 'submit',
    options: { handle: 'li' },
    focused: 'handle',
  });
  expect((await handle.answered).answer).toEqual({ kind: 'choices', choices: [{ name: 'handle=li', value: 'li' }] });
});

test('a modal collects text, choice and file; a second modal in answer is refused', async () => {
  const scene = await start(async (interaction) => {
    const modal = new ModalBuilder()
      .setCustomId('v1:submit')
      .setTitle('Submit')
      .addLabelComponents(
        new LabelBuilder()
          .setLabel('Link')
          .setTextInputComponent(
            new TextInputBuilder().setCustomId('link').setStyle(TextInputStyle.Short).setRequired(false),
          ),
        new LabelBuilder()
          .setLabel('Artist')
          .setTextInputComponent(
            new TextInputBuilder().setCustomId('artist').setStyle(TextInputStyle.Short).setValue('Prefilled'),
          ),
        new LabelBuilder()
          .setLabel('File')
          .setFileUploadComponent(
            new FileUploadBuilder().setCustomId('file').setRequired(false).setMinValues(0).setFileTypes('.mp3'),
          ),
        new LabelBuilder()
          .setLabel('Genre')
          .setStringSelectMenuComponent(
            new StringSelectMenuBuilder()
              .setCustomId('genre')
              .addOptions({ label: 'Rock', value: 'rock' }, { label: 'Pop', value: 'pop' }),
          ),
      )
      .addTextDisplayComponents(new TextDisplayBuilder().setContent('One of link and file'));
    if (interaction.isChatInputCommand()) await interaction.showModal(modal);
    if (!interaction.isModalSubmit()) return;
    const files = interaction.fields.getUploadedFiles('file');
    const refused = await interaction.client.rest
      .post(`/interactions/${interaction.id}/${interaction.token}/callback`, {
        body: { type: 9, data: modal.toJSON() },
        auth: false,
      })
      .catch((error: { code: number }) => error.code);
    const heard = await (await fetch(files?.first()?.url ?? '')).text();
    const fields = [
      interaction.fields.getTextInputValue('artist'),
      interaction.fields.getStringSelectValues('genre')[0],
    ];
    await interaction.reply({ content: [...fields, heard, refused].join('|'), flags: MessageFlags.Ephemeral });
  });
  const opened = slash(scene);
  const { answer } = await opened.answered;
  expect(answer.kind === 'modal' && answer.modal.title).toBe('Submit');
  const where = { userId: scene.listener.id, channelId: scene.channel.id, kind: 'modal', from: opened.id } as const;
  const { interactions } = scene.world;
  expect(() => interactions.create({ ...where, fields: { artist: '' } })).toThrow(/may not be empty/);
  expect(() => interactions.create({ ...where, fields: { genre: ['jazz'] } })).toThrow(/does not offer/);
  expect(() => interactions.create({ ...where, fields: { nope: 'x' } })).toThrow(/no field "nope"/);
  const sent = interactions.create({
    ...where,
    fields: { genre: ['pop'], file: [{ name: 'a.mp3', bytes: Buffer.from('bytes') }] },
  });
  await sent.answered;
  expect(sent.original()).toMatchObject({ content: 'Prefilled|pop|bytes|50035', ephemeralFor: scene.listener.id });
});

test('buttons update their message; disabled and missing ones cannot be clicked', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isButton())
      await interaction.update({ content: `by ${interaction.user.username}`, components: [button('next', true)] });
  });
  const messageId = await panel(scene.client, scene.channel.id, [button('next') as never]);
  const click = {
    kind: 'button',
    userId: scene.listener.id,
    channelId: scene.channel.id,
    messageId,
    customId: 'next',
  } as const;
  const handle = scene.world.interactions.create(click);
  expect((await handle.answered).answer).toMatchObject({
    kind: 'update',
    message: { id: messageId, content: 'by lis' },
  });
  expect(() => scene.world.interactions.create(click)).toThrow(/disabled/);
  expect(() => scene.world.interactions.create({ ...click, customId: 'gone' })).toThrow(/no component/);
  expect((await scene.world.interactions.create(click, { force: true }).answered).answer.kind).toBe('update');
});

test('selects bring values and resolved data', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isAnySelectMenu()) return;
    const resolved = interaction.isChannelSelectMenu() ? interaction.channels.first() : undefined;
    const name = resolved !== undefined && 'name' in resolved ? resolved.name : '';
    await interaction.reply({ content: `${interaction.values.join()} ${name}`, flags: MessageFlags.Ephemeral });
  });
  const rows = [
    new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(
      new StringSelectMenuBuilder()
        .setCustomId('line')
        .addOptions({ label: 'Skip', value: 'skip' }, { label: 'Free', value: 'free' }),
    ),
    new ActionRowBuilder<ChannelSelectMenuBuilder>().addComponents(
      new ChannelSelectMenuBuilder().setCustomId('where').setChannelTypes(ChannelType.text),
    ),
  ];
  const messageId = await panel(scene.client, scene.channel.id, rows as never);
  const choose = (customId: string, values: readonly string[]) =>
    scene.world.interactions.create({
      kind: 'select',
      userId: scene.owner.id,
      channelId: scene.channel.id,
      messageId,
      customId,
      values,
    });
  const line = choose('line', ['skip']);
  await line.answered;
  expect(line.original()?.content).toBe('skip');
  const where = choose('where', [scene.channel.id]);
  await where.answered;
  expect(where.original()?.content).toBe(`${scene.channel.id} general`);
  const voice = scene.world.addChannel(scene.guild.id, { name: 'voice', type: ChannelType.voice });
  expect(() => choose('where', [voice.id])).toThrow(/does not offer channels of type 2/);
  expect(() => choose('line', [])).toThrow(/takes 1 to 1/);
});

test('a message menu brings the whole message, without the content intent', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isMessageContextMenuCommand())
      await interaction.reply(`target: ${interaction.targetMessage.content}`);
  });
  const target = scene.world.messages.post({
    channelId: scene.channel.id,
    authorId: scene.owner.id,
    content: 'my track',
  });
  const handle = scene.world.interactions.create({
    kind: 'message-menu',
    userId: scene.listener.id,
    channelId: scene.channel.id,
    command: 'Submit this track',
    messageId: target.id,
  });
  await handle.answered;
  expect(handle.original()?.content).toBe('target: my track');
});
