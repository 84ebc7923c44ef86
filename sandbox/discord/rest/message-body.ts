import { asNumber, asObject, asString, type Json, type JsonObject, objectsIn } from '../json.ts';
import type { MessageChange } from '../messages.ts';
import { type Attachment, type Message, MessageFlag } from '../model.ts';
import type { World } from '../world.ts';
import { fieldError, refusal } from './api-error.ts';
import type { Call, UploadedFile } from './router.ts';
import { checkMessage } from './validation.ts';

interface UploadPlace {
  readonly channelId: string;
  readonly ephemeral: boolean;
  /** Bytes per file. */
  readonly limitBytes: number;
}

const MAX_ATTACHMENTS = 10;
const LEGACY_FIELDS = ['content', 'embeds', 'sticker_ids', 'poll'] as const;

const isEmptyValue = (value: Json | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

/** Checks the limits of the new files and stores them, with what `attachments` says about each. */
const store = (call: Call, body: JsonObject, place: UploadPlace): readonly Attachment[] => {
  const described = objectsIn(body.attachments);
  const about = (file: UploadedFile): JsonObject =>
    described.find((entry) => String(entry.id) === String(file.index)) ?? {};
  if (call.files.some((file) => file.bytes.byteLength > place.limitBytes)) throw refusal('requestTooLarge');
  return [...call.files]
    .sort((left, right) => left.index - right.index)
    .map((file) => {
      const facts = about(file);
      return call.world.files.add({
        file: { ...file, name: asString(facts.filename) ?? file.name },
        channelId: place.channelId,
        ephemeral: place.ephemeral,
        description: asString(facts.description) ?? null,
        spoiler: facts.is_spoiler === true || (asString(facts.filename) ?? file.name).startsWith('SPOILER_'),
        durationSecs: asNumber(facts.duration_secs) ?? null,
        waveform: asString(facts.waveform) ?? null,
      });
    });
};

/** Every entry of `attachments` names an uploaded file by number or, in an edit, a file that is there already. */
const checkAttachmentIds = (call: Call, body: JsonObject, existing: readonly Attachment[]): void => {
  for (const [index, entry] of objectsIn(body.attachments).entries()) {
    const id = String(entry.id);
    const known = existing.some((file) => file.id === id) || call.files.some((file) => String(file.index) === id);
    if (!known)
      throw fieldError(['attachments', index, 'id'], 'ATTACHMENT_NOT_FOUND', `Attachment data not found: ${id}`);
  }
};

export interface NewMessage {
  readonly content: string;
  readonly embeds: readonly JsonObject[];
  readonly components: readonly JsonObject[];
  readonly attachments: readonly Attachment[];
  readonly flags: number;
  readonly allowedMentions: JsonObject | undefined;
}

/** A message body for creation: checked against Discord's limits, files stored. */
export const newMessage = (call: Call, body: JsonObject, place: UploadPlace): NewMessage => {
  const flags = asNumber(body.flags) ?? 0;
  const v2 = (flags & MessageFlag.componentsV2) !== 0;
  checkMessage(body, { v2, edit: false, fileNames: fileNames(call, body, []) });
  if (v2) refuseLegacyFields(body);
  checkAttachmentIds(call, body, []);
  if (call.files.length > MAX_ATTACHMENTS) throw refusal('tooManyAttachments');
  const parts = [...LEGACY_FIELDS, 'components'].map((field) => body[field]);
  if (parts.every(isEmptyValue) && call.files.length === 0) throw refusal('emptyMessage');
  if (v2 && isEmptyValue(body.components)) throw refusal('emptyMessage');
  return {
    content: asString(body.content) ?? '',
    embeds: objectsIn(body.embeds),
    components: objectsIn(body.components),
    attachments: store(call, body, place),
    flags,
    allowedMentions: asObject(body.allowed_mentions),
  };
};

/** What an edit changes. The V2 flag can be set but never taken away, and V2 messages have neither content nor embeds. */
export const messageChange = (call: Call, message: Message, body: JsonObject, place: UploadPlace): MessageChange => {
  const was = (message.flags & MessageFlag.componentsV2) !== 0;
  const flags = asNumber(body.flags);
  const v2 = flags === undefined ? was : (flags & MessageFlag.componentsV2) !== 0;
  checkMessage(body, { v2, edit: true, fileNames: fileNames(call, body, message.attachments) });
  if (v2 || was) refuseLegacyFields(body);
  if (v2 && !was) refuseLeftovers(message, body);
  checkAttachmentIds(call, body, message.attachments);
  const listed = body.attachments;
  const keptIds = objectsIn(listed).map((entry) => String(entry.id));
  const kept =
    listed === undefined ? message.attachments : message.attachments.filter((file) => keptIds.includes(file.id));
  if (kept.length + call.files.length > MAX_ATTACHMENTS) throw refusal('tooManyAttachments');
  const attachments = [...kept, ...store(call, body, place)];
  const next = {
    ...(body.content === undefined ? {} : { content: asString(body.content) ?? '' }),
    ...(body.embeds === undefined ? {} : { embeds: objectsIn(body.embeds) }),
    ...(body.components === undefined ? {} : { components: objectsIn(body.components) }),
    attachments,
    flags: editedFlags(message.flags, flags),
    allowedMentions: asObject(body.allowed_mentions),
  };
  const after = { ...message, ...next };
  const empty =
    after.content === '' && after.embeds.length === 0 && after.components.length === 0 && attachments.length === 0;
  if (empty) throw refusal('emptyMessage');
  return next;
};

/** Only embeds suppression and V2 can be changed by an edit; everything else of the flags stays. */
const editedFlags = (current: number, asked: number | undefined): number => {
  if (asked === undefined) return current;
  const settable = MessageFlag.suppressEmbeds;
  return (current & ~settable) | (asked & settable) | (asked & MessageFlag.componentsV2);
};

const refuseLegacyFields = (body: JsonObject): void => {
  const field = LEGACY_FIELDS.find((name) => !isEmptyValue(body[name]));
  if (field === undefined) return;
  throw fieldError(
    [field],
    'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
    `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
  );
};

/** Turning V2 on needs what the message had before to be taken away in the same edit. */
const refuseLeftovers = (message: Message, body: JsonObject): void => {
  const leftover =
    message.content !== '' && body.content === undefined
      ? 'content'
      : message.embeds.length > 0 && body.embeds === undefined
        ? 'embeds'
        : undefined;
  if (leftover !== undefined) refuseLegacyFields({ [leftover]: 'kept' });
};

const fileNames = (call: Call, body: JsonObject, existing: readonly Attachment[]): readonly string[] => {
  const described = objectsIn(body.attachments).flatMap((entry) => asString(entry.filename) ?? []);
  return [...described, ...call.files.map((file) => file.name), ...existing.map((file) => file.filename)];
};

/** The message a reply points at, by Discord's rules for `fail_if_not_exists`. */
export const repliedTo = (world: World, channelId: string, body: JsonObject): string | null => {
  const reference = asObject(body.message_reference);
  const id = asString(reference?.message_id);
  if (reference === undefined || id === undefined) return null;
  const target = world.messages.get(channelId, id);
  if (target !== undefined && target.ephemeralFor === null) return id;
  if (reference.fail_if_not_exists === false) return null;
  throw fieldError(['message_reference'], 'REPLIES_UNKNOWN_MESSAGE', 'Unknown message');
};
