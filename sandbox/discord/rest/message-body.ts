import { normaliseFilename } from '../files.ts';
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../json.ts';
import type { MessageChange } from '../messages.ts';
import { type Attachment, type Message, MessageFlag } from '../model.ts';
import type { Path } from '../validate/form.ts';
import { validateMessageEdit, validateNewMessage } from '../validate/message.ts';
import type { World } from '../world.ts';
import { fieldError, refusal } from './api-error.ts';
import type { Call, UploadedFile } from './router.ts';
import { demand } from './validation.ts';

export interface UploadPlace {
  readonly channelId: string;
  readonly ephemeral: boolean;
  /** Bytes per file. */
  readonly limitBytes: number;
  /** Where the message stands in the request: `['data']` in an interaction callback. */
  readonly under?: Path;
}

/** What `attachments` says about an uploaded file. */
const descriptionOf = (body: JsonObject, file: UploadedFile): JsonObject =>
  objectsIn(body.attachments).find((entry) => String(entry.id) === String(file.index)) ?? {};

const nameOf = (body: JsonObject, file: UploadedFile): string =>
  asString(descriptionOf(body, file).filename) ?? file.name;

/** Stores the new files, with what `attachments` says about each. */
const store = (call: Call, body: JsonObject, place: UploadPlace): readonly Attachment[] =>
  [...call.files]
    .sort((left, right) => left.index - right.index)
    .map((file) => {
      const facts = descriptionOf(body, file);
      const name = nameOf(body, file);
      return call.world.files.add({
        file: { ...file, name },
        channelId: place.channelId,
        ephemeral: place.ephemeral,
        description: asString(facts.description) ?? null,
        spoiler: facts.is_spoiler === true || name.startsWith('SPOILER_'),
        durationSecs: asNumber(facts.duration_secs) ?? null,
        waveform: asString(facts.waveform) ?? null,
      });
    });

/** Every entry of `attachments` names an uploaded file by number or, in an edit, a file that is there already. */
const checkAttachmentIds = (call: Call, body: JsonObject, existing: readonly Attachment[]): void => {
  for (const [index, entry] of objectsIn(body.attachments).entries()) {
    const id = String(entry.id);
    const known = existing.some((file) => file.id === id) || call.files.some((file) => String(file.index) === id);
    if (!known)
      throw fieldError(['attachments', index, 'id'], 'ATTACHMENT_NOT_FOUND', `Attachment data not found: ${id}`);
  }
};

const checkSizes = (call: Call, place: UploadPlace): void => {
  if (call.files.some((file) => file.bytes.byteLength > place.limitBytes)) throw refusal('requestTooLarge');
};

const uploadedNames = (call: Call, body: JsonObject): readonly string[] =>
  call.files.map((file) => normaliseFilename(nameOf(body, file)).filename);

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
  const under = place.under ?? [];
  demand(validateNewMessage(body, { filenames: uploadedNames(call, body), under }));
  checkAttachmentIds(call, body, []);
  checkSizes(call, place);
  return {
    content: asString(body.content)?.trim() ?? '',
    embeds: objectsIn(body.embeds),
    components: objectsIn(body.components),
    attachments: store(call, body, place),
    flags: asNumber(body.flags) ?? 0,
    allowedMentions: asObject(body.allowed_mentions),
  };
};

/** What an edit changes. Files not listed in `attachments` go; the V2 flag can be set but never taken away. */
export const messageChange = (call: Call, message: Message, body: JsonObject, place: UploadPlace): MessageChange => {
  const keptIds = objectsIn(body.attachments).map((entry) => String(entry.id));
  const listed = body.attachments !== undefined;
  const kept = listed ? message.attachments.filter((file) => keptIds.includes(file.id)) : message.attachments;
  const filenames = [...kept.map((file) => file.filename), ...uploadedNames(call, body)];
  demand(validateMessageEdit(body, message, { filenames, under: place.under ?? [] }));
  checkAttachmentIds(call, body, message.attachments);
  checkSizes(call, place);
  return {
    ...(body.content === undefined ? {} : { content: asString(body.content)?.trim() ?? '' }),
    ...(body.embeds === undefined ? {} : { embeds: objectsIn(body.embeds) }),
    ...(body.components === undefined ? {} : { components: objectsIn(body.components) }),
    attachments: [...kept, ...store(call, body, place)],
    flags: editedFlags(message.flags, asNumber(body.flags)),
    allowedMentions: asObject(body.allowed_mentions),
  };
};

/** An edit switches embed suppression and sets V2; every other flag stays as it was. */
const editedFlags = (current: number, asked: number | undefined): number => {
  if (asked === undefined) return current;
  const settable = MessageFlag.suppressEmbeds;
  return (current & ~settable) | (asked & settable) | (asked & MessageFlag.componentsV2);
};

/** The message a reply points at, by Discord's rules for `fail_if_not_exists`. */
export const repliedTo = (world: World, channelId: string, body: JsonObject): string | null => {
  const reference = asObject(body.message_reference);
  const id = asString(reference?.message_id);
  if (reference === undefined || id === undefined) return null;
  const target = world.messages.get(channelId, id);
  if (target !== undefined && target.ephemeralFor === null) return id;
  if (reference.fail_if_not_exists === false) return null;
  throw fieldError(['message_reference'], 'MESSAGE_REFERENCE_UNKNOWN_MESSAGE', 'Unknown message');
};
