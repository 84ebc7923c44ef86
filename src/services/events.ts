import type { Line } from '../domain/submission.ts';

/** Facts told on the bus after commit: ids and small facts, never state. */
export interface Facts {
  /** Order, place, score or text of waiting songs changed. */
  readonly 'queue.changed': { readonly guildId: string };
  readonly 'settings.changed': { readonly guildId: string; readonly keys: readonly string[] };
  /** A song went on air, or the one on air was undone or ended. */
  readonly 'on-air.changed': { readonly guildId: string; readonly playId: number | null };
  readonly 'song.prepared': { readonly guildId: string; readonly submissionId: number };
  readonly 'live.changed': { readonly guildId: string };
  /** Numbers of a running session moved; at most one per batch. */
  readonly 'live.counted': { readonly guildId: string; readonly sessionId: number };
  readonly 'session.ended': { readonly guildId: string; readonly sessionId: number };
  readonly 'gift.settled': {
    readonly guildId: string;
    readonly giftId: number;
    readonly handle: string;
    readonly giftName: string;
    readonly count: number;
    readonly coins: number;
  };
  /** Staff took a gift back; the numbers of its session hold less now. */
  readonly 'gift.reversed': {
    readonly guildId: string;
    readonly sessionId: number;
    readonly giftId: number;
    readonly coins: number;
  };
  /** A gift (or its reversal) moved a song. */
  readonly 'song.moved': {
    readonly guildId: string;
    readonly submissionId: number;
    readonly publicId: string;
    readonly from: Line;
    readonly to: Line;
    readonly cause: 'gift' | 'staff' | 'approve' | 'reject' | 'reverse';
    readonly handle: string | null;
    readonly coins: number | null;
  };
  readonly 'playback.changed': { readonly guildId: string };
  readonly 'notice.stored': { readonly guildId: string };
}
