import type { Readable } from 'node:stream';
import type { Programs } from './programs.ts';
import type { Spawner } from './spawner.ts';

/** What a child may use. A child that wants more is killed, with everything it started. */
export interface ChildLimits {
  /** Wall time, ms. */
  readonly timeoutMs: number;
  /** CPU time, s. Enforced by the system where it can. */
  readonly cpuSeconds: number;
  /** Largest file it may write, bytes. Enforced by the system where it can. */
  readonly fileBytes: number;
  /** Of collected standard output. */
  readonly outputBytes?: number;
  /** Address space, bytes. Default 2 GiB. */
  readonly memoryBytes?: number;
  /** Lower priority than playback. */
  readonly background: boolean;
}

export interface Command {
  readonly program: string;
  /** Passed as they are; no shell is ever involved. */
  readonly args: readonly string[];
  /** Besides what every child sees. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type ChildEnd =
  | { readonly kind: 'exited'; readonly code: number; readonly stdout: Buffer; readonly stderr: string }
  /** By a signal that we did not send: a limit of the system, or somebody's kill. */
  | { readonly kind: 'killed'; readonly signal: string; readonly stderr: string }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'too-much-output' }
  | { readonly kind: 'cancelled' }
  /** The program does not exist or may not be run. */
  | { readonly kind: 'missing'; readonly program: string };

export interface StreamingChild {
  /** Ends with the child's output; destroying it does not kill the child. */
  readonly stdout: Readable;
  readonly ended: Promise<ChildEnd>;
  kill(): void;
}

const DEFAULT_MEMORY = 2 * 2 ** 30;
/** ffmpeg's summaries stand at the end of its log. */
const STDERR_KEPT = 64 * 1024;
const NICENESS = '15';
/** What `nice`, `prlimit` and `setpriv` end with when there is no such program. */
const CANNOT_EXECUTE: ReadonlySet<number> = new Set([126, 127]);

/** Every child process of the audio layer: bounded in what it may use, and gone when its work is. */
export class Children {
  readonly #programs: Programs;
  readonly #spawner: Spawner;
  readonly #alive = new Set<{ readonly kill: () => void; readonly ended: Promise<ChildEnd> }>();

  constructor(programs: Programs, spawner: Spawner) {
    this.#programs = programs;
    this.#spawner = spawner;
  }

  get alive(): number {
    return this.#alive.size;
  }

  /** Runs to the end; never throws for what the child does. */
  run(command: Command, limits: ChildLimits, signal?: AbortSignal): Promise<ChildEnd> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const child = this.#start(command, limits, signal, () => ({ stdout: Buffer.concat(chunks) }));
    const most = limits.outputBytes ?? 1 << 20;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) child.stop({ kind: 'too-much-output' });
      else chunks.push(chunk);
    });
    return child.ended;
  }

  /** As `run`, handing the output over piece by piece. */
  consume(
    command: Command,
    limits: ChildLimits,
    onOutput: (chunk: Buffer) => void,
    signal?: AbortSignal,
  ): Promise<ChildEnd> {
    const child = this.#start(command, limits, signal, () => ({ stdout: Buffer.alloc(0) }));
    child.stdout.on('data', onOutput);
    return child.ended;
  }

  /** The reader sets the pace: unread output stops the child. */
  stream(command: Command, limits: ChildLimits): StreamingChild {
    const child = this.#start(command, limits, undefined, () => ({ stdout: Buffer.alloc(0) }));
    return { stdout: child.stdout, ended: child.ended, kill: () => child.stop({ kind: 'cancelled' }) };
  }

  /** Kills whatever still runs and waits until the system has taken it back. */
  async stop(): Promise<void> {
    const alive = [...this.#alive];
    for (const child of alive) child.kill();
    await Promise.all(alive.map((child) => child.ended));
    this.#spawner.close();
  }

  #start(
    command: Command,
    limits: ChildLimits,
    signal: AbortSignal | undefined,
    collected: () => { readonly stdout: Buffer },
  ) {
    const [program, args] = this.#bounded(command, limits);
    const child = this.#spawner.spawn(program, args, { ...this.#programs.environment, ...command.environment });
    let forced: ChildEnd | undefined;
    const stop = (end: ChildEnd): void => {
      forced ??= end;
      child.kill();
    };
    const stderr = tailOf(child.stderr, STDERR_KEPT);
    const timer = setTimeout(() => stop({ kind: 'timeout' }), limits.timeoutMs);
    const onAbort = (): void => stop({ kind: 'cancelled' });
    signal?.addEventListener('abort', onAbort, { once: true });
    const ended = child.ended.then((end): ChildEnd => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      this.#alive.delete(entry);
      if (forced !== undefined) return forced;
      if (end === null || CANNOT_EXECUTE.has(end.code ?? 0)) return { kind: 'missing', program: command.program };
      if (end.code === null) return { kind: 'killed', signal: end.signal ?? 'unknown', stderr: stderr() };
      return { kind: 'exited', code: end.code, ...collected(), stderr: stderr() };
    });
    const entry = { kill: () => stop({ kind: 'cancelled' }), ended };
    this.#alive.add(entry);
    if (signal?.aborted === true) onAbort();
    return { stdout: child.stdout, ended, stop };
  }

  /** The command behind the programs that lower its priority, bound its resources and let it not outlive a killed bot. */
  #bounded({ program, args }: Command, limits: ChildLimits): readonly [string, string[]] {
    const { nice, prlimit, setpriv } = this.#programs;
    const bounds = [
      `--cpu=${Math.ceil(limits.cpuSeconds)}`,
      `--as=${limits.memoryBytes ?? DEFAULT_MEMORY}`,
      `--fsize=${Math.ceil(limits.fileBytes)}`,
      '--core=0',
    ];
    const line = [
      ...(limits.background && nice !== null ? [nice, '-n', NICENESS] : []),
      ...(prlimit === null ? [] : [prlimit, ...bounds]),
      ...(setpriv === null ? [] : [setpriv, '--pdeathsig', 'KILL']),
      program,
      ...args,
    ];
    const [first = program, ...rest] = line;
    return [first, rest];
  }
}

/** Keeps the last `bytes` of a stream. */
function tailOf(stream: Readable, bytes: number): () => string {
  let kept = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    kept = (kept + text).slice(-bytes);
  });
  return () => kept;
}
