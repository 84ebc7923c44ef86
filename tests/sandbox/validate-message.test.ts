import { describe, expect, it } from 'vitest';
import {
  COMPONENTS_V2,
  removesComponentsV2,
  validateMessageEdit,
  validateNewMessage,
} from '../../sandbox/discord/validate/message.ts';
import { long, problems, times } from './validate-form.ts';

const button = (customId: string, more: object = {}) => ({
  type: 2,
  style: 1,
  label: 'Go',
  custom_id: customId,
  ...more,
});
const row = (...components: readonly object[]) => ({ type: 1, components });
const option = (value: string, more: object = {}) => ({ label: value, value, ...more });
const select = (more: object = {}) => ({ type: 3, custom_id: 's', options: [option('a'), option('b')], ...more });
const text = (content: string) => ({ type: 10, content });
const container = (...components: readonly object[]) => ({ type: 17, components });
const section = (more: object = {}) => ({ type: 9, components: [text('a')], accessory: button('x'), ...more });
const media = (url: string) => ({ media: { url } });

type Row = readonly [name: string, body: object, problems: readonly string[]];

const files = ['song.mp3', 'cover.png'];
const check = (body: object) => problems(validateNewMessage(body, { filenames: files }));

describe('an ordinary message', () => {
  const rows: readonly Row[] = [
    ['2000 characters of content fit', { content: long(2000) }, []],
    ['2001 do not', { content: long(2001) }, ['content BASE_TYPE_MAX_LENGTH']],
    ['an emoji counts as one character', { content: '😀'.repeat(2000) }, []],
    ['ten embeds fit', { embeds: times(10, () => ({ title: 'a' })) }, []],
    ['eleven do not', { embeds: times(11, () => ({ title: 'a' })) }, ['embeds BASE_TYPE_MAX_LENGTH']],
    ['an embed shows something', { embeds: [{ color: 1 }] }, ['embeds[0].description BASE_TYPE_REQUIRED']],
    ['title', { embeds: [{ title: long(257) }] }, ['embeds[0].title BASE_TYPE_MAX_LENGTH']],
    ['description', { embeds: [{ description: long(4097) }] }, ['embeds[0].description BASE_TYPE_MAX_LENGTH']],
    ['footer', { embeds: [{ footer: { text: long(2049) } }] }, ['embeds[0].footer.text BASE_TYPE_MAX_LENGTH']],
    ['author', { embeds: [{ author: { name: long(257) } }] }, ['embeds[0].author.name BASE_TYPE_MAX_LENGTH']],
    [
      '26 fields',
      { embeds: [{ fields: times(26, () => ({ name: 'n', value: 'v' })) }] },
      ['embeds[0].fields BASE_TYPE_MAX_LENGTH'],
    ],
    [
      'field name and value have limits and are needed',
      {
        embeds: [
          {
            fields: [
              { name: long(257), value: long(1025) },
              { name: ' ', value: '' },
            ],
          },
        ],
      },
      [
        'embeds[0].fields[0].name BASE_TYPE_MAX_LENGTH',
        'embeds[0].fields[0].value BASE_TYPE_MAX_LENGTH',
        'embeds[0].fields[1].name BASE_TYPE_REQUIRED',
        'embeds[0].fields[1].value BASE_TYPE_REQUIRED',
      ],
    ],
    ['6000 characters over all embeds fit', { embeds: times(2, () => ({ description: long(3000) })) }, []],
    [
      '6001 do not',
      { embeds: [{ description: long(4000) }, { footer: { text: long(2001) } }] },
      ['embeds MAX_EMBED_SIZE_EXCEEDED'],
    ],
    ['a colour', { embeds: [{ title: 'a', color: 0x1000000 }] }, ['embeds[0].color NUMBER_TYPE_MAX']],
    ['a timestamp', { embeds: [{ timestamp: 'soon' }] }, ['embeds[0].timestamp DATE_TIME_TYPE_PARSE']],
    ['an embed link', { embeds: [{ title: 'a', url: 'nowhere' }] }, ['embeds[0].url URL_TYPE_INVALID_URL']],
    ['a script link', { embeds: [{ title: 'a', url: 'javascript:0' }] }, ['embeds[0].url URL_TYPE_INVALID_SCHEME']],
    ['a picture among the files', { embeds: [{ image: { url: 'attachment://cover.png' } }] }, []],
    [
      'a picture that is not',
      { embeds: [{ image: { url: 'attachment://other.png' } }] },
      ['embeds[0].image.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND'],
    ],
    [
      'an embed picture that is none',
      { embeds: [{ image: { url: 'attachment://song.mp3' } }] },
      ['embeds[0].image.url URL_TYPE_INVALID_URL'],
    ],
    ['a long nonce', { content: 'a', nonce: long(26) }, ['nonce NONCE_TYPE_TOO_LONG']],
    [
      'allowed mentions say one thing',
      { content: 'a', allowed_mentions: { parse: ['users'], users: ['123456789012345678'] } },
      ['allowed_mentions MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE'],
    ],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(check(body)).toEqual(expected);
  });
});

