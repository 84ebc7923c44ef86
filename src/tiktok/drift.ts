/** Messages looked at before anything is said. */
const WINDOW = 200;
/** Share of them from which a missing field is TikTok's change and no accident. */
const SHARE = 0.6;

/**
 * Notices when TikTok changed its protocol: most of the last messages of a kind lack a field that the kind had.
 * Counts in windows, so that one old window never hides a new change.
 */
export class DriftMeter {
  readonly #seen = new Map<string, { messages: number; lacking: Map<string, number> }>();
  readonly #verdicts = new Map<string, string>();

  /** @returns the new verdict when it changed (null: all is well again), else undefined */
  saw(kind: string, lacking: string | null): string | null | undefined {
    const seen = this.#seen.get(kind) ?? { messages: 0, lacking: new Map<string, number>() };
    this.#seen.set(kind, seen);
    seen.messages += 1;
    if (lacking !== null) seen.lacking.set(lacking, (seen.lacking.get(lacking) ?? 0) + 1);
    if (seen.messages < WINDOW) return undefined;
    const before = this.verdict();
    this.#seen.delete(kind);
    this.#verdicts.delete(kind);
    for (const [field, count] of seen.lacking) {
      if (count >= WINDOW * SHARE) this.#verdicts.set(kind, `${kind} messages lack the ${field}`);
    }
    const after = this.verdict();
    return after === before ? undefined : after;
  }

  verdict(): string | null {
    return this.#verdicts.size === 0 ? null : [...this.#verdicts.values()].join('; ');
  }
}
