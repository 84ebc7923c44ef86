import { AttachmentBuilder, ChannelType, Events, MessageFlags, type TextChannel, TextDisplayBuilder } from 'discord.js';
import { expect, test } from 'vitest';
import { objectsIn } from '../../sandbox/discord/json.ts';
import { isPinged } from '../../sandbox/discord/mentions.ts';
import { ALL_PERMISSIONS, Permission } from '../../sandbox/discord/permissions.ts';
import { login, type Stage, stage } from './discord-harness.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const withChannel = async (options: Parameters<typeof stage>[0] = {}) => {
  const scene = await stage(options);
  const client = await login(scene.discord);
  const channel = (await client.channels.fetch(scene.channel.id)) as TextChannel;
  return { ...scene, client, text: channel };
};

const without = (...names: (keyof typeof Permission)[]): bigint =>
  names.reduce((left, name) => left & ~Permission[name], ALL_PERMISSIONS & ~Permission.ADMINISTRATOR);

const form = (payload: object, ...files: { name: string; bytes: string }[]): FormData => {
  const data = new FormData();
  for (const [index, file] of files.entries()) data.set(`files[${index}]`, new Blob([file.bytes]), file.name);
  data.set('payload_json', JSON.stringify(payload));
  return data;
};

test('messages are sent with files, read back, edited and deleted', async () => {
  const { text, world, channel } = await withChannel();
  const sent = await text.send({
    content: 'hello',
    files: [new AttachmentBuilder(Buffer.from('abc'), { name: 'a b.txt' })],
  });
  expect(sent.attachments.first()).toMatchObject({
    name: 'a_b.txt',
    title: 'a b',
    size: 3,
    contentType: 'text/plain; charset=utf-8',
  });
  expect((await text.messages.fetch({ limit: 10, cache: false })).map((message) => message.content)).toEqual(['hello']);
  await sent.edit({ content: 'changed', attachments: [] });
  const [stored] = world.messages.in(channel.id);
  expect(stored).toMatchObject({ content: 'changed', attachments: [], editedAt: expect.any(Number) });
  await sent.delete();
  expect(world.messages.in(channel.id)).toEqual([]);
});

test.each([
  ['SEND_MESSAGES', (scene: Stage) => scene.call('POST', `/channels/${scene.channel.id}/messages`, { content: 'x' })],
  [
    'ATTACH_FILES',
    (scene: Stage) => scene.call('POST', `/channels/${scene.channel.id}/messages`, form({}, { name: 'a', bytes: 'a' })),
  ],
  [
    'EMBED_LINKS',
    (scene: Stage) => scene.call('POST', `/channels/${scene.channel.id}/messages`, { embeds: [{ title: 'x' }] }),
  ],
  ['MANAGE_MESSAGES', (scene: Stage) => scene.call('DELETE', `/channels/${scene.channel.id}/messages/${post(scene)}`)],
  ['PIN_MESSAGES', (scene: Stage) => scene.call('PUT', `/channels/${scene.channel.id}/messages/pins/${post(scene)}`)],
  [
    'ADD_REACTIONS',
    (scene: Stage) =>
      scene.call('PUT', `/channels/${scene.channel.id}/messages/${post(scene)}/reactions/%F0%9F%94%A5/@me`),
  ],
  ['MANAGE_CHANNELS', (scene: Stage) => scene.call('PATCH', `/channels/${scene.channel.id}`, { nsfw: true })],
] as const)('without %s there is 50013', async (name, attempt) => {
  // @everyone must not hand the permission back.
  const scene = await stage({ botPermissions: without(name) });
  scene.world.updateRole(scene.guild.id, { permissions: Permission.VIEW_CHANNEL });
  expect(await attempt(scene)).toMatchObject({ status: 403, code: 50_013 });
});

const post = (scene: Stage): string =>
  scene.world.messages.post({ channelId: scene.channel.id, authorId: scene.listener.id, content: 'theirs' }).id;

