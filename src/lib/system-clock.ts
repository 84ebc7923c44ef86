import { setTimeout as sleep } from 'node:timers/promises';

/** Node's longest timer. ms */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The machine's time and chance. */
export const systemClock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  after(ms: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.min(ms, MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleep(Math.min(ms, MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal });
  },
};