describe('action rows', () => {
  const in1 = (...components: readonly object[]) => ({ content: 'a', components: [row(...components)] });
  const first = 'components[0].components[0]';
  const rows: readonly Row[] = [
    [
      'five rows of five buttons fit',
      { components: times(5, (r) => row(...times(5, (b) => button(`${r}.${b}`)))) },
      [],
    ],
    ['six rows', { components: times(6, (r) => row(button(`${r}`))) }, ['components BASE_TYPE_MAX_LENGTH']],
    ['an empty row', in1(), ['components[0].components BASE_TYPE_BAD_LENGTH']],
    [
      'six buttons',
      in1(...times(6, (b) => button(`${b}`))),
      ['components[0].components[5] COMPONENT_LAYOUT_WIDTH_EXCEEDED', 'components[0].components BASE_TYPE_BAD_LENGTH'],
    ],
    [
      'a select beside a button',
      in1(button('a'), select()),
      ['components[0].components[1] COMPONENT_LAYOUT_WIDTH_EXCEEDED'],
    ],
    [
      'a custom id is unique per message',
      { components: [row(button('a')), row(button('a', { disabled: true }))] },
      ['components[1].components[0].custom_id COMPONENT_CUSTOM_ID_DUPLICATED'],
    ],
    ['a long custom id', in1(button(long(101))), [`${first}.custom_id BASE_TYPE_BAD_LENGTH`]],
    ['an empty custom id', in1(button('')), [`${first}.custom_id BASE_TYPE_BAD_LENGTH`]],
    [
      'a button without custom id',
      in1({ type: 2, style: 1, label: 'Go' }),
      [`${first}.custom_id BUTTON_COMPONENT_CUSTOM_ID_REQUIRED`],
    ],
    ['a long label', in1(button('a', { label: long(81) })), [`${first}.label BASE_TYPE_MAX_LENGTH`]],
    ['a bare button', in1({ type: 2, style: 1, custom_id: 'a' }), [`${first}.label BASE_TYPE_REQUIRED`]],
    ['an emoji instead of a label', in1({ type: 2, style: 1, custom_id: 'a', emoji: { name: '⏭️' } }), []],
    ['a family is one emoji', in1(button('a', { emoji: { name: '👨‍👩‍👧' } })), []],
    [
      'words are no emoji',
      in1(button('a', { emoji: { name: 'next' } })),
      [`${first}.emoji.name COMPONENT_INVALID_EMOJI`],
    ],
    ['a custom emoji', in1(button('a', { emoji: { id: '123456789012345678', name: 'x' } })), []],
    ['a style', in1(button('a', { style: 7 })), [`${first}.style BASE_TYPE_CHOICES`]],
    ['a link', in1({ type: 2, style: 5, label: 'Go', url: 'https://example.org' }), []],
    ['a link without URL', in1({ type: 2, style: 5, label: 'Go' }), [`${first}.url BASE_TYPE_REQUIRED`]],
    [
      'a link with custom id',
      in1(button('a', { style: 5, url: 'https://example.org' })),
      [`${first} BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE`],
    ],
    [
      'a link to nowhere good',
      in1({ type: 2, style: 5, label: 'Go', url: 'ftp://example.org' }),
      [`${first}.url URL_TYPE_INVALID_SCHEME`],
    ],
    ['25 options fit', in1(select({ options: times(25, (n) => option(`${n}`)) })), []],
    [
      '26 do not',
      in1(select({ options: times(26, (n) => option(`${n}`)) })),
      [`${first}.options BASE_TYPE_BAD_LENGTH`],
    ],
    ['no options', in1(select({ options: [] })), [`${first}.options BASE_TYPE_BAD_LENGTH`]],
    [
      'options have limits',
      in1(select({ options: [{ label: long(101), value: long(101), description: long(101) }] })),
      ['label BASE_TYPE_BAD_LENGTH', 'description BASE_TYPE_MAX_LENGTH', 'value BASE_TYPE_BAD_LENGTH'].map(
        (problem) => `${first}.options[0].${problem}`,
      ),
    ],
    [
      'option values differ',
      in1(select({ options: [option('a'), option('a')] })),
      [`${first}.options[1] SELECT_COMPONENT_OPTION_VALUE_DUPLICATED`],
    ],
    ['no more choices than options', in1(select({ max_values: 3 })), [`${first}.options BASE_TYPE_BAD_LENGTH`]],
    ['min over max', in1(select({ min_values: 2 })), [`${first}.max_values NUMBER_TYPE_MIN`]],
    [
      'more defaults than may be chosen',
      in1(select({ options: [option('a', { default: true }), option('b', { default: true })] })),
      [`${first}.options SELECT_COMPONENT_TOO_MANY_DEFAULT_VALUES`],
    ],
    ['a long placeholder', in1(select({ placeholder: long(151) })), [`${first}.placeholder BASE_TYPE_MAX_LENGTH`]],
    ['a user select needs no options', in1({ type: 5, custom_id: 'u' }), []],
    [
      'default values fit the select',
      in1({ type: 8, custom_id: 'c', default_values: [{ id: '123456789012345678', type: 'user' }] }),
      [`${first}.default_values[0].type BASE_TYPE_CHOICES`],
    ],
    ['a text input is for modals', in1({ type: 4, custom_id: 't', style: 1 }), [`${first} UNION_TYPE_CHOICES`]],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(check(body)).toEqual(expected);
  });
});

