import type { JsonObject } from './json.ts';
import { pingsOf } from './mentions.ts';
import type { Attachment, FileInput, Message, Reaction } from './model.ts';
import type { World } from './world.ts';

export interface MessageDraft {
  readonly channelId: string;
  readonly authorId: string;
  readonly content?: string;
  readonly embeds?: readonly JsonObject[];
  readonly components?: readonly JsonObject[];
  /** Files to upload now. */
  readonly files?: readonly FileInput[];
  /** Files that were uploaded already. */
  readonly attachments?: readonly Attachment[];
  readonly flags?: number;
  readonly type?: number;
  readonly replyToId?: string | null;
  readonly nonce?: string | number | null;
  readonly allowedMentions?: JsonObject | undefined;
  readonly interaction?: Message['interaction'];
  readonly applicationId?: string | null;
  readonly ephemeralFor?: string | null;
}

export interface MessageChange {
  readonly content?: string;
  readonly embeds?: readonly JsonObject[];
  readonly components?: readonly JsonObject[];
  readonly attachments?: readonly Attachment[];
  readonly flags?: number;
  readonly allowedMentions?: JsonObject | undefined;
  /** A link preview or a flag change does not count as an edit: `edited_timestamp` stays. Default true. */
  readonly markEdited?: boolean;
}

type Emoji = Reaction['emoji'];

/** Ephemeral messages kept; people's clients forget them sooner. */
const EPHEMERAL_KEPT = 5_000;

/** All messages, ephemeral ones included (they carry `ephemeralFor`). */
export class Messages {
  #world: World;
  #byChannel = new Map<string, Map<string, Message>>();
  #ephemeral: Message[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** Posts as anybody, without permission checks. */
  post(draft: MessageDraft): Message {
    const world = this.#world;
    const channel = world.channel(draft.channelId);
    const ephemeral = draft.ephemeralFor != null;
    const uploaded = (draft.files ?? []).map((file) => world.files.add({ file, channelId: channel.id, ephemeral }));
    const replyToId = draft.replyToId ?? null;
    const content = draft.content ?? '';
    const components = numbered(draft.components ?? []);
    const message: Message = {
      id: world.ids.next(),
      channelId: channel.id,
      guildId: channel.guildId,
      authorId: draft.authorId,
      applicationId: draft.applicationId ?? null,
      type: draft.type ?? (replyToId === null ? 0 : 19),
      content,
      embeds: draft.embeds ?? [],
      components,
      attachments: [...(draft.attachments ?? []), ...uploaded],
      flags: draft.flags ?? 0,
      createdAt: world.now(),
      editedAt: null,
      pinnedAt: null,
      reactions: [],
      pings: pingsOf(world, {
        content,
        components,
        authorId: draft.authorId,
        channelId: channel.id,
        replyAuthorId: replyToId === null ? null : (this.get(channel.id, replyToId)?.authorId ?? null),
        allowed: draft.allowedMentions,
        viaInteraction: draft.interaction != null,
      }),
      replyToId,
      nonce: draft.nonce ?? null,
      interaction: draft.interaction ?? null,
      ephemeralFor: draft.ephemeralFor ?? null,
    };
    this.#put(message);
    if (ephemeral) this.#boundEphemeral(message);
    else world.channels.set(channel.id, { ...world.channel(channel.id), lastMessageId: message.id });
    world.events.emit('message-created', { message });
    if (channel.recipientId !== null && message.authorId === world.bot.id) {
      world.events.emit('dm', { userId: channel.recipientId, message });
    }
    return message;
  }

  /** Puts an earlier message back as it was; nobody is told. */
  restore(message: Message): void {
    this.#put(message);
  }

