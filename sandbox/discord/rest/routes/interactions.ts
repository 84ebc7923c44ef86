import type { InteractionRecord } from '../../interaction-model.ts';
import { asNumber, asObject, type JsonObject, objectsIn } from '../../json.ts';
import { type Message, MessageFlag } from '../../model.ts';
import { guildUploadLimit } from '../../upload-limits.ts';
import { type ChoiceType, validateChoices } from '../../validate/choices.ts';
import { validateModal } from '../../validate/modal.ts';
import { messageJson } from '../../wire-message.ts';
import type { World } from '../../world.ts';
import type { FirstAnswer } from '../../world-events.ts';
import { fieldError, refusal } from '../api-error.ts';
import { messageChange, newMessage, type UploadPlace } from '../message-body.ts';
import { bodyObject, type Call, noContent, ok, param, type Reply, type Route } from '../router.ts';
import { demand } from '../validation.ts';

/** Which callback types an interaction takes: 2 command, 3 component, 4 autocomplete, 5 modal submit. */
const ALLOWED: Readonly<Record<InteractionRecord['type'], readonly number[]>> = {
  2: [4, 5, 9],
  3: [4, 5, 6, 7, 9],
  4: [8],
  5: [4, 5, 6, 7],
};

const uploadPlace = (world: World, record: InteractionRecord, ephemeral: boolean, first: boolean): UploadPlace => ({
  channelId: record.channelId,
  ephemeral,
  limitBytes: guildUploadLimit(record.guildId === null ? undefined : world.guild(record.guildId)),
  under: first ? ['data'] : [],
});

const requireOpen = (call: Call): InteractionRecord => {
  const record = call.world.interactions.byToken(param(call, 'token'));
  if (record === undefined || record.id !== param(call, 'interaction') || record.phase === 'expired')
    throw refusal('unknownInteraction');
  if (record.phase === 'answered') throw refusal('alreadyAcknowledged');
  return record;
};

/** 20 answers a slash command, 23 a menu command, 19 a component; a modal answers for what opened it. */
const answerType = (record: InteractionRecord): number => {
  if (record.sourceMessage !== null) return 19;
  const kind = asNumber(asObject(record.payload.data)?.type);
  return kind === 2 || kind === 3 ? 23 : 20;
};

const post = (call: Call, record: InteractionRecord, body: JsonObject, followUp: boolean): Message => {
  const { world } = call;
  const ephemeral = ((asNumber(body.flags) ?? 0) & MessageFlag.ephemeral) !== 0;
  const draft = newMessage(call, body, uploadPlace(world, record, ephemeral, !followUp));
  const settable =
    MessageFlag.ephemeral |
    MessageFlag.suppressEmbeds |
    MessageFlag.suppressNotifications |
    MessageFlag.componentsV2 |
    MessageFlag.voiceMessage;
  return world.messages.post({
    ...draft,
    flags: draft.flags & settable,
    ...origin(world, record, ephemeral, followUp),
  });
};

const origin = (world: World, record: InteractionRecord, ephemeral: boolean, followUp: boolean) => ({
  channelId: record.channelId,
  authorId: world.bot.id,
  applicationId: world.application.id,
  type: followUp ? (record.originalId === null ? 0 : 19) : answerType(record),
  replyToId: followUp ? record.originalId : (record.sourceMessage?.id ?? null),
  interaction: { id: record.id, userId: record.userId, name: record.name, type: record.type },
  ephemeralFor: ephemeral ? record.userId : null,
});

const defer = (call: Call, record: InteractionRecord, flags: number): FirstAnswer => {
  const ephemeral = (flags & MessageFlag.ephemeral) !== 0;
  const message = call.world.messages.post({
    ...origin(call.world, record, ephemeral, false),
    // Whatever else the deferral asks for is ignored.
    flags: MessageFlag.loading | (flags & MessageFlag.ephemeral),
  });
  record.originalId = message.id;
  record.pendingDeferral = ephemeral ? 'ephemeral' : 'public';
  return { kind: 'deferred-message', ephemeral, message };
};

