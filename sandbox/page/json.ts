/** Reading Discord's JSON without guessing. */
import type { JsonObject } from '../discord/json.ts';

export { asNumber, asObject, asString, objectsIn, stringsIn } from '../discord/json.ts';

import { asObject, asString } from '../discord/json.ts';

/** Emoji of a button or an option: a character, or `:name:` for a custom one. */
export function emojiOf(owner: JsonObject): string {
  const emoji = asObject(owner.emoji);
  const name = asString(emoji?.name) ?? '';
  if (name === '') return '';
  return emoji?.id === undefined || emoji.id === null ? name : `:${name}:`;
}

export const sizeInWords = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1024 ** 2
      ? `${Math.round(bytes / 1024)} KB`
      : `${(bytes / 1024 ** 2).toFixed(1)} MB`;
