import { asArray, asNumber, asString, isObject, type Json, type JsonObject, objectsIn } from '../../json.ts';
import { type Channel, ChannelType, type Overwrite } from '../../model.ts';
import { guildPermissions, has, Permission } from '../../permissions.ts';
import {
  validateChannelCreate,
  validateChannelModify,
  validateOverwrite,
  validateVoiceStatus,
} from '../../validate/channel.ts';
import { channelJson } from '../../wire.ts';
import type { World } from '../../world.ts';
import { botPermissions, joinedGuild, needInChannel, needInGuild, viewedChannel } from '../access.ts';
import { fieldError, refusal } from '../api-error.ts';
import { bodyObject, type Call, created, noContent, ok, param, type Reply, type Route } from '../router.ts';
import { demand } from '../validation.ts';

const MAX_CHANNELS = 500;
const MAX_PER_CATEGORY = 50;
const KNOWN_TYPES: readonly number[] = Object.values(ChannelType).filter((type) => type !== ChannelType.dm);

const bits = (value: Json | undefined): bigint =>
  typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n;

/** Overwrites of a body that was validated. */
const readOverwrites = (list: Json | undefined): readonly Overwrite[] | undefined =>
  list === undefined || list === null
    ? undefined
    : objectsIn(list).map((entry) => ({
        id: asString(entry.id) ?? '',
        type: Number(entry.type) === 1 ? 1 : 0,
        allow: bits(entry.allow),
        deny: bits(entry.deny),
      }));

/** Only what the bot may do itself can be allowed or denied; MANAGE_ROLES takes an administrator. */
const checkOverwrites = (world: World, guildId: string, overwrites: readonly Overwrite[], own: bigint): void => {
  const administrator = has(guildPermissions(world, world.bot.id, guildId), 'ADMINISTRATOR');
  if (administrator) return;
  const touched = overwrites.reduce((all, entry) => all | entry.allow | entry.deny, 0n);
  if ((touched & ~own) !== 0n || (touched & Permission.MANAGE_ROLES) !== 0n) throw refusal('missingPermissions');
};

/** Text channel names are lower case with dashes, whatever was sent. */
const channelName = (type: number, name: string): string =>
  type === ChannelType.text || type === ChannelType.announcement
    ? name
        .toLowerCase()
        .replace(/\s+/g, '-')
        .replace(/[!"#$%&'()*+,./:;<=>?@[\\\]^`{|}~]/g, '')
    : name;

const checkParent = (world: World, guildId: string, parentId: string | null, self?: string): void => {
  if (parentId === null) return;
  const parent = world.channels.get(parentId);
  if (parent?.guildId !== guildId || parent.type !== ChannelType.category) {
    throw fieldError(['parent_id'], 'CHANNEL_PARENT_INVALID', 'Category does not exist');
  }
  const inside = world.channelsOf(guildId).filter((channel) => channel.parentId === parentId && channel.id !== self);
  if (inside.length >= MAX_PER_CATEGORY) {
    throw fieldError(
      ['parent_id'],
      'CHANNEL_PARENT_MAX_CHANNELS',
      'Maximum number of channels in category reached (50)',
    );
  }
};

const create = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  needInGuild(world, guild.id, 'MANAGE_CHANNELS');
  const body = bodyObject(call);
  demand(validateChannelCreate(body, { premiumTier: guild.premiumTier }));
  const type = asNumber(body.type) ?? ChannelType.text;
  if (!KNOWN_TYPES.includes(type))
    throw fieldError(['type'], 'BASE_TYPE_CHOICES', `Value must be one of {${KNOWN_TYPES.join(', ')}}.`);

  if (world.channelsOf(guild.id).length >= MAX_CHANNELS) throw refusal('tooManyChannels');
  const parentId = asString(body.parent_id) ?? null;
  checkParent(world, guild.id, parentId);
  const overwrites = readOverwrites(body.permission_overwrites) ?? [];
  checkOverwrites(world, guild.id, overwrites, guildPermissions(world, world.bot.id, guild.id));
  const parent = parentId === null ? undefined : world.channel(parentId);
  const channel = world.addChannel(guild.id, {
    name: channelName(type, asString(body.name) ?? ''),
    type: type as ChannelType,
    parentId,
    topic: asString(body.topic) ?? null,
    overwrites: body.permission_overwrites === undefined ? (parent?.overwrites ?? []) : overwrites,
    userLimit: asNumber(body.user_limit) ?? 0,
    bitrate: asNumber(body.bitrate) ?? 64_000,
    nsfw: body.nsfw === true,
    slowmodeSeconds: asNumber(body.rate_limit_per_user) ?? 0,
    ...(typeof body.position === 'number' ? { position: body.position } : {}),
  });
  return created(channelJson(world, channel));
};

const modify = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  if (channel.guildId === null) throw refusal('wrongChannelForDm');
  needInChannel(world, channel, 'MANAGE_CHANNELS');
  const body = bodyObject(call);
  demand(validateChannelModify(body, { premiumTier: world.guild(channel.guildId).premiumTier, type: channel.type }));
  const overwrites = readOverwrites(body.permission_overwrites);
  if (overwrites !== undefined) {
    needInChannel(world, channel, 'MANAGE_ROLES');
    checkOverwrites(world, channel.guildId, changed(channel.overwrites, overwrites), botPermissions(world, channel));
  }
  const parentId = body.parent_id === undefined ? channel.parentId : (asString(body.parent_id) ?? null);
  checkParent(world, channel.guildId, parentId, channel.id);
  const name = asString(body.name);
  const next = world.updateChannel(channel.id, {
    parentId,
    ...(name === undefined ? {} : { name: channelName(channel.type, name) }),
    ...(body.topic === undefined ? {} : { topic: asString(body.topic) ?? null }),
    ...(overwrites === undefined ? {} : { overwrites }),
    ...numbers(body),
    ...(typeof body.nsfw === 'boolean' ? { nsfw: body.nsfw } : {}),
  });
  return ok(channelJson(world, next));
};