/** Types 6 and 7 need a message to update. */
const requireSource = (call: Call, record: InteractionRecord, type: number): Message => {
  const { sourceMessage } = record;
  if (sourceMessage === null)
    throw fieldError(['type'], 'INTERACTION_INVALID_RESPONSE_TYPE', `Callback type ${type} needs a message component.`);
  const current = call.world.messages.get(sourceMessage.channelId, sourceMessage.id);
  if (current === undefined) throw refusal('unknownMessage');
  return current;
};

const firstAnswer = (call: Call, record: InteractionRecord, type: number, data: JsonObject): FirstAnswer => {
  const { world } = call;
  switch (type) {
    case 4: {
      const message = post(call, record, data, false);
      record.originalId = message.id;
      return { kind: 'message', message };
    }
    case 5:
      return defer(call, record, asNumber(data.flags) ?? 0);
    case 6:
      record.originalId = requireSource(call, record, 6).id;
      return { kind: 'deferred-update' };
    case 7: {
      const source = requireSource(call, record, 7);
      record.originalId = source.id;
      const change = messageChange(call, source, data, uploadPlace(world, record, source.ephemeralFor !== null, true));
      return { kind: 'update', message: world.messages.edit(source.channelId, source.id, change) };
    }
    case 8:
      demand(validateChoices(data, focusedType(record.payload)));
      return { kind: 'choices', choices: objectsIn(data.choices) };
    default: {
      demand(validateModal(data));
      const modal = numberedModal(data);
      record.modal = modal;
      return { kind: 'modal', modal };
    }
  }
};

const CHOICE_TYPES: Readonly<Record<number, ChoiceType>> = { 3: 'string', 4: 'integer', 10: 'number' };

/** The type of the option that is being typed. */
const focusedType = (payload: JsonObject): ChoiceType | undefined => {
  const find = (options: readonly JsonObject[]): JsonObject | undefined =>
    options.find((option) => option.focused === true) ??
    options.map((option) => find(objectsIn(option.options))).find((option) => option !== undefined);
  return CHOICE_TYPES[asNumber(find(objectsIn(asObject(payload.data)?.options))?.type) ?? 0];
};

/** Components of a modal get ids like those of messages. */
const numberedModal = (modal: JsonObject): JsonObject => {
  let next = 0;
  const number = (component: JsonObject): JsonObject => {
    next += 1;
    const id = asNumber(component.id) ?? next;
    const inner = asObject(component.component);
    const children = component.components;
    return {
      ...component,
      id,
      ...(inner === undefined ? {} : { component: number(inner) }),
      ...(children === undefined ? {} : { components: objectsIn(children).map(number) }),
    };
  };
  return { ...modal, components: objectsIn(modal.components).map(number) };
};

const callback = (call: Call): Reply => {
  const record = requireOpen(call);
  const body = bodyObject(call);
  const type = asNumber(body.type);
  const allowed = ALLOWED[record.type].filter((entry) => (entry !== 6 && entry !== 7) || record.sourceMessage !== null);
  if (type === undefined || !allowed.includes(type)) {
    throw fieldError(['type'], 'BASE_TYPE_CHOICES', `Value must be one of {${allowed.join(', ')}}.`);
  }
  const answer = firstAnswer(call, record, type, asObject(body.data) ?? {});
  call.world.interactions.answer(record, answer);
  return call.query.get('with_response') === 'true'
    ? ok(callbackResponse(call.world, record, type, answer))
    : noContent;
};

