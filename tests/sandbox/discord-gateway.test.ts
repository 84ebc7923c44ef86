import { ChannelFlags, Events, GatewayIntentBits } from 'discord.js';
import { expect, test } from 'vitest';
import { asArray, asObject } from '../../sandbox/discord/json.ts';
import { Permission } from '../../sandbox/discord/permissions.ts';
import { login, makeClient, stage } from './discord-harness.ts';
import { Wire } from './discord-wire.ts';

const hiddenFrom = (guildId: string) => ({ id: guildId, type: 0, allow: 0n, deny: Permission.VIEW_CHANNEL }) as const;
/** Enough to work, not an administrator: overwrites count. */
const MEMBER = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY;

test('discord.js logs in and sees guild, channels and its own member', async () => {
  const { discord, guild, channel } = await stage();
  const client = await login(discord);
  expect(client.user.id).toBe(discord.world.bot.id);
  expect(client.guilds.cache.get(guild.id)?.name).toBe('Reviews');
  expect(client.channels.cache.has(channel.id)).toBe(true);
  expect(client.guilds.cache.get(guild.id)?.members.me?.permissions.has('Administrator')).toBe(true);
});

test('a wrong token is refused before the gateway', async () => {
  const { discord } = await stage();
  const client = makeClient(discord);
  await expect(client.login('bm9ib2R5.sandbx.wrong')).rejects.toThrow(/invalid token/i);
});

test('without the intent, text and files of others arrive empty, except in DMs and when the bot is mentioned', async () => {
  const { discord, world, channel, listener } = await stage();
  const client = await login(discord, {
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
  });
  const received: [string, number][] = [];
  const all = new Promise<void>((resolve) =>
    client.on(Events.MessageCreate, (message) => {
      received.push([message.content, message.attachments.size]);
      if (received.length === 3) resolve();
    }),
  );
  const files = [{ name: 'a.txt', bytes: Buffer.from('a') }];
  world.messages.post({ channelId: channel.id, authorId: listener.id, content: 'secret', files });
  world.messages.post({ channelId: channel.id, authorId: listener.id, content: `hey <@${world.bot.id}>` });
  world.messages.post({ channelId: world.dmChannel(listener.id).id, authorId: listener.id, content: 'private', files });
  await all;
  expect(received).toEqual([
    ['', 0],
    [`hey <@${world.bot.id}>`, 0],
    ['private', 1],
  ]);
});

test('a channel the bot cannot view is only a place holder until it can', async () => {
  const { discord, world, guild } = await stage({ botPermissions: MEMBER });
  const staff = world.addChannel(guild.id, { name: 'staff-only', topic: 'plans', overwrites: [hiddenFrom(guild.id)] });
  const client = await login(discord);
  const hidden = client.channels.cache.get(staff.id);
  expect(hidden).toMatchObject({ name: '___hidden___', topic: null, viewable: false });
  expect(hidden?.flags?.has(ChannelFlags.ChannelObfuscated)).toBe(true);

  const appears = new Promise((resolve) => client.once(Events.ChannelUpdate, (_, after) => resolve(after)));
  world.setOverwrite(staff.id, { id: world.bot.id, type: 1, allow: Permission.VIEW_CHANNEL, deny: 0n });
  expect(await appears).toMatchObject({ name: 'staff-only', topic: 'plans', viewable: true });

  const vanishes = new Promise((resolve) => client.once(Events.ChannelUpdate, (_, after) => resolve(after)));
  world.setOverwrite(staff.id, hiddenFrom(world.bot.id));
  expect(await vanishes).toMatchObject({ viewable: false });
});

test('a role taken from the bot hides channels that only the role opened', async () => {
  const { discord, world, guild } = await stage({ botPermissions: MEMBER });
  const role = world.addRole(guild.id, { name: 'staff' });
  const overwrites = [
    hiddenFrom(guild.id),
    { id: role.id, type: 0, allow: Permission.VIEW_CHANNEL, deny: 0n } as const,
  ];
  const staff = world.addChannel(guild.id, { name: 'staff-only', overwrites });
  world.giveRole(guild.id, world.bot.id, role.id);
  const client = await login(discord);
  const hidden = new Promise((resolve) => client.once(Events.ChannelUpdate, (_, after) => resolve(after)));
  world.takeRole(guild.id, world.bot.id, role.id);
  expect(await hidden).toMatchObject({ id: staff.id, name: '___hidden___' });
});

