import { randomBytes } from 'node:crypto';
import { checkAutocomplete, menuData, offeredCommand, slashData } from './interaction-commands.ts';
import { Component, componentData, findComponent, modalData } from './interaction-modals.ts';
import {
  type CreateOptions,
  Impossible,
  type InteractionHandle,
  type InteractionRecord,
  type InteractionSpec,
} from './interaction-model.ts';
import { Resolver } from './interaction-resolve.ts';
import type { JsonObject } from './json.ts';
import type { Channel, Message, User } from './model.ts';
import { guildPermissions, has, permissionsIn } from './permissions.ts';
import { guildUploadLimit } from './upload-limits.ts';
import { channelJson, interactionMemberJson, userJson } from './wire.ts';
import { messageJson } from './wire-message.ts';
import type { World } from './world.ts';
import type { FirstAnswer } from './world-events.ts';

/** The first answer has to come within this time. */
export const ANSWER_DEADLINE_MS = 3_000;
/** Edits and follow-ups are possible this long. */
export const TOKEN_LIFETIME_MS = 15 * 60 * 1000;
/** Records kept; older ones are as good as unknown. */
const KEPT = 5_000;

interface Parts {
  readonly type: 2 | 3 | 4 | 5;
  readonly name: string | null;
  readonly sourceMessage: Message | null;
  readonly data: JsonObject;
}

interface Pending {
  readonly record: InteractionRecord;
  readonly settle: (answer: FirstAnswer) => void;
}

/** What people do with the bot's commands and components, and how it answered. */
export class Interactions {
  /** A slow gateway: sandbox ms before an interaction without a delay of its own is delivered. */
  deliveryDelayMs = 0;
  #world: World;
  #byToken = new Map<string, Pending>();
  #byId = new Map<string, Pending>();

  constructor(world: World) {
    this.#world = world;
  }

  /** A person does something; the gateway delivers it. Throws `Impossible` for what no client would let them do. */
  create(spec: InteractionSpec, options: CreateOptions = {}): InteractionHandle {
    const world = this.#world;
    const user = world.user(spec.userId);
    const channel = world.channel(spec.channelId);
    const force = options.force ?? false;
    this.#checkPlace(user, channel);
    const parts = this.#parts(spec, user, channel, force);
    const id = world.ids.next();
    const token = randomBytes(96).toString('base64url');
    const payload = this.#payload(id, token, parts, user, channel);
    const record: InteractionRecord = {
      id,
      token,
      type: parts.type,
      userId: user.id,
      channelId: channel.id,
      guildId: channel.guildId,
      createdAt: world.now(),
      name: parts.name,
      sourceMessage: parts.sourceMessage,
      payload,
      phase: 'waiting',
      originalId: null,
      pendingDeferral: null,
      modal: null,
      followUpIds: [],
      edits: 0,
    };
    const handle = this.#track(record, spec);
    const deliver = (): void => world.events.emit('interaction-created', { interactionId: id, payload });
    const delayMs = options.deliverAfterMs ?? this.deliveryDelayMs;
    if (delayMs === 0) deliver();
    else world.clock.after(delayMs, deliver);
    return handle;
  }

  byToken(token: string): InteractionRecord | undefined {
    return this.#byToken.get(token)?.record;
  }

  byId(id: string): InteractionRecord | undefined {
    return this.#byId.get(id)?.record;
  }

  /** Whether edits and follow-ups are still possible. */
  tokenAlive(record: InteractionRecord): boolean {
    return this.#world.now() - record.createdAt < TOKEN_LIFETIME_MS;
  }

  /** The first answer arrived in time. Called by the callback route, once. */
  answer(record: InteractionRecord, answer: FirstAnswer): void {
    record.phase = 'answered';
    const latencyMs = this.#world.now() - record.createdAt;
    this.#world.events.emit('interaction-answered', { interactionId: record.id, answer, latencyMs });
    this.#byId.get(record.id)?.settle(answer);
  }

