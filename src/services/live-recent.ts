/** Ids of one generation; at least as many are remembered, at most twice as many. */
const GENERATION = 4_096;

/**
 * Message ids seen lately, for replays and doubles. Two generations instead of a list in order: adding costs one look-up
 * and nothing is ever moved.
 */
export class RecentIds {
  #young = new Set<string>();
  #old = new Set<string>();

  /** @returns false when it was seen before */
  add(id: string): boolean {
    if (this.#young.has(id) || this.#old.has(id)) return false;
    this.#young.add(id);
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    return true;
  }
}
