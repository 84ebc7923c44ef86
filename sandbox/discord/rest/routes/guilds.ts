import { asBoolean, asNumber, asString, type JsonObject, stringsIn } from '../../json.ts';
import { ChannelType, type Member, type Role } from '../../model.ts';
import { guildPermissions, has, type PermissionName } from '../../permissions.ts';
import { compareSnowflakes } from '../../snowflake.ts';
import { guildJson, memberJson, roleJson, voiceStateJson } from '../../wire.ts';
import type { World } from '../../world.ts';
import { joinedGuild, memberInPath, needInChannel, needInGuild } from '../access.ts';
import { fieldError, refusal } from '../api-error.ts';
import { bodyObject, type Call, noContent, ok, param, type Reply, type Route } from '../router.ts';

const listMembers = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  // The list is privileged, single members are not.
  if (!world.privilegedIntents.guildMembers) throw refusal('missingAccess');
  const limit = Number(call.query.get('limit') ?? 1);
  if (!(limit >= 1 && limit <= 1000))
    throw fieldError(['limit'], 'NUMBER_TYPE_RANGE', 'int value should be between 1 and 1000.');
  const after = call.query.get('after') ?? '0';
  const page = world
    .membersOf(guild.id)
    .filter((member) => compareSnowflakes(member.userId, after) > 0)
    .sort((left, right) => compareSnowflakes(left.userId, right.userId))
    .slice(0, limit);
  return ok(page.map((member) => memberJson(world, member)));
};

const highest = (world: World, member: Member): number =>
  Math.max(0, ...member.roleIds.map((id) => world.roles.get(id)?.position ?? 0));

/** The bot manages only roles below its own highest one. */
const checkManageable = (world: World, guildId: string, role: Role): void => {
  needInGuild(world, guildId, 'MANAGE_ROLES');
  const bot = world.member(guildId, world.bot.id);
  if (bot === undefined || role.managed || role.position >= highest(world, bot)) throw refusal('missingPermissions');
};

const roleInPath = (call: Call, guildId: string): Role => {
  const role = call.world.roles.get(param(call, 'role'));
  if (role === undefined || role.guildId !== guildId) throw refusal('unknownRole');
  return role;
};

const setRole =
  (given: boolean) =>
  (call: Call): Reply => {
    const { world } = call;
    const guild = joinedGuild(call);
    const member = memberInPath(call, guild);
    const role = roleInPath(call, guild.id);
    checkManageable(world, guild.id, role);
    if (given) world.giveRole(guild.id, member.userId, role.id);
    else world.takeRole(guild.id, member.userId, role.id);
    return noContent;
  };

/** Fields of a member that need a permission each. */
const MEMBER_FIELDS: Readonly<Record<string, PermissionName>> = {
  nick: 'MANAGE_NICKNAMES',
  roles: 'MANAGE_ROLES',
  mute: 'MUTE_MEMBERS',
  deaf: 'DEAFEN_MEMBERS',
  channel_id: 'MOVE_MEMBERS',
};

const modifyMember = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  const member = memberInPath(call, guild);
  const body = bodyObject(call);
  const isSelf = member.userId === world.bot.id;
  for (const [field, permission] of Object.entries(MEMBER_FIELDS)) {
    if (body[field] !== undefined)
      needInGuild(world, guild.id, isSelf && field === 'nick' ? 'CHANGE_NICKNAME' : permission);
  }
  const inVoice = world.voice.state(guild.id, member.userId)?.channelId != null;
  const voiceFields = ['mute', 'deaf', 'channel_id'].some((field) => body[field] !== undefined);
  if (voiceFields && !inVoice) throw refusal('notInVoice');
  const mute = asBoolean(body.mute) ?? member.mute;
  const deaf = asBoolean(body.deaf) ?? member.deaf;
  const next = world.updateMember(guild.id, member.userId, {
    mute,
    deaf,
    ...(body.nick === undefined ? {} : { nick: asString(body.nick) || null }),
    ...(body.roles === undefined ? {} : { roleIds: stringsIn(body.roles) }),
  });
  if (inVoice) world.voice.update(guild.id, member.userId, { mute, deaf });
  moveInVoice(world, guild.id, member.userId, body);
  return ok(memberJson(world, next));
};

const moveInVoice = (world: World, guildId: string, userId: string, body: JsonObject): void => {
  const channelId = body.channel_id;
  if (channelId === undefined) return;
  if (channelId === null) world.voice.leave(guildId, userId);
  else if (typeof channelId !== 'string' || world.channels.get(channelId)?.guildId !== guildId)
    throw refusal('unknownChannel');
  else if (userId === world.bot.id) world.voice.moveBot(guildId, channelId);
  else world.voice.join(guildId, userId, channelId);
};

const getVoiceState = (call: Call): Reply => {
  const guild = joinedGuild(call);
  const id = param(call, 'user') === '@me' ? call.world.bot.id : param(call, 'user');
  const state = call.world.voice.state(guild.id, id);
  if (state === undefined) throw refusal('unknownVoiceState');
  return ok(voiceStateJson(call.world, state));
};

