import { entersState, joinVoiceChannel, VoiceConnectionStatus } from '@discordjs/voice';
import { ChannelType } from 'discord.js';
import { expect, onTestFinished, test } from 'vitest';
import { Permission } from '../../sandbox/discord/permissions.ts';
import { startSandbox } from '../../sandbox/start.ts';
import { trustInThisProcess } from '../../sandbox/voice/trust.ts';
import { login } from './discord-harness.ts';

test('one start gives Discord, voice and TikTok, and exactly the variables of the environment contract', async () => {
  const sandbox = await startSandbox();
  onTestFinished(() => sandbox.stop());
  expect(Object.keys(sandbox.env).sort()).toEqual([
    'DISCORD_API_URL',
    'DISCORD_CDN_URL',
    'DISCORD_CLIENT_ID',
    'DISCORD_TOKEN',
    'NODE_EXTRA_CA_CERTS',
    'TIKTOK_SIGN_URL',
    'TIKTOK_WEBCAST_URL',
    'TIKTOK_WEB_URL',
  ]);
  const reply = await fetch(`${sandbox.env.DISCORD_API_URL}/v10/users/@me`, {
    headers: { authorization: `Bot ${sandbox.env.DISCORD_TOKEN}` },
  });
  expect(await reply.json()).toMatchObject({ id: sandbox.env.DISCORD_CLIENT_ID, bot: true });
  await sandbox.stop();
  await sandbox.stop();
});

test('the bot joins voice through gateway and voice server; without CONNECT or with a full room nobody answers', async () => {
  const { discord, voice, stop } = await startSandbox({ tiktok: false });
  onTestFinished(stop);
  if (voice === undefined) throw new Error('voice did not start');
  trustInThisProcess(voice.cert);
  const { world } = discord;
  const owner = world.addUser({ username: 'rey' });
  const permissions = Permission.VIEW_CHANNEL | Permission.CONNECT | Permission.SPEAK;
  const guild = world.addGuild({ name: 'G', ownerId: owner.id, botPermissions: permissions });
  const room = world.addChannel(guild.id, { name: 'room', type: ChannelType.GuildVoice });
  const full = world.addChannel(guild.id, { name: 'full', type: ChannelType.GuildVoice, userLimit: 1 });
  const closed = world.addChannel(guild.id, {
    name: 'closed',
    type: ChannelType.GuildVoice,
    overwrites: [
      { id: guild.id, type: 0, allow: 0n, deny: Permission.CONNECT },
      { id: world.bot.id, type: 1, allow: 0n, deny: Permission.CONNECT },
    ],
  });
  world.voice.join(guild.id, owner.id, full.id);
  const client = await login(discord);
  const { voiceAdapterCreator: adapterCreator } =
    client.guilds.cache.get(guild.id) ?? (await client.guilds.fetch(guild.id));
  const join = (channelId: string) => joinVoiceChannel({ guildId: guild.id, channelId, adapterCreator });

  for (const channelId of [full.id, closed.id]) {
    const asked = world.events.waitFor('gateway-command', (event) => event.op === 4);
    const connection = join(channelId);
    await asked;
    expect(world.voice.state(guild.id, world.bot.id)).toBeUndefined();
    expect(connection.state.status).toBe(VoiceConnectionStatus.Signalling);
    connection.destroy();
  }

  const connection = join(room.id);
  await entersState(connection, VoiceConnectionStatus.Ready, 10_000);
  expect(world.voice.membersIn(room.id)).toEqual([world.bot.id]);
  const left = new Promise((resolve) =>
    connection.once(VoiceConnectionStatus.Disconnected, (_, state) => resolve(state)),
  );
  world.voice.leave(guild.id, world.bot.id);
  expect(await left).toMatchObject({ closeCode: 4014 });
  connection.destroy();
});
