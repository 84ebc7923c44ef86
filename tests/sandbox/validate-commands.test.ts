import { describe, expect, it } from 'vitest';
import {
  validateChannelCreate,
  validateChannelModify,
  validateOverwrite,
  validateVoiceStatus,
} from '../../sandbox/discord/validate/channel.ts';
import { validateCommands } from '../../sandbox/discord/validate/commands.ts';
import { long, problems, times } from './validate-form.ts';

const slash = (more: object = {}) => ({ name: 'submit', description: 'Submit a song', ...more });
const option = (type: number, more: object = {}) => ({ type, name: 'a', description: 'An option', ...more });
const withOption = (type: number, more: object = {}) => slash({ options: [option(type, more)] });

type Row = readonly [name: string, command: object, problems: readonly string[]];

describe('a command', () => {
  const first = '[0].options[0]';
  const rows: readonly Row[] = [
    ['is fine', slash({ default_member_permissions: '32', contexts: [0], integration_types: [0] }), []],
    ['may have hyphens and other letters', slash({ name: 'link-ständchen_1' }), []],
    ['has no capitals', slash({ name: 'Submit' }), ['[0].name APPLICATION_COMMAND_INVALID_NAME']],
    ['has no spaces', slash({ name: 'sub mit' }), ['[0].name APPLICATION_COMMAND_INVALID_NAME']],
    ['has a name', slash({ name: undefined }), ['[0].name BASE_TYPE_REQUIRED']],
    ['of 32 characters', slash({ name: long(33) }), ['[0].name BASE_TYPE_BAD_LENGTH']],
    ['has a description', slash({ description: '' }), ['[0].description BASE_TYPE_BAD_LENGTH']],
    ['of 100 characters', slash({ description: long(101) }), ['[0].description BASE_TYPE_BAD_LENGTH']],
    [
      'has 25 options',
      slash({ options: times(26, (n) => option(3, { name: `a${n}` })) }),
      ['[0].options BASE_TYPE_MAX_LENGTH'],
    ],
    [
      'names its options differently',
      slash({ options: [option(3), option(4)] }),
      ['[0].options[1].name APPLICATION_COMMAND_OPTIONS_NAME_EXISTS'],
    ],
    [
      'puts required options first',
      slash({ options: [option(3), option(3, { name: 'b', required: true })] }),
      ['[0].options[1] APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID'],
    ],
    [
      'does not mix subcommands and values',
      slash({ options: [option(1), option(3, { name: 'b' })] }),
      ['[0].options[1] APPLICATION_COMMAND_OPTIONS_TYPE_INVALID'],
    ],
    ['nests groups and subcommands', withOption(2, { options: [option(1, { options: [option(3)] })] }), []],
    ['nests no deeper', withOption(1, { options: [option(1)] }), [`${first}.options[0].type BASE_TYPE_CHOICES`]],
    [
      'has no group in a group',
      withOption(2, { options: [option(2)] }),
      [`${first}.options[0].type BASE_TYPE_CHOICES`],
    ],
    ['has no empty group', withOption(2), [`${first}.options BASE_TYPE_REQUIRED`]],
    ['knows its option types', withOption(12), [`${first}.type BASE_TYPE_CHOICES`]],
    ['offers choices', withOption(3, { choices: [{ name: 'A', value: 'a' }] }), []],
    [
      '25 of them',
      withOption(3, { choices: times(26, (n) => ({ name: `${n}`, value: `${n}` })) }),
      [`${first}.choices BASE_TYPE_MAX_LENGTH`],
    ],
    [
      'that differ',
      withOption(3, { choices: times(2, () => ({ name: 'A', value: 'a' })) }),
      [
        `${first}.choices[1].name APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS`,
        `${first}.choices[1].value APPLICATION_COMMAND_OPTIONS_CHOICE_VALUE_EXISTS`,
      ],
    ],
    [
      'of the option’s type',
      withOption(4, { choices: [{ name: 'A', value: 'a' }] }),
      [`${first}.choices[0].value NUMBER_TYPE_COERCE`],
    ],
    [
      'and no suggestions beside them',
      withOption(3, { autocomplete: true, choices: [{ name: 'A', value: 'a' }] }),
      [`${first}.autocomplete APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES`],
    ],
    [
      'suggests no users',
      withOption(6, { autocomplete: true }),
      [`${first}.autocomplete APPLICATION_COMMAND_OPTIONS_TYPE_INVALID`],
    ],
    ['limits numbers', withOption(4, { min_value: 1, max_value: 10 }), []],
    ['the right way round', withOption(4, { min_value: 2, max_value: 1 }), [`${first}.max_value NUMBER_TYPE_MIN`]],
    ['but not texts', withOption(3, { min_value: 1 }), [`${first}.min_value APPLICATION_COMMAND_OPTIONS_TYPE_INVALID`]],
    ['limits texts', withOption(3, { min_length: 0, max_length: 6001 }), [`${first}.max_length NUMBER_TYPE_MAX`]],
    ['filters files', withOption(11, { file_types: ['.mp3', 'audio'] }), []],
    [
      'of files only',
      withOption(3, { file_types: ['audio'] }),
      [`${first}.file_types APPLICATION_COMMAND_OPTIONS_TYPE_INVALID`],
    ],
    ['knows the types', withOption(11, { file_types: ['mp3'] }), [`${first}.file_types[0] BASE_TYPE_CHOICES`]],
    ['filters channels', withOption(7, { channel_types: [2, 13] }), []],
    [
      'has 8000 characters',
      slash({
        options: times(5, (n) =>
          option(3, {
            name: `a${n}`,
            choices: times(25, (c) => ({ name: `${c}${long(40)}`, value: `${c}${long(40)}` })),
          }),
        ),
      }),
      ['[0] APPLICATION_COMMAND_TOO_LARGE'],
    ],
    [
      'states permissions as a string',
      slash({ default_member_permissions: 32 }),
      ['[0].default_member_permissions BITFIELD_TYPE_CONVERT'],
    ],
    ['knows contexts', slash({ contexts: [3] }), ['[0].contexts[0] NUMBER_TYPE_MAX']],
    [
      'is localised',
      slash({ name_localizations: { de: 'einreichen' }, description_localizations: { de: 'Lied' } }),
      [],
    ],
    [
      'by the same rules',
      slash({ name_localizations: { de: 'Lied ein' } }),
      ['[0].name_localizations.de APPLICATION_COMMAND_INVALID_NAME'],
    ],
    ['of a menu has capitals and spaces', { type: 3, name: 'Submit this track' }, []],
    [
      'of a menu has nothing else',
      { type: 2, name: 'Queue', description: 'x', options: [option(3)] },
      [
        '[0].description APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION',
        '[0].options APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS',
      ],
    ],
  ];
  it.each(rows)('%s', (_name, command, expected) => {
    expect(problems(validateCommands([command], 'global'))).toEqual(expected);
  });
});

