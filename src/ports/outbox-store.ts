import type { Notice, NoticeTarget } from '../domain/notice.ts';

export interface NewNotice {
  readonly guildId: string;
  /** The same key is never stored twice, so a notice told once stays told once. */
  readonly dedupeKey: string;
  readonly target: NoticeTarget;
  readonly notice: Notice;
  readonly at: number;
}

export interface StoredNotice {
  readonly id: number;
  readonly guildId: string;
  readonly target: NoticeTarget;
  readonly notice: Notice;
  readonly createdAt: number;
  readonly attempts: number;
}

export interface OutboxReads {
  /** Waiting ones that are due, oldest first. */
  due(at: number, limit: number): Promise<readonly StoredNotice[]>;
  /** ms when the next waiting one is due. */
  nextDueAt(): Promise<number | null>;
}

export interface OutboxStore extends OutboxReads {
  /** @returns false when the key was stored before */
  add(notice: NewNotice): Promise<boolean>;
  /** Before it is handed out, so that a crash from here on is known as one in the middle. */
  markSending(id: number, at: number): Promise<void>;
  markDone(id: number, state: 'sent' | 'given-up', outcome: string, at: number): Promise<void>;
  markWaiting(id: number, notBefore: number, outcome: string): Promise<void>;
  /**
   * What was being sent when the process died, and may have been told. At most `withinMs` ago it waits again; what is
   * older is given up, but for the kinds of which can be found out whether they were told.
   * @returns how many were given up
   */
  settleInterrupted(at: number, withinMs: number, findable: readonly Notice['kind'][]): Promise<number>;
  /** The clock was set back: what was stored in its future is due now, not when that time comes again. */
  catchUp(at: number): Promise<void>;
  /** Forgets finished ones older than `before`. */
  prune(before: number): Promise<void>;
}
