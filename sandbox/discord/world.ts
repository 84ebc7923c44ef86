import { randomBytes } from 'node:crypto';
import { WorldClock } from './clock.ts';
import { FileStore } from './files.ts';
import { Interactions } from './interactions.ts';
import { Messages } from './messages.ts';
import {
  type Channel,
  ChannelType,
  type Command,
  type Guild,
  type Member,
  type Overwrite,
  type Role,
  type User,
} from './model.ts';
import { ALL_PERMISSIONS, EVERYONE_DEFAULT, permissionsIn } from './permissions.ts';
import { SnowflakeSource } from './snowflake.ts';
import { Voice } from './voice.ts';
import { type RequestRecord, WorldEvents } from './world-events.ts';

export interface WorldOptions {
  readonly token?: string;
  readonly botName?: string;
  /** Privileged intents switched on in the "Developer Portal". All on by default. */
  readonly privilegedIntents?: PrivilegedIntents;
  /** Ids of a world that is taken up again, so that what its bot has stored still fits. Default: new ones. */
  readonly identity?: { readonly ownerId: string; readonly botId: string };
}

export interface PrivilegedIntents {
  readonly messageContent: boolean;
  readonly guildMembers: boolean;
  readonly presences: boolean;
}

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
}

/** Where the servers of this world listen; empty until they do. */
export interface Origins {
  readonly api: string;
  readonly cdn: string;
  readonly gateway: string;
}

export type GuildSeed = { readonly name: string; readonly ownerId: string; readonly botPermissions?: bigint } & Partial<
  Pick<Guild, 'premiumTier' | 'preferredLocale'>
>;
export type ChannelSeed = { readonly name: string } & Partial<
  Omit<Channel, 'id' | 'guildId' | 'recipientId' | 'lastMessageId' | 'voiceStatus'>
>;

/** A token of the shape of Discord's. */
export const newToken = (botId: string): string =>
  `${Buffer.from(botId).toString('base64url')}.sandbx.${randomBytes(28).toString('base64url')}`;

const memberKey = (guildId: string, userId: string): string => `${guildId}:${userId}`;

/**
 * The state of one Discord. Records are immutable and replaced on change; every change emits an event, from which the
 * gateway tells the bot what its intents allow. Nothing here checks permissions: `rest/` does for the bot, `people/` for people.
 */
export class World {
  readonly clock = new WorldClock();
  readonly events = new WorldEvents(() => this.clock.now());
  readonly ids = new SnowflakeSource(() => this.clock.now());
  readonly users = new Map<string, User>();
  readonly guilds = new Map<string, Guild>();
  readonly roles = new Map<string, Role>();
  readonly channels = new Map<string, Channel>();
  readonly commands = new Map<string, Command>();
  readonly application: Application;
  readonly bot: User;
  readonly files = new FileStore(this);
  readonly messages = new Messages(this);
  readonly voice = new Voice(this);
  readonly interactions = new Interactions(this);
  /** Unix ms of every identify: Discord allows 1000 in 24 h. */
  readonly sessionStarts: number[] = [];
  token: string;
  privilegedIntents: PrivilegedIntents;
  origins: Origins = { api: '', cdn: '', gateway: '' };
  #members = new Map<string, Member>();

  constructor(options: WorldOptions = {}) {
    const owner = this.addUser({ username: 'developer' }, options.identity?.ownerId);
    this.bot = this.addUser({ username: options.botName ?? 'Skipline', bot: true }, options.identity?.botId);
    this.application = { id: this.bot.id, name: this.bot.username, ownerId: owner.id };
    this.token =
      options.token ??
      `${Buffer.from(this.bot.id).toString('base64url')}.sandbx.${randomBytes(28).toString('base64url')}`;
    this.privilegedIntents = options.privilegedIntents ?? { messageContent: true, guildMembers: true, presences: true };
  }

  /** Unix ms of sandbox time. */
  now(): number {
    return this.clock.now();
  }

  /** Lets `ms` pass at once: deadlines, rate-limit windows, URL expiry and message ages move along. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  // ---- people ----

  addUser(seed: { readonly username: string } & Partial<Omit<User, 'id' | 'username'>>, id = this.ids.next()): User {
    const user: User = {
      globalName: seed.bot === true ? null : seed.username,
      bot: false,
      locale: 'en-US',
      dmsClosed: false,
      premiumType: 0,
      ...seed,
      id,
    };
    this.users.set(user.id, user);
    return user;
  }

  updateUser(userId: string, change: Partial<Omit<User, 'id' | 'bot'>>): User {
    const user: User = { ...this.user(userId), ...change };
    this.users.set(userId, user);
    this.events.emit('user-updated', { user });
    return user;
  }

  user(userId: string): User {
    return known(this.users.get(userId), 'user', userId);
  }

  // ---- guilds ----

  /** Makes a guild with @everyone, its owner, and the bot (with a managed role of the given permissions, default all). */
  addGuild(seed: GuildSeed): Guild {
    const { botPermissions = ALL_PERMISSIONS, ...rest } = seed;
    const id = this.ids.next();
    const guild: Guild = { premiumTier: 0, preferredLocale: 'en-US', ...rest, id, unavailable: false };
    this.guilds.set(id, guild);
    this.#putRole({ id, guildId: id, name: '@everyone', permissions: EVERYONE_DEFAULT });
    this.#putMember({ guildId: id, userId: guild.ownerId });
    this.inviteBot(id, botPermissions);
    return guild;
  }

