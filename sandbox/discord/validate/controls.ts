import { isObject } from '../json.ts';
import { ButtonStyle, ComponentType } from './component-type.ts';
import type { Spot } from './form.ts';

/** What messages and modals share: buttons, selects, their options, and the ids that must differ. */

/** Ids seen so far in one message or modal. */
export interface SeenIds {
  readonly customIds: Set<string>;
  readonly ids: Set<number>;
}

export const noIds = (): SeenIds => ({ customIds: new Set(), ids: new Set() });

/** `type` has to be one that may stand here; otherwise the whole component is refused, unread. */
export const typeAmong = (component: Spot, types: readonly number[]): number | undefined => {
  if (component.object({ required: true }) === undefined) return undefined;
  const type = component.at('type');
  if (type.absent) {
    type.requireValue();
    return undefined;
  }
  const found = types.find((known) => known === type.value);
  if (found === undefined) {
    const list = types.length === 1 ? `${types[0]},` : types.join(', ');
    component.refuse('UNION_TYPE_CHOICES', `Value of field "type" must be one of (${list}).`);
  }
  return found;
};

/** The optional number of a component: 32 bit, used once. 0 means "number it for me". */
export const checkId = (component: Spot, seen: SeenIds): void => {
  const spot = component.at('id');
  const id = spot.integer({ min: 0, max: 2 ** 31 - 1 });
  if (id === undefined || id === 0) return;
  if (seen.ids.has(id)) spot.refuse('COMPONENT_ID_DUPLICATED', 'Component id cannot be duplicated');
  seen.ids.add(id);
};

export const checkCustomId = (component: Spot, seen: SeenIds): void => {
  const spot = component.at('custom_id');
  const id = spot.text({ min: 1, max: 100, required: true });
  if (id === undefined) return;
  if (seen.customIds.has(id)) {
    spot.refuse('COMPONENT_CUSTOM_ID_DUPLICATED', 'Component custom id cannot be duplicated');
  }
  seen.customIds.add(id);
};

const UNICODE_EMOJI = /^(?:\p{RGI_Emoji}|\p{Extended_Pictographic}\uFE0F?|[#*0-9]\uFE0F?\u20E3)$/v;

/** Either a custom emoji's id or exactly one Unicode emoji as the name. */
export const checkEmoji = (spot: Spot): void => {
  const emoji = spot.object();
  if (emoji === undefined) return;
  emoji.at('animated').boolean();
  const id = emoji.at('id');
  const name = emoji.at('name');
  if (!id.absent) id.snowflake();
  else if (typeof name.value !== 'string' || !UNICODE_EMOJI.test(name.value)) {
    name.refuse('COMPONENT_INVALID_EMOJI', 'Invalid emoji');
  }
};

export const checkButton = (button: Spot, seen: SeenIds): void => {
  const style = button.at('style').oneOf(Object.values(ButtonStyle), { required: true });
  button.at('disabled').boolean();
  const label = button.at('label').text({ max: 80 });
  checkEmoji(button.at('emoji'));
  const [customId, url] = [button.at('custom_id'), button.at('url')];
  if (style === undefined) return;
  if (style === ButtonStyle.premium) {
    button.at('sku_id').snowflake({ required: true });
    return;
  }
  if (!customId.absent && !url.absent) {
    button.refuse('BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE', 'A custom id and url cannot both be specified');
  } else if (style === ButtonStyle.link) {
    url.url(['http', 'https', 'discord'], 512, { required: true });
  } else if (customId.absent) {
    customId.refuse('BUTTON_COMPONENT_CUSTOM_ID_REQUIRED', 'A custom id is required');
  } else checkCustomId(button, seen);
  if (!label && button.at('emoji').absent && button.at('label').absent) button.at('label').requireValue();
};

interface OptionLimits {
  readonly min: number;
  readonly max: number;
}

/** Options of a string select, a radio group or a checkbox group. Answers how many are chosen from the start. */
export const checkOptions = (spot: Spot, { min, max }: OptionLimits): number => {
  const values = new Set<string>();
  let defaults = 0;
  for (const option of spot.list({ min, max, required: true })) {
    if (option.object({ required: true }) === undefined) continue;
    option.at('label').text({ min: 1, max: 100, required: true });
    option.at('description').text({ max: 100 });
    checkEmoji(option.at('emoji'));
    if (option.at('default').boolean() === true) defaults += 1;
    const value = option.at('value').text({ min: 1, max: 100, required: true });
    if (value === undefined) continue;
    if (values.has(value)) {
      option.refuse('SELECT_COMPONENT_OPTION_VALUE_DUPLICATED', 'The specified option value is already used');
    }
    values.add(value);
  }
  return defaults;
};

export interface Counts {
  readonly min: number;
  readonly max: number;
}

/** `min_values` and `max_values`, both 1 unless told otherwise. */
export const checkCounts = (component: Spot, ceiling: number): Counts => {
  const min = component.at('min_values').integer({ min: 0, max: ceiling }) ?? 1;
  const maxSpot = component.at('max_values');
  const max = maxSpot.integer({ min: 1, max: ceiling }) ?? 1;
  if (max < min) maxSpot.refuse('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
  return { min, max };
};

const DEFAULT_KINDS: Readonly<Record<number, readonly string[]>> = {
  [ComponentType.userSelect]: ['user'],
  [ComponentType.roleSelect]: ['role'],
  [ComponentType.mentionableSelect]: ['user', 'role'],
  [ComponentType.channelSelect]: ['channel'],
};

/** Any of the five selects, in a message or a modal. */
export const checkSelect = (select: Spot, type: number, seen: SeenIds): Counts => {
  checkCustomId(select, seen);
  select.at('placeholder').text({ max: 150 });
  select.at('disabled').boolean();
  const counts = checkCounts(select, 25);
  if (type === ComponentType.stringSelect) {
    const options = select.at('options');
    const count = Array.isArray(options.value) ? options.value.length : 0;
    const defaults = checkOptions(options, { min: Math.max(1, counts.min, count > 0 ? counts.max : 1), max: 25 });
    if (defaults > counts.max) {
      options.refuse(
        'SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES',
        'The specified number of default values exceeds the specified maximum values',
      );
    }
    return counts;
  }
  const kinds = DEFAULT_KINDS[type] ?? [];
  for (const entry of select.at('default_values').list({ max: counts.max })) {
    if (!isObject(entry.value)) entry.object({ required: true });
    entry.at('id').snowflake({ required: true });
    entry.at('type').oneOf(kinds, { required: true });
  }
  for (const entry of select.at('channel_types').list({ max: 25 })) entry.integer({ min: 0, max: 16, required: true });
  return counts;
};
