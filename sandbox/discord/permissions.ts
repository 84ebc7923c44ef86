import type { Channel, Overwrite } from './model.ts';
import { ChannelType } from './model.ts';
import type { World } from './world.ts';

/** Permission bits by their API names. */
export const Permission = {
  CREATE_INSTANT_INVITE: 1n << 0n,
  KICK_MEMBERS: 1n << 1n,
  BAN_MEMBERS: 1n << 2n,
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  MANAGE_GUILD: 1n << 5n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_AUDIT_LOG: 1n << 7n,
  PRIORITY_SPEAKER: 1n << 8n,
  STREAM: 1n << 9n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  SEND_TTS_MESSAGES: 1n << 12n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  USE_EXTERNAL_EMOJIS: 1n << 18n,
  VIEW_GUILD_INSIGHTS: 1n << 19n,
  CONNECT: 1n << 20n,
  SPEAK: 1n << 21n,
  MUTE_MEMBERS: 1n << 22n,
  DEAFEN_MEMBERS: 1n << 23n,
  MOVE_MEMBERS: 1n << 24n,
  USE_VAD: 1n << 25n,
  CHANGE_NICKNAME: 1n << 26n,
  MANAGE_NICKNAMES: 1n << 27n,
  MANAGE_ROLES: 1n << 28n,
  MANAGE_WEBHOOKS: 1n << 29n,
  MANAGE_GUILD_EXPRESSIONS: 1n << 30n,
  USE_APPLICATION_COMMANDS: 1n << 31n,
  REQUEST_TO_SPEAK: 1n << 32n,
  MANAGE_EVENTS: 1n << 33n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  USE_EXTERNAL_STICKERS: 1n << 37n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
  USE_EMBEDDED_ACTIVITIES: 1n << 39n,
  MODERATE_MEMBERS: 1n << 40n,
  VIEW_CREATOR_MONETIZATION_ANALYTICS: 1n << 41n,
  USE_SOUNDBOARD: 1n << 42n,
  CREATE_GUILD_EXPRESSIONS: 1n << 43n,
  CREATE_EVENTS: 1n << 44n,
  USE_EXTERNAL_SOUNDS: 1n << 45n,
  SEND_VOICE_MESSAGES: 1n << 46n,
  SET_VOICE_CHANNEL_STATUS: 1n << 48n,
  SEND_POLLS: 1n << 49n,
  USE_EXTERNAL_APPS: 1n << 50n,
  PIN_MESSAGES: 1n << 51n,
  BYPASS_SLOWMODE: 1n << 52n,
} as const;
export type PermissionName = keyof typeof Permission;

export const ALL_PERMISSIONS: bigint = Object.values(Permission).reduce((all, bit) => all | bit, 0n);

/** What @everyone may do in a new guild: talk, listen, use commands. */
export const EVERYONE_DEFAULT: bigint =
  Permission.VIEW_CHANNEL |
  Permission.SEND_MESSAGES |
  Permission.EMBED_LINKS |
  Permission.ATTACH_FILES |
  Permission.READ_MESSAGE_HISTORY |
  Permission.ADD_REACTIONS |
  Permission.CONNECT |
  Permission.SPEAK |
  Permission.USE_VAD |
  Permission.STREAM |
  Permission.CHANGE_NICKNAME |
  Permission.CREATE_INSTANT_INVITE |
  Permission.USE_APPLICATION_COMMANDS |
  Permission.REQUEST_TO_SPEAK |
  Permission.USE_EXTERNAL_EMOJIS |
  Permission.SEND_VOICE_MESSAGES;

/** What is left in a DM. */
const DM_PERMISSIONS: bigint =
  Permission.VIEW_CHANNEL |
  Permission.SEND_MESSAGES |
  Permission.EMBED_LINKS |
  Permission.ATTACH_FILES |
  Permission.READ_MESSAGE_HISTORY |
  Permission.ADD_REACTIONS |
  Permission.USE_EXTERNAL_EMOJIS |
  Permission.USE_APPLICATION_COMMANDS |
  Permission.SEND_VOICE_MESSAGES |
  Permission.PIN_MESSAGES;

export const has = (permissions: bigint, name: PermissionName): boolean =>
  (permissions & Permission[name]) === Permission[name];

/** What somebody may do in the whole guild, before any channel. A person outside the guild may do nothing. */
export const guildPermissions = (world: World, userId: string, guildId: string): bigint => {
  const member = world.member(guildId, userId);
  if (member === undefined) return 0n;
  if (world.guild(guildId).ownerId === userId) return ALL_PERMISSIONS;
  const granted = [guildId, ...member.roleIds].reduce((all, id) => all | (world.roles.get(id)?.permissions ?? 0n), 0n);
  return has(granted, 'ADMINISTRATOR') ? ALL_PERMISSIONS : granted;
};

const apply = (permissions: bigint, overwrites: readonly Overwrite[]): bigint => {
  const deny = overwrites.reduce((all, entry) => all | entry.deny, 0n);
  const allow = overwrites.reduce((all, entry) => all | entry.allow, 0n);
  return (permissions & ~deny) | allow;
};

/** Denials that follow from others: an unseen channel allows nothing, an unwritable one no attachments, and so on. */
const withImplicitDenials = (permissions: bigint, channel: Channel): bigint => {
  if (!has(permissions, 'VIEW_CHANNEL')) return 0n;
  let left = permissions;
  if (!has(left, 'SEND_MESSAGES')) {
    left &= ~(
      Permission.MENTION_EVERYONE |
      Permission.SEND_TTS_MESSAGES |
      Permission.ATTACH_FILES |
      Permission.EMBED_LINKS |
      Permission.SEND_VOICE_MESSAGES |
      Permission.SEND_POLLS
    );
  }
  const isVoice = channel.type === ChannelType.voice || channel.type === ChannelType.stage;
  // Discord's clients and API treat a voice channel that cannot be connected to as not manageable either.
  if (isVoice && !has(left, 'CONNECT')) {
    left &= ~(
      Permission.SPEAK |
      Permission.STREAM |
      Permission.MUTE_MEMBERS |
      Permission.DEAFEN_MEMBERS |
      Permission.MOVE_MEMBERS |
      Permission.MANAGE_CHANNELS |
      Permission.MANAGE_ROLES |
      Permission.SET_VOICE_CHANNEL_STATUS
    );
  }
  return left;
};

/** Owner and administrators: everything. Others: @everyone, then roles together, then the member's own overwrite. */
export const permissionsIn = (world: World, userId: string, channel: Channel): bigint => {
  if (channel.guildId === null) {
    return userId === channel.recipientId || userId === world.bot.id ? DM_PERMISSIONS : 0n;
  }
  const { guildId } = channel;
  const base = guildPermissions(world, userId, guildId);
  if (has(base, 'ADMINISTRATOR')) return ALL_PERMISSIONS;
  const roleIds = world.member(guildId, userId)?.roleIds ?? [];
  const everyone = channel.overwrites.filter((entry) => entry.id === guildId);
  const roles = channel.overwrites.filter((entry) => entry.type === 0 && roleIds.includes(entry.id));
  const own = channel.overwrites.filter((entry) => entry.type === 1 && entry.id === userId);
  return withImplicitDenials(apply(apply(apply(base, everyone), roles), own), channel);
};
