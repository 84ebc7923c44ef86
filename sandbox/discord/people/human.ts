import { Impossible, type InteractionSpec } from '../interaction-model.ts';
import { asString } from '../json.ts';
import type { Channel, FileInput, Message, User } from '../model.ts';
import { ChannelType } from '../model.ts';
import { has, type PermissionName } from '../permissions.ts';
import { personUploadLimit } from '../upload-limits.ts';
import { ComponentType } from '../validate/component-type.ts';
import { lengthOf } from '../validate/form.ts';
import type { World } from '../world.ts';
import { type OptionEntries, optionInputs, typedCommand } from './command-form.ts';
import { type ButtonTarget, findButton, findSelect, type SelectTarget } from './component-tree.ts';
import { idOf, optionValue, type Pick } from './entries.ts';
import { type FieldEntries, fieldInputs } from './modal-form.ts';
import { type Attempt, firstSeen, type Patience, type Seen, type SeenMessage, seenMessage } from './seen.ts';

/** A message to act on: as the world has it, or as somebody saw it. */
export type MessageLike = Message | { readonly message: Message | null };

export interface ActOptions {
  /** Where it happens. Default: the first text channel of the person's guild that they can see. */
  readonly channel?: Pick;
  /** Send what no client would send (over limits, disabled, not offered). */
  readonly force?: boolean;
  /** Deliver to the bot later, in ms of sandbox time; the 3 s run all the same. */
  readonly deliverAfterMs?: number;
}

/**
 * A person with a client. Everything is done as the client lets them: what it would not, throws `Impossible`. Whatever
 * starts an interaction resolves with what they see first.
 */
export class Human {
  readonly id: string;
  readonly guildId: string;
  #world: World;
  #dmsRead = 0;

  constructor(world: World, id: string, guildId: string) {
    this.#world = world;
    this.id = id;
    this.guildId = guildId;
  }

  get user(): User {
    return this.#world.user(this.id);
  }

  /** As others in the home guild see it. */
  get name(): string {
    return this.#world.member(this.guildId, this.id)?.nick ?? this.user.globalName ?? this.user.username;
  }

