import type { CoinReads, CoinStore } from './coin-store.ts';

/** Sessions, gifts and what viewers did. */
export interface LiveReads extends CoinReads {}

export interface LiveStore extends LiveReads, CoinStore {}
