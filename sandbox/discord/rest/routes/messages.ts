import { asNumber, asString, isObject, type JsonObject, stringsIn } from '../../json.ts';
import { type Channel, ChannelType, type Message, MessageFlag } from '../../model.ts';
import { has, type PermissionName } from '../../permissions.ts';
import { compareSnowflakes, isSnowflake, snowflakeTime } from '../../snowflake.ts';
import { guildUploadLimit } from '../../upload-limits.ts';
import { mayReadContent, messageJson } from '../../wire-message.ts';
import type { World } from '../../world.ts';
import { botPermissions, messageInPath, needInChannel, viewedChannel } from '../access.ts';
import { fieldError, refusal } from '../api-error.ts';
import { messageChange, newMessage, repliedTo } from '../message-body.ts';
import { bodyObject, type Call, noContent, ok, param, type Reply, type Route } from '../router.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** A nonce is remembered this long. */
const NONCE_MS = 5 * 60 * 1000;
const SYSTEM_TYPES: readonly number[] = [6];

const uploadPlace = (world: World, channel: Channel) => ({
  channelId: channel.id,
  ephemeral: false,
  limitBytes: guildUploadLimit(channel.guildId === null ? undefined : world.guild(channel.guildId)),
});

/** Reading obeys the Message Content switch of the application, over REST as on the gateway. */
export const readable = (world: World, message: Message): JsonObject =>
  messageJson(world, message, { content: mayReadContent(world, message, world.privilegedIntents.messageContent) });

/** A person who closed their DMs, or with whom no guild is shared, cannot be written to. */
const checkRecipient = (world: World, channel: Channel): void => {
  if (channel.recipientId === null) return;
  if (world.user(channel.recipientId).dmsClosed) throw refusal('cannotDm');
  const { recipientId } = channel;
  if (!world.botGuilds().some((guild) => world.member(guild.id, recipientId) !== undefined))
    throw refusal('noMutualGuild');
};

const create = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  checkRecipient(world, channel);
  if (channel.type === ChannelType.category) throw refusal('cannotSendInVoice');
  needInChannel(world, channel, 'SEND_MESSAGES');
  const body = bodyObject(call);
  if (call.files.length > 0) needInChannel(world, channel, 'ATTACH_FILES');
  if (Array.isArray(body.embeds) && body.embeds.length > 0) needInChannel(world, channel, 'EMBED_LINKS');
  if (body.message_reference !== undefined && !has(botPermissions(world, channel), 'READ_MESSAGE_HISTORY'))
    throw refusal('replyWithoutHistory');
  const replyToId = repliedTo(world, channel.id, body);
  const nonce = asString(body.nonce) ?? asNumber(body.nonce) ?? null;
  if (nonce !== null && body.enforce_nonce === true) {
    const repeated = world.messages.in(channel.id).find((message) => isRepeat(world, message, nonce));
    if (repeated !== undefined) return ok(messageJson(world, repeated));
  }
  const draft = newMessage(call, body, uploadPlace(world, channel));
  const settable =
    MessageFlag.suppressEmbeds |
    MessageFlag.suppressNotifications |
    MessageFlag.componentsV2 |
    MessageFlag.voiceMessage;
  const message = world.messages.post({
    ...draft,
    flags: draft.flags & settable,
    channelId: channel.id,
    authorId: world.bot.id,
    replyToId,
    nonce,
  });
  return ok(messageJson(world, message));
};

const isRepeat = (world: World, message: Message, nonce: string | number): boolean =>
  message.nonce === nonce && message.authorId === world.bot.id && world.now() - message.createdAt < NONCE_MS;

/** A number between two limits, as query parameters give it. */
const pageSize = (call: Call, most: number): number => {
  const raw = call.query.get('limit');
  if (raw === null) return 50;
  const limit = Number(raw);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw fieldError(['limit'], 'NUMBER_TYPE_COERCE', `int value should be between 1 and ${most}.`);
};

