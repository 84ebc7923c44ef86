import type { BotProcess } from '../story/bot-process.ts';
import type { BotView } from './protocol.ts';

/** How long a killed bot stays down before it is started again: long enough to see that it is gone. ms */
const DOWN_MS = 1_500;

/** Starts, kills and restarts the bot, and knows what it is doing. */
export class BotDesk {
  readonly #bot: BotProcess;
  readonly #onChange: (view: BotView) => void;
  readonly #now: () => number;
  #view: BotView = { kind: 'off' };
  /** Starts and stops follow one another, whoever asks. */
  #queue: Promise<void> = Promise.resolve();

  constructor(bot: BotProcess, onChange: (view: BotView) => void, now: () => number = Date.now) {
    this.#bot = bot;
    this.#onChange = onChange;
    this.#now = now;
  }

  get view(): BotView {
    return this.#view;
  }

  /** Resolves when the bot is ready. Rejects with its last lines when it does not get there. */
  start(): Promise<void> {
    return this.#next(() => this.#start());
  }

  /** Resolves when no start or stop is under way, however it went. */
  idle(): Promise<void> {
    return this.#queue;
  }

  /** SIGKILL in the middle of whatever it does, then a new start. */
  killAndRestart(): Promise<void> {
    return this.#next(async () => {
      this.#show({ kind: 'ended', at: this.#now(), why: 'killed with SIGKILL' });
      await this.#bot.stop('SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      await this.#start();
    });
  }

  /** A clean stop, then a new start. */
  restart(): Promise<void> {
    return this.#next(async () => {
      this.#show({ kind: 'off' });
      await this.#bot.stop();
      await this.#start();
    });
  }

  /** @returns the exit code; null when it was killed or never ran */
  async stop(): Promise<number | null> {
    let code: number | null = null;
    await this.#next(async () => {
      this.#show({ kind: 'off' });
      code = await this.#bot.stop();
    });
    return code;
  }

  #next(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    // Whoever asked hears of the failure; whoever asks next starts from there.
    this.#queue = done.catch((error: unknown) => void error);
    return done;
  }

  async #start(): Promise<void> {
    const since = this.#now();
    this.#show({ kind: 'starting', since });
    try {
      await this.#bot.start();
    } catch (error) {
      this.#show({ kind: 'ended', at: this.#now(), why: firstLine(error) });
      throw error;
    }
    this.#show({ kind: 'ready', since: this.#now(), tookMs: this.#now() - since, pid: this.#bot.pid ?? 0 });
    const run = this.#view;
    void this.#bot.exited.then((code) => {
      if (this.#view === run) this.#show({ kind: 'ended', at: this.#now(), why: `ended with exit code ${code}` });
    });
  }

  #show(view: BotView): void {
    this.#view = view;
    this.#onChange(view);
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
