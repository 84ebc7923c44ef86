import type { LiveStore } from '../ports/live-store.ts';
import { CoinRepository } from './coin-repository.ts';

/** Sessions, gifts and what viewers did. */
export class LiveRepository extends CoinRepository implements LiveStore {}
