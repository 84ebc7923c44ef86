import type { JsonObject } from '../json.ts';
import type { Message } from '../model.ts';
import {
  botSees,
  channelJson,
  gatewayChannelJson,
  guildCreateJson,
  guildJson,
  isoOrNull,
  memberJson,
  roleJson,
  userJson,
  voiceStateJson,
} from '../wire.ts';
import { gatewayMessageJson, mayReadContent } from '../wire-message.ts';
import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';
import { Intent } from './intents.ts';

/** One event for one session. */
export interface Dispatch {
  readonly t: string;
  readonly d: JsonObject;
  /** For sharding; null = shard 0. */
  readonly guildId: string | null;
}

type Wanted = Dispatch & {
  /** Any of these bits lets it through; 0 = always. */
  readonly intent: number;
};

const inGuildOrDm = (guildId: string | null, guild: number, direct: number): number =>
  guildId === null ? direct : guild;

/** Ephemeral messages travel with the direct-message intents. */
const messageIntent = (message: Message): number =>
  message.ephemeralFor === null
    ? inGuildOrDm(message.guildId, Intent.guildMessages, Intent.directMessages)
    : Intent.directMessages;

const messageVisible = (world: World, message: Message): boolean => {
  const channel = world.channels.get(message.channelId);
  return channel !== undefined && (message.ephemeralFor !== null || botSees(world, channel));
};

const messageEvent = (world: World, t: string, message: Message, intents: number): readonly Wanted[] => {
  if (!messageVisible(world, message)) return [];
  const reading = { content: mayReadContent(world, message, (intents & Intent.messageContent) !== 0) };
  return [
    { t, d: gatewayMessageJson(world, message, reading), guildId: message.guildId, intent: messageIntent(message) },
  ];
};

const inGuild = (guildId: string | null): JsonObject => (guildId === null ? {} : { guild_id: guildId });

const reactionEvent = (
  world: World,
  t: string,
  event: Extract<WorldEvent, { type: 'reaction-added' | 'reaction-removed' }>,
): readonly Wanted[] => {
  const { message, userId, emoji } = event;
  if (!messageVisible(world, message)) return [];
  const { guildId } = message;
  const member = guildId === null || t === 'MESSAGE_REACTION_REMOVE' ? undefined : world.member(guildId, userId);
  const d: JsonObject = {
    user_id: userId,
    channel_id: message.channelId,
    message_id: message.id,
    emoji: { ...emoji, animated: false },
    type: 0,
    burst: false,
    ...(t === 'MESSAGE_REACTION_ADD' ? { message_author_id: message.authorId } : {}),
    ...inGuild(guildId),
    ...(member === undefined ? {} : { member: memberJson(world, member) }),
  };
  return [{ t, d, guildId, intent: inGuildOrDm(guildId, Intent.guildMessageReactions, Intent.directMessageReactions) }];
};

const channelEvent = (
  world: World,
  t: string,
  event: Extract<WorldEvent, { type: 'channel-created' | 'channel-updated' }>,
): readonly Wanted[] => {
  const { channel } = event;
  return [{ t, d: gatewayChannelJson(world, channel), guildId: channel.guildId, intent: Intent.guilds }];
};

const memberEvent = (
  world: World,
  event: Extract<WorldEvent, { type: 'member-added' | 'member-updated' | 'member-removed' }>,
): readonly Wanted[] => {
  const { member } = event;
  const guild_id = member.guildId;
  const head = { guildId: guild_id, intent: Intent.guildMembers };
  if (event.type === 'member-removed')
    return [{ ...head, t: 'GUILD_MEMBER_REMOVE', d: { guild_id, user: userJson(world.user(member.userId)) } }];
  const d = { guild_id, ...memberJson(world, member) };
  if (event.type === 'member-added') return [{ ...head, t: 'GUILD_MEMBER_ADD', d }];
  // Changes of the bot's own member need no intent.
  return [{ ...head, t: 'GUILD_MEMBER_UPDATE', d, intent: member.userId === world.bot.id ? 0 : Intent.guildMembers }];
};

const typingEvent = (world: World, event: Extract<WorldEvent, { type: 'typing' }>): readonly Wanted[] => {
  const channel = world.channels.get(event.channelId);
  if (channel === undefined || !botSees(world, channel)) return [];
  const member = channel.guildId === null ? undefined : world.member(channel.guildId, event.userId);
  const d: JsonObject = {
    channel_id: channel.id,
    user_id: event.userId,
    timestamp: Math.floor(event.at / 1000),
    ...inGuild(channel.guildId),
    ...(member === undefined ? {} : { member: memberJson(world, member) }),
  };
  const intent = inGuildOrDm(channel.guildId, Intent.guildMessageTyping, Intent.directMessageTyping);
  return [{ t: 'TYPING_START', d, guildId: channel.guildId, intent }];
};

