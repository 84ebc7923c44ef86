import type { Card } from '../cards/card.ts';

/** A panel's card as it should look now. */
export interface PanelView {
  readonly card: Card;
  /** The page really shown: clamped to what exists. */
  readonly page: number;
  /** Draw again after this long though no fact came (progress of a song). Null = only on facts. ms */
  readonly refreshMs: number | null;
}
