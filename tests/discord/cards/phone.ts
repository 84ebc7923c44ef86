import stringWidth from 'string-width';
import type { JsonObject } from '../../../sandbox/discord/json.ts';
import type { Message } from '../../../sandbox/discord/model.ts';
import type { Names } from '../../../sandbox/discord/people/names.ts';
import { renderMessage } from '../../../sandbox/discord/people/render.ts';
import { COMPONENTS_V2 } from '../../../sandbox/discord/validate/message.ts';
import type { Card } from '../../../src/discord/cards/card.ts';
import { IDS, NOW } from './ordinary-case.ts';

/** Columns of text that fit beside each other in a card on a small phone. */
const COLUMNS = 44;

const NAMES: Names = {
  user: (id) => Object.entries(IDS).find(([, known]) => known === id)?.[0] ?? 'somebody',
  role: () => 'Reviewers',
  channel: (id) => (id === IDS.studio ? 'Studio' : id === IDS.review ? 'review-desk' : 'some-channel'),
  now: () => NOW,
};

/** A card as a phone shows it, line by line, long lines broken where a phone breaks them. */
export function onPhone(card: Card): string {
  return linesOf(card).flatMap(broken).join('\n');
}

/** What is written on a card, line by line. */
export function linesOf(card: Card): readonly string[] {
  const message: Message = {
    id: '1',
    channelId: '1',
    guildId: IDS.guild,
    authorId: '1',
    applicationId: '1',
    type: 0,
    content: '',
    embeds: [],
    components: JSON.parse(JSON.stringify(card.components)) as JsonObject[],
    attachments: [],
    flags: COMPONENTS_V2,
    createdAt: NOW,
    editedAt: null,
    pinnedAt: null,
    reactions: [],
    pings: { everyone: false, userIds: [], roleIds: [] },
    replyToId: null,
    nonce: null,
    interaction: null,
    ephemeralFor: null,
  };
  return renderMessage(message, NAMES);
}

function broken(line: string): readonly string[] {
  // Controls wrap by themselves, each on its own.
  const frame = line.startsWith('┃ ') ? '┃ ' : '';
  const content = line.slice(frame.length);
  const lines: string[] = [];
  let current = '';
  for (const word of content.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && stringWidth(longer) > COLUMNS) {
      lines.push(current);
      current = `  ${word}`;
    } else current = longer;
  }
  return [...lines, current].map((each) => `${frame}${each}`);
}

/** How much of Discord's 40 components and 4,000 characters a card takes. */
export function sizeOf(card: Card): { readonly components: number; readonly characters: number } {
  let [components, characters] = [0, 0];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (typeof value === 'object' && value !== null) {
      if ('type' in value && typeof value.type === 'number' && !('url' in value && 'height' in value)) components += 1;
      if ('content' in value && typeof value.content === 'string') characters += value.content.length;
      if ('components' in value) visit(value.components);
      if ('accessory' in value) visit(value.accessory);
    }
  };
  visit(card.components);
  return { components, characters };
}