  /** The bot comes (back) into a guild, with a managed role of these permissions. */
  inviteBot(guildId: string, permissions = ALL_PERMISSIONS): void {
    const name = this.bot.username;
    const role = this.#putRole({ id: this.ids.next(), guildId, name, permissions, position: 1, managed: true });
    this.#putMember({ guildId, userId: this.bot.id, roleIds: [role.id] });
    this.events.emit('guild-created', { guild: this.guild(guildId) });
  }

  updateGuild(guildId: string, change: Partial<Omit<Guild, 'id' | 'unavailable'>>): Guild {
    const guild: Guild = { ...this.guild(guildId), ...change };
    this.guilds.set(guildId, guild);
    this.events.emit('guild-updated', { guild });
    return guild;
  }

  /** Takes a guild down (an outage) or brings it back. */
  setGuildAvailable(guildId: string, available: boolean): void {
    const guild: Guild = { ...this.guild(guildId), unavailable: !available };
    this.guilds.set(guildId, guild);
    if (available) this.events.emit('guild-created', { guild });
    else this.events.emit('guild-deleted', { guild, unavailable: true });
  }

  /** The bot is kicked: it loses the guild and everything in it, and its role goes. */
  kickBot(guildId: string): void {
    const guild = this.guild(guildId);
    this.roles.delete(this.botRole(guildId).id);
    this.#members.delete(memberKey(guildId, this.bot.id));
    this.events.emit('guild-deleted', { guild, unavailable: false });
  }

  guild(guildId: string): Guild {
    return known(this.guilds.get(guildId), 'guild', guildId);
  }

  /** Guilds the bot is in. */
  botGuilds(): readonly Guild[] {
    return [...this.guilds.values()].filter((guild) => this.member(guild.id, this.bot.id) !== undefined);
  }

  // ---- roles ----

  addRole(guildId: string, seed: { readonly name: string } & Partial<Omit<Role, 'id' | 'guildId'>>): Role {
    const role = this.#putRole({ position: this.rolesOf(guildId).length, ...seed, id: this.ids.next(), guildId });
    this.events.emit('role-created', { role });
    return role;
  }

  updateRole(roleId: string, change: Partial<Omit<Role, 'id' | 'guildId'>>): Role {
    const previous = known(this.roles.get(roleId), 'role', roleId);
    const role: Role = { ...previous, ...change };
    this.roles.set(roleId, role);
    this.events.emit('role-updated', { role, previous });
    return role;
  }

  deleteRole(roleId: string): void {
    const role = known(this.roles.get(roleId), 'role', roleId);
    this.roles.delete(roleId);
    for (const member of this.membersOf(role.guildId)) {
      if (member.roleIds.includes(roleId)) this.takeRole(role.guildId, member.userId, roleId);
    }
    this.events.emit('role-deleted', { role });
  }

  rolesOf(guildId: string): readonly Role[] {
    return [...this.roles.values()].filter((role) => role.guildId === guildId);
  }

  /** The role that carries the bot's permissions in a guild. */
  botRole(guildId: string): Role {
    return known(
      this.rolesOf(guildId).find((role) => role.managed),
      'bot role in guild',
      guildId,
    );
  }

  // ---- members ----

  addMember(guildId: string, userId: string, seed: Partial<Pick<Member, 'nick' | 'roleIds'>> = {}): Member {
    const member = this.#putMember({ ...seed, guildId, userId });
    this.events.emit('member-added', { member });
    return member;
  }

  updateMember(guildId: string, userId: string, change: Partial<Omit<Member, 'guildId' | 'userId'>>): Member {
    const previous = known(this.member(guildId, userId), 'member', userId);
    const member: Member = { ...previous, ...change };
    this.#members.set(memberKey(guildId, userId), member);
    this.events.emit('member-updated', { member, previous });
    return member;
  }

  removeMember(guildId: string, userId: string): void {
    const member = known(this.member(guildId, userId), 'member', userId);
    this.voice.leave(guildId, userId);
    this.#members.delete(memberKey(guildId, userId));
    this.events.emit('member-removed', { member });
  }