describe('all commands together', () => {
  it('have different names per type', () => {
    const menu = { type: 3, name: 'submit' };
    expect(problems(validateCommands([slash(), menu], 'global'))).toEqual([]);
    expect(problems(validateCommands([slash(), slash()], 'global'))).toEqual([
      '[1] APPLICATION_COMMANDS_DUPLICATE_NAME',
    ]);
  });

  it.each([
    ['100 slash commands', 1, 100],
    ['15 user menus', 2, 15],
    ['15 message menus', 3, 15],
  ])('are at most %s', (_name, type, most) => {
    const list = (count: number) =>
      times(count, (n) => (type === 1 ? slash({ name: `a${n}` }) : { type, name: `a${n}` }));
    expect(problems(validateCommands(list(most), 'global'))).toEqual([]);
    expect(problems(validateCommands(list(most + 1), 'global'))).toEqual(['30032']);
  });

  it('of one guild say nothing about contexts', () => {
    expect(problems(validateCommands([slash({ contexts: [0], integration_types: [0] })], 'guild'))).toEqual([
      '[0].contexts APPLICATION_COMMAND_GUILD_ONLY_FIELD',
      '[0].integration_types APPLICATION_COMMAND_GUILD_ONLY_FIELD',
    ]);
  });

  it('are a list', () => {
    expect(problems(validateCommands({ name: 'submit' }, 'global'))).toEqual(['LIST_TYPE_CONVERT']);
  });
});

describe('a channel', () => {
  const id = '123456789012345678';
  const rows: readonly Row[] = [
    ['has a name', {}, ['name BASE_TYPE_REQUIRED']],
    ['of 100 characters', { name: long(101) }, ['name BASE_TYPE_BAD_LENGTH']],
    ['of a type a bot can make', { name: 'a', type: 1 }, ['type BASE_TYPE_CHOICES']],
    ['with a topic', { name: 'a', topic: long(1025) }, ['topic BASE_TYPE_MAX_LENGTH']],
    ['for 99 people', { name: 'a', type: 2, user_limit: 100 }, ['user_limit NUMBER_TYPE_MAX']],
    ['with a bitrate of its tier', { name: 'a', type: 2, bitrate: 128_000 }, ['bitrate NUMBER_TYPE_MAX']],
    [
      'with six hours of slow mode',
      { name: 'a', rate_limit_per_user: 21_601 },
      ['rate_limit_per_user NUMBER_TYPE_MAX'],
    ],
    [
      'private for one',
      {
        name: 'a',
        type: 2,
        permission_overwrites: [
          { id, type: 1, allow: '1024', deny: '0' },
          { id, type: 0, deny: '1024' },
        ],
      },
      [],
    ],
    [
      'with overwrites that make sense',
      { name: 'a', permission_overwrites: [{ id: 'me', type: 2, allow: 'all' }] },
      [
        'permission_overwrites[0].id NUMBER_TYPE_COERCE',
        'permission_overwrites[0].type BASE_TYPE_CHOICES',
        'permission_overwrites[0].allow BITFIELD_TYPE_CONVERT',
      ],
    ],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(problems(validateChannelCreate(body, { premiumTier: 0 }))).toEqual(expected);
  });

  it('is changed by the same limits', () => {
    const context = { premiumTier: 1, type: 2 } as const;
    expect(problems(validateChannelModify({ name: '', bitrate: 128_000, type: 0 }, context))).toEqual([
      'name BASE_TYPE_BAD_LENGTH',
      'type BASE_TYPE_CHOICES',
    ]);
    expect(problems(validateOverwrite({ type: 0, allow: '-1' }))).toEqual(['allow BITFIELD_TYPE_CONVERT']);
    expect(problems(validateVoiceStatus({ status: long(501) }))).toEqual(['status BASE_TYPE_MAX_LENGTH']);
    expect(problems(validateVoiceStatus({ status: null }))).toEqual([]);
  });
});
