import type { Spot, Verdict } from './form.ts';
import { judge } from './form.ts';

/** Types a bot can create in a guild. */
const CREATABLE = [0, 2, 4, 5, 13, 14, 15, 16];
const VOICE = 2;
const STAGE = 13;
/** Highest bitrate in bit/s by the guild's boost tier. */
const BITRATES = [96_000, 128_000, 256_000, 384_000] as const;

export interface ChannelContext {
  /** The boost tier decides the highest bitrate. */
  readonly premiumTier: 0 | 1 | 2 | 3;
  /** The type of the channel that is edited; for a creation the body's. */
  readonly type?: number;
}

export const validateChannelCreate = (body: unknown, context: ChannelContext): Verdict =>
  judge(body, (root) => {
    if (root.object({ required: true }) === undefined) return undefined;
    root.at('name').text({ min: 1, max: 100, required: true });
    const type = root.at('type').oneOf(CREATABLE) ?? 0;
    checkChannel(root, type, context.premiumTier);
    return undefined;
  });

export const validateChannelModify = (body: unknown, context: ChannelContext): Verdict =>
  judge(body, (root) => {
    if (root.object({ required: true }) === undefined) return undefined;
    const name = root.at('name');
    if (name.value === null) name.requireValue();
    else if (name.value !== undefined) name.text({ min: 1, max: 100, required: true });
    // Only text and announcement channels turn into each other.
    root.at('type').oneOf(context.type === 0 || context.type === 5 ? [0, 5] : [context.type ?? 0]);
    checkChannel(root, context.type ?? 0, context.premiumTier);
    return undefined;
  });

/** `PUT /channels/{id}/voice-status`: up to 500 characters, null clears it. */
export const validateVoiceStatus = (body: unknown): Verdict =>
  judge(body, (root) => {
    if (root.object({ required: true }) !== undefined) root.at('status').text({ max: 500 });
    return undefined;
  });

const checkChannel = (root: Spot, type: number, tier: ChannelContext['premiumTier']): void => {
  root.at('topic').text({ max: 1024 });
  root.at('nsfw').boolean();
  root.at('position').integer({ min: 0 });
  root.at('parent_id').snowflake();
  root.at('rate_limit_per_user').integer({ min: 0, max: 21_600 });
  if (type === VOICE || type === STAGE) {
    root.at('bitrate').integer({ min: 8000, max: type === STAGE ? 64_000 : BITRATES[tier] });
    root.at('user_limit').integer({ min: 0, max: type === STAGE ? 10_000 : 99 });
    root.at('video_quality_mode').oneOf([1, 2]);
  }
  for (const overwrite of root.at('permission_overwrites').list({ max: 100 })) checkOverwrite(overwrite);
};

/** Who (`type` 0 role, 1 member) and two bit sets as decimal strings. */
export const checkOverwrite = (overwrite: Spot): void => {
  if (overwrite.object({ required: true }) === undefined) return;
  overwrite.at('id').snowflake({ required: true });
  // Discord takes the numbers as strings too.
  if (!['0', '1'].includes(String(overwrite.at('type').value))) {
    overwrite.at('type').oneOf([0, 1], { required: true });
  }
  checkBits(overwrite);
};

const checkBits = (overwrite: Spot): void => {
  for (const key of ['allow', 'deny']) {
    const bits = overwrite.at(key);
    if (bits.absent || (typeof bits.value === 'string' && /^\d{1,20}$/.test(bits.value))) continue;
    if (typeof bits.value === 'number' && Number.isSafeInteger(bits.value) && bits.value >= 0) continue;
    bits.refuse('BITFIELD_TYPE_CONVERT', `Could not interpret "${String(bits.value)}" as a bitfield.`);
  }
};

/** The body of `PUT /channels/{id}/permissions/{overwrite}`. */
export const validateOverwrite = (body: unknown): Verdict =>
  judge(body, (root) => {
    if (root.object({ required: true }) === undefined) return undefined;
    root.at('type').oneOf([0, 1], { required: true });
    checkBits(root);
    return undefined;
  });
