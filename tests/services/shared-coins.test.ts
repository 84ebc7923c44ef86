import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from '../../src/domain/submission.ts';
import { QueueService } from '../../src/services/queue-service.ts';
import { bigGift, LiveShow, live } from './live-show.ts';
import { GUILD, liveUser, STAFF } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

const ONE = '400000000000000001';
const TWO = '400000000000000002';

const linesOf = async (...songs: readonly Submission[]) =>
  Promise.all(songs.map(async ({ id }) => (await show.stage.songNow(id)).line));
const queue = () =>
  new QueueService({ store: show.stage.store, settings: show.settings, bus: show.bus, clock: show.clock });
const apply = (memberId: string) =>
  show.stage.store.transaction((tx) => show.credit.apply(tx, GUILD, memberId, show.clock.now()));
const coinsLeft = (song: Submission) => show.stage.coinsLeft(song.id);

async function known(): Promise<number> {
  await show.hear(live('join', { by: '7' }));
  const handle = await show.stage.store.read((tx) => tx.handles.byName(GUILD, 'viewer7'));
  return handle?.id ?? 0;
}

describe('coins that hold a song up do not move one of somebody else', () => {
  it('who names the same handle', async () => {
    await show.goLive();
    const handleId = await known();
    const first = await show.stage.song(ONE, { handleId });
    await show.hear(bigGift(1_000));
    const second = await show.stage.song(TWO, { handleId });
    await apply(TWO);
    expect(await linesOf(first, second)).toEqual(['skip', 'free']);
    await queue().next(GUILD, STAFF);
    await apply(TWO);
    expect(await linesOf(first, second)).toEqual(['archive', 'free']);
  });

  it('who links the handle after its owner let go of it', async () => {
    await show.stage.link(liveUser('7'), ONE);
    const first = await show.stage.song(ONE);
    const second = await show.stage.song(TWO);
    await show.goLive();
    await show.hear(bigGift(1_000));
    await show.handles.unlink(GUILD, ONE, 'viewer7');
    await show.handles.link(GUILD, TWO, 'viewer7');
    expect(await linesOf(first, second)).toEqual(['skip', 'free']);
    await queue().next(GUILD, STAFF);
    await show.hear(bigGift(1));
    expect(await linesOf(first, second)).toEqual(['archive', 'free']);
    await show.hear(bigGift(999));
    expect(await linesOf(first, second)).toEqual(['archive', 'skip']);
  });
});

describe('coins of who really gave them', () => {
  it('are theirs although a song of somebody else only named the handle', async () => {
    await show.goLive();
    const first = await show.stage.song(ONE, { handleId: await known() });
    const second = await show.stage.song(TWO);
    await show.hear(bigGift(1_000));
    await show.handles.link(GUILD, TWO, 'viewer7');
    expect(await linesOf(first, second)).toEqual(['skip', 'skip']);
    await queue().next(GUILD, STAFF);
    expect(await coinsLeft(second)).toBe(1_000);
  });

  it('are theirs when they prove the handle that somebody else had linked', async () => {
    await show.goLive();
    await known();
    await show.handles.link(GUILD, ONE, 'viewer7');
    const first = await show.stage.song(ONE);
    const second = await show.stage.song(TWO);
    await show.hear(bigGift(1_000));
    await show.settings.set(GUILD, STAFF, 'handles.policy', 'proven');
    const asked = await show.handles.link(GUILD, TWO, 'viewer7');
    await show.hear(live('comment', { text: (asked.ok && asked.value.proof?.code) || 'no code' }));
    expect(await linesOf(first, second)).toEqual(['skip', 'skip']);
    await queue().next(GUILD, STAFF);
    expect(await coinsLeft(second)).toBe(1_000);
  });
});