  giveRole(guildId: string, userId: string, roleId: string): Member {
    const roleIds = this.member(guildId, userId)?.roleIds ?? [];
    return this.updateMember(guildId, userId, { roleIds: [...new Set([...roleIds, roleId])] });
  }

  takeRole(guildId: string, userId: string, roleId: string): Member {
    const roleIds = this.member(guildId, userId)?.roleIds ?? [];
    return this.updateMember(guildId, userId, { roleIds: roleIds.filter((id) => id !== roleId) });
  }

  member(guildId: string, userId: string): Member | undefined {
    return this.#members.get(memberKey(guildId, userId));
  }

  membersOf(guildId: string): readonly Member[] {
    return [...this.#members.values()].filter((member) => member.guildId === guildId);
  }

  // ---- channels ----

  addChannel(guildId: string, seed: ChannelSeed): Channel {
    const channel: Channel = {
      type: ChannelType.text,
      topic: null,
      position: this.channelsOf(guildId).length,
      parentId: null,
      overwrites: [],
      userLimit: 0,
      bitrate: 64_000,
      nsfw: false,
      slowmodeSeconds: 0,
      ...seed,
      id: this.ids.next(),
      guildId,
      recipientId: null,
      voiceStatus: null,
      lastMessageId: null,
    };
    this.channels.set(channel.id, channel);
    this.events.emit('channel-created', { channel });
    return channel;
  }

  updateChannel(channelId: string, change: Partial<Omit<Channel, 'id' | 'guildId'>>): Channel {
    const previous = this.channel(channelId);
    const channel: Channel = { ...previous, ...change };
    this.channels.set(channelId, channel);
    this.events.emit('channel-updated', { channel, previous });
    return channel;
  }

  /** Adds or replaces one overwrite. */
  setOverwrite(channelId: string, overwrite: Overwrite): Channel {
    const others = this.channel(channelId).overwrites.filter((entry) => entry.id !== overwrite.id);
    return this.updateChannel(channelId, { overwrites: [...others, overwrite] });
  }

  deleteChannel(channelId: string): void {
    const channel = this.channel(channelId);
    this.channels.delete(channelId);
    for (const child of this.channels.values())
      if (child.parentId === channelId) this.updateChannel(child.id, { parentId: null });
    this.messages.forgetChannel(channelId);
    this.events.emit('channel-deleted', { channel });
    this.voice.closeChannel(channel);
  }

  channel(channelId: string): Channel {
    return known(this.channels.get(channelId), 'channel', channelId);
  }

  channelsOf(guildId: string): readonly Channel[] {
    return [...this.channels.values()].filter((channel) => channel.guildId === guildId);
  }

  /** The private channel between the bot and a person, made when it does not exist yet. */
  dmChannel(userId: string): Channel {
    const existing = [...this.channels.values()].find((channel) => channel.recipientId === userId);
    if (existing !== undefined) return existing;
    const channel: Channel = {
      id: this.ids.next(),
      type: ChannelType.dm,
      guildId: null,
      name: '',
      topic: null,
      position: 0,
      parentId: null,
      overwrites: [],
      userLimit: 0,
      bitrate: 0,
      nsfw: false,
      slowmodeSeconds: 0,
      recipientId: this.user(userId).id,
      voiceStatus: null,
      lastMessageId: null,
    };
    this.channels.set(channel.id, channel);
    return channel;
  }

  /** What somebody may do in a channel, overwrites and implicit denials included. All bits of a DM are granted. */
  permissionsIn(userId: string, channelId: string): bigint {
    return permissionsIn(this, userId, this.channel(channelId));
  }

  // ---- commands ----

  /** Commands of one scope (null = global). */
  commandsIn(guildId: string | null): readonly Command[] {
    return [...this.commands.values()].filter((command) => command.guildId === guildId);
  }

  // ---- REST journal ----

  /** Requests so far, oldest first, optionally only some. `since` is a mark of `events.mark()`. */
  requests(match: (request: RequestRecord) => boolean = () => true, since = 0): readonly RequestRecord[] {
    return this.events
      .history('request', since)
      .map((event) => event.request)
      .filter(match);
  }

  #putRole(seed: Pick<Role, 'id' | 'guildId' | 'name'> & Partial<Role>): Role {
    const role: Role = { permissions: 0n, position: 0, color: 0, mentionable: false, managed: false, ...seed };
    this.roles.set(role.id, role);
    return role;
  }

  #putMember(seed: Pick<Member, 'guildId' | 'userId'> & Partial<Member>): Member {
    this.user(seed.userId);
    const member: Member = { nick: null, roleIds: [], joinedAt: this.now(), mute: false, deaf: false, ...seed };
    this.#members.set(memberKey(seed.guildId, seed.userId), member);
    return member;
  }
}

const known = <T>(value: T | undefined, what: string, id: string): T => {
  if (value === undefined) throw new Error(`the sandbox knows no ${what} ${id}`);
  return value;
};