describe('Components V2', () => {
  const v2 = (...components: readonly object[]) => ({ flags: COMPONENTS_V2, components });
  const rows: readonly Row[] = [
    ['need the flag', { components: [text('a')] }, ['components[0] UNION_TYPE_CHOICES']],
    [
      'go without content and embeds',
      { ...v2(text('a')), content: 'b', embeds: [{ title: 'c' }] },
      [
        'content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
        'embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2',
      ],
    ],
    ['empty content is no content', { ...v2(text('a')), content: '', embeds: [] }, []],
    ['40 components fit', v2(...times(40, () => text('a'))), []],
    ['41 do not', v2(...times(41, () => text('a'))), ['components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED']],
    [
      'nested ones and accessories count',
      v2(container(...times(13, (n) => section({ accessory: button(`${n}`) })), text('a'))),
      ['components COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED'],
    ],
    ['4000 characters fit', v2(text(long(2000)), container(text(long(2000)))), []],
    [
      '4001 over all texts do not',
      v2(text(long(2000)), container(text(long(2001)))),
      ['components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED'],
    ],
    ['a text says something', v2(text(' ')), ['components[0].content BASE_TYPE_BAD_LENGTH']],
    ['an action row anywhere', v2(row(button('a')), container(row(select()))), []],
    ['no bare button', v2(button('a')), ['components[0] UNION_TYPE_CHOICES']],
    [
      'no container in a container',
      v2(container(container(text('a')))),
      ['components[0].components[0] UNION_TYPE_CHOICES'],
    ],
    ['no empty container', v2(container()), ['components[0].components BASE_TYPE_BAD_LENGTH']],
    ['a colour', v2({ ...container(text('a')), accent_color: -1 }), ['components[0].accent_color NUMBER_TYPE_MIN']],
    ['a section', v2(section()), []],
    [
      'a section needs an accessory',
      v2({ type: 9, components: [text('a')] }),
      ['components[0].accessory BASE_TYPE_REQUIRED'],
    ],
    [
      'a section has one to three texts',
      v2(section({ components: times(4, () => text('a')) })),
      ['components[0].components BASE_TYPE_BAD_LENGTH'],
    ],
    ['a thumbnail', v2(section({ accessory: { type: 11, ...media('attachment://cover.png') } })), []],
    [
      'a thumbnail of a missing file',
      v2(section({ accessory: { type: 11, ...media('attachment://no.png') } })),
      ['components[0].accessory.media.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND'],
    ],
    ['a select is no accessory', v2(section({ accessory: select() })), ['components[0].accessory UNION_TYPE_CHOICES']],
    ['a gallery', v2({ type: 12, items: times(10, () => media('https://example.org/a.png')) }), []],
    [
      'eleven pictures',
      v2({ type: 12, items: times(11, () => media('https://example.org/a.png')) }),
      ['components[0].items BASE_TYPE_BAD_LENGTH'],
    ],
    [
      'a long alt text',
      v2({ type: 12, items: [{ ...media('https://example.org/a.png'), description: long(1025) }] }),
      ['components[0].items[0].description BASE_TYPE_MAX_LENGTH'],
    ],
    ['a file', v2({ type: 13, file: { url: 'attachment://song.mp3' } }), []],
    [
      'a file is uploaded, not linked',
      v2({ type: 13, file: { url: 'https://example.org/song.mp3' } }),
      ['components[0].file.url URL_TYPE_INVALID_SCHEME'],
    ],
    ['a separator', v2({ type: 14, divider: true, spacing: 2 }, text('a')), []],
    ['a wide separator', v2({ type: 14, spacing: 3 }), ['components[0].spacing BASE_TYPE_CHOICES']],
    [
      'custom ids are unique everywhere',
      v2(section({ accessory: button('a') }), row(button('a'))),
      ['components[1].components[0].custom_id COMPONENT_CUSTOM_ID_DUPLICATED'],
    ],
    ['nothing at all', { ...v2(), content: '' }, ['50006']],
  ];
  it.each(rows)('%s', (_name, body, expected) => {
    expect(check(body)).toEqual(expected);
  });
});