const numbers = (
  body: JsonObject,
): Partial<Pick<Channel, 'userLimit' | 'bitrate' | 'slowmodeSeconds' | 'position'>> => ({
  ...(typeof body.user_limit === 'number' ? { userLimit: body.user_limit } : {}),
  ...(typeof body.bitrate === 'number' ? { bitrate: body.bitrate } : {}),
  ...(typeof body.rate_limit_per_user === 'number' ? { slowmodeSeconds: body.rate_limit_per_user } : {}),
  ...(typeof body.position === 'number' ? { position: body.position } : {}),
});

/** Overwrites that an edit really changes. */
const changed = (before: readonly Overwrite[], after: readonly Overwrite[]): readonly Overwrite[] =>
  after.filter((entry) => {
    const old = before.find((candidate) => candidate.id === entry.id);
    return old === undefined || old.allow !== entry.allow || old.deny !== entry.deny;
  });

const remove = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  if (channel.guildId === null) return ok(channelJson(world, channel));
  needInChannel(world, channel, 'MANAGE_CHANNELS');
  world.deleteChannel(channel.id);
  return ok(channelJson(world, channel));
};

const putOverwrite = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  if (channel.guildId === null) throw refusal('wrongChannelForDm');
  needInChannel(world, channel, 'MANAGE_ROLES');
  demand(validateOverwrite(bodyObject(call)));
  const [overwrite] = readOverwrites([{ ...bodyObject(call), id: param(call, 'overwrite') }]) ?? [];
  if (overwrite === undefined) throw refusal('unknownOverwrite');
  checkOverwrites(world, channel.guildId, [overwrite], botPermissions(world, channel));
  world.setOverwrite(channel.id, overwrite);
  return noContent;
};

const deleteOverwrite = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  needInChannel(world, channel, 'MANAGE_ROLES');
  const id = param(call, 'overwrite');
  if (!channel.overwrites.some((entry) => entry.id === id)) throw refusal('unknownOverwrite');
  world.updateChannel(channel.id, { overwrites: channel.overwrites.filter((entry) => entry.id !== id) });
  return noContent;
};

/** Channels that the bot cannot view are left out. */
const listOfGuild = (call: Call): Reply => {
  const guild = joinedGuild(call);
  const visible = call.world
    .channelsOf(guild.id)
    .filter((channel) => has(botPermissions(call.world, channel), 'VIEW_CHANNEL'));
  return ok(visible.map((channel) => channelJson(call.world, channel)));
};

const reorder = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  needInGuild(world, guild.id, 'MANAGE_CHANNELS');
  for (const entry of (asArray(call.body) ?? []).filter(isObject)) {
    const channel = world.channels.get(asString(entry.id) ?? '');
    if (channel?.guildId !== guild.id) throw refusal('unknownChannel');
    const { position } = entry;
    const parentId = entry.parent_id === undefined ? channel.parentId : (asString(entry.parent_id) ?? null);
    world.updateChannel(channel.id, { parentId, ...(typeof position === 'number' ? { position } : {}) });
  }
  return noContent;
};

const setVoiceStatus = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  if (channel.type !== ChannelType.voice || channel.guildId === null) throw refusal('wrongChannelType');
  const inside = world.voice.state(channel.guildId, world.bot.id)?.channelId === channel.id;
  needInChannel(world, channel, 'SET_VOICE_CHANNEL_STATUS', ...(inside ? [] : (['MANAGE_CHANNELS'] as const)));
  const body = bodyObject(call);
  demand(validateVoiceStatus(body));
  world.voice.setStatus(channel.id, asString(body.status) || null);
  return noContent;
};

export const channelRoutes: readonly Route[] = [
  { method: 'GET', path: '/guilds/:guild/channels', auth: 'bot', handle: listOfGuild },
  { method: 'POST', path: '/guilds/:guild/channels', auth: 'bot', handle: create },
  { method: 'PATCH', path: '/guilds/:guild/channels', auth: 'bot', handle: reorder },
  {
    method: 'GET',
    path: '/channels/:channel',
    auth: 'bot',
    handle: (call) => ok(channelJson(call.world, viewedChannel(call))),
  },
  { method: 'PATCH', path: '/channels/:channel', auth: 'bot', handle: modify },
  { method: 'DELETE', path: '/channels/:channel', auth: 'bot', handle: remove },
  { method: 'PUT', path: '/channels/:channel/permissions/:overwrite', auth: 'bot', handle: putOverwrite },
  { method: 'DELETE', path: '/channels/:channel/permissions/:overwrite', auth: 'bot', handle: deleteOverwrite },
  { method: 'PUT', path: '/channels/:channel/voice-status', auth: 'bot', handle: setVoiceStatus },
];
