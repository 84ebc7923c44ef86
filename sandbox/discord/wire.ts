import type { JsonObject } from './json.ts';
import type { Channel, Guild, Member, Overwrite, Role, User, VoiceState } from './model.ts';
import { ChannelType } from './model.ts';
import { guildPermissions, Permission, permissionsIn } from './permissions.ts';
import type { World } from './world.ts';

/** Flag of a channel whose details the gateway hides because the bot cannot view it. */
const OBFUSCATED = 1 << 17;

const iso = (ms: number): string => new Date(ms).toISOString().replace('Z', '000+00:00');

/** An optional time as the API writes it. */
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

export const userJson = (user: User): JsonObject => ({
  id: user.id,
  username: user.username,
  discriminator: user.bot ? '0001' : '0',
  global_name: user.globalName,
  avatar: null,
  banner: null,
  accent_color: null,
  avatar_decoration_data: null,
  collectibles: null,
  clan: null,
  primary_guild: null,
  public_flags: 0,
  flags: 0,
  ...(user.bot ? { bot: true } : {}),
});

export const memberJson = (world: World, member: Member): JsonObject => ({
  user: userJson(world.user(member.userId)),
  nick: member.nick,
  avatar: null,
  banner: null,
  roles: member.roleIds,
  joined_at: iso(member.joinedAt),
  premium_since: null,
  deaf: member.deaf,
  mute: member.mute,
  flags: 0,
  pending: false,
  communication_disabled_until: null,
});

/** The member as messages carry it: without the user. */
export const memberWithoutUser = (world: World, member: Member): JsonObject => {
  const { user: _, ...rest } = memberJson(world, member);
  return rest;
};

export const roleJson = (role: Role): JsonObject => ({
  id: role.id,
  name: role.name,
  description: null,
  permissions: role.permissions.toString(),
  position: role.position,
  color: role.color,
  colors: { primary_color: role.color, secondary_color: null, tertiary_color: null },
  hoist: false,
  managed: role.managed,
  mentionable: role.mentionable,
  icon: null,
  unicode_emoji: null,
  flags: 0,
});

export const overwriteJson = (overwrite: Overwrite): JsonObject => ({
  id: overwrite.id,
  type: overwrite.type,
  allow: overwrite.allow.toString(),
  deny: overwrite.deny.toString(),
});

const isVoice = (channel: Channel): boolean => channel.type === ChannelType.voice || channel.type === ChannelType.stage;

export const channelJson = (world: World, channel: Channel): JsonObject => {
  if (channel.guildId === null) {
    const recipient = channel.recipientId === null ? [] : [userJson(world.user(channel.recipientId))];
    return {
      id: channel.id,
      type: channel.type,
      last_message_id: channel.lastMessageId,
      flags: 0,
      recipients: recipient,
    };
  }
  return {
    id: channel.id,
    type: channel.type,
    guild_id: channel.guildId,
    name: channel.name,
    position: channel.position,
    parent_id: channel.parentId,
    permission_overwrites: channel.overwrites.map(overwriteJson),
    nsfw: channel.nsfw,
    flags: 0,
    ...(channel.type === ChannelType.category
      ? {}
      : { topic: channel.topic, last_message_id: channel.lastMessageId, rate_limit_per_user: channel.slowmodeSeconds }),
    ...(isVoice(channel) ? { bitrate: channel.bitrate, user_limit: channel.userLimit, rtc_region: null } : {}),
  };
};

/** A channel as the gateway shows it to somebody who may not view it: a place holder, with nothing real but its position. */
export const hiddenChannelJson = (channel: Channel): JsonObject => ({
  id: channel.id,
  type: channel.type,
  guild_id: channel.guildId,
  name: '___hidden___',
  position: channel.position,
  parent_id: channel.parentId,
  permission_overwrites: [{ id: channel.guildId ?? '', type: 0, allow: '0', deny: Permission.VIEW_CHANNEL.toString() }],
  flags: OBFUSCATED,
  nsfw: false,
  ...(channel.type === ChannelType.category ? {} : { topic: null, last_message_id: null, rate_limit_per_user: 0 }),
  ...(isVoice(channel) ? { bitrate: 64_000, user_limit: 0, rtc_region: null } : {}),
});

/** Whether the bot gets to see the real channel: it may view it, or it sits in it. */
export const botSees = (world: World, channel: Channel): boolean =>
  (permissionsIn(world, world.bot.id, channel) & Permission.VIEW_CHANNEL) !== 0n ||
  (channel.guildId !== null && world.voice.state(channel.guildId, world.bot.id)?.channelId === channel.id);

