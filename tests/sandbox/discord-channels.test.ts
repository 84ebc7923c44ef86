import { ChannelType, Events, OverwriteType, PermissionFlagsBits } from 'discord.js';
import { expect, test } from 'vitest';
import { ALL_PERMISSIONS, has, Permission, permissionsIn } from '../../sandbox/discord/permissions.ts';
import { login, stage } from './discord-harness.ts';

const NO_ADMIN = ALL_PERMISSIONS & ~Permission.ADMINISTRATOR;

test('a private voice channel is created with overwrites and deleted again', async () => {
  const { discord, world, guild, owner, listener } = await stage();
  const client = await login(discord);
  const made = await client.guilds.cache.get(guild.id)?.channels.create({
    name: 'Review Room',
    type: ChannelType.GuildVoice,
    userLimit: 2,
    permissionOverwrites: [
      { id: guild.id, type: OverwriteType.Role, deny: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.Connect] },
      {
        id: listener.id,
        type: OverwriteType.Member,
        allow: [PermissionFlagsBits.ViewChannel, PermissionFlagsBits.Connect],
      },
    ],
  });
  const channel = world.channel(made?.id ?? '');
  expect(channel).toMatchObject({ name: 'Review Room', userLimit: 2, type: ChannelType.GuildVoice });
  const stranger = world.addUser({ username: 'stranger' });
  world.addMember(guild.id, stranger.id);
  expect(permissionsIn(world, stranger.id, channel)).toBe(0n);
  expect(has(permissionsIn(world, listener.id, channel), 'CONNECT')).toBe(true);
  expect(permissionsIn(world, owner.id, channel)).toBe(ALL_PERMISSIONS);
  const deleted = new Promise((resolve) => client.once(Events.ChannelDelete, (gone) => resolve(gone.id)));
  await made?.delete();
  expect(await deleted).toBe(channel.id);
});

test('overwrites win in the order everyone, roles, member; an unseen channel allows nothing', async () => {
  const { world, guild, listener, channel } = await stage();
  const role = world.addRole(guild.id, { name: 'muted' });
  world.giveRole(guild.id, listener.id, role.id);
  const sends = () => has(permissionsIn(world, listener.id, world.channel(channel.id)), 'SEND_MESSAGES');
  expect(sends()).toBe(true);
  world.setOverwrite(channel.id, { id: guild.id, type: 0, allow: 0n, deny: Permission.SEND_MESSAGES });
  expect(sends()).toBe(false);
  world.setOverwrite(channel.id, { id: role.id, type: 0, allow: Permission.SEND_MESSAGES, deny: 0n });
  expect(sends()).toBe(true);
  world.setOverwrite(channel.id, { id: listener.id, type: 1, allow: 0n, deny: Permission.VIEW_CHANNEL });
  expect(permissionsIn(world, listener.id, world.channel(channel.id))).toBe(0n);
});

test('a bot hands out only what it has, and MANAGE_ROLES only as administrator', async () => {
  const { guild, listener, call } = await stage({ botPermissions: NO_ADMIN & ~Permission.MUTE_MEMBERS });
  const create = (allow: bigint) =>
    call('POST', `/guilds/${guild.id}/channels`, {
      name: 'x',
      permission_overwrites: [{ id: listener.id, type: 1, allow: allow.toString(), deny: '0' }],
    });
  expect(await create(Permission.VIEW_CHANNEL)).toMatchObject({ status: 201 });
  expect(await create(Permission.MUTE_MEMBERS)).toMatchObject({ status: 403, code: 50_013 });
  expect(await create(Permission.MANAGE_ROLES)).toMatchObject({ status: 403, code: 50_013 });
});

test('hidden channels are missing from the list, names are normalised, 500 is the end', async () => {
  const { world, guild, channel, call } = await stage({ botPermissions: NO_ADMIN });
  world.setOverwrite(channel.id, { id: guild.id, type: 0, allow: 0n, deny: Permission.VIEW_CHANNEL });
  expect((await call('GET', `/guilds/${guild.id}/channels`)).body.list).toEqual([]);
  const made = await call('POST', `/guilds/${guild.id}/channels`, { name: 'Now Playing!' });
  expect(made.body.name).toBe('now-playing');
  for (let index = world.channelsOf(guild.id).length; index < 500; index += 1)
    world.addChannel(guild.id, { name: 'x' });
  expect(await call('POST', `/guilds/${guild.id}/channels`, { name: 'x' })).toMatchObject({ code: 30_013 });
});

test('members, roles and guild are read; roles above the bot’s are out of reach', async () => {
  const { discord, world, guild, listener, call } = await stage({ botPermissions: NO_ADMIN });
  const low = world.addRole(guild.id, { name: 'low', position: 0 });
  const high = world.addRole(guild.id, { name: 'high', position: 9 });
  const client = await login(discord);
  const member = await client.guilds.cache.get(guild.id)?.members.fetch(listener.id);
  expect(member?.displayName).toBe('Lis');
  await member?.roles.add(low.id);
  expect(world.member(guild.id, listener.id)?.roleIds).toEqual([low.id]);
  await expect(member?.roles.add(high.id)).rejects.toMatchObject({ code: 50_013 });
  expect(await call('GET', `/guilds/${guild.id}/members/${world.application.ownerId}`)).toMatchObject({
    status: 404,
    code: 10_007,
  });
  expect((await call('GET', `/guilds/${guild.id}?with_counts=true`)).body).toMatchObject({
    approximate_member_count: 3,
  });
});

test('a voice status needs its permission, and more of them from outside', async () => {
  const { discord, world, guild, call } = await stage({ botPermissions: NO_ADMIN & ~Permission.MANAGE_CHANNELS });
  const voice = world.addChannel(guild.id, { name: 'room', type: ChannelType.GuildVoice });
  await login(discord);
  const path = `/channels/${voice.id}/voice-status`;
  expect(await call('PUT', path, { status: 'Now: song' })).toMatchObject({ code: 50_013 });
  world.voice.request({ guildId: guild.id, channelId: voice.id, selfMute: false, selfDeaf: true }, 'session');
  expect(await call('PUT', path, { status: 'Now: song' })).toMatchObject({ status: 204 });
  expect(world.channel(voice.id).voiceStatus).toBe('Now: song');
  expect(await call('PUT', path, { status: 'x'.repeat(501) })).toMatchObject({ code: 50_035 });
});

test('a stage suppresses the bot until it may speak', async () => {
  const { world, guild, call } = await stage();
  const room = world.addChannel(guild.id, { name: 'stage', type: ChannelType.GuildStageVoice });
  const path = `/guilds/${guild.id}/voice-states/@me`;
  expect(await call('PATCH', path, { suppress: false })).toMatchObject({ code: 10_065 });
  world.voice.request({ guildId: guild.id, channelId: room.id, selfMute: false, selfDeaf: false }, 'session');
  expect(world.voice.state(guild.id, world.bot.id)?.suppress).toBe(true);
  expect(await call('PATCH', path, { channel_id: room.id, suppress: false })).toMatchObject({ status: 204 });
  expect(world.voice.state(guild.id, world.bot.id)?.suppress).toBe(false);
});
