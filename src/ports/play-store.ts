import type { PointOrigin, PointsByOrigin } from '../domain/handle.ts';
import type { PlayLine } from '../domain/submission.ts';
import type { HandleCoins } from './coin-store.ts';

/** Points that playing a song took from one handle; what undo gives back. */
export interface PointsTaken {
  readonly handleId: number;
  readonly origin: PointOrigin;
  readonly points: number;
}

/** What the on-air card shows of the owner, as it was when the song was taken. */
export interface ShownWithPlay {
  readonly handle: string | null;
  readonly points: PointsByOrigin;
  readonly coins: number;
}

export interface NewPlay {
  readonly guildId: string;
  readonly submissionId: number;
  /** The open LIVE session. */
  readonly sessionId: number | null;
  readonly startedAt: number;
  readonly byUserId: string;
  readonly fromLine: PlayLine;
  readonly fromRank: number;
  readonly score: number;
  readonly pointsTaken: readonly PointsTaken[];
  readonly coinsTaken: readonly HandleCoins[];
  readonly shown: ShownWithPlay;
  /** The play that this one ended; undo puts it on air again. */
  readonly replacedPlayId: number | null;
}

/** One song taken by "next". */
export interface Play extends NewPlay {
  readonly id: number;
  readonly endedAt: number | null;
  readonly undoneAt: number | null;
}

export interface PlayPace {
  /** Newest play that was not undone. */
  readonly newest: Play | null;
  readonly onAir: Play | null;
  /** Measured ms of the newest ended plays, newest first: of the open session, or, without one, of no session. */
  readonly durations: readonly number[];
}

export interface PlayReads {
  get(id: number): Promise<Play | null>;
  /** Newest play that was not undone; on air when it has no end. */
  newest(guildId: string): Promise<Play | null>;
  onAir(guildId: string): Promise<Play | null>;
  /** Those since then that were not undone, oldest first; of very many the newest. */
  since(guildId: string, at: number): Promise<readonly Play[]>;
  /** Newest play of a song that was not undone. */
  ofSubmission(submissionId: number): Promise<Play | null>;
  /** When songs were played last, ms; those that were not, or whose play was undone, are left out. */
  startedAt(submissionIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** What estimates are made of, in one look. @param since older plays outside of any session do not count */
  pace(guildId: string, since: number, limit: number): Promise<PlayPace>;
  /** Songs of one member that were played. */
  countOf(guildId: string, ownerId: string): Promise<number>;
}

export interface PlayStore extends PlayReads {
  add(play: NewPlay): Promise<Play>;
  end(id: number, at: number): Promise<void>;
  /** On air again. */
  reopen(id: number): Promise<void>;
  undo(id: number, at: number): Promise<void>;
  /** Undo gives these handles nothing back any more: what their songs cost was reset since. */
  forgetPoints(guildId: string, handleIds: readonly number[] | 'all'): Promise<void>;
  /** A gift was reversed that stood behind it: undoing the play gives back only these. */
  setTaken(id: number, taken: Pick<Play, 'coinsTaken' | 'pointsTaken'>): Promise<void>;
}