test('after a dropped line the session is resumed and nothing is missed', async () => {
  const { discord, world, channel, listener } = await stage();
  const client = await login(discord);
  const resumed = world.events.waitFor('gateway-resumed');
  const received = new Promise((resolve) => client.on(Events.MessageCreate, (message) => resolve(message.content)));
  discord.gateway.drop();
  world.messages.post({ channelId: channel.id, authorId: listener.id, content: 'said while the bot was away' });
  expect((await resumed).replayed).toBe(1);
  expect(await received).toBe('said while the bot was away');
  expect(world.events.history('gateway-identified')).toHaveLength(1);
});

test('op 7 is answered with a resume', async () => {
  const { discord, world } = await stage();
  await login(discord);
  const resumed = world.events.waitFor('gateway-resumed');
  discord.gateway.askToReconnect();
  await resumed;
});

test('a zombie connection is noticed by missing acknowledgements and resumed', async () => {
  const { discord, world } = await stage({ heartbeatIntervalMs: 60 });
  await login(discord);
  discord.gateway.acknowledges = false;
  const resumed = world.events.waitFor('gateway-resumed');
  const closed = world.events.waitFor('gateway-closed');
  await closed;
  discord.gateway.acknowledges = true;
  await resumed;
});

test('members join, change and leave only for those who asked for members', async () => {
  const { discord, world, guild } = await stage();
  const client = await login(discord, { intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMembers] });
  const added = new Promise((resolve) => client.once(Events.GuildMemberAdd, (member) => resolve(member.user.username)));
  const newcomer = world.addUser({ username: 'newcomer' });
  world.addMember(guild.id, newcomer.id);
  expect(await added).toBe('newcomer');
});

test('a guild that goes down becomes unavailable and comes back; a kick removes it', async () => {
  const { discord, world, guild } = await stage();
  const client = await login(discord);
  const down = new Promise((resolve) => client.once(Events.GuildUnavailable, (lost) => resolve(lost.id)));
  world.setGuildAvailable(guild.id, false);
  expect(await down).toBe(guild.id);
  const up = new Promise((resolve) => client.once(Events.GuildAvailable, (back) => resolve(back.id)));
  world.setGuildAvailable(guild.id, true);
  expect(await up).toBe(guild.id);
  const kicked = new Promise((resolve) => client.once(Events.GuildDelete, (gone) => resolve(gone.id)));
  world.kickBot(guild.id);
  expect(await kicked).toBe(guild.id);
});

test.each([
  ['a wrong token', { token: 'nope' }, 4004],
  ['an intent that is switched off', { intents: 1 << 15 }, 4014],
  ['intents that do not exist', { intents: 2 ** 40 }, 4013],
  ['an impossible shard', { shard: [3, 2] }, 4010],
])('identify with %s is closed', async (_, change, code) => {
  const { discord } = await stage({
    privilegedIntents: { messageContent: false, guildMembers: true, presences: true },
  });
  const wire = new Wire(discord);
  await wire.identify(discord, change);
  expect(await wire.closed).toBe(code);
});

test.each([
  ['a command before identify', '{"op":4,"d":{}}', 4003],
  ['something that is no JSON', 'hello', 4002],
  ['more than 4096 bytes', JSON.stringify({ op: 3, d: 'x'.repeat(5000) }), 4002],
])('%s closes the connection', async (_, text, code) => {
  const { discord } = await stage();
  const wire = new Wire(discord);
  await wire.frame(10);
  wire.sendRaw(text);
  expect(await wire.closed).toBe(code);
});

test('an unknown opcode, a second identify and another API version close the connection', async () => {
  const { discord } = await stage({ identifyIntervalMs: 0 });
  const unknown = new Wire(discord);
  await unknown.identify(discord);
  await unknown.frame(0, 'READY');
  unknown.send(99, {});
  expect(await unknown.closed).toBe(4001);
  const twice = new Wire(discord);
  await twice.identify(discord);
  await twice.identify(discord);
  expect(await twice.closed).toBe(4005);
  expect(await new Wire(discord, '?v=9').closed).toBe(4012);
});

test('more than 120 frames in a minute close with 4008', async () => {
  const { discord } = await stage();
  const wire = new Wire(discord);
  await wire.identify(discord);
  await wire.frame(0, 'READY');
  for (let sent = 0; sent < 121; sent += 1) wire.send(1, null);
  expect(await wire.closed).toBe(4008);
});

