import {
  closeSync,
  fstatSync,
  futimesSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Only one launcher at a time may install. The holder touches the file while it works; a file that nobody touched for
 * STALE_MS belongs to a process that is gone (the pid inside is for people: pids mean nothing across containers).
 */
const HEARTBEAT_MS = 2_000;
const STALE_MS = 20_000;
const POLL_MS = 250;
/** How often a waiting person hears that it still waits. */
const TELL_MS = 10_000;

/**
 * Runs `work` while holding the lock file, waiting for another holder first.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: string, waitedMs: number) => void, aborted?: () => boolean, staleMs?: number, pollMs?: number }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(path, work, options = {}) {
  const { staleMs = STALE_MS } = options;
  const file = await acquire(path, options);
  const heartbeat = setInterval(() => futimesSync(file, new Date(), new Date()), Math.min(HEARTBEAT_MS, staleMs / 4));
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    // After a long sleep of the machine the lock may have gone to somebody else: then it is not ours to remove.
    const ours = fstatSync(file).ino === statSync(path, { throwIfNoEntry: false })?.ino;
    closeSync(file);
    if (ours) rmSync(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {{ onWait?: (pid: string, waitedMs: number) => void, aborted?: () => boolean, staleMs?: number, pollMs?: number }} options
 * @returns {Promise<number>} the open lock file
 */
async function acquire(path, { onWait, aborted = () => false, staleMs = STALE_MS, pollMs = POLL_MS }) {
  mkdirSync(dirname(path), { recursive: true });
  const startedAt = performance.now();
  let tellAt = startedAt;
  for (;;) {
    const file = create(path);
    if (file !== undefined) return file;
    if (aborted()) throw new Error('Stopped while waiting for another launcher.');
    if (ageMs(path) > staleMs) {
      breakStale(path, staleMs);
    } else if (performance.now() >= tellAt) {
      onWait?.(holder(path), tellAt - startedAt);
      tellAt += TELL_MS;
    }
    await sleep(pollMs);
  }
}

/** Creating exclusively is the atomic step: exactly one process succeeds. @param {string} path */
function create(path) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, `${process.pid}\n`);
    return file;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return undefined;
    throw error;
  }
}

/**
 * Two waiters may see the same stale file; without the guard directory the slower one would delete the new lock of
 * the faster one. The age is read again inside the guard.
 * @param {string} path
 * @param {number} staleMs
 */
function breakStale(path, staleMs) {
  const guard = `${path}.breaking`;
  if (ageMs(guard) > staleMs) rmSync(guard, { recursive: true, force: true });
  try {
    mkdirSync(guard);
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return;
    throw error;
  }
  if (ageMs(path) > staleMs) rmSync(path, { force: true });
  rmdirSync(guard);
}

/** Milliseconds since the last touch; 0 when there is no such file. @param {string} path */
function ageMs(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 0 : Date.now() - stat.mtimeMs;
}

/** @param {string} path */
function holder(path) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'unknown';
    throw error;
  }
}

/** @param {unknown} error @param {string} code */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
