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
});
