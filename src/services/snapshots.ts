import type { PointsByOrigin } from '../domain/handle.ts';
import type { LiveRefusal } from '../domain/live-refusal.ts';
import type { FilterName } from '../domain/setting.ts';
import type { MediaState, PlayLine, Submission, WaitingLine } from '../domain/submission.ts';

/** Read models: everything a card needs, fetched before rendering. All times ms since the epoch. */

/** A waiting song as lists show it. */
export interface QueueEntry {
  readonly submission: Submission;
  readonly media: MediaState;
  /** 1 = plays next; null for `pending`, which is not playable. */
  readonly place: number | null;
  /** ms until it is expected to play; null for `pending`. */
  readonly etaMs: number | null;
  /** @name of the handle that counts most, without the sign. */
  readonly handle: string | null;
  readonly points: PointsByOrigin;
  /** Coins of this session behind this song. */
  readonly coins: number;
}

export interface LineState {
  readonly line: WaitingLine;
  readonly waiting: number;
  readonly open: boolean;
}

/** One page of the playable songs in the one order. */
export interface QueuePage {
  readonly guildId: string;
  readonly entries: readonly QueueEntry[];
  /** Zero-based, clamped to what exists. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  readonly pending: number;
  readonly lines: readonly LineState[];
  readonly onAir: OnAir | null;
  /** What Undo takes back: the song on air, or one that ended some minutes ago. Null when there is none. */
  readonly undoablePlayId: number | null;
  /** Measured ms per song (median of the last 10 of this session; 3 min before there are any). */
  readonly songMs: number;
}

/** The song being reviewed. */
export interface OnAir {
  readonly playId: number;
  readonly submission: Submission;
  readonly media: MediaState;
  readonly fromLine: PlayLine;
  readonly scoreThen: number;
  readonly points: PointsByOrigin;
  readonly handle: string | null;
  readonly coins: number;
  readonly startedAt: number;
  readonly byUserId: string;
}

/** Why a song stands where it stands. */
export interface PlaceExplained {
  readonly submission: Submission;
  readonly place: number | null;
  readonly ahead: number;
  readonly etaMs: number | null;
}

export interface LeaderboardRow {
  readonly rank: number;
  readonly handleId: number;
  readonly handle: string;
  readonly nickname: string;
  readonly linkedUserId: string | null;
  readonly points: number;
}

export interface MemberStats {
  readonly handles: readonly { readonly name: string; readonly points: number; readonly proven: boolean }[];
  readonly score: number;
  readonly points: PointsByOrigin;
  readonly rank: number | null;
  readonly submitted: number;
  readonly played: number;
  readonly waiting: readonly PlaceExplained[];
}

export type LiveStatus =
  | { readonly kind: 'disconnected'; readonly lastHost: string | null; readonly lastRefusal: LiveRefusal | null }
  | {
      readonly kind: 'trying';
      readonly host: string;
      readonly persistent: boolean;
      readonly phase: 'waiting-for-live' | 'connecting';
      readonly tries: number;
      readonly sinceAt: number;
      readonly nextTryAt: number | null;
      readonly lastRefusal: LiveRefusal | null;
    }
  | {
      readonly kind: 'active';
      readonly host: string;
      readonly roomId: string;
      readonly sessionId: number;
      readonly startedAt: number;
      readonly recovering: {
        readonly sinceAt: number;
        readonly tries: number;
        readonly nextTryAt: number | null;
      } | null;
      readonly viewers: number | null;
      readonly lastEventAt: number | null;
      readonly events: Readonly<Record<string, number>>;
      readonly coins: number;
      readonly likesSeen: number;
      readonly likesRoomTotal: number;
      readonly gaps: number;
      readonly gapMs: number;
      readonly reconnects: number;
      readonly unreadable: number;
      /** Set when most frames lack a field: TikTok changed its protocol. */
      readonly drift: string | null;
      /** Likes and joins merged because events came faster than they could be stored. */
      readonly merged: number;
    };

export interface SessionHandleRow {
  readonly handle: string;
  readonly nickname: string;
  readonly linkedUserId: string | null;
  /** First to last interaction, ms: an approximation. */
  readonly watchMs: number;
  readonly likes: number;
  readonly comments: number;
  readonly shares: number;
  readonly follows: number;
  readonly subscribes: number;
  readonly gifts: number;
  readonly coins: number;
}

/** The numbers of one show. */
export interface SessionReport {
  readonly sessionId: number;
  readonly guildId: string;
  readonly host: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly endCause: 'host' | 'staff' | 'lost' | 'restart' | null;
  readonly totals: {
    readonly likes: number;
    readonly comments: number;
    readonly shares: number;
    readonly follows: number;
    readonly subscribes: number;
    readonly gifts: number;
    readonly coins: number;
    readonly joins: number;
  };
  readonly viewers: { readonly peak: number; readonly average: number; readonly lowest: number } | null;
  readonly gaps: readonly { readonly fromAt: number; readonly toAt: number | null; readonly cause: string }[];
  readonly minutes: readonly {
    readonly at: number;
    readonly viewers: number | null;
    readonly engagement: number;
    readonly coins: number;
  }[];
  readonly songs: readonly {
    readonly at: number;
    readonly publicId: string;
    readonly artist: string;
    readonly title: string;
  }[];
  /** Most engaged first; all of them. */
  readonly handles: readonly SessionHandleRow[];
}

export type PlaybackStatus = {
  readonly guildId: string;
  /** Voice link. */
  readonly voice:
    | { readonly kind: 'away'; readonly why: string | null }
    | { readonly kind: 'joining' | 'ready' | 'recovering'; readonly channelId: string; readonly attempt: number };
  readonly player: PlayerStatus;
  readonly volume: number;
  readonly filters: readonly FilterName[];
};

export type PlayerStatus =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'loading' | 'playing' | 'paused' | 'recovering';
      readonly playId: number | null;
      readonly submissionId: number;
      readonly positionMs: number;
      /** When `positionMs` was true; while playing the position goes on from there. */
      readonly at: number;
      readonly durationMs: number | null;
    }
  | { readonly kind: 'failed'; readonly submissionId: number; readonly why: string };

export interface VoiceTelemetry {
  readonly pingMs: number | null;
  readonly attempts: number;
  readonly lastCloseCodes: readonly { readonly code: number; readonly at: number }[];
  readonly coolDownUntil: number | null;
  readonly reconnects: number;
}