const list = (call: Call): Reply => {
  const channel = viewedChannel(call);
  const limit = pageSize(call, 100);
  if (!has(botPermissions(call.world, channel), 'READ_MESSAGE_HISTORY')) return ok([]);
  const newestFirst = [...call.world.messages.in(channel.id)].sort((left, right) =>
    compareSnowflakes(right.id, left.id),
  );
  const [before, after, around] = ['before', 'after', 'around'].map((name) => call.query.get(name));
  const page = (): readonly Message[] => {
    if (before != null)
      return newestFirst.filter((message) => compareSnowflakes(message.id, before) < 0).slice(0, limit);
    if (after != null) return newestFirst.filter((message) => compareSnowflakes(message.id, after) > 0).slice(-limit);
    if (around == null) return newestFirst.slice(0, limit);
    const half = Math.floor(limit / 2);
    const index = newestFirst.findIndex((message) => compareSnowflakes(message.id, around) <= 0);
    const center = index === -1 ? newestFirst.length : index;
    return newestFirst.slice(Math.max(0, center - half), Math.max(0, center - half) + limit);
  };
  return ok(page().map((message) => readable(call.world, message)));
};

const get = (call: Call): Reply => {
  const channel = viewedChannel(call);
  needInChannel(call.world, channel, 'READ_MESSAGE_HISTORY');
  return ok(readable(call.world, messageInPath(call, channel)));
};

const edit = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  const message = messageInPath(call, channel);
  const body = bodyObject(call);
  if (SYSTEM_TYPES.includes(message.type)) throw refusal('notOnSystemMessage');
  if (message.authorId !== world.bot.id) {
    // Others' messages: only their embeds can be suppressed.
    if (Object.keys(body).some((field) => field !== 'flags')) throw refusal('notOwnMessage');
    needInChannel(world, channel, 'MANAGE_MESSAGES');
    const flags = asNumber(body.flags) ?? message.flags;
    return ok(messageJson(world, world.messages.edit(channel.id, message.id, { flags, markEdited: false })));
  }
  if (call.files.length > 0) needInChannel(world, channel, 'ATTACH_FILES');
  const change = messageChange(call, message, body, uploadPlace(world, channel));
  return ok(messageJson(world, world.messages.edit(channel.id, message.id, change)));
};

const remove = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  const message = messageInPath(call, channel);
  if (message.authorId !== world.bot.id) {
    if (channel.guildId === null) throw refusal('wrongChannelForDm');
    needInChannel(world, channel, 'MANAGE_MESSAGES');
  }
  world.messages.delete(channel.id, message.id);
  return noContent;
};

const bulkRemove = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  if (channel.guildId === null) throw refusal('wrongChannelForDm');
  needInChannel(world, channel, 'MANAGE_MESSAGES');
  const ids = stringsIn(bodyObject(call).messages);
  if (ids.length < 2 || ids.length > 100) throw refusal('bulkDeleteCount');
  if (new Set(ids).size !== ids.length) throw fieldError(['messages'], 'SET_TYPE_DUPLICATE', 'Duplicate message ids');
  const strange = ids.findIndex((id) => !isSnowflake(id));
  if (strange !== -1) throw fieldError(['messages', strange], 'NUMBER_TYPE_COERCE', 'Value is not snowflake.');
  if (ids.some((id) => world.now() - snowflakeTime(id) > 14 * DAY_MS)) throw refusal('tooOldForBulk');
  world.messages.bulkDelete(channel.id, ids);
  return noContent;
};

const listPins = (call: Call): Reply => {
  const channel = viewedChannel(call);
  needInChannel(call.world, channel, 'READ_MESSAGE_HISTORY');
  const limit = pageSize(call, 50);
  const before = call.query.get('before');
  const limitMs = before === null ? Number.POSITIVE_INFINITY : Date.parse(before);
  const pins = call.world.messages.pins(channel.id).filter((message) => (message.pinnedAt ?? 0) < limitMs);
  const items = pins.slice(0, limit).map((message) => ({
    pinned_at: new Date(message.pinnedAt ?? 0).toISOString(),
    message: readable(call.world, message),
  }));
  return ok({ items, has_more: pins.length > limit });
};

const setPin =
  (pinned: boolean) =>
  (call: Call): Reply => {
    const { world } = call;
    const channel = viewedChannel(call);
    needInChannel(world, channel, 'PIN_MESSAGES');
    const message = messageInPath(call, channel);
    if (SYSTEM_TYPES.includes(message.type)) throw refusal('notOnSystemMessage');
    if (pinned && message.pinnedAt === null && world.messages.pins(channel.id).length >= 250)
      throw refusal('tooManyPins');
    world.messages.setPinned(channel.id, message.id, pinned, world.bot.id);
    return noContent;
  };

