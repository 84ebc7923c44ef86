const MAX_LENGTH = 200;

/** Control characters, direction marks and overrides, zero-width characters, tags, unpaired surrogates. */
const UNSEEN =
  /[\p{Cc}\p{Cs}\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc\u{e0000}-\u{e0fff}]/gu;

/** A text from a file or a page, as one line that shows what it is; null when nothing is left of it. */
export function cleanTag(text: unknown): string | null {
  if (typeof text !== 'string') return null;
  const line = text
    .slice(0, MAX_LENGTH * 20)
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(UNSEEN, '')
    .replace(/\p{M}{4,}/gu, (marks) => marks.slice(0, 3))
    .trim();
  const cut = [...line].slice(0, MAX_LENGTH).join('').trim();
  return cut === '' ? null : cut;
}
