import { ApplicationCommandOptionType, ComponentType, MessageFlags, TextDisplayBuilder } from 'discord.js';
import { expect, test } from 'vitest';
import { asArray, asObject, asString, objectsIn } from '../../sandbox/discord/json.ts';
import { button, COMMANDS, slash, start } from './discord-bot.ts';
import { stage } from './discord-harness.ts';

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

test('a button in a DM works without guild and member', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isButton())
      await interaction.reply(`${interaction.inGuild()} ${interaction.user.username} ${interaction.context}`);
  });
  const dm = scene.world.events.waitFor('dm');
  await scene.client.users.send(scene.listener.id, { content: 'press', components: [button('ok')] });
  const { message } = await dm;
  const handle = scene.world.interactions.create({
    kind: 'button',
    userId: scene.listener.id,
    channelId: message.channelId,
    messageId: message.id,
    customId: 'ok',
  });
  await handle.answered;
  expect(handle.original()?.content).toBe('false lis 1');
});

test('a slow gateway delays every interaction', async () => {
  const scene = await start(async (interaction) => interaction.isChatInputCommand() && interaction.reply('hi'));
  scene.world.interactions.deliveryDelayMs = 2_000;
  const handle = slash(scene);
  scene.world.advance(2_000);
  const { answer, latencyMs } = await handle.answered;
  expect(answer.kind).toBe('message');
  expect(latencyMs).toBeGreaterThanOrEqual(2_000);
});

test('500 people at once are all answered', async () => {
  const scene = await start(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.reply({ content: 'ok', flags: MessageFlags.Ephemeral });
  });
  const people = Array.from({ length: 500 }, (_, index) => scene.world.addUser({ username: `raider${index}` }));
  const handles = people.map((person) => {
    scene.world.addMember(scene.guild.id, person.id);
    return scene.world.interactions.create({
      kind: 'slash',
      userId: person.id,
      channelId: scene.channel.id,
      command: 'submit',
    });
  });
  const answers = await Promise.all(handles.map((handle) => handle.answered));
  expect(answers.filter(({ answer }) => answer.kind === 'message')).toHaveLength(500);
  expect(scene.world.requests((request) => request.status === 429)).toEqual([]);
});

test('answers, edits and follow-ups carry files; an edit keeps only what it lists', async () => {
  const scene = await start(async (interaction) => {
    if (!interaction.isChatInputCommand()) return;
    const file = (name: string) => ({ attachment: Buffer.from(name), name });
    const flags = MessageFlags.Ephemeral;
    await interaction.reply({ content: 'table', files: [file('a.csv')], flags });
    const edited = await interaction.editReply({ files: [file('b.csv')], attachments: [] });
    expect(edited.attachments.map((attachment) => attachment.name)).toEqual(['b.csv']);
    await interaction.followUp({ files: [file('c.csv')] });
  });
  const handle = slash(scene);
  await scene.world.events.waitFor('interaction-followed-up', () => true, { since: 0 });
  expect(handle.original()?.attachments.map((file) => [file.filename, file.ephemeral])).toEqual([['b.csv', true]]);
  expect(
    handle.followUps().flatMap((message) => message.attachments.map((file) => [file.filename, file.ephemeral])),
  ).toEqual([['c.csv', false]]);
  expect(scene.failures).toEqual([]);
});