/** `name:id` for custom emoji, else the emoji itself. */
const emojiInPath = (call: Call): Message['reactions'][number]['emoji'] => {
  const text = param(call, 'emoji');
  const custom = /^(\w+):(\d{17,19})$/.exec(text);
  if (custom !== null) return { id: custom[2] ?? null, name: custom[1] ?? '' };
  if (!/\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u.test(text)) throw refusal('unknownEmoji');
  return { id: null, name: text };
};

const addReaction = (call: Call): Reply => {
  const { world } = call;
  const channel = viewedChannel(call);
  const message = messageInPath(call, channel);
  const emoji = emojiInPath(call);
  const exists = message.reactions.some((reaction) => reaction.emoji.name === emoji.name);
  const needed: readonly PermissionName[] = exists
    ? ['READ_MESSAGE_HISTORY']
    : ['READ_MESSAGE_HISTORY', 'ADD_REACTIONS'];
  needInChannel(world, channel, ...needed);
  if (!exists && message.reactions.length >= 20) throw refusal('tooManyReactions');
  world.messages.react(channel.id, message.id, world.bot.id, emoji);
  return noContent;
};

const removeReaction = (call: Call): Reply => {
  const channel = viewedChannel(call);
  const message = messageInPath(call, channel);
  const id = param(call, 'user');
  const userId = id === '@me' || id === '' ? call.world.bot.id : id;
  if (userId !== call.world.bot.id) needInChannel(call.world, channel, 'MANAGE_MESSAGES');
  call.world.messages.unreact(channel.id, message.id, userId, emojiInPath(call));
  return noContent;
};

const listReaction = (call: Call): Reply => {
  const message = messageInPath(call, viewedChannel(call));
  const emoji = emojiInPath(call);
  const reaction = message.reactions.find((entry) => entry.emoji.name === emoji.name);
  const users = (reaction?.userIds ?? []).map((id) => call.world.user(id));
  return ok(
    users.map((user) => ({
      id: user.id,
      username: user.username,
      discriminator: '0',
      avatar: null,
      global_name: user.globalName,
    })),
  );
};

const refreshUrls = (call: Call): Reply => {
  const urls = bodyObject(call).attachment_urls;
  const list = stringsIn(urls);
  if (list.length < 1 || list.length > 50)
    throw fieldError(['attachment_urls'], 'BASE_TYPE_BAD_LENGTH', 'Must be between 1 and 50 in length.');
  return ok({
    refreshed_urls: list
      .map((original) => ({ original, refreshed: call.world.files.refresh(original) ?? null }))
      .filter(isObject),
  });
};

const typing = (call: Call): Reply => {
  const channel = viewedChannel(call);
  needInChannel(call.world, channel, 'SEND_MESSAGES');
  call.world.events.emit('typing', { channelId: channel.id, userId: call.world.bot.id });
  return noContent;
};

const MESSAGES = '/channels/:channel/messages';
const REACTION = `${MESSAGES}/:message/reactions/:emoji`;

export const messageRoutes: readonly Route[] = [
  { method: 'GET', path: `${MESSAGES}/pins`, auth: 'bot', handle: listPins },
  { method: 'PUT', path: `${MESSAGES}/pins/:message`, auth: 'bot', handle: setPin(true) },
  { method: 'DELETE', path: `${MESSAGES}/pins/:message`, auth: 'bot', handle: setPin(false) },
  { method: 'POST', path: `${MESSAGES}/bulk-delete`, auth: 'bot', handle: bulkRemove },
  { method: 'POST', path: MESSAGES, auth: 'bot', handle: create },
  { method: 'GET', path: MESSAGES, auth: 'bot', handle: list },
  { method: 'GET', path: `${MESSAGES}/:message`, auth: 'bot', handle: get },
  { method: 'PATCH', path: `${MESSAGES}/:message`, auth: 'bot', handle: edit },
  { method: 'DELETE', path: `${MESSAGES}/:message`, auth: 'bot', handle: remove },
  { method: 'PUT', path: `${REACTION}/@me`, auth: 'bot', handle: addReaction },
  { method: 'DELETE', path: `${REACTION}/:user`, auth: 'bot', handle: removeReaction },
  { method: 'GET', path: REACTION, auth: 'bot', handle: listReaction },
  { method: 'POST', path: '/channels/:channel/typing', auth: 'bot', handle: typing },
  { method: 'POST', path: '/attachments/refresh-urls', auth: 'bot', handle: refreshUrls },
];
