import type { JsonObject } from '../json.ts';
import type { Message } from '../model.ts';
import { botSees, isoOrNull, memberJson } from '../wire.ts';
import { gatewayMessageJson, mayReadContent } from '../wire-message.ts';
import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';
import { Intent } from './intents.ts';
import { inGuild, inGuildOrDm, type Wanted } from './wanted.ts';

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
  const intent = messageIntent(message);
  if ((intents & intent) === 0 || !messageVisible(world, message)) return [];
  const reading = { content: mayReadContent(world, message, (intents & Intent.messageContent) !== 0) };
  return [{ t, d: gatewayMessageJson(world, message, reading), guildId: message.guildId, intent }];
};

const deletedEvent = (world: World, event: Extract<WorldEvent, { type: 'message-deleted' }>): readonly Wanted[] => {
  const { message, bulk } = event;
  if (bulk || !messageVisible(world, message)) return [];
  const d = { id: message.id, channel_id: message.channelId, ...inGuild(message.guildId) };
  return [{ t: 'MESSAGE_DELETE', d, guildId: message.guildId, intent: messageIntent(message) }];
};

const reactionEvent = (
  world: World,
  event: Extract<WorldEvent, { type: 'reaction-added' | 'reaction-removed' }>,
): readonly Wanted[] => {
  const { message, userId, emoji } = event;
  if (!messageVisible(world, message)) return [];
  const { guildId } = message;
  const added = event.type === 'reaction-added';
  const member = guildId === null || !added ? undefined : world.member(guildId, userId);
  const d: JsonObject = {
    user_id: userId,
    channel_id: message.channelId,
    message_id: message.id,
    emoji: { ...emoji, animated: false },
    type: 0,
    burst: false,
    ...(added ? { message_author_id: message.authorId } : {}),
    ...inGuild(guildId),
    ...(member === undefined ? {} : { member: memberJson(world, member) }),
  };
  const t = added ? 'MESSAGE_REACTION_ADD' : 'MESSAGE_REACTION_REMOVE';
  return [{ t, d, guildId, intent: inGuildOrDm(guildId, Intent.guildMessageReactions, Intent.directMessageReactions) }];
};

const pinsEvent = (world: World, event: Extract<WorldEvent, { type: 'pins-changed' }>): readonly Wanted[] => {
  const channel = world.channels.get(event.channelId);
  if (channel === undefined || !botSees(world, channel)) return [];
  const { guildId } = channel;
  const newest = world.messages.pins(channel.id)[0]?.pinnedAt ?? null;
  const d = { channel_id: channel.id, last_pin_timestamp: isoOrNull(newest), ...inGuild(guildId) };
  return [{ t: 'CHANNEL_PINS_UPDATE', d, guildId, intent: inGuildOrDm(guildId, Intent.guilds, Intent.directMessages) }];
};

const bulkEvent = (world: World, event: Extract<WorldEvent, { type: 'messages-bulk-deleted' }>): readonly Wanted[] => {
  const channel = world.channels.get(event.channelId);
  if (channel === undefined || !botSees(world, channel)) return [];
  const d = { ids: event.ids, channel_id: channel.id, ...inGuild(channel.guildId) };
  return [{ t: 'MESSAGE_DELETE_BULK', d, guildId: channel.guildId, intent: Intent.guildMessages }];
};

const typingEvent = (world: World, event: Extract<WorldEvent, { type: 'typing' }>): readonly Wanted[] => {
  const channel = world.channels.get(event.channelId);
  if (channel === undefined || !botSees(world, channel)) return [];
  const { guildId } = channel;
  const member = guildId === null ? undefined : world.member(guildId, event.userId);
  const d: JsonObject = {
    channel_id: channel.id,
    user_id: event.userId,
    timestamp: Math.floor(event.at / 1000),
    ...inGuild(guildId),
    ...(member === undefined ? {} : { member: memberJson(world, member) }),
  };
  const intent = inGuildOrDm(guildId, Intent.guildMessageTyping, Intent.directMessageTyping);
  return [{ t: 'TYPING_START', d, guildId, intent }];
};

/** Messages and what hangs on them. */
export const messageDispatches = (world: World, event: WorldEvent, intents: number): readonly Wanted[] => {
  switch (event.type) {
    case 'message-created':
      return messageEvent(world, 'MESSAGE_CREATE', event.message, intents);
    case 'message-edited':
      return messageEvent(world, 'MESSAGE_UPDATE', event.message, intents);
    case 'message-deleted':
      return deletedEvent(world, event);
    case 'messages-bulk-deleted':
      return bulkEvent(world, event);
    case 'reaction-added':
    case 'reaction-removed':
      return reactionEvent(world, event);
    case 'pins-changed':
      return pinsEvent(world, event);
    case 'typing':
      return typingEvent(world, event);
    default:
      return [];
  }
};
