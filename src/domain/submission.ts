/** Lines whose songs can be played, highest priority first. The index is the priority. */
export const PLAY_LINES = ['back-to-back', 'double-skip', 'skip', 'free'] as const;
export type PlayLine = (typeof PLAY_LINES)[number];

/** Where a song waits. A `pending` one claims a skip and is not playable until the reviewer approves it. */
export const WAITING_LINES = [...PLAY_LINES, 'pending'] as const;
export type WaitingLine = (typeof WAITING_LINES)[number];

/** Final: nothing but an undo leads out of these. */
export const FINAL_LINES = ['archive', 'removed', 'withdrawn'] as const;
export type FinalLine = (typeof FINAL_LINES)[number];

/**
 * `draft`: stored, but its owner has still to say whether it is a paid skip, because the free line is not open to them
 * (limit reached or closed). Nobody else sees it; unanswered it is withdrawn after five minutes.
 */
export type Line = WaitingLine | FinalLine | 'draft';

export const PLATFORMS = [
  'soundcloud',
  'spotify',
  'youtube',
  'deezer',
  'ditto',
  'bandcamp',
  'audiomack',
  'untitled',
  'dropbox',
  'google-drive',
  'other',
] as const;
export type Platform = (typeof PLATFORMS)[number];

export type Track =
  | {
      readonly kind: 'file';
      /** Content address in the media store, lower-case hex. */
      readonly sha256: string;
      /** What the member called it; untrusted, for display only. */
      readonly fileName: string;
    }
  | {
      readonly kind: 'link';
      /** As it will be opened, https. */
      readonly url: string;
      /** Same song, same text: tracking parameters dropped, host lower-cased. For the duplicate check. */
      readonly normalizedUrl: string;
      readonly platform: Platform;
    };

export type MediaState =
  | { readonly kind: 'link' }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'ready'; readonly durationMs: number }
  | { readonly kind: 'unplayable'; readonly reason: string };

export interface Submission {
  /** Row id: grows with every submission of the process, the last tie-breaker of the order. */
  readonly id: number;
  readonly guildId: string;
  /** Short public id without the hash sign, such as `4F7K`; unique in its guild, never reused. */
  readonly publicId: string;
  /** Discord user id. */
  readonly ownerId: string;
  /** Display name at submission time; untrusted. */
  readonly ownerName: string;
  readonly artist: string;
  readonly title: string;
  readonly note: string | null;
  readonly track: Track;
  /** Handle named with the submission (row id), counted only while its owner has linked none. */
  readonly handleId: number | null;
  readonly line: Line;
  /**
   * Order inside a paid line: ms since the epoch when it entered that line (smaller plays first). "Play next" gives a
   * rank below all others.
   */
  readonly rank: number;
  /** Points that order the free line; kept by the store whenever a point or a link changes. */
  readonly score: number;
  /** ms since the epoch. */
  readonly submittedAt: number;
  /** ms; until then the owner may still answer "is this a paid skip?". Null when not asked or answered. */
  readonly askedUntil: number | null;
  readonly bookmarked: boolean;
  readonly via: SubmissionVia;
}

export const SUBMISSION_VIA = ['modal', 'file-command', 'portal', 'passive', 'context-menu', 'again'] as const;
export type SubmissionVia = (typeof SUBMISSION_VIA)[number];

export function isPlayLine(line: string): line is PlayLine {
  return (PLAY_LINES as readonly string[]).includes(line);
}

export function isWaiting(line: string): line is WaitingLine {
  return (WAITING_LINES as readonly string[]).includes(line);
}

/** How long "is this a paid skip?" may be answered, ms. */
export const ASK_MS = 300_000;

/** Stands where a member's id and texts stood before their data was deleted. Such a song is a number only. */
export const ERASED = 'erased';

/** Title of a song whose file or link does not tell. */
export const TITLE_NOT_KNOWN = 'Not Known';

/** Longest texts taken, characters. */
export const TEXT_LIMITS = { artist: 100, title: 100, note: 300 } as const;