test('a channel that is hidden answers 50001, one that is gone 10003', async () => {
  const scene = await stage({ botPermissions: Permission.SEND_MESSAGES });
  scene.world.setOverwrite(scene.channel.id, { id: scene.guild.id, type: 0, allow: 0n, deny: Permission.VIEW_CHANNEL });
  const path = `/channels/${scene.channel.id}/messages`;
  expect(await scene.call('POST', path, { content: 'x' })).toMatchObject({ status: 403, code: 50_001 });
  scene.world.deleteChannel(scene.channel.id);
  expect(await scene.call('POST', path, { content: 'x' })).toMatchObject({ status: 404, code: 10_003 });
});

test('others’ messages cannot be edited, deleted ones are unknown, empty ones refused', async () => {
  const scene = await stage();
  const base = `/channels/${scene.channel.id}/messages`;
  const theirs = post(scene);
  expect(await scene.call('PATCH', `${base}/${theirs}`, { content: 'x' })).toMatchObject({ status: 403, code: 50_005 });
  scene.world.messages.delete(scene.channel.id, theirs);
  expect(await scene.call('PATCH', `${base}/${theirs}`, { content: 'x' })).toMatchObject({ status: 404, code: 10_008 });
  expect(await scene.call('POST', base, { content: '' })).toMatchObject({ status: 400, code: 50_006 });
  expect(await scene.call('POST', base, { content: 'x'.repeat(2001) })).toMatchObject({ status: 400, code: 50_035 });
  const broken = await fetch(`${scene.discord.apiUrl}/v10${base}`, {
    method: 'POST',
    headers: { authorization: `Bot ${scene.world.token}`, 'content-type': 'application/json' },
    body: '{"content":',
  });
  expect(await broken.json()).toMatchObject({ code: 50_109 });
  expect(await scene.call('GET', '/users/@me', undefined, { authorization: 'Bot wrong' })).toMatchObject({
    status: 401,
    code: 0,
  });
});

test('the V2 flag can be set by an edit, is never removed, and forbids content and embeds', async () => {
  const { text, world, channel, call } = await withChannel();
  const sent = await text.send('classic');
  const components = [new TextDisplayBuilder().setContent('new')];
  const path = `/channels/${channel.id}/messages/${sent.id}`;
  const v2 = MessageFlags.IsComponentsV2;
  expect(await call('PATCH', path, { flags: v2, components })).toMatchObject({ code: 50_035 });
  expect(await call('PATCH', path, { flags: v2, content: '', components })).toMatchObject({ status: 200 });
  expect(await call('PATCH', path, { content: 'again' })).toMatchObject({ code: 50_035 });
  expect(await call('PATCH', path, { flags: 0, components })).toMatchObject({ code: 50_035 });
  await sent.edit({ flags: v2, components: [new TextDisplayBuilder().setContent('newer')] });
  expect(world.messages.in(channel.id)).toMatchObject([
    { flags: v2, components: [{ type: 10, id: 1, content: 'newer' }] },
  ]);
});

test('mentions ping only whom allowed_mentions and permissions let through', async () => {
  const scene = await stage();
  const { world, guild, channel, listener } = scene;
  const role = world.addRole(guild.id, { name: 'reviewers', mentionable: true });
  const content = `@everyone <@${listener.id}> <@&${role.id}> \`<@${scene.owner.id}>\``;
  const path = `/channels/${channel.id}/messages`;
  const pingsOf = async (body: object) => {
    await scene.call('POST', path, body);
    return world.messages.in(channel.id).at(-1)?.pings;
  };
  expect(await pingsOf({ content })).toEqual({ everyone: true, userIds: [listener.id], roleIds: [role.id] });
  const quiet = await pingsOf({ content, allowed_mentions: { parse: [] } });
  expect(quiet).toEqual({ everyone: false, userIds: [], roleIds: [] });
  expect(quiet && isPinged(world, quiet, guild.id, listener.id)).toBe(false);
  expect(await pingsOf({ content, allowed_mentions: { users: [listener.id] } })).toMatchObject({
    userIds: [listener.id],
    roleIds: [],
  });
  const text = { type: 10, content: `hey <@${listener.id}>` };
  expect(await pingsOf({ components: [text], flags: MessageFlags.IsComponentsV2 })).toMatchObject({
    userIds: [listener.id],
  });
  world.updateRole(world.botRole(guild.id).id, { permissions: without('MENTION_EVERYONE') });
  expect(await pingsOf({ content: '@everyone' })).toMatchObject({ everyone: false });
});

