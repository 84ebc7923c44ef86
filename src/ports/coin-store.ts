/** Coins that one handle gave in one session. */
export interface HandleCoins {
  readonly sessionId: number;
  readonly handleId: number;
  readonly coins: number;
}

/** Coins that may move a song. */
export interface Purse {
  /** What it holds already. */
  readonly held: readonly HandleCoins[];
  /** What its owner's handles have beside: neither used up nor held by any song. Most first. */
  readonly free: readonly HandleCoins[];
}

/**
 * Every coin of a handle in a session is free, held by one waiting song, or used up. A song holds coins where they brought
 * it: taken from there, by whomever, it holds none. Nor does it hold those of a handle that somebody else has proven, or
 * has linked while the song only named it.
 */
export interface CoinReads {
  /** The guild's open LIVE session. */
  openSessionId(guildId: string): Promise<number | null>;
  /**
   * Coins of the open session behind each of these waiting songs, by row id; songs without any are left out. They are
   * those that it holds; behind its owner's newest song also those that are free.
   */
  coinsBehind(submissionIds: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Owners of waiting songs with handles that have coins of the open session left. */
  creditors(guildId: string): Promise<readonly string[]>;
  /** What may move the song, of that session. */
  purse(submissionId: number, sessionId: number): Promise<Purse>;
  /**
   * Waiting songs that hold coins of the gift's handle and session: those that the gift itself moved, then those that
   * coins moved last.
   */
  holders(giftId: number): Promise<readonly number[]>;
  /** Coins of the gift's handle and session that are held or used up although they were taken back. */
  overdrawn(giftId: number): Promise<number>;
}

export interface CoinStore extends CoinReads {
  /** From now on the song holds these and no others; as far as they are there, and may stand behind it. */
  hold(submissionId: number, coins: readonly HandleCoins[]): Promise<void>;
  /** The song is played: what it holds is used up. */
  useUp(submissionId: number): Promise<readonly HandleCoins[]>;
  /** What was used up is free again. */
  giveBack(coins: readonly HandleCoins[]): Promise<void>;
}
