import { asArray, isObject } from '../json.ts';
import { checkFileTypes } from './file-types.ts';
import type { Spot } from './form.ts';

export const OptionType = {
  subcommand: 1,
  group: 2,
  string: 3,
  integer: 4,
  boolean: 5,
  user: 6,
  channel: 7,
  role: 8,
  mentionable: 9,
  number: 10,
  attachment: 11,
} as const;
export type OptionType = (typeof OptionType)[keyof typeof OptionType];

const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

/** Names of slash commands and options: letters that have a lower case must be in it. */
export const checkName = (spot: Spot): string | undefined => {
  const name = spot.text({ min: 1, max: 32, required: true });
  if (name === undefined) return undefined;
  if (NAME.test(name) && name === name.toLowerCase()) return name;
  spot.refuse('APPLICATION_COMMAND_INVALID_NAME', 'Command name is invalid');
  return undefined;
};

export const checkLocalizations = (spot: Spot, check: (entry: Spot) => void): void => {
  if (spot.object() === undefined || !isObject(spot.value)) return;
  for (const [locale, text] of Object.entries(spot.value)) {
    if (!/^[a-z]{2}(?:-[A-Z]{2}|-419)?$/.test(locale)) {
      spot.at(locale).refuse('BASE_TYPE_CHOICES', 'Value must be one of the supported locales.');
    } else if (text !== null) check(spot.at(locale));
  }
};

const RANGED: readonly number[] = [OptionType.integer, OptionType.number];
const CHOOSABLE: readonly number[] = [OptionType.string, ...RANGED];
const NESTED: readonly number[] = [OptionType.subcommand, OptionType.group];
const PLAIN: readonly OptionType[] = Object.values(OptionType).filter((type) => !NESTED.includes(type));

/** Options of a command ('command'), of a group in it ('group'), or of a subcommand ('subcommand'). */
export const checkOptionList = (spot: Spot, inside: 'command' | 'group' | 'subcommand'): void => {
  const allowed: readonly OptionType[] =
    inside === 'command' ? Object.values(OptionType) : inside === 'group' ? [OptionType.subcommand] : PLAIN;
  const options = spot.list({ max: 25, ...(inside === 'group' ? { min: 1, required: true } : {}) });
  const names = new Set<string>();
  const types = options.map((option) => option.at('type').value);
  const hasNested = types.some((type) => NESTED.includes(type as number));
  let optionalSeen = false;
  for (const option of options) {
    if (option.object({ required: true }) === undefined) continue;
    const type = option.at('type').oneOf(allowed, { required: true });
    if (type !== undefined && hasNested && !NESTED.includes(type)) {
      option.refuse(
        'APPLICATION_COMMAND_OPTIONS_TYPE_INVALID',
        'Sub-command and sub-command group option types are mutually exclusive to all other types',
      );
    }
    const name = checkName(option.at('name'));
    if (name !== undefined && names.has(name)) {
      option.at('name').refuse('APPLICATION_COMMAND_OPTIONS_NAME_EXISTS', 'Option name already exists');
    }
    if (name !== undefined) names.add(name);
    checkLocalizations(option.at('name_localizations'), checkName);
    option.at('description').text({ min: 1, max: 100, required: true });
    checkLocalizations(option.at('description_localizations'), (entry) => entry.text({ min: 1, max: 100 }));
    if (type !== undefined) optionalSeen = checkOption(option, type, optionalSeen);
  }
};

/** Answers whether an optional option has been met by now. */
const checkOption = (option: Spot, type: OptionType, optionalSeen: boolean): boolean => {
  if (type === OptionType.group || type === OptionType.subcommand) {
    checkOptionList(option.at('options'), type === OptionType.group ? 'group' : 'subcommand');
    return optionalSeen;
  }
  if (asArray(option.at('options').value)?.length) {
    option.at('options').refuse('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', 'This option type cannot have options');
  }
  checkValueLimits(option, type);
  const required = option.at('required').boolean() ?? false;
  if (required && optionalSeen) {
    option.refuse(
      'APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID',
      'Required options must be placed before non-required options',
    );
  }
  return optionalSeen || !required;
};

const checkValueLimits = (option: Spot, type: OptionType): void => {
  const onlyFor = (key: string, types: readonly number[]): boolean => {
    if (option.at(key).absent) return false;
    if (types.includes(type)) return true;
    option.at(key).refuse('APPLICATION_COMMAND_OPTIONS_TYPE_INVALID', `This option type cannot have ${key}`);
    return false;
  };
  if (onlyFor('choices', CHOOSABLE)) checkFixedChoices(option, type);
  if (onlyFor('autocomplete', CHOOSABLE) && option.at('autocomplete').boolean() === true) {
    if (asArray(option.at('choices').value)?.length) {
      option
        .at('autocomplete')
        .refuse('APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES', 'Autocomplete options cannot have choices');
    }
  }
  if (onlyFor('channel_types', [OptionType.channel])) {
    for (const entry of option.at('channel_types').list({ max: 25 }))
      entry.integer({ min: 0, max: 16, required: true });
  }
  if (onlyFor('file_types', [OptionType.attachment])) checkFileTypes(option.at('file_types'));
  const span = (low: string, high: string, types: readonly number[], lowest: number, ceiling: number): void => {
    const edge = type === OptionType.number ? 'number' : 'integer';
    const min = onlyFor(low, types) ? option.at(low)[edge]({ min: lowest, max: ceiling }) : undefined;
    const max = onlyFor(high, types)
      ? option.at(high)[edge]({ min: high === 'max_length' ? 1 : lowest, max: ceiling })
      : undefined;
    if (min !== undefined && max !== undefined && max < min) {
      option.at(high).refuse('NUMBER_TYPE_MIN', `int value should be greater than or equal to ${min}.`);
    }
  };
  span('min_value', 'max_value', RANGED, -(2 ** 53) + 1, 2 ** 53 - 1);
  span('min_length', 'max_length', [OptionType.string], 0, 6000);
};

const checkFixedChoices = (option: Spot, type: OptionType): void => {
  const names = new Set<string>();
  const values = new Set<unknown>();
  for (const choice of option.at('choices').list({ max: 25 })) {
    if (choice.object({ required: true }) === undefined) continue;
    const name = choice.at('name').text({ min: 1, max: 100, required: true });
    checkLocalizations(choice.at('name_localizations'), (entry) => entry.text({ min: 1, max: 100 }));
    const spot = choice.at('value');
    const value =
      type === OptionType.string
        ? spot.text({ min: 1, max: 100, required: true })
        : spot[type === OptionType.integer ? 'integer' : 'number']({ required: true });
    if (name !== undefined && names.has(name)) {
      choice.at('name').refuse('APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS', 'Option choice name already exists');
    }
    if (value !== undefined && values.has(value)) {
      spot.refuse('APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_EXISTS', 'Option choice value already exists');
    }
    if (name !== undefined) names.add(name);
    if (value !== undefined) values.add(value);
  }
};
