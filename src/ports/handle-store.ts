import type { Handle, PointsByOrigin } from '../domain/handle.ts';
import type { LiveUser } from '../domain/live-event.ts';

/** A code to type in the host's LIVE chat. */
export interface HandleProof {
  readonly guildId: string;
  readonly userId: string;
  readonly nameKey: string;
  readonly code: string;
  readonly expiresAt: number;
}

export interface HandleWithPoints {
  readonly handle: Handle;
  readonly balance: PointsByOrigin;
}

export type HandleScope = 'unlinked' | 'any';

export interface HandleReads {
  get(id: number): Promise<Handle | null>;
  /** By @name in any case, without the sign. */
  byName(guildId: string, name: string): Promise<Handle | null>;
  /** Highest points first. */
  ofMember(guildId: string, userId: string): Promise<readonly Handle[]>;
  byIds(ids: readonly number[]): Promise<readonly Handle[]>;
  /**
   * Handles with their balances by origin, highest points first: all those linked to these members, and of `ids` those
   * that are nobody's.
   */
  withPoints(guildId: string, userIds: readonly string[], ids: readonly number[]): Promise<readonly HandleWithPoints[]>;
  /** Name starts with `prefix`; by name. */
  suggest(guildId: string, scope: HandleScope, prefix: string, limit: number): Promise<readonly Handle[]>;
  /** Handles that have points, highest first, ties by row id. */
  leaderboard(guildId: string, offset: number, limit: number): Promise<readonly Handle[]>;
  /** How many have points; at most 10,000, the board ends there. */
  leaderboardTotal(guildId: string): Promise<number>;
  /** 1 = highest on the leaderboard; null when the board ends before. */
  rank(handle: Handle): Promise<number | null>;
  /** Not expired at `at`. */
  proofs(guildId: string, at: number): Promise<readonly HandleProof[]>;
}

export interface HandleStore extends HandleReads {
  /** A name nobody saw in a LIVE yet. The name must be free. */
  addUnseen(guildId: string, name: string): Promise<Handle>;
  /**
   * Accounts seen in a LIVE: known by TikTok id, renames followed. A name that another row held is taken from it; a row
   * that was only a name is taken over. Later entries of the same account win.
   * @returns the handles by TikTok user id
   */
  seen(guildId: string, users: readonly LiveUser[], at: number): Promise<ReadonlyMap<string, Handle>>;
  /** @param userId null = nobody's */
  setLink(id: number, userId: string | null, proven: boolean, at: number): Promise<Handle>;
  /** Replaces an older code of the same member for the same name. */
  putProof(proof: HandleProof): Promise<void>;
  /** @returns whether there was one */
  dropProof(guildId: string, userId: string, nameKey: string): Promise<boolean>;
  /** All guilds. */
  dropExpiredProofs(at: number): Promise<void>;
}
