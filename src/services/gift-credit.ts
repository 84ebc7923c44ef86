import type { Line } from '../domain/submission.ts';
import type { StoreTx } from '../ports/store.ts';

/** A song that coins moved, for the fact `song.moved` after commit. */
export interface MovedSong {
  readonly submissionId: number;
  readonly publicId: string;
  readonly from: Line;
  readonly to: Line;
  /** @name of the gifter without the sign. */
  readonly handle: string | null;
  readonly coins: number | null;
}

/** Coins that waited for a song or a link. */
export interface GiftCredit {
  /**
   * Lets a member's unused coins of the open session move their newest waiting song, inside the transaction that gave
   * them a song or a handle. Stores its moves and notices itself.
   */
  apply(tx: StoreTx, guildId: string, userId: string, at: number): Promise<readonly MovedSong[]>;
}
