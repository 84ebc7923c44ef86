import { offeredCommand } from '../discord/interaction-commands.ts';
import { Impossible } from '../discord/interaction-model.ts';
import { asBoolean, asNumber, asString, type JsonObject, objectsIn } from '../discord/json.ts';
import { isPinged } from '../discord/mentions.ts';
import { type Channel, ChannelType, type Command, type Message, MessageFlag } from '../discord/model.ts';
import type { Human } from '../discord/people/human.ts';
import { namesIn } from '../discord/people/names.ts';
import { seenMessage } from '../discord/people/seen.ts';
import { has } from '../discord/permissions.ts';
import { messageJson } from '../discord/wire-message.ts';
import type { World } from '../discord/world.ts';
import type {
  ChannelKind,
  ChannelView,
  CommandView,
  FileView,
  MessageView,
  OptionView,
  RoleView,
  SceneView,
  UserView,
} from './protocol.ts';

/** Messages of each channel that a page gets to see. */
const SHOWN_MESSAGES = 60;
/** Ephemeral answers older than this are left out: a real client forgets them at the next start. ms */
const EPHEMERAL_FOR_MS = 15 * 60_000;

const KINDS: Readonly<Record<ChannelType, ChannelKind>> = {
  [ChannelType.text]: 'text',
  [ChannelType.announcement]: 'text',
  [ChannelType.dm]: 'dm',
  [ChannelType.voice]: 'voice',
  [ChannelType.stage]: 'voice',
  [ChannelType.category]: 'category',
};

/** Channels of the person's guild that they see, and their private one with the bot. */
const visibleChannels = (world: World, human: Human): readonly Channel[] => [
  ...world
    .channelsOf(human.guildId)
    .filter((channel) => has(world.permissionsIn(human.id, channel.id), 'VIEW_CHANNEL'))
    .sort((left, right) => left.position - right.position),
  world.dmChannel(human.id),
];

export const seesChannel = (world: World, human: Human, channelId: string): boolean => {
  const channel = world.channels.get(channelId);
  if (channel === undefined) return false;
  if (channel.guildId === null) return channel.recipientId === human.id;
  return channel.guildId === human.guildId && has(world.permissionsIn(human.id, channelId), 'VIEW_CHANNEL');
};

export const seesMessage = (world: World, human: Human, message: Message): boolean =>
  (message.ephemeralFor === null || message.ephemeralFor === human.id) && seesChannel(world, human, message.channelId);

export const channelViews = (world: World, human: Human): readonly ChannelView[] =>
  visibleChannels(world, human).map((channel) => {
    const permissions = world.permissionsIn(human.id, channel.id);
    const isDm = channel.guildId === null;
    return {
      id: channel.id,
      kind: KINDS[channel.type],
      type: channel.type,
      name: isDm ? world.bot.username : channel.name,
      topic: channel.topic ?? '',
      parentId: channel.parentId,
      mayWrite: has(permissions, 'SEND_MESSAGES'),
      mayUpload: has(permissions, 'ATTACH_FILES'),
      mayManage: !isDm && has(permissions, 'MANAGE_MESSAGES'),
      inVoice: KINDS[channel.type] === 'voice' ? world.voice.membersIn(channel.id) : [],
      status: channel.voiceStatus,
    };
  });

export const userViews = (world: World, guildId: string): readonly UserView[] => {
  const names = namesIn(world, guildId);
  return [...world.users.values()].map((user) => ({ id: user.id, name: names.user(user.id), bot: user.bot }));
};

export const roleViews = (world: World, guildId: string): readonly RoleView[] =>
  world.rolesOf(guildId).map(({ id, name }) => ({ id, name }));

export const sceneView = (world: World, human: Human): SceneView => ({
  me: human.id,
  guild: { id: human.guildId, name: world.guild(human.guildId).name },
  botId: world.bot.id,
  users: userViews(world, human.guildId),
  roles: roleViews(world, human.guildId),
  channels: channelViews(world, human),
  messages: visibleChannels(world, human).flatMap((channel) =>
    world.messages
      .seenBy(human.id, channel.id)
      .filter((message) => message.ephemeralFor === null || message.createdAt > world.now() - EPHEMERAL_FOR_MS)
      .slice(-SHOWN_MESSAGES)
      .map((message) => messageView(world, human, message)),
  ),
});

