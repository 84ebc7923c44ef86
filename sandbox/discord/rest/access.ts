import type { Channel, Guild, Member, Message } from '../model.ts';
import { guildPermissions, has, type PermissionName } from '../permissions.ts';
import type { World } from '../world.ts';
import { refusal } from './api-error.ts';
import { type Call, param } from './router.ts';

/** The channel in the path, if it exists and the bot may view it (50001 otherwise). */
export const viewedChannel = (call: Call, name = 'channel'): Channel => {
  const channel = call.world.channels.get(param(call, name));
  if (channel === undefined) throw refusal('unknownChannel');
  if (!has(botPermissions(call.world, channel), 'VIEW_CHANNEL')) throw refusal('missingAccess');
  return channel;
};

export const botPermissions = (world: World, channel: Channel): bigint => world.permissionsIn(world.bot.id, channel.id);

/** Refuses with 50013 unless the bot has every named permission in the channel. */
export const needInChannel = (world: World, channel: Channel, ...names: readonly PermissionName[]): void => {
  const permissions = botPermissions(world, channel);
  if (!names.every((name) => has(permissions, name))) throw refusal('missingPermissions');
};

/** The guild in the path, if the bot is in it (50001 otherwise, 10004 when there is none). */
export const joinedGuild = (call: Call): Guild => {
  const guild = call.world.guilds.get(param(call, 'guild'));
  if (guild === undefined) throw refusal('unknownGuild');
  if (call.world.member(guild.id, call.world.bot.id) === undefined) throw refusal('missingAccess');
  return guild;
};

export const needInGuild = (world: World, guildId: string, ...names: readonly PermissionName[]): void => {
  const permissions = guildPermissions(world, world.bot.id, guildId);
  if (!names.every((name) => has(permissions, name))) throw refusal('missingPermissions');
};

/** A member by the path's `:user`, `@me` being the bot. */
export const memberInPath = (call: Call, guild: Guild): Member => {
  const id = param(call, 'user');
  const userId = id === '@me' ? call.world.bot.id : id;
  const member = call.world.member(guild.id, userId);
  if (member === undefined) throw refusal(call.world.users.has(userId) ? 'unknownMember' : 'unknownUser');
  return member;
};

/** The message in the path. Ephemeral messages do not exist for the channel routes. */
export const messageInPath = (call: Call, channel: Channel): Message => {
  const message = call.world.messages.get(channel.id, param(call, 'message'));
  if (message === undefined || message.ephemeralFor !== null) throw refusal('unknownMessage');
  return message;
};