  edit(channelId: string, messageId: string, change: MessageChange): Message {
    const previous = this.require(channelId, messageId);
    const { allowedMentions, markEdited = true, ...fields } = change;
    const kept = fields.attachments?.map((entry) => entry.id);
    if (kept !== undefined) {
      for (const old of previous.attachments) if (!kept.includes(old.id)) this.#world.files.remove(old.id);
    }
    const merged: Message = { ...previous, ...fields, components: numbered(fields.components ?? previous.components) };
    const message: Message = {
      ...merged,
      editedAt: markEdited ? this.#world.now() : previous.editedAt,
      pings: pingsOf(this.#world, {
        content: merged.content,
        components: merged.components,
        authorId: merged.authorId,
        channelId,
        replyAuthorId: null,
        allowed: allowedMentions,
        viaInteraction: merged.interaction !== null,
      }),
    };
    this.#put(message);
    this.#world.events.emit('message-edited', { message, previous });
    return message;
  }

  /** The preview of a link arrives a moment after the message, as an update without an edit. */
  unfurl(channelId: string, messageId: string, embeds: readonly JsonObject[]): Message {
    return this.edit(channelId, messageId, { embeds, markEdited: false });
  }

  /** Deletes a message and with it its files. */
  delete(channelId: string, messageId: string, options: { readonly bulk?: boolean } = {}): Message {
    const message = this.require(channelId, messageId);
    this.#forget(message);
    this.#byChannel.get(channelId)?.delete(messageId);
    this.#world.events.emit('message-deleted', { message, bulk: options.bulk ?? false });
    return message;
  }

  bulkDelete(channelId: string, ids: readonly string[]): void {
    const present = ids.filter((id) => this.get(channelId, id) !== undefined);
    for (const id of present) this.delete(channelId, id, { bulk: true });
    this.#world.events.emit('messages-bulk-deleted', { channelId, ids: present });
  }

  get(channelId: string, messageId: string): Message | undefined {
    return this.#byChannel.get(channelId)?.get(messageId);
  }

  require(channelId: string, messageId: string): Message {
    const message = this.get(channelId, messageId);
    if (message === undefined) throw new Error(`the sandbox knows no message ${messageId}`);
    return message;
  }

  /** Messages that everybody in the channel sees, oldest first. */
  in(channelId: string): readonly Message[] {
    return this.all(channelId).filter((message) => message.ephemeralFor === null);
  }

  /** As `in`, plus the ephemeral ones. */
  all(channelId: string): readonly Message[] {
    return [...(this.#byChannel.get(channelId)?.values() ?? [])];
  }

  /** What one person sees in a channel: public messages and those only for them, oldest first. */
  seenBy(userId: string, channelId: string): readonly Message[] {
    return this.all(channelId).filter((message) => message.ephemeralFor === null || message.ephemeralFor === userId);
  }

  /** Newest pin first. */
  pins(channelId: string): readonly Message[] {
    return this.in(channelId)
      .filter((message) => message.pinnedAt !== null)
      .sort((left, right) => (right.pinnedAt ?? 0) - (left.pinnedAt ?? 0));
  }

  /** Pins or unpins; pinning posts the usual notice. */
  setPinned(channelId: string, messageId: string, pinned: boolean, byUserId: string): void {
    const previous = this.require(channelId, messageId);
    if ((previous.pinnedAt !== null) === pinned) return;
    const message: Message = { ...previous, pinnedAt: pinned ? this.#world.now() : null };
    this.#put(message);
    this.#world.events.emit('message-edited', { message, previous });
    this.#world.events.emit('pins-changed', { channelId });
    if (pinned)
      this.post({ channelId, authorId: byUserId, type: 6, replyToId: messageId, allowedMentions: { parse: [] } });
  }

  react(channelId: string, messageId: string, userId: string, emoji: Emoji): void {
    const previous = this.require(channelId, messageId);
    const existing = previous.reactions.find((reaction) => sameEmoji(reaction.emoji, emoji));
    if (existing?.userIds.includes(userId) === true) return;
    const others = previous.reactions.filter((reaction) => reaction !== existing);
    const userIds = [...(existing?.userIds ?? []), userId];
    const message: Message = { ...previous, reactions: [...others, { emoji, userIds }] };
    this.#put(message);
    this.#world.events.emit('reaction-added', { message, userId, emoji });
  }

  unreact(channelId: string, messageId: string, userId: string, emoji: Emoji): void {
    const previous = this.require(channelId, messageId);
    const existing = previous.reactions.find((reaction) => sameEmoji(reaction.emoji, emoji));
    if (existing?.userIds.includes(userId) !== true) return;
    const userIds = existing.userIds.filter((id) => id !== userId);
    const others = previous.reactions.filter((reaction) => reaction !== existing);
    const message: Message = {
      ...previous,
      reactions: userIds.length === 0 ? others : [...others, { ...existing, userIds }],
    };
    this.#put(message);
    this.#world.events.emit('reaction-removed', { message, userId, emoji });
  }

  /** A deleted channel takes its messages and files along, silently. */
  forgetChannel(channelId: string): void {
    for (const message of this.all(channelId)) this.#forget(message);
    this.#byChannel.delete(channelId);
  }

  #put(message: Message): void {
    const channel = this.#byChannel.get(message.channelId) ?? new Map<string, Message>();
    channel.set(message.id, message);
    this.#byChannel.set(message.channelId, channel);
  }

  #boundEphemeral(message: Message): void {
    this.#ephemeral.push(message);
    const oldest = this.#ephemeral.length > EPHEMERAL_KEPT ? this.#ephemeral.shift() : undefined;
    if (oldest !== undefined) this.#byChannel.get(oldest.channelId)?.delete(oldest.id);
  }

  #forget(message: Message): void {
    for (const attachment of message.attachments) this.#world.files.remove(attachment.id);
  }
}

const sameEmoji = (left: Emoji, right: Emoji): boolean =>
  left.id === right.id && (left.id !== null || left.name === right.name);

/** Discord numbers every component of a message that brought no `id` of its own, depth first from 1. */
const numbered = (components: readonly JsonObject[]): readonly JsonObject[] => {
  const taken = new Set<unknown>();
  const collect = (entry: unknown): void => {
    if (Array.isArray(entry)) entry.forEach(collect);
    else if (typeof entry === 'object' && entry !== null) {
      const component = entry as JsonObject;
      if (typeof component.type === 'number' && typeof component.id === 'number') taken.add(component.id);
      collect(component.components);
      collect(component.accessory);
    }
  };
  collect(components);
  let next = 1;
  const number = (component: JsonObject): JsonObject => {
    let { id } = component as { id?: unknown };
    if (typeof id !== 'number' || id === 0) {
      while (taken.has(next)) next += 1;
      id = next;
      taken.add(next);
    }
    const children = component.components;
    const accessory = component.accessory;
    return {
      ...component,
      id: id as number,
      ...(Array.isArray(children) ? { components: (children as JsonObject[]).map(number) } : {}),
      ...(typeof accessory === 'object' && accessory !== null ? { accessory: number(accessory as JsonObject) } : {}),
    };
  };
  return components.map(number);
};
