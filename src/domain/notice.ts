import type { Line, WaitingLine } from './submission.ts';

/** What people are told outside of an answer: kept in the outbox, sent once, worded by `discord/cards`. */
export type Notice =
  | {
      readonly kind: 'stored-passive';
      readonly publicId: string;
      readonly title: string;
      readonly place: number | null;
      /** Further links and files of the same message, which were left out. */
      readonly extras: number;
    }
  | { readonly kind: 'refused-passive'; readonly failure: import('./failure.ts').Failure }
  | { readonly kind: 'approved'; readonly publicId: string; readonly line: WaitingLine; readonly reason: string | null }
  | { readonly kind: 'rejected'; readonly publicId: string; readonly reason: string | null }
  | { readonly kind: 'removed'; readonly publicId: string; readonly title: string; readonly reason: string | null }
  | {
      readonly kind: 'moved';
      readonly publicId: string;
      readonly line: WaitingLine;
      readonly by: 'staff';
      readonly reason: string | null;
    }
  | {
      readonly kind: 'gift-moved';
      readonly publicId: string;
      readonly line: WaitingLine;
      readonly coins: number;
      readonly handle: string;
      readonly giftName: string | null;
    }
  | { readonly kind: 'gift-reversed'; readonly publicId: string; readonly line: Line }
  | { readonly kind: 'coming-up'; readonly publicId: string; readonly place: number }
  | { readonly kind: 'on-air'; readonly publicId: string; readonly title: string }
  | { readonly kind: 'unplayable'; readonly publicId: string; readonly why: string }
  | { readonly kind: 'handle-proven'; readonly name: string }
  /** `proven`: by another member, in the LIVE chat; `staff`: an admin gave it to somebody else, or to nobody. */
  | { readonly kind: 'handle-lost'; readonly name: string; readonly why: 'proven' | 'staff' }
  | { readonly kind: 'live-connected'; readonly host: string; readonly roomId: string; readonly sessionId: number }
  | {
      readonly kind: 'live-ended-unexpectedly';
      readonly host: string;
      readonly sessionId: number;
      readonly durationMs: number;
      readonly cause: string;
    }
  | { readonly kind: 'metrics'; readonly sessionId: number }
  | { readonly kind: 'bookmark'; readonly publicId: string; readonly by: string }
  | { readonly kind: 'staff-alert'; readonly text: string }
  | { readonly kind: 'data-export'; readonly userId: string };

/** Who or where. A channel is named by the setting that holds it, so that it follows the setting. */
export type NoticeTarget =
  | { readonly kind: 'member'; readonly userId: string }
  | { readonly kind: 'channel'; readonly setting: 'channel.debug' | 'channel.metrics' | 'channel.bookmarks' };