describe('emptiness', () => {
  const rows: readonly (readonly [string, object, readonly string[], readonly string[]])[] = [
    ['nothing', {}, [], ['50006']],
    ['white space', { content: ' \n' }, [], ['50006']],
    ['a reply to something says something', { message_reference: { message_id: '1' } }, [], ['50006']],
    ['only a file', {}, ['song.mp3'], []],
    ['only components', { components: [row(button('a'))] }, [], []],
    ['eleven files', { content: 'a' }, times(11, (n) => `${n}.mp3`), ['30015']],
  ];
  it.each(rows)('%s', (_name, body, filenames, expected) => {
    expect(problems(validateNewMessage(body, { filenames }))).toEqual(expected);
  });
});

describe('an edit', () => {
  const plain = { flags: 0, content: 'hello', embeds: [], components: [] };
  const rich = { flags: COMPONENTS_V2, content: '', embeds: [], components: [text('a')] };
  const rows: readonly (readonly [string, object, typeof plain | typeof rich, readonly string[]])[] = [
    ['leaves out what stays', { components: [row(button('a'))] }, plain, []],
    ['empties a message', { content: '' }, plain, ['50006']],
    ['of a V2 message stays V2 without saying so', { components: [text('b')] }, rich, []],
    [
      'of a V2 message takes no content',
      { content: 'b' },
      rich,
      ['content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2'],
    ],
    [
      'never takes the V2 flag away',
      { flags: 0, content: 'b' },
      rich,
      ['flags MESSAGE_CANNOT_REMOVE_COMPONENTS_V2_FLAG'],
    ],
    [
      'turns a message into V2 when it empties the rest',
      { flags: COMPONENTS_V2, content: null, components: [text('b')] },
      plain,
      [],
    ],
    [
      'does not turn a message into V2 with its content in place',
      { flags: COMPONENTS_V2, components: [text('b')] },
      plain,
      ['content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2'],
    ],
    [
      'does not reset embeds by null',
      { flags: COMPONENTS_V2, content: null, embeds: null, components: [text('b')] },
      plain,
      ['embeds MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2'],
    ],
  ];
  it.each(rows)('%s', (_name, body, before, expected) => {
    expect(problems(validateMessageEdit(body, before, { filenames: [] }))).toEqual(expected);
  });

  it('is told when it would take the V2 flag away', () => {
    expect(removesComponentsV2(COMPONENTS_V2, 0)).toBe(true);
    expect(removesComponentsV2(COMPONENTS_V2, COMPONENTS_V2 | 4)).toBe(false);
    expect(removesComponentsV2(0, 0)).toBe(false);
  });
});

describe('the error body', () => {
  it('is the tree that Discord sends, hung where the message stands in the request', () => {
    const verdict = validateNewMessage(
      { content: long(2001), components: [row(button(long(101)))] },
      { filenames: [], under: ['data'] },
    );
    expect(verdict).toEqual({
      ok: false,
      error: {
        code: 50035,
        message: 'Invalid Form Body',
        errors: {
          data: {
            content: { _errors: [{ code: 'BASE_TYPE_MAX_LENGTH', message: 'Must be 2000 or fewer in length.' }] },
            components: {
              0: {
                components: {
                  0: {
                    custom_id: {
                      _errors: [{ code: 'BASE_TYPE_BAD_LENGTH', message: 'Must be between 1 and 100 in length.' }],
                    },
                  },
                },
              },
            },
          },
        },
      },
    });
  });

  it('has no tree for an empty message', () => {
    expect(validateNewMessage({}, { filenames: [] })).toEqual({
      ok: false,
      error: { code: 50006, message: 'Cannot send an empty message' },
    });
  });
});