  #track(record: InteractionRecord, spec: InteractionSpec): InteractionHandle {
    const world = this.#world;
    const { promise, resolve } = Promise.withResolvers<{ answer: FirstAnswer; latencyMs: number }>();
    const deadline = world.clock.after(ANSWER_DEADLINE_MS, () => {
      record.phase = 'expired';
      resolve({ answer: { kind: 'none' }, latencyMs: ANSWER_DEADLINE_MS });
      world.events.emit('interaction-answered', {
        interactionId: record.id,
        answer: { kind: 'none' },
        latencyMs: ANSWER_DEADLINE_MS,
      });
    });
    const settle = (answer: FirstAnswer): void => {
      deadline.cancel();
      resolve({ answer, latencyMs: world.now() - record.createdAt });
    };
    const pending = { record, settle };
    this.#byToken.set(record.token, pending);
    this.#byId.set(record.id, pending);
    this.#prune();
    const find = (id: string): Message | undefined => world.messages.get(record.channelId, id);
    return {
      id: record.id,
      spec,
      payload: record.payload,
      answered: promise,
      original: () => (record.originalId === null ? undefined : find(record.originalId)),
      followUps: () => record.followUpIds.map(find).filter((message) => message !== undefined),
      finished: (options = {}) => this.#finished(record, promise, options.timeoutMs ?? 5_000),
    };
  }

  async #finished(
    record: InteractionRecord,
    answered: InteractionHandle['answered'],
    timeoutMs: number,
  ): Promise<{ readonly answer: FirstAnswer; readonly latencyMs: number }> {
    const { events } = this.#world;
    const what = `interaction ${record.name ?? record.id} was not finished`;
    await events.until(() => record.phase !== 'waiting', { timeoutMs, what });
    const first = await answered;
    if (first.answer.kind === 'deferred-message')
      await events.until(() => record.pendingDeferral === null, { timeoutMs, what });
    if (first.answer.kind === 'deferred-update') {
      await events.until(() => record.edits > 0 || record.followUpIds.length > 0, { timeoutMs, what });
    }
    return first;
  }

  #prune(): void {
    if (this.#byId.size <= KEPT) return;
    const [oldest] = this.#byId.values();
    if (oldest === undefined) return;
    this.#byId.delete(oldest.record.id);
    this.#byToken.delete(oldest.record.token);
  }

  #checkPlace(user: User, channel: Channel): void {
    if (channel.guildId === null) {
      if (channel.recipientId !== user.id) throw new Impossible('this is somebody else’s private channel');
      return;
    }
    if (!has(permissionsIn(this.#world, user.id, channel), 'VIEW_CHANNEL'))
      throw new Impossible('this person cannot see that channel');
    if (guildPermissions(this.#world, this.#world.bot.id, channel.guildId) === 0n)
      throw new Impossible('the bot is not in this guild');
  }

  #parts(spec: InteractionSpec, user: User, channel: Channel, force: boolean): Parts {
    const world = this.#world;
    const resolver = new Resolver(world, user, channel, force);
    const none = { name: null, sourceMessage: null };
    switch (spec.kind) {
      case 'slash': {
        const command = offeredCommand(world, spec.command, 1, user.id, channel, force);
        const name = [spec.command, spec.group, spec.subcommand].filter((part) => part !== undefined).join(' ');
        return { ...none, type: 2, name, data: slashData(command, spec, resolver, force) };
      }
      case 'autocomplete': {
        const command = offeredCommand(world, spec.command, 1, user.id, channel, force);
        if (!force) checkAutocomplete(command, spec);
        return { ...none, type: 4, name: spec.command, data: slashData(command, spec, resolver, force) };
      }
      case 'message-menu': {
        const command = offeredCommand(world, spec.command, 3, user.id, channel, force);
        resolver.message(channel.id, spec.messageId);
        return { ...none, type: 2, name: spec.command, data: menuData(command, spec.messageId, resolver) };
      }
      case 'user-menu': {
        const command = offeredCommand(world, spec.command, 2, user.id, channel, force);
        resolver.user(spec.targetId);
        return { ...none, type: 2, name: spec.command, data: menuData(command, spec.targetId, resolver) };
      }
      case 'button':
      case 'select':
        return this.#componentParts(spec, user, resolver, force);
      case 'modal': {
        const origin = this.#byId.get(spec.from)?.record;
        if (origin?.modal == null || origin.userId !== user.id) throw new Impossible('no modal is open');
        return {
          type: 5,
          name: origin.name,
          sourceMessage: origin.sourceMessage,
          data: modalData(origin.modal, spec.fields, resolver, force),
        };
      }
    }
  }

  #componentParts(
    spec: InteractionSpec & { kind: 'button' | 'select' },
    user: User,
    resolver: Resolver,
    force: boolean,
  ): Parts {
    const message = this.#world.messages.get(spec.channelId, spec.messageId);
    if (message === undefined) throw new Impossible('the message is gone');
    if (message.ephemeralFor !== null && message.ephemeralFor !== user.id)
      throw new Impossible('this person does not see that message');
    const values = spec.kind === 'select' ? spec.values : undefined;
    const component = findComponent(message.components, spec.customId);
    const fallbackType = spec.kind === 'select' ? Component.stringSelect : Component.button;
    if (component === undefined && !force)
      throw new Impossible(`there is no component "${spec.customId}" on the message`);
    if (component?.disabled === true && !force) throw new Impossible(`"${spec.customId}" is disabled`);
    const used = component ?? { type: fallbackType, id: 1, custom_id: spec.customId };
    if ((used.type === Component.button) !== (spec.kind === 'button'))
      throw new Impossible(`"${spec.customId}" is no ${spec.kind}`);
    return { type: 3, name: null, sourceMessage: message, data: componentData(used, values, resolver, force) };
  }

  #payload(id: string, token: string, parts: Parts, user: User, channel: Channel): JsonObject {
    const world = this.#world;
    const guild = channel.guildId === null ? undefined : world.guild(channel.guildId);
    const member = guild === undefined ? undefined : world.member(guild.id, user.id);
    const who =
      member === undefined ? { user: userJson(user) } : { member: interactionMemberJson(world, member, channel) };
    const where =
      guild === undefined
        ? { context: 1, authorizing_integration_owners: { '0': '0' } }
        : {
            context: 0,
            guild_id: guild.id,
            guild: { id: guild.id, locale: guild.preferredLocale, features: [] },
            guild_locale: guild.preferredLocale,
            authorizing_integration_owners: { '0': guild.id },
          };
    return {
      id,
      application_id: world.application.id,
      type: parts.type,
      token,
      version: 1,
      ...where,
      channel: { ...channelJson(world, channel), permissions: permissionsIn(world, user.id, channel).toString() },
      channel_id: channel.id,
      ...who,
      locale: user.locale,
      app_permissions: permissionsIn(world, world.bot.id, channel).toString(),
      entitlements: [],
      entitlement_sku_ids: [],
      attachment_size_limit: guildUploadLimit(guild),
      ...(parts.sourceMessage === null ? {} : { message: messageJson(world, parts.sourceMessage) }),
      data: parts.data,
    };
  }
}
