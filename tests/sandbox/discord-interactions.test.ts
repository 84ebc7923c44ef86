import {
  ActionRowBuilder,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ChannelSelectMenuBuilder,
  type Client,
  ComponentType,
  ContextMenuCommandBuilder,
  FileUploadBuilder,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  PermissionFlagsBits,
  SlashCommandBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';
import { expect, test } from 'vitest';
import { Impossible, type InteractionHandle } from '../../sandbox/discord/interaction-model.ts';
import { asArray, asObject, asString, objectsIn } from '../../sandbox/discord/json.ts';
import { ChannelType } from '../../sandbox/discord/model.ts';
import { login, onInteraction, type Stage, stage } from './discord-harness.ts';

const submit = new SlashCommandBuilder()
  .setName('submit')
  .setDescription('Submit a song')
  .addStringOption((option) => option.setName('handle').setDescription('TikTok').setAutocomplete(true))
  .addAttachmentOption((option) => option.setName('file').setDescription('Audio').setFileTypes('.mp3'))
  .addUserOption((option) => option.setName('who').setDescription('For whom'));
const tiktok = new SlashCommandBuilder()
  .setName('tiktok')
  .setDescription('LIVE')
  .addSubcommand((sub) =>
    sub
      .setName('connect')
      .setDescription('Connect')
      .addStringOption((option) => option.setName('unique_id').setDescription('Name').setRequired(true)),
  );
const staff = new SlashCommandBuilder()
  .setName('setup')
  .setDescription('Setup')
  .setDefaultMemberPermissions(PermissionFlagsBits.ManageGuild);
const menu = new ContextMenuCommandBuilder().setName('Submit this track').setType(ApplicationCommandType.Message);
const COMMANDS = [submit, tiktok, staff, menu].map((command) => command.toJSON());

const start = async (handle: (interaction: Interaction) => Promise<unknown>) => {
  const scene = await stage();
  const client = await login(scene.discord);
  await client.application.commands.set(COMMANDS);
  return { ...scene, client, failures: onInteraction(client, handle) };
};

const slash = (scene: Stage, command = 'submit', rest: object = {}): InteractionHandle =>
  scene.world.interactions.create({
    kind: 'slash',
    userId: scene.listener.id,
    channelId: scene.channel.id,
    command,
    ...rest,
  });

const button = (id: string, disabled = false) =>
  new ActionRowBuilder<ButtonBuilder>().addComponents(
    new ButtonBuilder().setCustomId(id).setLabel(id).setStyle(ButtonStyle.Primary).setDisabled(disabled),
  );

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

test('an answer after three seconds is 10062 and the person saw nothing', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    scene.world.advance(3_001);
    await interaction.reply('too late');
  });
  const handle = slash(scene);
  expect(await handle.answered).toEqual({ answer: { kind: 'none' }, latencyMs: 3_000 });
  await scene.world.events.waitFor('request', ({ request }) => request.code === 10_062, { since: 0 });
  expect(scene.world.messages.all(scene.channel.id)).toEqual([]);
});

test('an interaction that was delivered too late is lost as well', async () => {
  const scene = await start(async (interaction) => interaction.isChatInputCommand() && interaction.reply('hi'));
  const handle = scene.world.interactions.create(
    { kind: 'slash', userId: scene.listener.id, channelId: scene.channel.id, command: 'submit' },
    { deliverAfterMs: 5_000 },
  );
  scene.world.advance(5_000);
  expect((await handle.answered).answer.kind).toBe('none');
  await scene.world.events.waitFor('request', ({ request }) => request.code === 10_062, { since: 0 });
});

test('a second first answer is 40060', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    await interaction.reply('one');
    await scene.call('POST', `/interactions/${interaction.id}/${interaction.token}/callback`, {
      type: 4,
      data: { content: 'two' },
    });
  });
  await slash(scene).answered;
  const { request } = await scene.world.events.waitFor('request', (event) => event.request.code === 40_060, {
    since: 0,
  });
  expect(request.status).toBe(400);
});

test('a deferral is filled by the edit, keeps its visibility, and is finished then', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    const response = await interaction.deferReply({ flags: MessageFlags.Ephemeral, withResponse: true });
    expect(response.interaction.responseMessageLoading).toBe(true);
    await interaction.editReply({
      components: [new TextDisplayBuilder().setContent('done')],
      flags: MessageFlags.IsComponentsV2,
    });
    await interaction.followUp('and in public');
    await interaction.deleteReply();
  });
  const handle = slash(scene);
  const { answer } = await handle.finished();
  expect(answer).toMatchObject({ kind: 'deferred-message', ephemeral: true });
  const edited = await scene.world.events.waitFor('interaction-edited', () => true, { since: 0 });
  expect(edited.message).toMatchObject({
    flags: MessageFlags.Ephemeral | MessageFlags.IsComponentsV2,
    ephemeralFor: scene.listener.id,
  });
  await scene.world.events.waitFor('message-deleted', () => true, { since: 0 });
  expect(handle.original()).toBeUndefined();
  expect(handle.followUps().map((message) => message.content)).toEqual(['and in public']);
  expect(scene.failures).toEqual([]);
});

