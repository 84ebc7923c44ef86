import type { MediaState, Submission, SubmissionVia, Track, WaitingLine } from '../domain/submission.ts';

/** A submission with the state of its file. */
export interface Song {
  readonly submission: Submission;
  readonly media: MediaState;
}

/** Everything a new row needs; the store gives it the id, and the score by its handles. */
export interface NewSubmission {
  readonly guildId: string;
  readonly publicId: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly artist: string;
  readonly title: string;
  readonly note: string | null;
  readonly track: Track;
  readonly handleId: number | null;
  readonly line: 'free' | 'pending' | 'draft';
  readonly submittedAt: number;
  readonly askedUntil: number | null;
  readonly via: SubmissionVia;
}

export type SuggestScope = 'waiting' | 'pending' | 'own' | 'all';

export interface SubmissionReads {
  get(id: number): Promise<Song | null>;
  /** By public id without the hash sign, upper case. Drafts included. */
  byPublicId(guildId: string, publicId: string): Promise<Song | null>;
  /** The song that plays next; the same as the first of `playable`. */
  first(guildId: string): Promise<Submission | null>;
  /** Playable songs in the one order. */
  playable(guildId: string, offset: number, limit: number): Promise<readonly Song[]>;
  /** Pending songs, oldest claim first. */
  pending(guildId: string, offset: number, limit: number): Promise<readonly Song[]>;
  /** How many wait per line. */
  counts(guildId: string): Promise<Readonly<Record<WaitingLine, number>>>;
  /** How many playable songs play before each of these; those that are not playable are left out. */
  ahead(ids: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Waiting songs of one member, in the one order, pending last. */
  waitingOf(guildId: string, ownerId: string): Promise<readonly Submission[]>;
  /** Drafts of one member. */
  draftsOf(guildId: string, ownerId: string): Promise<readonly Submission[]>;
  /** Not hidden, no drafts, newest first. */
  own(guildId: string, ownerId: string, offset: number, limit: number): Promise<readonly Song[]>;
  /** Not hidden, no longer waiting, newest first. */
  ownPast(guildId: string, ownerId: string, limit: number): Promise<readonly Song[]>;
  ownTotal(guildId: string, ownerId: string): Promise<number>;
  /** All of a member's submissions except drafts, newest first, hidden ones too. */
  history(guildId: string, ownerId: string, limit: number): Promise<readonly Submission[]>;
  /** Public id starts with, or (waiting, pending, own) artist or title contains, `text`. */
  suggest(
    guildId: string,
    scope: SuggestScope,
    text: string,
    userId: string | null,
    limit: number,
  ): Promise<readonly Submission[]>;
  /** Drafts whose question ran out before `at`, and waiting songs whose question did. All guilds. */
  expiredQuestions(at: number, limit: number): Promise<readonly Submission[]>;
  /**
   * Links that wait, or whose owner is being asked, and have no title yet, above a row id: the newest ones, oldest first.
   * All guilds.
   */
  untitled(above: number, limit: number): Promise<readonly Submission[]>;
  /** Of the first `places` playable songs those whose owner was not yet told, with their place from 1. */
  unwarned(
    guildId: string,
    places: number,
  ): Promise<readonly { readonly submission: Submission; readonly place: number }[]>;
}

export interface SubmissionStore extends SubmissionReads {
  /** Taken by any submission this guild ever had. */
  isTaken(guildId: string, publicId: string): Promise<boolean>;
  /** Appended at the end of its line. */
  add(submission: NewSubmission): Promise<Submission>;
  /**
   * Moves it into a waiting line as the last one to enter: rank = `at`, or just above the line's highest rank if the
   * clock stands behind that. Ends its question. Write the `move` row too.
   */
  enter(id: number, line: WaitingLine, at: number): Promise<Submission>;
  /** As `enter` into back-to-back, but before every other song there. */
  enterFirst(id: number, at: number): Promise<Submission>;
  /** Out of the waiting lines; keeps its rank. Ends its question. */
  finish(id: number, line: 'archive' | 'removed' | 'withdrawn'): Promise<Submission>;
  /** Exactly back to where it stood; its owner sees it again. */
  restore(id: number, line: WaitingLine, rank: number): Promise<Submission>;
  /** All free songs of a guild to `removed`. @returns what they were */
  removeAllFree(guildId: string): Promise<readonly Submission[]>;
  /** Free songs that the moves of this batch removed and that nobody touched since, back to where they stood. */
  restoreCleared(guildId: string, batch: string): Promise<readonly Submission[]>;
  /** @param until null = answered */
  setAskedUntil(id: number, until: number | null): Promise<void>;
  setTitle(id: number, title: string): Promise<void>;
  setBookmarked(id: number): Promise<void>;
  setHidden(id: number): Promise<void>;
  setHandle(id: number, handleId: number): Promise<void>;
  /** Their owners were told that they come up. */
  setWarned(ids: readonly number[]): Promise<void>;
}
