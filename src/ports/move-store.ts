import type { Line } from '../domain/submission.ts';

export const MOVE_CAUSES = [
  'gift',
  'staff',
  'approve',
  'reject',
  'answer',
  'reverse',
  'play',
  'undo',
  'remove',
  'withdraw',
  'clear',
] as const;
export type MoveCause = (typeof MOVE_CAUSES)[number];

/** One change of line. */
export interface Move {
  readonly id: number;
  readonly guildId: string;
  readonly submissionId: number;
  readonly fromLine: Line;
  readonly fromRank: number;
  readonly toLine: Line;
  readonly toRank: number;
  readonly cause: MoveCause;
  /** Discord user; null for gifts and for what the bot does by itself. */
  readonly actor: string | null;
  readonly giftId: number | null;
  /** The member's coins that reached the threshold. */
  readonly coins: number | null;
  readonly reason: string | null;
  readonly at: number;
  /** Moves undone as one step share it. */
  readonly batch: string | null;
}

export type NewMove = Pick<
  Move,
  'guildId' | 'submissionId' | 'fromLine' | 'fromRank' | 'toLine' | 'toRank' | 'cause' | 'at'
> &
  Partial<Pick<Move, 'actor' | 'giftId' | 'coins' | 'reason' | 'batch'>>;

export interface MoveReads {
  /** Newest first. */
  ofSubmission(submissionId: number): Promise<readonly Move[]>;
  newestOf(submissionId: number): Promise<Move | null>;
  ofBatch(guildId: string, batch: string): Promise<readonly Move[]>;
  ofGift(giftId: number): Promise<readonly Move[]>;
}

export interface MoveStore extends MoveReads {
  add(move: NewMove): Promise<number>;
  addAll(moves: readonly NewMove[]): Promise<void>;
}