const lifecycleEvent = (world: World, event: WorldEvent, intents: number): readonly Wanted[] => {
  switch (event.type) {
    case 'guild-created': {
      const presences = (intents & Intent.guildPresences) !== 0;
      return [
        {
          t: 'GUILD_CREATE',
          d: guildCreateJson(world, event.guild, { presences }),
          guildId: event.guild.id,
          intent: Intent.guilds,
        },
      ];
    }
    case 'guild-updated':
      return [{ t: 'GUILD_UPDATE', d: guildJson(world, event.guild), guildId: event.guild.id, intent: Intent.guilds }];
    case 'guild-deleted': {
      const d = { id: event.guild.id, ...(event.unavailable ? { unavailable: true } : {}) };
      return [{ t: 'GUILD_DELETE', d, guildId: event.guild.id, intent: Intent.guilds }];
    }
    case 'role-created':
    case 'role-updated': {
      const { role } = event;
      const t = event.type === 'role-created' ? 'GUILD_ROLE_CREATE' : 'GUILD_ROLE_UPDATE';
      return [{ t, d: { guild_id: role.guildId, role: roleJson(role) }, guildId: role.guildId, intent: Intent.guilds }];
    }
    case 'role-deleted': {
      const { role } = event;
      return [
        {
          t: 'GUILD_ROLE_DELETE',
          d: { guild_id: role.guildId, role_id: role.id },
          guildId: role.guildId,
          intent: Intent.guilds,
        },
      ];
    }
    case 'user-updated':
      return event.user.id === world.bot.id
        ? [{ t: 'USER_UPDATE', d: userJson(event.user), guildId: null, intent: 0 }]
        : [];
    default:
      return [];
  }
};

const wantedFor = (world: World, event: WorldEvent, intents: number): readonly Wanted[] => {
  switch (event.type) {
    case 'message-created':
      return messageEvent(world, 'MESSAGE_CREATE', event.message, intents);
    case 'message-edited':
      return messageEvent(world, 'MESSAGE_UPDATE', event.message, intents);
    case 'message-deleted': {
      const { message } = event;
      if (event.bulk || !messageVisible(world, message)) return [];
      const d = { id: message.id, channel_id: message.channelId, ...inGuild(message.guildId) };
      return [{ t: 'MESSAGE_DELETE', d, guildId: message.guildId, intent: messageIntent(message) }];
    }
    case 'messages-bulk-deleted': {
      const channel = world.channels.get(event.channelId);
      if (channel === undefined || !botSees(world, channel)) return [];
      const d = { ids: event.ids, channel_id: channel.id, ...inGuild(channel.guildId) };
      return [{ t: 'MESSAGE_DELETE_BULK', d, guildId: channel.guildId, intent: Intent.guildMessages }];
    }
    case 'reaction-added':
      return reactionEvent(world, 'MESSAGE_REACTION_ADD', event);
    case 'reaction-removed':
      return reactionEvent(world, 'MESSAGE_REACTION_REMOVE', event);
    case 'pins-changed': {
      const channel = world.channels.get(event.channelId);
      if (channel === undefined || !botSees(world, channel)) return [];
      const newest = world.messages.pins(channel.id)[0]?.pinnedAt ?? null;
      const d = { channel_id: channel.id, last_pin_timestamp: isoOrNull(newest), ...inGuild(channel.guildId) };
      return [
        {
          t: 'CHANNEL_PINS_UPDATE',
          d,
          guildId: channel.guildId,
          intent: inGuildOrDm(channel.guildId, Intent.guilds, Intent.directMessages),
        },
      ];
    }
    case 'typing':
      return typingEvent(world, event);
    case 'interaction-created':
      return [
        {
          t: 'INTERACTION_CREATE',
          d: event.payload,
          guildId: world.interactions.byId(event.interactionId)?.guildId ?? null,
          intent: 0,
        },
      ];
    case 'voice-state':
      return [
        {
          t: 'VOICE_STATE_UPDATE',
          d: voiceStateJson(world, event.state),
          guildId: event.state.guildId,
          intent: Intent.guildVoiceStates,
        },
      ];
    case 'voice-server': {
      const { guildId, token, endpoint } = event;
      return [{ t: 'VOICE_SERVER_UPDATE', d: { guild_id: guildId, token, endpoint }, guildId, intent: 0 }];
    }
    case 'voice-status': {
      const { guildId, channelId, status } = event;
      return [
        {
          t: 'VOICE_CHANNEL_STATUS_UPDATE',
          d: { guild_id: guildId, id: channelId, status },
          guildId,
          intent: Intent.guilds,
        },
      ];
    }
    case 'channel-created':
      return channelEvent(world, 'CHANNEL_CREATE', event);
    case 'channel-updated':
      return channelEvent(world, 'CHANNEL_UPDATE', event);
    case 'channel-deleted': {
      const { channel } = event;
      return [{ t: 'CHANNEL_DELETE', d: channelJson(world, channel), guildId: channel.guildId, intent: Intent.guilds }];
    }
    case 'member-added':
    case 'member-updated':
    case 'member-removed':
      return memberEvent(world, event);
    default:
      return lifecycleEvent(world, event, intents);
  }
};

/** What a session with these intents hears of an event. Guilds without the bot are silent. */
export const dispatchesFor = (world: World, event: WorldEvent, intents: number): readonly Dispatch[] =>
  wantedFor(world, event, intents)
    .filter(({ intent }) => intent === 0 || (intents & intent) !== 0)
    .filter(
      ({ t, guildId }) => guildId === null || t === 'GUILD_DELETE' || world.member(guildId, world.bot.id) !== undefined,
    )
    .map(({ t, d, guildId }) => ({ t, d, guildId }));