test('a repeated nonce gives the same message', async () => {
  const { world, channel, call } = await stage();
  const body = { content: 'once', nonce: 'n1', enforce_nonce: true };
  const first = await call('POST', `/channels/${channel.id}/messages`, body);
  const second = await call('POST', `/channels/${channel.id}/messages`, body);
  expect(second.body.id).toBe(first.body.id);
  expect(world.messages.in(channel.id)).toHaveLength(1);
});

test('DMs: opened, received, closed by the person, refused without a common guild', async () => {
  const { client, world, guild, listener } = await withChannel();
  const user = await client.users.fetch(listener.id);
  const dm = world.events.waitFor('dm');
  await user.send('hi');
  expect(await dm).toMatchObject({ userId: listener.id, message: { content: 'hi' } });
  const heard = new Promise((resolve) =>
    client.once(Events.MessageCreate, (message) => resolve([message.content, message.channel.type])),
  );
  world.messages.post({ channelId: world.dmChannel(listener.id).id, authorId: listener.id, content: 'hello bot' });
  expect(await heard).toEqual(['hello bot', ChannelType.DM]);
  world.updateUser(listener.id, { dmsClosed: true });
  await expect(user.send('again')).rejects.toMatchObject({ status: 403, code: 50_007 });
  world.updateUser(listener.id, { dmsClosed: false });
  world.removeMember(guild.id, listener.id);
  await expect(user.send('again')).rejects.toMatchObject({ code: 50_278 });
});

test('pins are listed newest first, announced with a system message, and end at 250', async () => {
  const scene = await withChannel();
  const { text, world, channel } = scene;
  const ids = ['a', 'b'].map(
    (content) => world.messages.post({ channelId: channel.id, authorId: world.bot.id, content }).id,
  );
  for (const id of ids) {
    await text.messages.pin(id);
    world.advance(10);
  }
  const pins = await text.messages.fetchPins();
  expect(pins.items.map((pin) => pin.message.content)).toEqual(['b', 'a']);
  const notice = world.messages.in(channel.id).find((message) => message.type === 6);
  expect(await scene.call('PATCH', `/channels/${channel.id}/messages/${notice?.id}`, { content: 'x' })).toMatchObject({
    code: 50_021,
  });
  for (let pinned = 2; pinned < 250; pinned += 1) {
    const message = world.messages.post({ channelId: channel.id, authorId: world.bot.id, content: 'x' });
    world.messages.setPinned(channel.id, message.id, true, world.bot.id);
  }
  await expect(text.messages.pin(post(scene))).rejects.toMatchObject({ code: 30_003 });
  await text.messages.unpin(ids[0] ?? '');
  expect(world.messages.pins(channel.id)).toHaveLength(249);
});

test('bulk deletion takes 2 to 100 messages younger than 14 days', async () => {
  const scene = await withChannel();
  const base = `/channels/${scene.channel.id}/messages/bulk-delete`;
  const old = post(scene);
  scene.world.advance(14 * DAY_MS + 1);
  const [a, b, c] = [post(scene), post(scene), post(scene)];
  const tries: readonly [readonly string[], number][] = [
    [[a], 50_016],
    [[a, a], 50_035],
    [[a, old], 50_034],
  ];
  for (const [messages, code] of tries) {
    expect(await scene.call('POST', base, { messages })).toMatchObject({ code });
    scene.world.advance(2_000);
  }
  const gone = new Promise((resolve) =>
    scene.client.once(Events.MessageBulkDelete, (deleted) => resolve(deleted.size)),
  );
  await scene.text.bulkDelete([a, b, c]);
  await gone;
  expect(scene.world.messages.in(scene.channel.id).map((message) => message.id)).toEqual([old]);
});

test('reactions arrive on both sides', async () => {
  const { text, world, channel, call, owner } = await withChannel();
  const sent = await text.send('vote');
  await sent.react('🔥');
  world.messages.react(channel.id, sent.id, owner.id, { id: null, name: '🔥' });
  const read = await call('GET', `/channels/${channel.id}/messages/${sent.id}`);
  expect(read.body.reactions).toMatchObject([{ count: 2, me: true, emoji: { name: '🔥' } }]);
  world.advance(250);
  expect(await call('PUT', `/channels/${channel.id}/messages/${sent.id}/reactions/nope/@me`)).toMatchObject({
    code: 10_014,
  });
});