export const messageView = (world: World, human: Human, message: Message): MessageView => {
  const json = messageJson(world, message);
  const replied = message.replyToId === null ? undefined : world.messages.get(message.channelId, message.replyToId);
  const { interaction } = message;
  return {
    id: message.id,
    channelId: message.channelId,
    authorId: message.authorId,
    at: message.createdAt,
    edited: message.editedAt !== null,
    content: message.content,
    embeds: (message.flags & MessageFlag.suppressEmbeds) === 0 ? objectsIn(json.embeds) : [],
    components: objectsIn(json.components),
    // Of a Components V2 message only what its components show is seen.
    files: (message.flags & MessageFlag.componentsV2) === 0 ? objectsIn(json.attachments).map(fileView) : [],
    reactions: message.reactions.map(({ emoji, userIds }) => ({
      emoji: emoji.name,
      count: userIds.length,
      mine: userIds.includes(human.id),
    })),
    kind: (message.flags & MessageFlag.loading) !== 0 ? 'thinking' : message.type === 6 ? 'pin-notice' : 'message',
    ephemeral: message.ephemeralFor !== null,
    pings: isPinged(world, message.pings, message.guildId, human.id),
    replyTo:
      replied === undefined || message.type === 6
        ? null
        : { authorId: replied.authorId, text: firstWords(seenMessage(world, replied).text) },
    command:
      interaction?.name == null || interaction.type !== 2
        ? null
        : { userId: interaction.userId, name: interaction.name },
  };
};

/** One line of what a message says, without the frames of its cards. */
const firstWords = (text: string): string =>
  (text.split('\n').find((line) => /[\p{L}\p{N}]/u.test(line)) ?? '').replace(/^[┃\s]+/, '').slice(0, 120);

const fileView = (file: JsonObject): FileView => ({
  id: asString(file.id) ?? '',
  name: asString(file.filename) ?? '',
  size: asNumber(file.size) ?? 0,
  contentType: asString(file.content_type) ?? null,
  url: asString(file.url) ?? '',
  spoiler: file.flags === 8,
});

/** Everything the person may run in this channel, subcommands one by one, sorted as a client lists them. */
export const commandViews = (world: World, human: Human, channelId: string): readonly CommandView[] => {
  const channel = world.channel(channelId);
  const isOffered = (command: Command): boolean => {
    try {
      return offeredCommand(world, command.name, command.type, human.id, channel, false).id === command.id;
    } catch (error) {
      if (error instanceof Impossible) return false;
      throw error;
    }
  };
  return [...world.commands.values()]
    .filter(isOffered)
    .flatMap(leaves)
    .sort((left, right) => left.path.localeCompare(right.path));
};

const COMMAND_KINDS: Readonly<Record<number, CommandView['kind']>> = { 1: 'slash', 2: 'user', 3: 'message' };

const leaves = (command: Command): readonly CommandView[] => {
  const kind = COMMAND_KINDS[command.type];
  return kind === undefined ? [] : unfold(kind, command.name, command.body);
};

/** Option types 1 and 2 are subcommands and groups of them. */
const unfold = (kind: CommandView['kind'], path: string, body: JsonObject): readonly CommandView[] => {
  const options = objectsIn(body.options);
  const nested = options.filter((option) => option.type === 1 || option.type === 2);
  if (nested.length > 0) return nested.flatMap((sub) => unfold(kind, `${path} ${asString(sub.name) ?? ''}`, sub));
  return [{ kind, path, about: asString(body.description) ?? '', options: options.map(optionView) }];
};

const optionView = (option: JsonObject): OptionView => ({
  name: asString(option.name) ?? '',
  about: asString(option.description) ?? '',
  type: asNumber(option.type) ?? 3,
  required: option.required === true,
  autocomplete: asBoolean(option.autocomplete) ?? false,
  choices: objectsIn(option.choices).map((choice) => ({
    name: asString(choice.name) ?? '',
    value: asNumber(choice.value) ?? asString(choice.value) ?? '',
  })),
  channelTypes: Array.isArray(option.channel_types)
    ? option.channel_types.filter((type) => typeof type === 'number')
    : [],
  min: asNumber(option.min_value) ?? null,
  max: asNumber(option.max_value) ?? null,
  maxLength: asNumber(option.max_length) ?? null,
});
