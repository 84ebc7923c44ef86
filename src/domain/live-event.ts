/** A TikTok account as one event shows it. Every text in it is a stranger's and untrusted. */
export interface LiveUser {
  /** TikTok's stable numeric id, decimal. */
  readonly userId: string;
  /** The @name without the at sign; can change. '' when the frame did not tell it. */
  readonly name: string;
  readonly nickname: string;
  readonly avatarUrl: string | null;
  readonly followerCount: number | null;
  readonly gifterLevel: number | null;
  readonly fanLevel: number | null;
  readonly isModerator: boolean;
}

interface LiveEventBase {
  /** TikTok's message id; null when the frame had none (such an event cannot be deduplicated and counts once). */
  readonly msgId: string | null;
  /** ms since the epoch by TikTok's clock; arrival time when the frame had none. */
  readonly at: number;
}

/** What happened on a LIVE, in our words. Produced only by `tiktok/normalise`. */
export type LiveEvent = LiveEventBase &
  (
    | { readonly kind: 'comment'; readonly user: LiveUser; readonly text: string }
    | { readonly kind: 'like'; readonly user: LiveUser; readonly count: number; readonly roomTotal: number | null }
    | { readonly kind: 'share'; readonly user: LiveUser }
    | { readonly kind: 'follow'; readonly user: LiveUser }
    | { readonly kind: 'join'; readonly user: LiveUser }
    | { readonly kind: 'subscribe'; readonly user: LiveUser }
    | {
        readonly kind: 'gift';
        readonly user: LiveUser;
        readonly giftId: string;
        readonly giftName: string;
        /** Coins for one. 0 when the frame did not carry the gift. */
        readonly coinsEach: number;
        /** A streak reports progress until `final`; others come once and are final. */
        readonly streakable: boolean;
        /** Cumulative count of the streak so far, at least 1. */
        readonly repeatCount: number;
        readonly final: boolean;
        readonly groupId: string;
      }
    | { readonly kind: 'viewers'; readonly count: number; readonly totalJoined: number | null }
    | { readonly kind: 'poll'; readonly title: string }
    | { readonly kind: 'battle'; readonly action: 'open' | 'finish' | 'other' }
    | { readonly kind: 'paused' }
    | { readonly kind: 'resumed' }
    | { readonly kind: 'stream-end'; readonly suspended: boolean }
  );

export type LiveEventKind = LiveEvent['kind'];

/** A frame the normaliser could not use: counted, logged once per kind, never fatal. */
export interface UnreadableFrame {
  readonly method: string;
  readonly problem: string;
}