describe('coins of several handles', () => {
  const shown = async () => {
    const { entries } = await queue().page(GUILD, 0, 8);
    return Object.fromEntries(entries.map(({ submission, coins }) => [submission.id, coins]));
  };

  it('that hold a song up together do not move one of who links either of them afterwards', async () => {
    await show.stage.link(liveUser('7'), ONE);
    await show.stage.link(liveUser('8'), ONE);
    const [first, second] = [await show.stage.song(ONE), await show.stage.song(TWO)];
    await show.goLive();
    await show.hear(bigGift(700, '7'));
    await show.hear(bigGift(400, '8'));
    for (const name of ['viewer7', 'viewer8']) {
      await show.handles.unlink(GUILD, ONE, name);
      await show.handles.link(GUILD, TWO, name);
    }
    await show.hear(bigGift(300, '7'));
    expect(await linesOf(first, second)).toEqual(['skip', 'free']);
    expect(await shown()).toEqual({ [first.id]: 1_100, [second.id]: 300 });
    await queue().next(GUILD, STAFF);
    expect(await coinsLeft(second)).toBe(300);
    await queue().undo(GUILD, STAFF);
    expect(await shown()).toEqual({ [first.id]: 1_100, [second.id]: 300 });
  });

  it('count on: what a song holds of a handle let go of, and what comes from the next one', async () => {
    await show.stage.link(liveUser('7'), ONE);
    const first = await show.stage.song(ONE);
    await show.goLive();
    await show.hear(bigGift(1_000, '7'));
    await show.handles.unlink(GUILD, ONE, 'viewer7');
    await show.stage.link(liveUser('8'), ONE);
    await show.hear(bigGift(1_000, '8'));
    expect(await linesOf(first)).toEqual(['double-skip']);
    expect(await shown()).toEqual({ [first.id]: 2_000 });
  });

  it('stand in for those of a gift that is reversed', async () => {
    await show.stage.link(liveUser('7'), ONE);
    await show.stage.link(liveUser('8'), ONE);
    const first = await show.stage.song(ONE);
    await show.goLive();
    await show.hear(bigGift(800, '7'));
    await show.hear(bigGift(700, '7'));
    await show.hear(bigGift(400, '8'));
    await show.gifts.reverse(GUILD, STAFF, 1);
    expect([await linesOf(first), await shown()]).toEqual([['skip'], { [first.id]: 1_100 }]);
    await show.gifts.reverse(GUILD, STAFF, 3);
    expect([await linesOf(first), await shown()]).toEqual([['free'], { [first.id]: 700 }]);
  });
});

describe('coins of a song', () => {
  it('that named a handle are used up by it, though its owner linked another one since', async () => {
    await show.goLive();
    const handleId = await known();
    await show.stage.song(ONE, { handleId });
    await show.hear(bigGift(1_000));
    await show.stage.link(liveUser('8'), ONE);
    await queue().next(GUILD, STAFF);
    expect(await coinsLeft(await show.stage.song(TWO, { handleId }))).toBe(0);
  });

  it('whose gift was reversed while it was on air for its points do not come back with Undo', async () => {
    const handleId = await show.stage.link(liveUser('7'), ONE);
    await show.stage.song(ONE);
    await show.goLive();
    await show.hear(bigGift(500), live('comment'));
    expect(await show.stage.points(handleId)).toBe(1_002);
    await queue().next(GUILD, STAFF);
    await show.hear(bigGift(10));
    await show.gifts.reverse(GUILD, STAFF, 1);
    expect(await show.stage.points(handleId)).toBe(0);
    await queue().undo(GUILD, STAFF);
    expect(await show.stage.points(handleId)).toBe(22);
  });

  it('whose gift was reversed while it was on air do not come back with Undo', async () => {
    await show.stage.link(liveUser('7'), ONE);
    const song = await show.stage.song(ONE);
    await show.goLive();
    await show.hear(bigGift(1_000));
    await queue().next(GUILD, STAFF);
    await show.gifts.reverse(GUILD, STAFF, 1);
    await queue().undo(GUILD, STAFF);
    expect(await coinsLeft(song)).toBe(0);
  });

  it('that somebody else has proven meanwhile are theirs when the playing is undone', async () => {
    await show.goLive();
    await known();
    await show.handles.link(GUILD, ONE, 'viewer7');
    const [first, second] = [await show.stage.song(ONE), await show.stage.song(TWO)];
    await show.hear(bigGift(1_000));
    await queue().next(GUILD, STAFF);
    await show.settings.set(GUILD, STAFF, 'handles.policy', 'proven');
    const asked = await show.handles.link(GUILD, TWO, 'viewer7');
    await show.hear(live('comment', { text: (asked.ok && asked.value.proof?.code) || 'no code' }));
    expect([await coinsLeft(first), await coinsLeft(second)]).toEqual([0, 0]);
    await queue().undo(GUILD, STAFF);
    expect(await linesOf(first)).toEqual(['skip']);
    expect([await coinsLeft(first), await coinsLeft(second)]).toEqual([0, 1_000]);
  });

  it('that was played are not asked for again when a gift among them is reversed', async () => {
    await show.stage.link(liveUser('7'), ONE);
    const first = await show.stage.song(ONE);
    await show.goLive();
    await show.hear(bigGift(600));
    await show.hear(bigGift(500));
    await queue().next(GUILD, STAFF);
    await show.gifts.reverse(GUILD, STAFF, 1);
    const second = await show.stage.song(ONE);
    await show.hear(bigGift(1_000));
    expect(await linesOf(first, second)).toEqual(['archive', 'skip']);
    await queue().undo(GUILD, STAFF);
    expect([await linesOf(first), await coinsLeft(first)]).toEqual([['skip'], 500]);
  });
});
