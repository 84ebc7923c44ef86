/** Coins of one handle in one session that a played song used up. */
export interface CoinsTaken {
  readonly sessionId: number;
  readonly handleId: number;
  readonly coins: number;
}

/** What the queue needs to know of coins; implemented with the LIVE tables. */
export interface CoinReads {
  /** The guild's open LIVE session. */
  openSessionId(guildId: string): Promise<number | null>;
  /**
   * Coins of the open session behind each of these waiting songs, by row id; songs without any are left out. They are
   * those that keep it where it stands; behind its owner's newest song also those that keep no other one.
   */
  coinsBehind(submissionIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Owners of waiting songs with handles that have coins of the open session left. */
  creditors(guildId: string): Promise<readonly string[]>;
}

export interface CoinStore extends CoinReads {
  /** Uses up the coins that moved this song to where it is; nothing when no gift did. */
  consumeCoins(submissionId: number): Promise<readonly CoinsTaken[]>;
  /** The exact opposite of `consumeCoins`, for undo. */
  returnCoins(taken: readonly CoinsTaken[]): Promise<void>;
}
