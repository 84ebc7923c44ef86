import type { PointOrigin, PointsByOrigin } from '../domain/handle.ts';
import type { PointsTaken } from './play-store.ts';

export const POINT_CAUSES = ['song-played', 'undo', 'reset', 'staff', 'reverse'] as const;
/** Why a balance changed: what was earned, or what the show did. */
export type PointCause = PointOrigin | (typeof POINT_CAUSES)[number];

export interface Earned {
  readonly handleId: number;
  readonly origin: PointOrigin;
  /** May be negative when a gift is reversed. */
  readonly points: number;
}

export interface PointChange {
  readonly handleId: number;
  readonly cause: PointCause;
  readonly amount: number;
  readonly at: number;
  readonly ref: string | null;
}

export interface PointReads {
  /** Balances by origin; handles without points are left out. */
  of(handleIds: readonly number[]): Promise<ReadonlyMap<number, PointsByOrigin>>;
  /** Newest first. */
  changes(handleId: number, limit: number): Promise<readonly PointChange[]>;
}

/** Balances by origin, their sum on the handle and the ledger, always changed together. */
export interface PointStore extends PointReads {
  /** Earnings of one batch of LIVE events: the ledger sums them per handle, origin and minute. */
  earn(guildId: string, sessionId: number, earned: readonly Earned[], at: number): Promise<void>;
  /** One ledger row each, with what caused it. Balances by origin may not fall below 0: less is taken then. */
  change(guildId: string, earned: readonly Earned[], cause: PointCause, ref: string, at: number): Promise<void>;
  /** Empties handles. @returns what they had */
  take(
    guildId: string,
    handleIds: readonly number[],
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<readonly PointsTaken[]>;
  /** The exact opposite of `take`. */
  giveBack(guildId: string, taken: readonly PointsTaken[], cause: PointCause, ref: string, at: number): Promise<void>;
  /** Empties every handle of the guild. */
  takeAll(
    guildId: string,
    cause: PointCause,
    ref: string,
    at: number,
  ): Promise<{ readonly handles: number; readonly points: number }>;
}
