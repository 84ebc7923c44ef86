import { cleanText, cutText } from '../lib/text.ts';

const MAX_LENGTH = 200;

/** A text from a file or a page, as one line that shows what it is; null when nothing is left of it. */
export function cleanTag(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  // A tag may be megabytes long.
  return cutText(cleanText(text.slice(0, MAX_LENGTH * 20)), MAX_LENGTH) || null;
}
