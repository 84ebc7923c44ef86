import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** Kept short: when npm or apt fails, its last lines hold the reason. */
const TAIL_CHARS = 6_000;
const ORPHAN_POLL_MS = 250;
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();

/** @type {NodeJS.Signals | undefined} */
let received;

/** The first signal that asked this process to end, if any. */
export function receivedSignal() {
  return received;
}

/** The exit code a shell gives to a process that died of this signal. @param {NodeJS.Signals} signal */
export function signalExitCode(signal) {
  return 128 + constants.signals[signal];
}

/**
 * From now on a signal to this process reaches the child that is running, and the child decides when to end.
 * A Ctrl-C on a terminal already reaches the whole group, so it is not sent a second time: programs read a second
 * SIGINT as "now!".
 */
export function forwardSignals() {
  for (const signal of FORWARDED) {
    process.on(signal, () => {
      received ??= signal;
      if (signal === 'SIGINT' && process.stdin.isTTY === true) return;
      for (const child of running) child.kill(signal);
    });
  }
  // `npm start` has a shell between npm and us. A SIGTERM to npm kills that shell, which tells us nothing: without
  // this the bot would live on alone, invisible to whoever stopped it.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event !== undefined) setInterval(() => endWhenOrphaned(parent), ORPHAN_POLL_MS).unref();
}

/** @param {number} parent process id */
function endWhenOrphaned(parent) {
  if (process.ppid === parent || received !== undefined) return;
  received = 'SIGTERM';
  for (const child of running) child.kill(received);
}

/**
 * Runs a program to its end. `show` gives it this terminal; otherwise its output is kept for the error message.
 * Rejects only when the program cannot be started at all.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, show?: boolean }} [options]
 * @returns {Promise<{ code: number, output: string }>} code: the exit code, 128 + n for signal n
 */
export function run(command, args, options = {}) {
  const { env = process.env, cwd, show = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    const keep = (/** @type {Buffer} */ chunk) => {
      output = (output + chunk.toString()).slice(-TAIL_CHARS);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => {
      running.delete(child);
      reject(error);
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? (signal === null ? 1 : signalExitCode(signal)), output });
    });
  });
}
