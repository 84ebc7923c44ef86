/**
 * Starts parts in order and stops them in the reverse one. Every stop is tried, also when one before it failed, and a
 * part that never started is not stopped.
 */
export class Lifecycle {
  readonly #stops: { readonly name: string; readonly stop: () => Promise<unknown> | unknown }[] = [];
  readonly #onFault: (part: string, error: unknown) => void;

  constructor(onFault: (part: string, error: unknown) => void) {
    this.#onFault = onFault;
  }

  async add(
    name: string,
    start: () => Promise<unknown> | unknown,
    stop?: () => Promise<unknown> | unknown,
  ): Promise<void> {
    // Before it starts: a part that fails half way has something to clean up as well.
    if (stop !== undefined) this.#stops.push({ name, stop });
    await start();
  }

  async stop(): Promise<void> {
    for (const { name, stop } of this.#stops.splice(0).reverse()) {
      try {
        await stop();
      } catch (error) {
        this.#onFault(name, error);
      }
    }
  }
}
