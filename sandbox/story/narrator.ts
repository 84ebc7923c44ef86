/** Tells a show on the terminal, one line per fact, with the time since its start. */
export class Narrator {
  readonly #write: (text: string) => void;
  readonly #startedAt = performance.now();
  readonly #colors: boolean;

  constructor(write: (text: string) => void, colors: boolean) {
    this.#write = write;
    this.#colors = colors;
  }

  chapter(title: string): void {
    this.#write(`\n${this.#paint('1', `== ${title}`)}\n`);
  }

  /** What somebody did. */
  does(who: string, what: string): void {
    this.#line(`${this.#paint('36', who)} ${what}`);
  }

  /** What a person saw, indented, at most `most` lines. */
  sees(what: string, most = 8): void {
    const lines = what.split('\n').filter((line) => line.trim() !== '');
    for (const line of lines.slice(0, most)) this.#write(`           ${this.#paint('2', '|')} ${line}\n`);
    if (lines.length > most) this.#write(`           ${this.#paint('2', `| … ${lines.length - most} more lines`)}\n`);
  }

  /** A fact that was checked. */
  proven(what: string): void {
    this.#line(`${this.#paint('32', '✔')} ${what}`);
  }

  /** Runs a long step and keeps saying that it is under way. */
  async step<T>(what: string, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    this.#line(`${what} …`);
    const timer = setInterval(
      () => this.#line(`${what} … ${Math.round((performance.now() - startedAt) / 1000)} s`),
      5_000,
    );
    try {
      return await work();
    } finally {
      clearInterval(timer);
      this.#line(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    }
  }

  #line(text: string): void {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    this.#write(`${this.#paint('2', `${seconds.toFixed(1).padStart(7)} s`)}  ${text}\n`);
  }

  #paint(code: string, text: string): string {
    return this.#colors ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}
