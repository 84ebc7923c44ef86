import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../sandbox/discord/json.ts';
import type { Message } from '../../sandbox/discord/model.ts';
import { readable } from '../../sandbox/discord/people/markdown.ts';
import type { Names } from '../../sandbox/discord/people/names.ts';
import { renderMessage } from '../../sandbox/discord/people/render.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const names: Names = { user: () => 'ana', role: () => 'Reviewer', channel: () => 'queue', now: () => NOW };
const id = '123456789012345678';

describe('markdown', () => {
  it.each([
    ['**bold** *it* _it_ __under__ ~~gone~~ ||secret||', 'bold it it under gone secret'],
    ['***both*** and **a *nested* one**', 'both and a nested one'],
    ['snake_case_name and 2 * 3 * 4', 'snake_case_name and 2 * 3 * 4'],
    ['\\*not bold\\* \\@everyone', '*not bold* @everyone'],
    ['# Title\n-# small\n> quote\n- item', 'Title\nsmall\n▎quote\n• item'],
    ['#4F7K is a song', '#4F7K is a song'],
    ['`a*b*c` and\n```js\nx_y_z\n```', 'a*b*c and\nx_y_z'],
    [
      '[here](https://example.org/a_b_) <https://example.org/*x*>',
      'here (https://example.org/a_b_) https://example.org/*x*',
    ],
    [`<@${id}> <@&${id}> <#${id}> </submit:${id}> <:fire:${id}>`, '@ana @Reviewer #queue /submit :fire:'],
    [`<t:${NOW / 1000 + 120}:R> <t:${NOW / 1000 - 3600}:R>`, 'in 2 minutes 1 hour ago'],
    [`<t:${NOW / 1000}>`, '2026-11-21 12:00'],
  ])('%j reads %j', (markdown, shown) => {
    expect(readable(markdown, names)).toBe(shown);
  });
});

const message = (parts: Partial<Message>): Message => ({
  id,
  channelId: id,
  guildId: id,
  authorId: id,
  applicationId: null,
  type: 0,
  content: '',
  embeds: [],
  components: [],
  attachments: [],
  flags: 0,
  createdAt: NOW,
  editedAt: null,
  pinnedAt: null,
  reactions: [],
  pings: { everyone: false, userIds: [], roleIds: [] },
  replyToId: null,
  nonce: null,
  interaction: null,
  ephemeralFor: null,
  ...parts,
});

const lines = (parts: Partial<Message>) => renderMessage(message(parts), names);
const file = {
  id,
  channelId: id,
  filename: 'cover.png',
  title: null,
  contentType: 'image/png',
  size: 3 * 1024 * 1024,
  description: null,
  ephemeral: false,
  spoiler: false,
  durationSecs: null,
  waveform: null,
};
const V2 = 1 << 15;

describe('a message', () => {
  it('shows text, files, cards, buttons and menus from top to bottom', () => {
    const embed: JsonObject = {
      author: { name: 'Skipline' },
      title: 'Queue',
      description: '2 songs',
      fields: [{ name: 'Free', value: '#4F7K **A song**' }],
      footer: { text: 'Page 1/1' },
    };
    const row = (...components: readonly JsonObject[]): JsonObject => ({ type: 1, components });
    expect(
      lines({
        content: 'Hello <@123456789012345678>',
        attachments: [file],
        embeds: [embed],
        components: [
          row(
            { type: 2, style: 1, custom_id: 'a', label: 'Next', emoji: { name: '⏭️' } },
            { type: 2, style: 2, custom_id: 'b', label: 'Undo', disabled: true },
            { type: 2, style: 5, url: 'https://example.org', label: 'Help' },
          ),
          row({
            type: 3,
            custom_id: 'c',
            placeholder: 'Move to',
            options: [
              { label: 'Skip', value: 's' },
              { label: 'Free', value: 'f', description: 'no coins' },
            ],
          }),
          row({ type: 5, custom_id: 'd', disabled: true }),
        ],
      }),
    ).toEqual([
      'Hello @ana',
      '📎 cover.png (3.0 MB)',
      '┃ Skipline',
      '┃ Queue',
      '┃ 2 songs',
      '┃ Free',
      '┃ #4F7K A song',
      '┃ Page 1/1',
      '[⏭️ Next] [Undo] (disabled) [Help ↗]',
      '▾ Move to: Skip · Free (no coins)',
      '▾ Make a selection (disabled)',
    ]);
  });

  it('of Components V2 shows what its components show, and no file beside them', () => {
    const text = (content: string): JsonObject => ({ type: 10, content });
    expect(
      lines({
        flags: V2,
        attachments: [file],
        components: [
          {
            type: 17,
            components: [
              text('# Queue'),
              {
                type: 9,
                components: [text('1. **A song**'), text('by ana')],
                accessory: { type: 2, style: 1, custom_id: 'p', label: 'Play' },
              },
              { type: 14 },
              {
                type: 9,
                components: [text('Cover')],
                accessory: { type: 11, media: { url: 'attachment://cover.png' }, description: 'art' },
              },
              { type: 13, file: { url: 'attachment://song.mp3' } },
              { type: 12, items: [{ media: { url: 'https://example.org/a.png' } }] },
            ],
          },
        ],
      }),
    ).toEqual([
      '┃ Queue',
      '┃ 1. A song  [Play]',
      '┃ by ana',
      '┃ ────────────────────',
      '┃ Cover  (picture: art)',
      '┃ 📎 song.mp3',
      '┃ (picture)',
    ]);
  });

  it('that is not there yet says who is thinking', () => {
    expect(lines({ flags: 1 << 7 })).toEqual(['ana is thinking…']);
  });

  it('does not list a picture that a card shows', () => {
    expect(lines({ attachments: [file], embeds: [{ title: 'A', image: { url: 'attachment://cover.png' } }] })).toEqual([
      '┃ A',
      '┃ (picture)',
    ]);
  });
});
