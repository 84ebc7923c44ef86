/**
 * Facts, told after they are stored. A listener only shows or tells: one that throws is reported by name and stops
 * nobody. Listeners of one fact start in the order they subscribed; async ones overlap.
 */
export class EventBus<Facts extends object> {
  readonly #listeners = new Map<keyof Facts, Set<{ name: string; run: (fact: never) => unknown }>>();
  readonly #running = new Set<Promise<void>>();
  readonly #onFault: (listener: string, error: unknown) => void;

  constructor(onFault: (listener: string, error: unknown) => void) {
    this.#onFault = onFault;
  }

  /** @returns the call that ends the subscription */
  on<K extends keyof Facts>(kind: K, name: string, run: (fact: Facts[K]) => unknown): () => void {
    const set = this.#listeners.get(kind) ?? new Set();
    this.#listeners.set(kind, set);
    const entry = { name, run };
    set.add(entry);
    return () => set.delete(entry);
  }

  emit<K extends keyof Facts>(kind: K, fact: Facts[K]): void {
    for (const { name, run } of [...(this.#listeners.get(kind) ?? [])]) {
      const call = async () => {
        await run(fact as never);
      };
      const task: Promise<void> = call()
        .catch((error: unknown) => this.#onFault(name, error))
        .finally(() => this.#running.delete(task));
      this.#running.add(task);
    }
  }

  /** Resolves when every listener that was started, and all that those started, has come to an end. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running]);
  }
}
