/**
 * What the launcher tells the person at the terminal: one plain line per thing done, and a clock on long steps.
 * Everything goes to stderr, so that stdout belongs to the task alone.
 */

const TTY_TICK_MS = 1_000;
const LOG_TICK_MS = 10_000;

/** @param {string} line */
export function say(line) {
  process.stderr.write(`[setup] ${line}\n`);
}

/**
 * Runs a program under a ticking line: redrawn every second on a terminal, a new line every 10 s in a log.
 * @template {{ code: number }} T
 * @param {string} label what is being done, as a sentence start
 * @param {() => Promise<T>} work
 * @param {() => string} [detail] asked at every tick: what is going on right now
 * @returns {Promise<T>}
 */
export async function step(label, work, detail = () => '') {
  const startedAt = performance.now();
  const tty = process.stderr.isTTY === true;
  const seconds = () => `${Math.round((performance.now() - startedAt) / 1000)} s`;
  const tick = () => {
    const line = `[setup] ${label}... ${seconds()}${detail() === '' ? '' : ` (${detail()})`}`;
    // A line that wraps could not be redrawn.
    process.stderr.write(tty ? `\r\x1b[2K${line.slice(0, process.stderr.columns - 1)}` : `${line}\n`);
  };
  tick();
  const ticker = setInterval(tick, tty ? TTY_TICK_MS : LOG_TICK_MS);
  let outcome = 'failed after';
  try {
    const result = await work();
    if (result.code === 0) outcome = 'done in';
    return result;
  } finally {
    clearInterval(ticker);
    process.stderr.write(`${tty ? '\r\x1b[2K' : ''}[setup] ${label}: ${outcome} ${seconds()}\n`);
  }
}

/** A reason to stop that the person can act on: printed without a stack. */
export class SetupError extends Error {
  /** @param {readonly string[]} lines what is wrong, then what to do */
  constructor(lines) {
    super(lines.join('\n'));
    this.name = 'SetupError';
    /** @readonly */
    this.lines = lines;
  }
}
