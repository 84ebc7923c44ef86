import { expect, it } from 'vitest';
import { QueueService } from '../../src/services/queue-service.ts';
import { bigGift, LiveShow, live } from './live-show.ts';
import { GUILD, STAFF } from './live-stage.ts';

const MEMBERS = ['400000000000000001', '400000000000000002', '400000000000000003'] as const;
const VIEWERS = ['7', '8', '9'] as const;
const PRICES: ReadonlyMap<string, number> = new Map([
  ['skip', 1_000],
  ['double-skip', 2_000],
  ['back-to-back', 5_000],
]);
const DEEDS = ['gift', 'song', 'song', 'link', 'link', 'let go', 'let go', 'next', 'undo'] as const;
const STEPS = 40;
const SEEDS = 20;

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Prices of the lines that these songs stand in, or were played from. */
async function bought(show: LiveShow, songs: readonly number[]): Promise<number> {
  return show.stage.store.read(async (tx) => {
    let sum = 0;
    for (const id of songs) {
      const line = (await tx.submissions.get(id))?.submission.line;
      const stood = line === 'archive' ? (await tx.plays.ofSubmission(id))?.fromLine : line;
      sum += PRICES.get(stood ?? '') ?? 0;
    }
    return sum;
  });
}

async function run(seed: number): Promise<void> {
  const next = random(seed);
  const pick = <const T>(list: readonly [T, ...T[]]): T => list[Math.floor(next() * list.length)] ?? list[0];
  const show = await LiveShow.open();
  const queue = new QueueService({
    store: show.stage.store,
    settings: show.settings,
    bus: show.bus,
    clock: show.clock,
  });
  await show.goLive();
  await show.hear(...VIEWERS.map((by) => live('join', { by })));
  const songs: number[] = [];
  const story: string[] = [];
  let given = 0;
  const deeds = {
    gift: async () => {
      const coins = pick([300, 600, 1_000, 2_500]);
      given += coins;
      await show.hear(bigGift(coins, pick(VIEWERS)));
    },
    song: async () => {
      const member = pick(MEMBERS);
      songs.push((await show.stage.song(member)).id);
      await show.stage.store.transaction((tx) => show.credit.apply(tx, GUILD, member, show.clock.now()));
    },
    link: () => show.handles.link(GUILD, pick(MEMBERS), `viewer${pick(VIEWERS)}`),
    'let go': () => {
      const name = `viewer${pick(VIEWERS)}`;
      return Promise.all(MEMBERS.map((member) => show.handles.unlink(GUILD, member, name)));
    },
    next: () => queue.next(GUILD, STAFF),
    undo: () => queue.undo(GUILD, STAFF),
  };
  for (let step = 0; step < STEPS; step += 1) {
    const deed = pick(DEEDS);
    await deeds[deed]();
    await show.clock.advance(1_000);
    story.push(deed);
    expect(await bought(show, songs), `seed ${seed}: ${story.join(', ')}`).toBeLessThanOrEqual(given);
  }
  await show.close();
}

it('whoever links and lets go of which handle, songs never stand higher than all coins together pay for', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) await run(seed);
});