  /** `/command`, `/command sub` or `/command group sub` with options by name. */
  async slash(path: string, options: OptionEntries = {}, act: ActOptions = {}): Promise<Seen> {
    const channel = this.#channel(act.channel);
    const { definitions, ...typed } = typedCommand(this.#world, path, channel);
    const entries = optionInputs(this.#world, channel, { ...typed, definitions }, options);
    return this.#act('command', { kind: 'slash', ...this.#at(channel), ...typed, options: entries }, act);
  }

  /** Types into an option that suggests; `options` are those filled in already. */
  async autocomplete(
    path: string,
    option: string,
    typedText: string,
    act: ActOptions & { readonly options?: OptionEntries } = {},
  ): Promise<Seen> {
    const channel = this.#channel(act.channel);
    const { definitions, ...typed } = typedCommand(this.#world, path, channel);
    const entries = optionInputs(this.#world, channel, { ...typed, definitions }, act.options ?? {});
    const options = { ...entries, [option]: typedText };
    const spec = { kind: 'autocomplete', ...this.#at(channel), ...typed, options, focused: option } as const;
    return this.#act('autocomplete', spec, act);
  }

  /** A button anywhere in the message. */
  async click(on: MessageLike, target: ButtonTarget, act: ActOptions = {}): Promise<Seen> {
    const message = this.#newest(on);
    const button = findButton(message.components, target, () => seenMessage(this.#world, message).text);
    return this.clickRaw(message, asString(button.custom_id) ?? '', { force: false, ...act });
  }

  /** A click with this custom id, whether the message has such a button or not. */
  async clickRaw(on: MessageLike, customId: string, act: ActOptions = {}): Promise<Seen> {
    const message = messageOf(on);
    const spec = {
      kind: 'button',
      userId: this.id,
      channelId: message.channelId,
      messageId: message.id,
      customId,
    } as const;
    return this.#act('component', spec, { force: true, ...act });
  }

  /** A choice in a menu with this custom id, whether the message has such a menu with such options or not. */
  async selectRaw(on: MessageLike, customId: string, values: readonly string[], act: ActOptions = {}): Promise<Seen> {
    const message = messageOf(on);
    const spec = {
      kind: 'select',
      userId: this.id,
      channelId: message.channelId,
      messageId: message.id,
      customId,
      values,
    } as const;
    return this.#act('component', spec, { force: true, ...act });
  }

  /** String options by what is written on them or by value; people, roles and channels as objects or ids. */
  async select(
    on: MessageLike,
    target: SelectTarget,
    values: Pick | readonly Pick[],
    act: ActOptions = {},
  ): Promise<Seen> {
    const message = this.#newest(on);
    const select = findSelect(message.components, target, () => seenMessage(this.#world, message).text);
    const picks = (Array.isArray(values) ? values : [values]).map((pick: Pick) => idOf(pick));
    const isString = select.type === ComponentType.stringSelect && act.force !== true;
    const chosen = isString ? picks.map((wanted) => optionValue(select, wanted)) : picks;
    return this.selectRaw(message, asString(select.custom_id) ?? '', chosen, { force: false, ...act });
  }

  /** Fills in and submits the modal that `seen` shows. */
  async fillModal(seen: Seen, fields: FieldEntries, act: ActOptions = {}): Promise<Seen> {
    if (seen.modal === null) throw new Impossible(`no modal is open, but:\n${seen.text}`);
    const { id: from, spec } = seen.interaction;
    const entries = fieldInputs(seen.modal, fields);
    return this.#act(
      'modal',
      { kind: 'modal', userId: this.id, channelId: spec.channelId, from, fields: entries },
      act,
    );
  }

  /** An entry of the "Apps" menu of a message or of a person. */
  async contextMenu(command: string, on: MessageLike | Human, act: ActOptions = {}): Promise<Seen> {
    if (on instanceof Human) {
      const spec = { kind: 'user-menu', ...this.#at(this.#channel(act.channel)), command, targetId: on.id } as const;
      return this.#act('command', spec, act);
    }
    const { id: messageId, channelId } = this.#newest(on);
    return this.#act('command', { kind: 'message-menu', userId: this.id, channelId, command, messageId }, act);
  }

  /** Writes a message, as a reply when `replyTo` is given. */
  async say(
    where: Pick,
    text: string,
    files: FileInput | readonly FileInput[] = [],
    options: { readonly replyTo?: MessageLike } = {},
  ): Promise<Message> {
    const channel = this.#channel(where);
    const all = Array.isArray(files) ? (files as readonly FileInput[]) : [files as FileInput];
    this.#need(channel, 'VIEW_CHANNEL', 'cannot see this channel');
    this.#need(channel, 'SEND_MESSAGES', 'may not write here');
    if (all.length > 0) this.#need(channel, 'ATTACH_FILES', 'may not attach files here');
    const longest = this.user.premiumType === 2 ? 4000 : 2000;
    if (text.trim() === '' && all.length === 0) throw new Impossible('an empty message is not sent');
    if (lengthOf(text) > longest) throw new Impossible(`a message has at most ${longest} characters`);
    if (all.length > 10) throw new Impossible('a message has at most 10 files');
    const limit = personUploadLimit(this.user, this.#world.guilds.get(channel.guildId ?? ''));
    for (const file of all) {
      if (file.bytes.byteLength > limit) throw new Impossible(`${file.name} is too large: the limit is ${limit} bytes`);
    }
    const replyToId = options.replyTo === undefined ? null : messageOf(options.replyTo).id;
    return this.#world.messages.post({
      channelId: channel.id,
      authorId: this.id,
      content: text.trim(),
      files: all,
      replyToId,
    });
  }

  /** Joins or moves to a voice channel. */
  async joinVoice(where: Pick): Promise<void> {
    const channel = this.#channel(where);
    if (channel.guildId === null || (channel.type !== ChannelType.voice && channel.type !== ChannelType.stage)) {
      throw new Impossible(`#${channel.name} is no voice channel`);
    }
    this.#need(channel, 'VIEW_CHANNEL', 'cannot see this channel');
    this.#need(channel, 'CONNECT', 'may not connect here');
    const inside = this.#world.voice.membersIn(channel.id).filter((id) => id !== this.id).length;
    const full = channel.userLimit > 0 && inside >= channel.userLimit;
    if (full && !has(this.#permissions(channel), 'MOVE_MEMBERS')) throw new Impossible(`#${channel.name} is full`);
    this.#world.voice.join(channel.guildId, this.id, channel.id);
  }

  async leaveVoice(): Promise<void> {
    this.#world.voice.leave(this.guildId, this.id);
  }

  /** Private messages from the bot, oldest first. */
  dms(): readonly SeenMessage[] {
    const dm = this.#world.dmChannel(this.id);
    return this.#world.messages
      .in(dm.id)
      .filter((message) => message.authorId === this.#world.bot.id)
      .map((message) => seenMessage(this.#world, message));
  }

  /** Private messages from the bot one by one, each once, waiting for those still to come. */
  async nextDm(patience: Patience = {}): Promise<SeenMessage> {
    const index = this.#dmsRead;
    const what = `no private message number ${index + 1} for ${this.name}`;
    const dm = await this.#world.events.until(() => this.dms()[index], { ...patience, what });
    this.#dmsRead = index + 1;
    return dm;
  }

  /** Messages of a channel as this person sees them, oldest first; none when they cannot see it. */
  sees(where: Pick): readonly SeenMessage[] {
    const channel = this.#world.channels.get(idOf(where));
    if (channel === undefined) return [];
    const permissions = this.#permissions(channel);
    if (!has(permissions, 'VIEW_CHANNEL') || !has(permissions, 'READ_MESSAGE_HISTORY')) return [];
    return this.#world.messages.seenBy(this.id, channel.id).map((message) => seenMessage(this.#world, message));
  }

  /** The newest message in a channel that reads like this, now or as soon as there is one. */
  async waitToSee(where: Pick, pattern: string | RegExp, patience: Patience = {}): Promise<SeenMessage> {
    const fits = ({ text }: SeenMessage): boolean =>
      typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);
    const what = `${this.name} does not see ${typeof pattern === 'string' ? JSON.stringify(pattern) : String(pattern)}`;
    const seen = this.#world.events.until(() => this.sees(where).findLast(fits), { ...patience, what });
    return seen.catch((error: unknown) => {
      const screen = this.sees(where).map((message) => `${message.author}: ${message.text}`);
      throw new Error(`${what}, but:\n${screen.join('\n') || '(nothing)'}`, { cause: error });
    });
  }

  async #act(attempt: Attempt, spec: InteractionSpec, act: ActOptions): Promise<Seen> {
    const { force, deliverAfterMs } = act;
    const interaction = this.#world.interactions.create(spec, {
      ...(force === undefined ? {} : { force }),
      ...(deliverAfterMs === undefined ? {} : { deliverAfterMs }),
    });
    return firstSeen(this.#world, interaction, attempt);
  }

  #at(channel: Channel): { readonly userId: string; readonly channelId: string } {
    return { userId: this.id, channelId: channel.id };
  }

  #channel(where: Pick | undefined): Channel {
    if (where !== undefined) return this.#world.channel(idOf(where));
    const home = this.#world
      .channelsOf(this.guildId)
      .find((channel) => channel.type === ChannelType.text && has(this.#permissions(channel), 'VIEW_CHANNEL'));
    if (home === undefined) throw new Impossible(`${this.name} sees no text channel to do this in`);
    return home;
  }

  /** The message as it is now: a client never shows an old one. */
  #newest(on: MessageLike): Message {
    const { channelId, id } = messageOf(on);
    const message = this.#world.messages.get(channelId, id);
    if (message === undefined) throw new Impossible('the message is gone');
    if (message.ephemeralFor !== null && message.ephemeralFor !== this.id) {
      throw new Impossible(`${this.name} does not see that message`);
    }
    return message;
  }

  #permissions(channel: Channel): bigint {
    return this.#world.permissionsIn(this.id, channel.id);
  }

  #need(channel: Channel, permission: PermissionName, otherwise: string): void {
    if (!has(this.#permissions(channel), permission))
      throw new Impossible(`${this.name} ${otherwise} (#${channel.name})`);
  }
}

const messageOf = (on: MessageLike): Message => {
  const message = 'message' in on ? on.message : on;
  if (message === null) throw new Impossible('there is no message to act on');
  return message;
};