const callbackResponse = (world: World, record: InteractionRecord, type: number, answer: FirstAnswer): JsonObject => {
  const message = 'message' in answer ? answer.message : undefined;
  return {
    interaction: {
      id: record.id,
      type: record.type,
      ...(message === undefined
        ? {}
        : {
            response_message_id: message.id,
            response_message_loading: (message.flags & MessageFlag.loading) !== 0,
            response_message_ephemeral: message.ephemeralFor !== null,
          }),
    },
    resource: { type, ...(message === undefined ? {} : { message: messageJson(world, message) }) },
  };
};

/** The interaction behind a webhook path: answered, and younger than 15 minutes. */
const requireAnswered = (call: Call): InteractionRecord => {
  if (param(call, 'application') !== call.world.application.id) throw refusal('unknownWebhook');
  const record = call.world.interactions.byToken(param(call, 'token'));
  if (record === undefined || !call.world.interactions.tokenAlive(record)) throw refusal('invalidWebhookToken');
  if (record.phase !== 'answered') throw refusal('unknownWebhook');
  return record;
};

/** `@original` or one of the follow-ups of this very interaction. */
const requireMessage = (call: Call, record: InteractionRecord): Message => {
  const asked = param(call, 'message');
  const id = asked === '@original' ? record.originalId : asked;
  const own = id !== null && (id === record.originalId || record.followUpIds.includes(id));
  const message = own ? call.world.messages.get(record.channelId, id) : undefined;
  if (message === undefined) throw refusal('unknownMessage');
  return message;
};

const applyEdit = (call: Call, record: InteractionRecord, message: Message, body: JsonObject): Message => {
  const { world } = call;
  const filled = messageChange(call, message, body, uploadPlace(world, record, message.ephemeralFor !== null, false));
  const wasLoading = (message.flags & MessageFlag.loading) !== 0;
  const flags = (filled.flags ?? message.flags) & ~MessageFlag.loading;
  const edited = world.messages.edit(message.channelId, message.id, { ...filled, flags, markEdited: !wasLoading });
  if (message.id === record.originalId) record.pendingDeferral = null;
  record.edits += 1;
  world.events.emit('interaction-edited', { interactionId: record.id, message: edited });
  return edited;
};

const editMessage = (call: Call): Reply => {
  const record = requireAnswered(call);
  return ok(messageJson(call.world, applyEdit(call, record, requireMessage(call, record), bodyObject(call))));
};

const followUp = (call: Call): Reply => {
  const record = requireAnswered(call);
  const body = bodyObject(call);
  // Directly after a deferral this edits the loading message, whose visibility stays as deferred.
  const loading =
    record.pendingDeferral === null || record.originalId === null
      ? undefined
      : call.world.messages.get(record.channelId, record.originalId);
  if (loading !== undefined) return ok(messageJson(call.world, applyEdit(call, record, loading, body)));
  const message = post(call, record, body, true);
  record.followUpIds.push(message.id);
  call.world.events.emit('interaction-followed-up', { interactionId: record.id, message });
  return ok(messageJson(call.world, message));
};

const getMessage = (call: Call): Reply => ok(messageJson(call.world, requireMessage(call, requireAnswered(call))));

const deleteMessage = (call: Call): Reply => {
  const record = requireAnswered(call);
  const message = requireMessage(call, record);
  call.world.messages.delete(message.channelId, message.id);
  if (message.id === record.originalId) record.pendingDeferral = null;
  return noContent;
};

const WEBHOOK = '/webhooks/:application/:token';

export const interactionRoutes: readonly Route[] = [
  { method: 'POST', path: '/interactions/:interaction/:token/callback', auth: 'open', handle: callback },
  { method: 'POST', path: WEBHOOK, auth: 'open', handle: followUp },
  { method: 'GET', path: `${WEBHOOK}/messages/:message`, auth: 'open', handle: getMessage },
  { method: 'PATCH', path: `${WEBHOOK}/messages/:message`, auth: 'open', handle: editMessage },
  { method: 'DELETE', path: `${WEBHOOK}/messages/:message`, auth: 'open', handle: deleteMessage },
];