test('a signed URL works for 24 hours, is renewed by reading again or by refresh-urls, and dies with the message', async () => {
  const { text, world, channel, call, listener, discord } = await withChannel();
  const bytes = Buffer.from('a whole song');
  const { id } = world.messages.post({
    channelId: channel.id,
    authorId: listener.id,
    files: [{ name: 'song.mp3', bytes }],
  });
  const url = (await text.messages.fetch(id)).attachments.first()?.url ?? '';
  expect(url.startsWith(`${discord.cdnUrl}/attachments/`)).toBe(true);
  const response = await fetch(url);
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['audio/mpeg', 'a whole song']);
  expect(await (await fetch(url, { headers: { range: 'bytes=2-6' } })).text()).toBe('whole');
  expect((await fetch(url.replace(/hm=[0-9a-f]{4}/, 'hm=0000'))).status).toBe(404);
  expect((await fetch(url.split('?')[0] ?? '')).status).toBe(404);

  world.advance(DAY_MS);
  expect((await fetch(url)).status).toBe(404);
  const refreshed = await call('POST', '/attachments/refresh-urls', { attachment_urls: [url] });
  const [again] = objectsIn(refreshed.body.refreshed_urls);
  expect((await fetch(String(again?.refreshed))).status).toBe(200);
  const reread = (await text.messages.fetch({ message: id, force: true })).attachments.first()?.url ?? '';
  expect((await fetch(reread)).status).toBe(200);

  world.messages.delete(channel.id, id);
  expect((await fetch(reread)).status).toBe(404);
});

test('a file over the limit of the guild is refused with 413, in a boosted guild it passes', async () => {
  const bytes = 'x'.repeat(21 * 1024 * 1024);
  const small = await stage();
  const path = (scene: Stage) => `/channels/${scene.channel.id}/messages`;
  expect(await small.call('POST', path(small), form({}, { name: 'a.wav', bytes }))).toMatchObject({
    status: 413,
    code: 40_005,
  });
  const boosted = await stage({ premiumTier: 2 });
  expect(await boosted.call('POST', path(boosted), form({}, { name: 'a.wav', bytes }))).toMatchObject({ status: 200 });
});

test('an embed shows its file, which is then not listed twice', async () => {
  const { channel, call } = await stage();
  const body = form(
    { embeds: [{ title: 'x', image: { url: 'attachment://chart.png' } }] },
    { name: 'chart.png', bytes: 'png' },
  );
  const sent = await call('POST', `/channels/${channel.id}/messages`, body);
  expect(sent.body.attachments).toEqual([]);
  const [embed] = objectsIn(sent.body.embeds);
  expect(JSON.stringify(embed?.image)).toContain('/attachments/');
});

test('a link preview arrives later, as an update without an edit', async () => {
  const { client, world, channel, listener } = await withChannel();
  const { id } = world.messages.post({ channelId: channel.id, authorId: listener.id, content: 'https://example.com' });
  const updated = new Promise((resolve) =>
    client.once(Events.MessageUpdate, (_, after) => resolve([after.embeds.length, after.editedAt])),
  );
  world.messages.unfurl(channel.id, id, [{ type: 'link', url: 'https://example.com' }]);
  expect(await updated).toEqual([1, null]);
});

test('replies need the history permission and an existing message', async () => {
  const scene = await stage({ botPermissions: without('READ_MESSAGE_HISTORY') });
  scene.world.updateRole(scene.guild.id, { permissions: Permission.VIEW_CHANNEL });
  const base = `/channels/${scene.channel.id}/messages`;
  const body = { content: 'x', message_reference: { message_id: post(scene) } };
  expect(await scene.call('POST', base, body)).toMatchObject({ code: 160_002 });
  scene.world.updateRole(scene.world.botRole(scene.guild.id).id, { permissions: ALL_PERMISSIONS });
  expect(await scene.call('POST', base, body)).toMatchObject({ status: 200, body: { type: 19 } });
  const gone = { content: 'x', message_reference: { message_id: scene.guild.id } };
  expect(await scene.call('POST', base, gone)).toMatchObject({ code: 50_035 });
});
