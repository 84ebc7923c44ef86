import type { Json, JsonObject } from './json.ts';
import { isObject, objectsIn } from './json.ts';
import type { Attachment, Message } from './model.ts';
import { MessageFlag } from './model.ts';
import { isoOrNull, memberWithoutUser, userJson } from './wire.ts';
import type { World } from './world.ts';

/** What the bot may read of a message; without it, text and files of others arrive empty. */
export interface Reading {
  readonly content: boolean;
}

export const attachmentJson = (world: World, attachment: Attachment): JsonObject => {
  const url = world.files.url(attachment);
  const { durationSecs, waveform } = attachment;
  return {
    id: attachment.id,
    filename: attachment.filename,
    ...(attachment.title === null ? {} : { title: attachment.title }),
    ...(attachment.description === null ? {} : { description: attachment.description }),
    size: attachment.size,
    url,
    proxy_url: url,
    ...(attachment.contentType === null ? {} : { content_type: attachment.contentType }),
    ...(attachment.ephemeral ? { ephemeral: true } : {}),
    ...(durationSecs === null ? {} : { duration_secs: durationSecs }),
    ...(waveform === null ? {} : { waveform }),
    flags: attachment.spoiler ? 8 : 0,
    content_scan_version: 0,
  };
};

const ATTACHMENT_SCHEME = 'attachment://';

/** Replaces `attachment://name` by the file's URL, in embeds and in the media items of components. */
const resolveMedia = (world: World, message: Message, value: Json | undefined): Json | undefined => {
  if (Array.isArray(value)) return value.map((entry: Json) => resolveMedia(world, message, entry) ?? null);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, entry]) => [key, resolveMedia(world, message, entry)] as const);
  const { url } = value;
  const copy: JsonObject = Object.fromEntries(entries);
  if (typeof url !== 'string' || !url.startsWith(ATTACHMENT_SCHEME)) return copy;
  const attachment = message.attachments.find((file) => file.filename === url.slice(ATTACHMENT_SCHEME.length));
  if (attachment === undefined) return copy;
  const real = world.files.url(attachment);
  return {
    ...copy,
    url: real,
    proxy_url: real,
    ...(attachment.contentType === null ? {} : { content_type: attachment.contentType }),
    attachment_id: attachment.id,
  };
};

const resolveAll = (world: World, message: Message, list: readonly JsonObject[]): readonly JsonObject[] =>
  objectsIn(resolveMedia(world, message, list));

/** Files that an embed shows are not listed as attachments a second time. */
const listed = (message: Message): readonly Attachment[] => {
  const text = JSON.stringify(message.embeds);
  return message.attachments.filter((file) => !text.includes(`${ATTACHMENT_SCHEME}${file.filename}"`));
};

const embedJson = (embed: JsonObject): JsonObject => ({ type: 'rich', content_scan_version: 0, ...embed });

const interactionFields = (world: World, message: Message): JsonObject => {
  const { interaction } = message;
  if (interaction === null) return {};
  const user = userJson(world.user(interaction.userId));
  const owners = message.guildId === null ? { '1': interaction.userId } : { '0': message.guildId };
  return {
    webhook_id: world.application.id,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.type,
      user,
      authorizing_integration_owners: owners,
      ...(interaction.name === null ? {} : { name: interaction.name }),
    },
    ...(interaction.type === 2 && interaction.name !== null
      ? { interaction: { id: interaction.id, type: 2, name: interaction.name, user } }
      : {}),
  };
};

const reactionsJson = (world: World, message: Message): readonly JsonObject[] =>
  message.reactions.map((reaction) => ({
    emoji: reaction.emoji,
    count: reaction.userIds.length,
    count_details: { burst: 0, normal: reaction.userIds.length },
    burst_colors: [],
    me_burst: false,
    burst_me: false,
    me: reaction.userIds.includes(world.bot.id),
    burst_count: 0,
  }));

const replyFields = (world: World, message: Message, depth: number): JsonObject => {
  if (message.replyToId === null) return {};
  const target = world.messages.get(message.channelId, message.replyToId);
  return {
    message_reference: {
      type: 0,
      message_id: message.replyToId,
      channel_id: message.channelId,
      ...(message.guildId === null ? {} : { guild_id: message.guildId }),
    },
    ...(depth > 0 || message.type === 6
      ? {}
      : { referenced_message: target === undefined ? null : messageJson(world, target, { content: true }, depth + 1) }),
  };
};

/** A message as REST returns it. */
export const messageJson = (
  world: World,
  message: Message,
  reading: Reading = { content: true },
  depth = 0,
): JsonObject => ({
  id: message.id,
  channel_id: message.channelId,
  type: message.type,
  author: userJson(world.user(message.authorId)),
  content: reading.content ? message.content : '',
  embeds: reading.content ? resolveAll(world, message, message.embeds).map(embedJson) : [],
  components: reading.content ? resolveAll(world, message, message.components) : [],
  attachments: reading.content ? listed(message).map((file) => attachmentJson(world, file)) : [],
  mentions: message.pings.userIds.map((id) => userJson(world.user(id))),
  mention_roles: message.pings.roleIds,
  mention_everyone: message.pings.everyone,
  timestamp: isoOrNull(message.createdAt),
  edited_timestamp: isoOrNull(message.editedAt),
  flags: message.flags,
  pinned: message.pinnedAt !== null,
  tts: false,
  ...(message.reactions.length === 0 ? {} : { reactions: reactionsJson(world, message) }),
  ...(message.nonce === null ? {} : { nonce: message.nonce }),
  ...(message.applicationId === null ? {} : { application_id: message.applicationId }),
  ...interactionFields(world, message),
  ...replyFields(world, message, depth),
});

/** A message as MESSAGE_CREATE and MESSAGE_UPDATE bring it. */
export const gatewayMessageJson = (world: World, message: Message, reading: Reading): JsonObject => {
  const { guildId } = message;
  const json = messageJson(world, message, reading);
  if (guildId === null || message.ephemeralFor !== null)
    return { ...json, channel_type: world.channels.get(message.channelId)?.type ?? 0 };
  const member = world.member(guildId, message.authorId);
  return {
    ...json,
    guild_id: guildId,
    channel_type: world.channels.get(message.channelId)?.type ?? 0,
    ...(member === undefined ? {} : { member: memberWithoutUser(world, member) }),
  };
};

/** Text of others needs the intent, except in DMs, when the bot is mentioned, and in what it wrote itself. */
export const mayReadContent = (world: World, message: Message, hasIntent: boolean): boolean =>
  hasIntent ||
  message.guildId === null ||
  message.authorId === world.bot.id ||
  message.pings.userIds.includes(world.bot.id);

export const isEphemeral = (message: Message): boolean => (message.flags & MessageFlag.ephemeral) !== 0;
