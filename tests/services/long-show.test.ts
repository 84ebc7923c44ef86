import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LiveShow, live } from './live-show.ts';
import { GUILD } from './live-stage.ts';

const STEP_MS = 20_000;
const HOURS = 4;
const STEPS = (HOURS * 3_600_000) / STEP_MS;
const PER_STEP = 25;
const VIEWERS = 300;
/** The LIVE drops this often. */
const DROP_EVERY = STEPS / 8;

/** Bytes that are in use when everything that may go has gone. */
function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

function events(step: number) {
  return Array.from({ length: PER_STEP }, (_, index) => {
    const n = step * PER_STEP + index;
    const by = String(1_000 + (n % VIEWERS));
    const at = show.clock.now();
    if (n % 10 === 0) return live('gift', { by, at, repeatCount: 3, final: n % 20 === 0, groupId: `g${n}` });
    if (n % 3 === 0) return live('comment', { by, at });
    return live('like', { by, at, count: 5 });
  });
}

async function dropped(): Promise<void> {
  show.source.refusals = [{ kind: 'network', detail: 'timeout' }];
  show.source.ear?.closed(1006);
  await show.until(() => show.active.recovering !== null);
  await show.pass(1_000, () => show.active.recovering === null);
}

test('four hours of a show leave nothing behind: timers, memory and rows stay level, every event is counted once', {
  timeout: 120_000,
}, async () => {
  const sessionId = await show.goLive();
  const [timers, heap, remembered]: [number[], number[], number[]] = [[], [], []];
  for (let step = 0; step < STEPS; step += 1) {
    show.source.ear?.alive();
    await show.hear(...events(step));
    show.forgetFacts();
    await show.clock.advance(STEP_MS);
    if (step % DROP_EVERY === DROP_EVERY - 1) await dropped();
    if ((step + 1) % (STEPS / HOURS) > 0) continue;
    timers.push(show.clock.waiting);
    heap.push(heapInUse() / 2 ** 20);
    const ids = await show.stage.store.read((tx) => tx.lives.messageIds(sessionId));
    remembered.push(ids.length);
  }
  const [first, last] = [0, HOURS - 1];
  expect(timers[last]).toBeLessThanOrEqual((timers[first] ?? 0) + 1);
  expect((heap[last] ?? 0) - (heap[first] ?? 0), `heap by the hour: ${heap.map(Math.round)} MiB`).toBeLessThan(8);
  expect(Math.max(...remembered)).toBeLessThanOrEqual(5_000);
  const report = await show.reports.report(GUILD, sessionId);
  expect(report?.totals.comments).toBe((STEPS * PER_STEP * 3) / 10);
  expect(report?.totals.gifts).toBe((STEPS * PER_STEP * 3) / 10);
  expect(show.active).toMatchObject({ sessionId, reconnects: 8 });
});
