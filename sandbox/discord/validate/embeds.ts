import type { Spot } from './form.ts';
import { lengthOf } from './form.ts';
import { checkEmbedImage } from './media.ts';

/** Characters over all embeds of a message. */
const TOTAL_CHARACTERS = 6000;

const shown = (spot: Spot): number => (typeof spot.value === 'string' ? lengthOf(spot.value.trim()) : 0);

export const checkEmbeds = (spot: Spot, filenames: readonly string[]): void => {
  const characters = spot.list({ max: 10 }).reduce((sum, embed) => sum + checkEmbed(embed, filenames), 0);
  if (characters > TOTAL_CHARACTERS) {
    spot.refuse('MAX_EMBED_SIZE_EXCEEDED', `Embed size exceeds maximum size of ${TOTAL_CHARACTERS}`);
  }
};

const VISIBLE = [
  'title',
  'description',
  'fields',
  'image',
  'thumbnail',
  'author',
  'footer',
  'video',
  'url',
  'timestamp',
];

/** Answers how many characters it adds to the total. */
const checkEmbed = (embed: Spot, filenames: readonly string[]): number => {
  if (embed.object({ required: true }) === undefined) return 0;
  if (VISIBLE.every((key) => embed.at(key).absent)) embed.at('description').requireValue();
  embed.at('title').text({ max: 256 });
  embed.at('description').text({ max: 4096 });
  embed.at('url').url(['http', 'https'], 2048);
  embed.at('color').integer({ min: 0, max: 0xffffff });
  const timestamp = embed.at('timestamp');
  if (!timestamp.absent && Number.isNaN(Date.parse(String(timestamp.value)))) {
    timestamp.refuse('DATE_TIME_TYPE_PARSE', `Could not parse ${String(timestamp.value)}. Should be ISO8601.`);
  }
  for (const key of ['image', 'thumbnail'] as const) {
    const picture = embed.at(key).object();
    if (picture !== undefined) checkEmbedImage(picture.at('url'), filenames, true);
  }
  let characters = shown(embed.at('title')) + shown(embed.at('description'));
  characters += checkLine(embed.at('footer'), 'text', 2048, filenames);
  characters += checkLine(embed.at('author'), 'name', 256, filenames);
  const author = embed.at('author').object();
  author?.at('url').url(['http', 'https'], 2048);
  for (const field of embed.at('fields').list({ max: 25 })) {
    if (field.object({ required: true }) === undefined) continue;
    field.at('name').text({ max: 256, required: true });
    field.at('value').text({ max: 1024, required: true });
    field.at('inline').boolean();
    characters += shown(field.at('name')) + shown(field.at('value'));
  }
  return characters;
};

/** Footer and author: one line of text with a small picture. */
const checkLine = (spot: Spot, key: 'text' | 'name', max: number, filenames: readonly string[]): number => {
  const line = spot.object();
  if (line === undefined) return 0;
  line.at(key).text({ max, required: true });
  checkEmbedImage(line.at('icon_url'), filenames);
  return shown(line.at(key));
};
