import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface BotOptions {
  /** What points the bot at the sandbox. Replaces the environment of this process but for PATH and HOME. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that holds the bot's `src/main.ts`. */
  readonly root: string;
  /** What is run there. Default `src/main.ts`. */
  readonly script?: string;
  /** Gets every line the bot prints. */
  readonly onLine?: (line: string) => void;
}

/** The unmodified bot as a child process. */
export class BotProcess {
  readonly #options: BotOptions;
  #child: ChildProcess | null = null;
  #exit: Promise<number | null> = Promise.resolve(null);

  constructor(options: BotOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when the bot said that it is ready. Rejects when it ends before, or after `timeoutMs`. */
  start(timeoutMs = 30_000): Promise<void> {
    const { env, root, onLine, script = 'src/main.ts' } = this.#options;
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#exit = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    const printed: string[] = [];
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`the bot was not ready in ${timeoutMs} ms:\n${printed.join('\n')}`)),
        timeoutMs,
      );
      const line = (text: string) => {
        printed.push(text);
        if (printed.length > 200) printed.shift();
        onLine?.(text);
        if (!text.includes('"msg":"ready"')) return;
        clearTimeout(timer);
        resolve();
      };
      createInterface({ input: child.stdout }).on('line', line);
      createInterface({ input: child.stderr }).on('line', line);
      void this.#exit.then((code) => {
        clearTimeout(timer);
        reject(new Error(`the bot ended with exit code ${code}:\n${printed.join('\n')}`));
      });
    });
  }

  /** @returns the exit code; null when it was killed or never ran */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (this.#child === null || this.#child.exitCode !== null || this.#child.signalCode !== null) return this.#exit;
    this.#child.kill(signal);
    return this.#exit;
  }
}
