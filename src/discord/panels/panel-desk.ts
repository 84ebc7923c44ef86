import { type Answer, type Caller, type ComponentPress, DONE, update } from '../answer.ts';
import type { PanelKeeper } from './panel-keeper.ts';

/** Draws a panel anew through the click's own answer: at once, and without spending one of the channel's edits. */
export class PanelDesk {
  readonly #keeper: PanelKeeper;

  constructor(keeper: PanelKeeper) {
    this.#keeper = keeper;
  }

  /**
   * The answer to a click that changed something: the clicked panel as it looks now.
   * @param page where the panel should stand from now on; undefined = where it is
   */
  async redraw(press: ComponentPress, caller: Caller, page?: number): Promise<Answer> {
    const messageId = press.message?.id;
    const kind = messageId === undefined ? null : this.#keeper.kindOf(messageId);
    if (messageId === undefined || kind === null) return DONE;
    const view = await this.#keeper.view(caller.guildId, kind, page);
    return update(view.card, () => this.#keeper.drawn(caller.guildId, kind, messageId, view));
  }

  isPanel(press: ComponentPress): boolean {
    return press.message !== null && this.#keeper.kindOf(press.message.id) !== null;
  }
}