export const gatewayChannelJson = (world: World, channel: Channel): JsonObject =>
  botSees(world, channel) ? channelJson(world, channel) : hiddenChannelJson(channel);

/** A channel as interactions resolve it: never obfuscated, with the person's and the bot's permissions. */
export const resolvedChannelJson = (world: World, channel: Channel, userId: string): JsonObject => {
  const { recipients: _, permission_overwrites: __, ...rest } = channelJson(world, channel);
  return {
    ...rest,
    permissions: permissionsIn(world, userId, channel).toString(),
    app_permissions: permissionsIn(world, world.bot.id, channel).toString(),
  };
};

export const guildJson = (world: World, guild: Guild): JsonObject => ({
  id: guild.id,
  name: guild.name,
  icon: null,
  icon_hash: null,
  splash: null,
  discovery_splash: null,
  banner: null,
  description: null,
  home_header: null,
  owner_id: guild.ownerId,
  application_id: null,
  region: 'deprecated',
  afk_channel_id: null,
  afk_timeout: 300,
  system_channel_id: null,
  system_channel_flags: 0,
  rules_channel_id: null,
  public_updates_channel_id: null,
  safety_alerts_channel_id: null,
  widget_enabled: false,
  widget_channel_id: null,
  verification_level: 0,
  default_message_notifications: 1,
  explicit_content_filter: 0,
  mfa_level: 0,
  nsfw: false,
  nsfw_level: 0,
  premium_tier: guild.premiumTier,
  premium_subscription_count: guild.premiumTier === 0 ? 0 : 7,
  premium_progress_bar_enabled: false,
  preferred_locale: guild.preferredLocale,
  vanity_url_code: null,
  features: [],
  emojis: [],
  stickers: [],
  roles: world.rolesOf(guild.id).map(roleJson),
  max_members: 500_000,
  max_presences: null,
  max_video_channel_users: 25,
  max_stage_video_channel_users: 50,
  incidents_data: null,
  inventory_settings: null,
});

export const voiceStateJson = (world: World, state: VoiceState): JsonObject => {
  const member = world.member(state.guildId, state.userId);
  return {
    guild_id: state.guildId,
    channel_id: state.channelId,
    user_id: state.userId,
    ...(member === undefined ? {} : { member: memberJson(world, member) }),
    session_id: state.sessionId,
    deaf: state.deaf,
    mute: state.mute,
    self_deaf: state.selfDeaf,
    self_mute: state.selfMute,
    self_video: false,
    suppress: state.suppress,
    request_to_speak_timestamp: isoOrNull(state.requestToSpeakAt),
  };
};

/** The guild as GUILD_CREATE brings it. Without presences only the bot and people in voice come along as members. */
export const guildCreateJson = (world: World, guild: Guild, options: { readonly presences: boolean }): JsonObject => {
  const members = world.membersOf(guild.id);
  const voiceStates = world.voice.statesOf(guild.id);
  const shown = members.filter(
    ({ userId }) =>
      options.presences || userId === world.bot.id || voiceStates.some((state) => state.userId === userId),
  );
  const bot = world.member(guild.id, world.bot.id);
  return {
    ...guildJson(world, guild),
    joined_at: isoOrNull(bot?.joinedAt ?? world.now()),
    large: false,
    unavailable: false,
    member_count: members.length,
    members: shown.map((member) => memberJson(world, member)),
    voice_states: voiceStates.map((state) => {
      const { guild_id: _, ...rest } = voiceStateJson(world, state);
      return rest;
    }),
    channels: world.channelsOf(guild.id).map((channel) => {
      const { guild_id: _, ...rest } = gatewayChannelJson(world, channel);
      return rest;
    }),
    threads: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
    version: world.now(),
  };
};

/** The person behind an interaction in a guild, with their permissions in that channel. */
export const interactionMemberJson = (world: World, member: Member, channel: Channel): JsonObject => ({
  ...memberJson(world, member),
  permissions: permissionsIn(world, member.userId, channel).toString(),
});

/** A member as `resolved.members` holds it. */
export const resolvedMemberJson = (world: World, member: Member, channel: Channel): JsonObject => {
  const { user: _, deaf: __, mute: ___, ...rest } = memberJson(world, member);
  const guildWide = guildPermissions(world, member.userId, member.guildId);
  const permissions = channel.guildId === member.guildId ? permissionsIn(world, member.userId, channel) : guildWide;
  return { ...rest, permissions: permissions.toString() };
};
