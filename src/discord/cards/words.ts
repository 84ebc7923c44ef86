import type { PointOrigin } from '../../domain/handle.ts';
import { ERASED, type Line, type Platform } from '../../domain/submission.ts';
import { clip } from './card.ts';

export const LINE_LABEL = {
  'back-to-back': 'Back-to-back',
  'double-skip': 'Double skip',
  skip: 'Skip',
  free: 'Free',
  pending: 'Pending skip',
  archive: 'Played',
  removed: 'Removed',
  withdrawn: 'Withdrawn',
  draft: 'Waiting for your answer',
} as const satisfies Record<Line, string>;

export const LINE_EMOJI = {
  'back-to-back': '🔥',
  'double-skip': '⏩',
  skip: '⏭️',
  free: '🎵',
  pending: '⏳',
  archive: '✅',
  removed: '🗑️',
  withdrawn: '↩️',
  draft: '❔',
} as const satisfies Record<Line, string>;

export const ORIGIN_EMOJI = {
  like: '❤️',
  comment: '💬',
  share: '🔁',
  follow: '➕',
  subscribe: '⭐',
  gift: '🎁',
  join: '👋',
  staff: '🛠️',
} as const satisfies Record<PointOrigin, string>;

export const PLATFORM_LABEL = {
  soundcloud: 'SoundCloud',
  spotify: 'Spotify',
  youtube: 'YouTube',
  deezer: 'Deezer',
  ditto: 'Ditto',
  bandcamp: 'Bandcamp',
  audiomack: 'Audiomack',
  untitled: 'untitled.stream',
  dropbox: 'Dropbox',
  'google-drive': 'Google Drive',
  other: 'Link',
} as const satisfies Record<Platform, string>;

/** Control characters, and marks that turn the direction of what stands around them. */
const UNSEEN = /[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** Escaping may make a text this much longer than `max`; text that is nothing but marks is shortened instead. */
const ESCAPED_MAX = 1.5;

/**
 * A stranger's text made harmless inside Discord markdown: every character that could format, mention, link or quote is
 * escaped, line breaks become blanks, direction marks go.
 * @param max characters a person sees; with its escapes the result is at most half as long again
 */
export function plain(userText: string, max = 100): string {
  const oneLine = userText.replace(/\s+/g, ' ').replace(UNSEEN, '').trim();
  let [shown, escaped] = [max, escapeMarks(clip(oneLine, max))];
  while (escaped.length > max * ESCAPED_MAX && shown > 1) {
    shown = Math.floor(shown * 0.9);
    escaped = escapeMarks(clip(oneLine, shown));
  }
  return escaped;
}

/** A stranger's text as code: nothing in it means anything to Discord, so nothing is escaped. */
export function verbatim(userText: string, max = 60): string {
  const oneLine = userText.replace(/\s+/g, ' ').replace(UNSEEN, '').replaceAll('`', 'ˋ').trim();
  return `\`${clip(oneLine, max) || ' '}\``;
}

/** A person by their id, as a mention that pings nobody; whose data was deleted has no name any more. */
export function person(userId: string): string {
  return userId === ERASED ? 'somebody' : `<@${userId}>`;
}

function escapeMarks(text: string): string {
  return text
    .replace(/[\\*_~`|<>[\]()@]/g, '\\$&')
    .replace(/:\/\//g, '\\://')
    .replace(/^[#+-]/, '\\$&')
    .replace(/^(\d+)\./, '$1\\.');
}

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

/** Exact up to five digits, then `1.2M`: for places where many numbers stand side by side. */
export function shortNumber(value: number): string {
  return Math.abs(value) < 100_000 ? count(value) : COMPACT.format(value);
}

/** `Page 2 of 5 · `, or nothing when there is only one. @param page zero-based */
export function pageText({ page, pages }: { readonly page: number; readonly pages: number }): string {
  return pages <= 1 ? '' : `Page ${count(page + 1)} of ${count(pages)} · `;
}

/** Exact, with the commas that make long numbers readable. */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `3:07`, `1:02:07`. @param ms a span, negative counts as 0 */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** `about 19 min`, `about 1 h 5 min`, `under a minute`. */
export function aboutTime(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return 'under a minute';
  if (minutes < 60) return `about ${minutes} min`;
  const rest = minutes % 60;
  return `about ${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`}`;
}

/** Discord draws it as a ticking "2 minutes ago" without any edit. @param at ms since the epoch */
export function relativeTime(at: number): string {
  return `<t:${Math.floor(at / 1000)}:R>`;
}

/** A sign and its word stay on one line, also on a phone. */
export function signed(emoji: string, word: string): string {
  return `${emoji}\u00a0${word}`;
}

export function plural(amount: number, one: string, many = `${one}s`): string {
  return `${count(amount)} ${amount === 1 ? one : many}`;
}
