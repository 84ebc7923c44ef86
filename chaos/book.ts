/** One frame of a gift, as the LIVE sent it. */
export interface Tap {
  readonly viewer: string;
  /** Frames of one streak share it; the count of a streak is cumulative. */
  readonly streak: string;
  readonly count: number;
  readonly coinsEach: number;
  /** performance.now() of this process. */
  readonly at: number;
  /** Somebody was there to hear it. */
  readonly delivered: boolean;
}

/**
 * What people tried and what the bot acknowledged to them: kept outside of the bot, so no crash of it forgets anything.
 * Acknowledged is what the person saw the answer of.
 */
export class Book {
  /** Title -> public id that was confirmed, or null while (or because) nothing was. */
  readonly submissions = new Map<string, string | null>();
  /** Answers to the question about the skip that were taken: title -> it is one. */
  readonly claims = new Map<string, boolean>();
  /** Titles that `/next` and the button Next were answered with, in order. */
  readonly nexts: string[] = [];
  nextsTried = 0;
  undone = 0;
  undosTried = 0;
  /** Confirmed moves by staff: public id and the line it moved to. */
  readonly moves: { readonly id: string; readonly line: string; readonly told: string }[] = [];
  movesTried = 0;
  readonly taps: Tap[] = [];
  /** From the decision to kill until the new bot was whole. performance.now() */
  readonly kills: { readonly from: number; to: number }[] = [];
  /** From here on TikTok tells a returning listener nothing again. performance.now() */
  lastReplayAt = Number.POSITIVE_INFINITY;
  clicks = 0;
  /** From a click to the first answer, ms. */
  readonly answeredMs: number[] = [];
  /** Clicks that were answered: a bot that answered had time to write what it heard well before. performance.now() */
  readonly answered: { readonly from: number; readonly to: number }[] = [];
  /** Actions that a living bot did not answer, in words. */
  readonly dead: string[] = [];

  get acknowledged(): Readonly<Record<string, number>> {
    return {
      submissions: [...this.submissions.values()].filter((id) => id !== null).length,
      answers: this.claims.size,
      next: this.nexts.length,
      undo: this.undone,
      moves: this.moves.length,
    };
  }

  /**
   * Coins of a viewer that must be stored whatever was killed: told again by TikTok, or heard by a bot that answered
   * somebody who clicked later. @param writtenMs how much later
   */
  coinsSafe(viewer: string, writtenMs: number): number {
    const streaks = new Map<string, number>();
    for (const tap of this.taps) {
      if (tap.viewer !== viewer) continue;
      if (tap.at >= this.lastReplayAt && !(tap.delivered && this.#outlived(tap.at, writtenMs))) continue;
      streaks.set(tap.streak, Math.max(streaks.get(tap.streak) ?? 0, tap.count * tap.coinsEach));
    }
    return [...streaks.values()].reduce((sum, coins) => sum + coins, 0);
  }

  /** Somebody clicked so much later and was answered before the next kill; or none came. */
  #outlived(at: number, writtenMs: number): boolean {
    // A socket of a bot that was just killed still looks open.
    if (this.kills.some(({ from, to }) => from <= at && at <= to)) return false;
    const next = this.kills.find(({ from }) => from >= at);
    return next === undefined || this.answered.some(({ from, to }) => from >= at + writtenMs && to <= next.from);
  }
}