/** Becoming a speaker in a stage, or raising a hand. */
const modifyVoiceState = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  const body = bodyObject(call);
  const self = param(call, 'user') === '@me';
  const userId = self ? world.bot.id : param(call, 'user');
  const state = world.voice.state(guild.id, userId);
  if (state === undefined || state.channelId === null) throw refusal('unknownVoiceState');
  const channel = world.channel(state.channelId);
  const asked = asString(body.channel_id);
  if (channel.type !== ChannelType.stage || (asked !== undefined && asked !== channel.id))
    throw refusal('wrongChannelType');
  const suppress = asBoolean(body.suppress);
  if (suppress === false || !self) needInChannel(world, channel, 'MUTE_MEMBERS');
  const requested = body.request_to_speak_timestamp;
  if (typeof requested === 'string') needInChannel(world, channel, 'REQUEST_TO_SPEAK');
  world.voice.update(guild.id, userId, {
    ...(suppress === undefined ? {} : { suppress }),
    ...(requested === undefined
      ? {}
      : { requestToSpeakAt: typeof requested === 'string' ? Date.parse(requested) : null }),
  });
  return noContent;
};

const createRole = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  needInGuild(world, guild.id, 'MANAGE_ROLES');
  const body = bodyObject(call);
  const permissions = BigInt(asString(body.permissions) ?? '0');
  const own = guildPermissions(world, world.bot.id, guild.id);
  if (!has(own, 'ADMINISTRATOR') && (permissions & ~own) !== 0n) throw refusal('missingPermissions');
  const role = world.addRole(guild.id, {
    name: asString(body.name) ?? 'new role',
    permissions,
    // A new role stands directly above @everyone; the sandbox keeps positions of the others.
    position: 0,
    color: asNumber(body.color) ?? 0,
    mentionable: asBoolean(body.mentionable) ?? false,
  });
  return ok(roleJson(role));
};

const deleteRole = (call: Call): Reply => {
  const guild = joinedGuild(call);
  const role = roleInPath(call, guild.id);
  checkManageable(call.world, guild.id, role);
  call.world.deleteRole(role.id);
  return noContent;
};

const getGuild = (call: Call): Reply => {
  const guild = joinedGuild(call);
  const members = call.world.membersOf(guild.id).length;
  const counts =
    call.query.get('with_counts') === 'true'
      ? { approximate_member_count: members, approximate_presence_count: 1 }
      : {};
  return ok({ ...guildJson(call.world, guild), ...counts });
};

const leaveGuild = (call: Call): Reply => {
  call.world.kickBot(joinedGuild(call).id);
  return noContent;
};

const searchMembers = (call: Call): Reply => {
  const { world } = call;
  const guild = joinedGuild(call);
  const query = (call.query.get('query') ?? '').toLowerCase();
  const found = world.membersOf(guild.id).filter((member) => {
    const user = world.user(member.userId);
    return [user.username, user.globalName, member.nick].some((name) => name?.toLowerCase().startsWith(query) === true);
  });
  return ok(found.slice(0, Number(call.query.get('limit') ?? 1)).map((member) => memberJson(world, member)));
};

const getMember = (call: Call): Reply => ok(memberJson(call.world, memberInPath(call, joinedGuild(call))));
const listRoles = (call: Call): Reply => ok(call.world.rolesOf(joinedGuild(call).id).map(roleJson));

export const guildRoutes: readonly Route[] = [
  { method: 'GET', path: '/guilds/:guild', auth: 'bot', handle: getGuild },
  { method: 'DELETE', path: '/users/@me/guilds/:guild', auth: 'bot', handle: leaveGuild },
  { method: 'GET', path: '/guilds/:guild/members', auth: 'bot', handle: listMembers },
  { method: 'GET', path: '/guilds/:guild/members/search', auth: 'bot', handle: searchMembers },
  { method: 'GET', path: '/guilds/:guild/members/:user', auth: 'bot', handle: getMember },
  { method: 'PATCH', path: '/guilds/:guild/members/:user', auth: 'bot', handle: modifyMember },
  { method: 'PUT', path: '/guilds/:guild/members/:user/roles/:role', auth: 'bot', handle: setRole(true) },
  { method: 'DELETE', path: '/guilds/:guild/members/:user/roles/:role', auth: 'bot', handle: setRole(false) },
  { method: 'GET', path: '/guilds/:guild/roles', auth: 'bot', handle: listRoles },
  { method: 'POST', path: '/guilds/:guild/roles', auth: 'bot', handle: createRole },
  { method: 'DELETE', path: '/guilds/:guild/roles/:role', auth: 'bot', handle: deleteRole },
  { method: 'GET', path: '/guilds/:guild/voice-states/:user', auth: 'bot', handle: getVoiceState },
  { method: 'PATCH', path: '/guilds/:guild/voice-states/:user', auth: 'bot', handle: modifyVoiceState },
];
