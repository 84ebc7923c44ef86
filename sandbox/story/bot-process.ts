import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface BotOptions {
  /** What points the bot at the sandbox. Replaces the environment of this process but for PATH, HOME and NODE_OPTIONS. */
  readonly env: Readonly<Record<string, string>>;
  /** Folder that holds the bot's `src/main.ts`. */
  readonly root: string;
  /** What is run there. Default `src/main.ts`. */
  readonly script?: string;
  /** Gets every line the bot prints. */
  readonly onLine?: (line: string) => void;
}

/** Empty counts as unset, and what is set here wins over a developer's own `.env`. */
const UNSET = Object.fromEntries(
  [
    'DISCORD_TOKEN BOT_TOKEN DISCORD_BOT_TOKEN DISCORD_CLIENT_ID GUILD_ID DISCORD_API_URL DISCORD_CDN_URL MESSAGE_CONTENT',
    'TIKTOK_SIGN_URL TIKTOK_WEB_URL TIKTOK_WEBCAST_URL TIKTOK_SIGN_API_KEY SIGN_API_KEY PUBLIC_URL FFMPEG_PATH YTDLP_PATH',
  ].flatMap((names) => names.split(' ').map((name) => [name, ''])),
);

/** With which options Node runs TypeScript is the launcher's knowledge. */
const INHERITED = ['PATH', 'HOME', 'NODE_OPTIONS'] as const;

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

  /** Resolves when the process that runs now has ended: with its exit code, or null when a signal ended it. */
  get exited(): Promise<number | null> {
    return this.#exit;
  }

  /** Resolves when the bot said that it is ready. Rejects when it ends before, or after `timeoutMs`. */
  start(timeoutMs = 30_000): Promise<void> {
    const { env, root, onLine, script = 'src/main.ts' } = this.#options;
    const inherited = Object.fromEntries(INHERITED.map((name) => [name, process.env[name] ?? '']));
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: { ...UNSET, ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    // However this process ends, it leaves no bot behind.
    const takeAlong = (): void => void child.kill('SIGKILL');
    process.once('exit', takeAlong);
    child.once('exit', () => process.off('exit', takeAlong));
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
