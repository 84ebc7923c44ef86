/** What people tried and what the bot acknowledged to them: kept outside of the bot, so no crash of it forgets anything. */
export class Book {
  /** Title -> public id that was confirmed, or null while (or because) nothing was. */
  readonly submissions = new Map<string, string | null>();
  /** Ids that `Next` was answered with, in order. */
  readonly nexts: string[] = [];
  nextsTried = 0;
  /** Confirmed moves by staff: public id and the line it moved to. */
  readonly moves: { readonly id: string; readonly line: string }[] = [];
  movesTried = 0;
  clicks = 0;
  /** Actions that a living bot did not answer, in words. */
  readonly dead: string[] = [];

  get acknowledged(): number {
    const confirmed = [...this.submissions.values()].filter((id) => id !== null).length;
    return confirmed + this.nexts.length + this.moves.length;
  }
}