test('a second start within five seconds gets op 9', async () => {
  const { discord, world } = await stage();
  const first = new Wire(discord);
  await first.identify(discord);
  await first.frame(0, 'READY');
  const second = new Wire(discord);
  await second.identify(discord);
  expect((await second.frame(9)).d).toBe(false);
  world.advance(5_000);
  second.send(2, { token: world.token, intents: 1, properties: {} });
  await second.frame(0, 'READY');
});

test('a resume brings what was missed, in order, and only what belongs to the intents', async () => {
  const { discord, world, guild, channel, owner } = await stage();
  const before = new Wire(discord);
  await before.identify(discord, { intents: 1 | (1 << 9) });
  const sessionId = await before.sessionId();
  const seq = (await before.frame(0, 'GUILD_CREATE')).s;
  const gone = world.events.waitFor('gateway-closed');
  before.drop();
  await gone;
  world.messages.post({ channelId: channel.id, authorId: owner.id, content: 'one' });
  world.voice.join(guild.id, owner.id, world.addChannel(guild.id, { name: 'stage', type: 2 }).id);
  world.messages.post({ channelId: channel.id, authorId: owner.id, content: 'two' });
  const after = new Wire(discord);
  await after.frame(10);
  after.send(6, { token: world.token, session_id: sessionId, seq });
  await after.frame(0, 'RESUMED');
  expect(after.events()).toEqual(['MESSAGE_CREATE', 'CHANNEL_CREATE', 'MESSAGE_CREATE', 'RESUMED']);
});

test.each([
  ['after three minutes', 'drop', 181_000],
  ['after a clean close', 'close', 0],
] as const)('a session is gone %s', async (_, leave, laterMs) => {
  const { discord, world } = await stage();
  const before = new Wire(discord);
  await before.identify(discord);
  const sessionId = await before.sessionId();
  const gone = world.events.waitFor('gateway-closed');
  if (leave === 'drop') before.drop();
  else before.close(1000);
  await gone;
  world.advance(laterMs);
  const after = new Wire(discord);
  await after.frame(10);
  after.send(6, { token: world.token, session_id: sessionId, seq: 1 });
  expect((await after.frame(9)).d).toBe(false);
});

test('a resume from the future is refused', async () => {
  const { discord, world } = await stage();
  const before = new Wire(discord);
  await before.identify(discord);
  const sessionId = await before.sessionId();
  const after = new Wire(discord);
  await after.frame(10);
  after.send(6, { token: world.token, session_id: sessionId, seq: 900 });
  expect(await after.closed).toBe(4007);
});

test('all members can be asked for once in 30 s, single ones always', async () => {
  const { discord, guild, listener } = await stage();
  const wire = new Wire(discord);
  await wire.identify(discord, { intents: 3 });
  await wire.frame(0, 'GUILD_CREATE');
  wire.send(8, { guild_id: guild.id, query: '', limit: 0 });
  expect(asArray(asObject((await wire.frame(0, 'GUILD_MEMBERS_CHUNK')).d)?.members)).toHaveLength(3);
  wire.send(8, { guild_id: guild.id, query: '', limit: 0 });
  expect((await wire.frame(0, 'RATE_LIMITED')).d).toMatchObject({ opcode: 8, meta: { guild_id: guild.id } });
  wire.send(8, { guild_id: guild.id, user_ids: [listener.id], nonce: 'one' });
  await wire.frame(0, 'GUILD_MEMBERS_CHUNK');
});

test('a killed bot stays in voice until its session has timed out', async () => {
  const { discord, world, guild } = await stage();
  const room = world.addChannel(guild.id, { name: 'room', type: 2 });
  const wire = new Wire(discord);
  await wire.identify(discord, { intents: 1 | (1 << 7) });
  await wire.frame(0, 'GUILD_CREATE');
  wire.send(4, { guild_id: guild.id, channel_id: room.id, self_mute: false, self_deaf: true });
  await wire.frame(0, 'VOICE_STATE_UPDATE');
  const gone = world.events.waitFor('gateway-closed');
  wire.drop();
  await gone;
  expect(world.voice.membersIn(room.id)).toEqual([world.bot.id]);
  world.advance(180_000);
  expect(world.voice.membersIn(room.id)).toEqual([]);
});

test('session starts are counted down', async () => {
  const { discord, call } = await stage();
  const wire = new Wire(discord);
  await wire.identify(discord);
  await wire.frame(0, 'READY');
  expect((await call('GET', '/gateway/bot')).body).toMatchObject({
    url: discord.gatewayUrl,
    session_start_limit: { total: 1000, remaining: 999 },
  });
});
