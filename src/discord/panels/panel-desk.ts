import { type Answer, type ComponentPress, DONE, update } from '../answer.ts';
import type { Card } from '../cards/card.ts';
import type { PanelKeeper } from './panel-keeper.ts';

/** Draws a panel anew through the click's own answer: at once, and without spending one of the channel's edits. */
export class PanelDesk {
  readonly #keeper: Pick<PanelKeeper, 'clicked' | 'kindOf' | 'isTakenUp'>;

  constructor(keeper: Pick<PanelKeeper, 'clicked' | 'kindOf' | 'isTakenUp'>) {
    this.#keeper = keeper;
  }

  /**
   * The answer to a click that changed something: the clicked panel as it looks now.
   * @param page where the panel should stand from now on; undefined = where it is
   */
  async redraw(press: ComponentPress, page?: number): Promise<Answer> {
    const clicked = press.message === null ? null : await this.#keeper.clicked(press.message.id, page);
    return clicked === null ? DONE : update(clicked.card, clicked.shown);
  }

  /** For actions that stand on panels and on passing messages: a panel stays a panel, the others turn into the card. */
  async result(press: ComponentPress, card: Card): Promise<Answer> {
    return this.isPanel(press) ? this.redraw(press) : update(card);
  }

  /** A message that looks like a panel and is none any more: nothing draws it. */
  isLeftOver(press: ComponentPress): boolean {
    return this.#keeper.isTakenUp && !this.isPanel(press);
  }

  isPanel(press: ComponentPress): boolean {
    return press.message !== null && this.#keeper.kindOf(press.message.id) !== null;
  }
}
