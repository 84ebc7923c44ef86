/** Line breaks and every kind of space. */
const SPACES = /[\s\u0085]+/gu;
/**
 * Control characters, marks that turn the direction of what follows (not right-to-left letters themselves), zero-width
 * characters except the joiners that emoji and some scripts need, and letters that look like nothing.
 */
const UNSEEN =
  /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u115f\u1160\u2800\u3164\uffa0]/gu;
/** Accents stacked until they leave the line. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/** Something that leaves a mark by itself: joiners, soft hyphens, accents and blanks do so only beside a letter. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Z}\p{M}]/u;

/**
 * A stranger's text as one harmless line: trimmed, spaces collapsed, unseen characters removed; empty when nothing could
 * be seen of it. Markdown stays.
 */
export function cleanText(text: string): string {
  const line = text
    .toWellFormed()
    .replace(SPACES, ' ')
    .replace(UNSEEN, '')
    .replace(STACKED_MARKS, '$1')
    .normalize('NFC')
    .replace(SPACES, ' ')
    .trim();
  return VISIBLE.test(line) ? line : '';
}

/** In code points, so that an emoji counts once. */
export function textLength(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

/** At most `max` code points. */
export function cutText(text: string, max: number): string {
  return textLength(text) <= max ? text : [...text].slice(0, max).join('').trimEnd();
}