test('tokens die after 15 minutes, and nothing follows before the first answer', async () => {
  const scene = await stage();
  await scene.call('PUT', `/applications/${scene.world.application.id}/commands`, COMMANDS);
  const handle = slash(scene);
  const { id, token } = handle.payload;
  const webhook = `/webhooks/${scene.world.application.id}/${String(token)}`;
  expect(await scene.call('POST', webhook, { content: 'early' })).toMatchObject({ status: 404, code: 10_015 });
  expect(await scene.call('POST', `/interactions/${String(id)}/${String(token)}/callback`, { type: 6 })).toMatchObject({
    code: 50_035,
  });
  const answered = await scene.call(
    'POST',
    `/interactions/${String(id)}/${String(token)}/callback?with_response=true`,
    {
      type: 4,
      data: { content: 'now' },
    },
  );
  expect(asString(asObject(asObject(answered.body.resource)?.message)?.content)).toBe('now');
  expect(await scene.call('GET', `${webhook}/messages/@original`)).toMatchObject({
    status: 200,
    body: { content: 'now' },
  });
  expect(await scene.call('PATCH', `${webhook}/messages/${scene.channel.id}`, { content: 'x' })).toMatchObject({
    code: 10_008,
  });
  scene.world.advance(15 * 60_000);
  expect(await scene.call('POST', webhook, { content: 'late' })).toMatchObject({ status: 401, code: 50_027 });
});

test('an ephemeral answer does not exist for the channel routes and for other people', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isChatInputCommand())
      await interaction.reply({ content: 'psst', flags: MessageFlags.Ephemeral, components: [button('b')] });
    if (interaction.isButton()) await interaction.deferUpdate().then(() => interaction.editReply('clicked'));
  });
  const handle = slash(scene);
  await handle.answered;
  const messageId = handle.original()?.id ?? '';
  const path = `/channels/${scene.channel.id}/messages/${messageId}`;
  expect(await scene.call('PATCH', path, { content: 'x' })).toMatchObject({ status: 404, code: 10_008 });
  const click = { kind: 'button', channelId: scene.channel.id, messageId, customId: 'b' } as const;
  expect(() => scene.world.interactions.create({ ...click, userId: scene.owner.id })).toThrow(/does not see/);
  const clicked = scene.world.interactions.create({ ...click, userId: scene.listener.id });
  await clicked.finished();
  expect(scene.world.messages.seenBy(scene.listener.id, scene.channel.id).map((message) => message.content)).toEqual([
    'clicked',
  ]);
  expect(scene.world.messages.seenBy(scene.owner.id, scene.channel.id)).toEqual([]);
});

test('limits of modals, choices and commands give 50035 with the tree', async () => {
  const scene = await stage();
  const { application } = scene.world;
  const refused = await scene.call('PUT', `/applications/${application.id}/commands`, [
    {
      name: 'Bad Name',
      description: '',
      options: [{ type: ApplicationCommandOptionType.String, name: 'x', description: 'x' }],
    },
  ]);
  expect(refused.code).toBe(50_035);
  expect(Object.keys(asObject(asObject(refused.body.errors)?.['0']) ?? {})).toEqual(['name', 'description']);
  await scene.call('PUT', `/applications/${application.id}/commands`, COMMANDS);
  const { payload } = slash(scene);
  const callback = `/interactions/${String(payload.id)}/${String(payload.token)}/callback`;
  const modal = await scene.call('POST', callback, {
    type: 9,
    data: { custom_id: 'm', title: 'x'.repeat(46), components: [] },
  });
  expect(Object.keys(asObject(asObject(modal.body.errors)?.data) ?? {})).toEqual(['title', 'components']);
  const tooMany = {
    type: ComponentType.ActionRow,
    components: [1, 2, 3, 4, 5, 6].map((id) => ({ type: 2, style: 1, label: 'x', custom_id: `${id}` })),
  };
  expect(await scene.call('POST', callback, { type: 4, data: { components: [tooMany] } })).toMatchObject({
    code: 50_035,
  });
  // A refused answer does not use the interaction up.
  expect(await scene.call('POST', callback, { type: 4, data: { content: 'fine' } })).toMatchObject({ status: 204 });
});

test('the bulk overwrite replaces, keeps ids, and separates guild from global', async () => {
  const scene = await stage();
  const base = `/applications/${scene.world.application.id}`;
  const first = objectsIn((await scene.call('PUT', `${base}/commands`, COMMANDS)).body.list);
  const again = objectsIn((await scene.call('PUT', `${base}/commands`, [COMMANDS[0]])).body.list);
  expect(again.map((command) => command.id)).toEqual([first[0]?.id]);
  await scene.call('PUT', `${base}/guilds/${scene.guild.id}/commands`, [{ name: 'local', description: 'here' }]);
  expect(asArray((await scene.call('GET', `${base}/commands`)).body.list)).toHaveLength(1);
  expect(scene.world.commandsIn(scene.guild.id).map((command) => command.name)).toEqual(['local']);
  const many = Array.from({ length: 101 }, (_, index) => ({ name: `c${index}`, description: 'x' }));
  expect(await scene.call('PUT', `${base}/commands`, many)).toMatchObject({ status: 400, code: 30_032 });
});
