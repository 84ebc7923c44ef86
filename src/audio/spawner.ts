import type { Readable } from 'node:stream';

/** By itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Spawned {
  /** Unread output stops the process. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Comes after its end and the end of its output, or of our interest in that. Null: the program could not be run. */
  readonly ended: Promise<ProcessEnd | null>;
  /** Ends it with everything that it started, and drops what was not read. As often as wanted, also afterwards. */
  kill(): void;
}

export type Environment = Readonly<Record<string, string>>;

/** Starts processes: each leads a group of its own and has nothing to read. */
export interface Spawner {
  /**
   * No shell is involved: arguments arrive as they are.
   * @param environment all that it sees
   */
  spawn(program: string, args: readonly string[], environment: Environment): Spawned;
  /** Lets go of what it holds itself; not of processes that still run. */
  close(): void;
}
