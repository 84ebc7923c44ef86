import type { JsonObject } from '../json.ts';
import { asArray, asNumber } from '../json.ts';
import { checkComponentsV2, checkLegacyComponents } from './components.ts';
import { checkEmbeds } from './embeds.ts';
import type { Path, Spot, Verdict } from './form.ts';
import { judge, refusal } from './form.ts';

export const COMPONENTS_V2 = 1 << 15;

export interface MessageContext {
  /** Names of all files the message will have: uploaded now, and kept from before. `attachment://` may name only these. */
  readonly filenames: readonly string[];
  /** Where the message stands in the request: `['data']` inside an interaction callback. */
  readonly under?: Path;
}

/** The message before an edit, as far as it matters. */
export interface EditedMessage {
  readonly flags: number;
  readonly content: string;
  readonly embeds: readonly JsonObject[];
  readonly components: readonly JsonObject[];
}

const EMPTY = refusal(50006, 'Cannot send an empty message');

/** A new message: channel message, interaction answer, follow-up, or a deferral's first content. */
export const validateNewMessage = (body: unknown, context: MessageContext): Verdict =>
  judge(
    body,
    (root) => {
      if (root.object({ required: true }) === undefined) return undefined;
      const flags = root.at('flags').integer({ min: 0 }) ?? 0;
      checkEnvelope(root);
      checkFields(root, flags, context);
      if (context.filenames.length > 10) return tooManyFiles;
      const empty = !hasText(root) && !hasAny(root, 'embeds') && !hasAny(root, 'components');
      const other = hasAny(root, 'sticker_ids') || !root.at('poll').absent || !root.at('message_reference').absent;
      if (!empty) return undefined;
      // A forward (message_reference type 1) needs nothing else; a plain reply does.
      const forward = asNumber(root.at('message_reference').at('type').value) === 1;
      if (forward || (other && root.at('message_reference').absent)) return undefined;
      return context.filenames.length > 0 && (flags & COMPONENTS_V2) === 0 ? undefined : EMPTY;
    },
    context.under,
  );

/** An edit of a message that is there, by channel, webhook or interaction callback (types 6 and 7). */
export const validateMessageEdit = (body: unknown, before: EditedMessage, context: MessageContext): Verdict =>
  judge(
    body,
    (root) => {
      if (root.object({ required: true }) === undefined) return undefined;
      const wanted = root.at('flags').integer({ min: 0 });
      if (wanted !== undefined && removesComponentsV2(before.flags, wanted)) {
        refuseFlagRemoval(root);
        checkFields(root, wanted, context);
        return undefined;
      }
      const flags = (wanted ?? 0) | (before.flags & COMPONENTS_V2);
      checkEnvelope(root);
      checkFields(root, flags, context);
      if (context.filenames.length > 10) return tooManyFiles;
      const isV2 = (flags & COMPONENTS_V2) !== 0;
      if (isV2 && (before.flags & COMPONENTS_V2) === 0) checkConversion(root, before);
      const content = root.at('content').value === undefined ? before.content !== '' : hasText(root);
      const embeds = root.at('embeds').value === undefined ? before.embeds.length > 0 : hasAny(root, 'embeds');
      const components =
        root.at('components').value === undefined ? before.components.length > 0 : hasAny(root, 'components');
      if (isV2) return components ? undefined : EMPTY;
      return content || embeds || components || context.filenames.length > 0 ? undefined : EMPTY;
    },
    context.under,
  );

/** Once a message has the Components V2 flag, no edit may take it away. */
export const removesComponentsV2 = (flagsBefore: number, flagsWanted: number): boolean =>
  (flagsBefore & COMPONENTS_V2) !== 0 && (flagsWanted & COMPONENTS_V2) === 0;

const tooManyFiles = refusal(30015, 'Maximum number of attachments in a message reached (10)');

const refuseFlagRemoval = (root: Spot): void =>
  root
    .at('flags')
    .refuse('MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG', 'The IS_COMPONENTS_V2 flag cannot be removed from a message');

const hasText = (root: Spot): boolean => {
  const content = root.at('content').value;
  return typeof content === 'string' && content.trim() !== '';
};

const hasAny = (root: Spot, key: string): boolean => (asArray(root.at(key).value)?.length ?? 0) > 0;

const checkFields = (root: Spot, flags: number, context: MessageContext): void => {
  if ((flags & COMPONENTS_V2) === 0) {
    root.at('content').text({ max: 2000 });
    checkEmbeds(root.at('embeds'), context.filenames);
    checkLegacyComponents(root.at('components'));
    return;
  }
  if (hasText(root)) refuseLegacyField(root, 'content');
  if (hasAny(root, 'embeds')) refuseLegacyField(root, 'embeds');
  if (hasAny(root, 'sticker_ids')) refuseLegacyField(root, 'sticker_ids');
  if (!root.at('poll').absent) refuseLegacyField(root, 'poll');
  checkComponentsV2(root.at('components'), context.filenames);
};

const refuseLegacyField = (root: Spot, key: string): void =>
  root
    .at(key)
    .refuse(
      'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      `The '${key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    );

/** An ordinary message becomes a V2 one only when what V2 forbids is emptied in the same edit; `embeds: null` does not do. */
const checkConversion = (root: Spot, before: EditedMessage): void => {
  if (before.content !== '' && root.at('content').value === undefined) refuseLegacyField(root, 'content');
  const embeds = root.at('embeds').value;
  if (embeds === null || (before.embeds.length > 0 && embeds === undefined)) refuseLegacyField(root, 'embeds');
};

/** What surrounds the visible part: nonce, mentions, file descriptions. */
const checkEnvelope = (root: Spot): void => {
  root.at('tts').boolean();
  const nonce = root.at('nonce');
  if (typeof nonce.value === 'string' && nonce.value.length > 25) {
    nonce.refuse('NONCE_TYPE_TOO_LONG', 'Must be 25 or fewer characters long.');
  } else if (!nonce.absent && typeof nonce.value !== 'string' && !Number.isInteger(nonce.value)) {
    nonce.refuse('NONCE_TYPE_INVALID_TYPE', 'This field must be a string or integer.');
  }
  for (const attachment of root.at('attachments').list({ max: 10 })) {
    attachment.at('description').text({ max: 1024 });
    attachment.at('filename').text({ max: 1024 });
  }
  const mentions = root.at('allowed_mentions').object();
  if (mentions === undefined) return;
  mentions.at('replied_user').boolean();
  const parse = mentions.at('parse').list({ max: 3 });
  for (const entry of parse) entry.oneOf(['roles', 'users', 'everyone'], { required: true });
  for (const kind of ['roles', 'users'] as const) {
    const ids = mentions.at(kind).list({ max: 100 });
    for (const id of ids) id.snowflake({ required: true });
    if (ids.length > 0 && parse.some((entry) => entry.value === kind)) {
      mentions.refuse(
        'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE',
        `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
      );
    }
  }
};
