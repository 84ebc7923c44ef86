import { describe, expect, it } from 'vitest';
import { validateChoices } from '../../sandbox/discord/validate/choices.ts';
import { validateModal } from '../../sandbox/discord/validate/modal.ts';
import { long, problems, times } from './validate-form.ts';

const input = (more: object = {}) => ({ type: 4, custom_id: 't', style: 1, ...more });
const label = (component: object, more: object = {}) => ({ type: 18, label: 'Link', component, ...more });
const modal = (...components: readonly object[]) => ({ custom_id: 'm', title: 'Submit', components });
const options = (count: number, more: object = {}) => times(count, (n) => ({ label: `${n}`, value: `${n}`, ...more }));
const of = (component: object) => modal(label(component));
const upload = (more: object = {}) => ({ type: 19, custom_id: 'f', ...more });

type Row = readonly [name: string, body: object, problems: readonly string[]];

describe('a modal', () => {
  const child = 'data.components[0].component';
  const rows: readonly Row[] = [
    [
      'takes a link or a file in five slots',
      modal(
        label(input({ custom_id: 'link', required: false })),
        label(upload({ required: false, min_values: 0, file_types: ['.mp3', 'audio'] })),
        label(input({ custom_id: 'artist' })),
        label(input({ custom_id: 'title' })),
        label(input({ custom_id: 'note', style: 2, required: false })),
      ),
      [],
    ],
    ['has a title', { ...of(input()), title: '' }, ['data.title BASE_TYPE_BAD_LENGTH']],
    ['of 45 characters', { ...of(input()), title: long(46) }, ['data.title BASE_TYPE_BAD_LENGTH']],
    ['has a custom id', { ...of(input()), custom_id: undefined }, ['data.custom_id BASE_TYPE_REQUIRED']],
    ['of 100 characters', { ...of(input()), custom_id: long(101) }, ['data.custom_id BASE_TYPE_BAD_LENGTH']],
    ['asks something', modal(), ['data.components BASE_TYPE_BAD_LENGTH']],
    [
      'asks five things at most',
      modal(...times(6, (n) => label(input({ custom_id: `${n}` })))),
      ['data.components BASE_TYPE_BAD_LENGTH'],
    ],
    ['may explain', modal({ type: 10, content: 'Read this' }, label(input())), []],
    ['takes the old rows', modal({ type: 1, components: [input({ label: 'Name' })] }), []],
    [
      'but with a label',
      modal({ type: 1, components: [input()] }),
      ['data.components[0].components[0].label BASE_TYPE_REQUIRED'],
    ],
    ['has no bare input', modal(input()), ['data.components[0] UNION_TYPE_CHOICES']],
    ['label text', modal(label(input(), { label: long(46) })), ['data.components[0].label BASE_TYPE_BAD_LENGTH']],
    [
      'label description',
      modal(label(input(), { description: long(101) })),
      ['data.components[0].description BASE_TYPE_MAX_LENGTH'],
    ],
    ['an empty label', modal({ type: 18, label: 'x' }), [`${child} BASE_TYPE_REQUIRED`]],
    ['no button in a label', of({ type: 2, style: 1, label: 'x', custom_id: 'x' }), [`${child} UNION_TYPE_CHOICES`]],
    [
      'custom ids differ',
      modal(label(input()), label(input())),
      ['data.components[1].component.custom_id COMPONENT_CUSTOM_ID_DUPLICATED'],
    ],
    ['text style', of(input({ style: 3 })), [`${child}.style BASE_TYPE_CHOICES`]],
    [
      'text lengths',
      of(input({ min_length: 4001, max_length: 0 })),
      [`${child}.min_length NUMBER_TYPE_MAX`, `${child}.max_length NUMBER_TYPE_MIN`],
    ],
    ['text min over max', of(input({ min_length: 5, max_length: 4 })), [`${child}.max_length NUMBER_TYPE_MIN`]],
    [
      'text value over its own max',
      of(input({ max_length: 3, value: 'abcd' })),
      [`${child}.value BASE_TYPE_MAX_LENGTH`],
    ],
    ['text placeholder', of(input({ placeholder: long(101) })), [`${child}.placeholder BASE_TYPE_MAX_LENGTH`]],
    ['ten files', of(upload({ max_values: 10 })), []],
    ['eleven files', of(upload({ max_values: 11 })), [`${child}.max_values NUMBER_TYPE_MAX`]],
    ['no file, but required', of(upload({ min_values: 0 })), [`${child}.min_values NUMBER_TYPE_MIN`]],
    ['no file, not required', of(upload({ min_values: 0, required: false })), []],
    ['unknown file type', of(upload({ file_types: ['mp3'] })), [`${child}.file_types[0] BASE_TYPE_CHOICES`]],
    [
      'eleven file types',
      of(upload({ file_types: times(11, (n) => `.a${n}`) })),
      [`${child}.file_types BASE_TYPE_MAX_LENGTH`],
    ],
    ['a select', of({ type: 3, custom_id: 's', options: options(25) }), []],
    [
      'a select of 26',
      of({ type: 3, custom_id: 's', options: options(26) }),
      [`${child}.options BASE_TYPE_BAD_LENGTH`],
    ],
    [
      'a required select that takes nothing',
      of({ type: 3, custom_id: 's', options: options(2), min_values: 0 }),
      [`${child}.min_values NUMBER_TYPE_MIN`],
    ],
    [
      'a disabled select',
      of({ type: 5, custom_id: 's', disabled: true }),
      [`${child}.disabled MODAL_COMPONENT_DISABLED`],
    ],
    ['a radio group', of({ type: 21, custom_id: 'r', options: options(2) }), []],
    [
      'a lonely radio button',
      of({ type: 21, custom_id: 'r', options: options(1) }),
      [`${child}.options BASE_TYPE_BAD_LENGTH`],
    ],
    [
      'two radio buttons on at once',
      of({ type: 21, custom_id: 'r', options: options(2, { default: true }) }),
      [`${child}.options SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES`],
    ],
    ['one box to confirm', of({ type: 22, custom_id: 'c', options: options(1) }), []],
    ['eleven boxes', of({ type: 22, custom_id: 'c', options: options(11) }), [`${child}.options BASE_TYPE_BAD_LENGTH`]],
    [
      'more boxes to tick than there are',
      of({ type: 22, custom_id: 'c', options: options(1), max_values: 2 }),
      [`${child}.options BASE_TYPE_BAD_LENGTH`],
    ],
    ['a checkbox', of({ type: 23, custom_id: 'c', default: true }), []],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(problems(validateModal(body))).toEqual(expected);
  });
});

describe('autocomplete choices', () => {
  const choices = (...list: readonly object[]) => ({ choices: list });
  const rows: readonly Row[] = [
    ['none', choices(), []],
    ['25', choices(...times(25, (n) => ({ name: `${n}`, value: `${n}` }))), []],
    ['26', choices(...times(26, (n) => ({ name: `${n}`, value: `${n}` }))), ['data.choices BASE_TYPE_MAX_LENGTH']],
    [
      'names and values have limits',
      choices({ name: '', value: 'a' }, { name: long(101), value: long(101) }),
      [
        'data.choices[0].name BASE_TYPE_BAD_LENGTH',
        'data.choices[1].name BASE_TYPE_BAD_LENGTH',
        'data.choices[1].value BASE_TYPE_BAD_LENGTH',
      ],
    ],
    ['no list', {}, ['data.choices BASE_TYPE_REQUIRED']],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(problems(validateChoices(body))).toEqual(expected);
  });

  it('have the type of their option', () => {
    expect(problems(validateChoices(choices({ name: 'a', value: 'a' }), 'integer'))).toEqual([
      'data.choices[0].value NUMBER_TYPE_COERCE',
    ]);
  });
});
