import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Submission } from '../../src/domain/submission.ts';
import { QueueService } from '../../src/services/queue-service.ts';
import { bigGift, LiveShow, live } from './live-show.ts';
import { GUILD, liveUser, STAFF, T0 } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

const MEMBER = '400000000000000001';
const OTHER = '400000000000000002';

const lineOf = async (song: Submission) => (await show.stage.songNow(song.id)).line;
/** What it holds and its owner has free, in the running show. */
const coinsLeft = (song: Submission) => show.stage.coinsLeft(song.id);
const queue = () =>
  new QueueService({ store: show.stage.store, settings: show.settings, bus: show.bus, clock: show.clock });
const apply = (memberId: string) =>
  show.stage.store.transaction((tx) => show.credit.apply(tx, GUILD, memberId, show.clock.now()));

/** A member with a linked handle, a waiting song, and a show that runs. */
async function setUp(): Promise<Submission> {
  await show.stage.link(liveUser('7'), MEMBER);
  const song = await show.stage.song(MEMBER);
  await show.goLive();
  return song;
}

describe('coins', () => {
  it('add up over the show and move the song up, line by line', async () => {
    const song = await setUp();
    await show.hear(bigGift(600));
    expect(await lineOf(song)).toBe('free');
    await show.hear(bigGift(600));
    expect(await lineOf(song)).toBe('skip');
    await show.hear(bigGift(700));
    expect(await lineOf(song)).toBe('skip');
    await show.hear(bigGift(100));
    expect(await lineOf(song)).toBe('double-skip');
    await show.hear(bigGift(3_000));
    expect(await lineOf(song)).toBe('back-to-back');
    expect(show.of('song.moved')).toMatchObject([
      { publicId: song.publicId, from: 'free', to: 'skip', cause: 'gift', handle: 'viewer7', coins: 1_200 },
      { from: 'skip', to: 'double-skip', coins: 2_000 },
      { from: 'double-skip', to: 'back-to-back', coins: 5_000 },
    ]);
  });

  it('are written down as a move with its gift, and told to the owner', async () => {
    const song = await setUp();
    await show.hear(bigGift(2_500));
    const [move] = await show.stage.store.read((tx) => tx.moves.ofSubmission(song.id));
    expect(move).toMatchObject({ cause: 'gift', fromLine: 'free', toLine: 'double-skip', coins: 2_500, giftId: 1 });
    expect(await show.outbox()).toContainEqual({
      ...{ kind: 'gift-moved', publicId: song.publicId, line: 'double-skip', coins: 2_500 },
      ...{ handle: 'viewer7', giftName: 'Galaxy' },
    });
    expect(await show.gifts.ledger(GUILD, 0)).toMatchObject({
      total: 1,
      gifts: [
        {
          coins: 2_500,
          handle: 'viewer7',
          linkedUserId: MEMBER,
          moved: [{ publicId: song.publicId, to: 'double-skip' }],
        },
      ],
    });
  });

  it('move the newest waiting song, pending ones too, but never a withdrawn, removed or played one', async () => {
    const older = await setUp();
    const claimed = await show.stage.song(MEMBER, { line: 'pending' });
    await show.hear(bigGift(1_000));
    expect([await lineOf(older), await lineOf(claimed)]).toEqual(['free', 'skip']);
    for (const line of ['withdrawn', 'removed', 'archive'] as const) {
      const gone = await show.stage.song(OTHER);
      await show.stage.store.transaction((tx) => tx.submissions.finish(gone.id, line));
    }
    await show.stage.link(liveUser('8'), OTHER);
    await show.hear(bigGift(9_000, '8'));
    expect(show.of('song.moved')).toHaveLength(1);
  });

  it('of several handles of one member count together', async () => {
    const song = await setUp();
    await show.stage.link(liveUser('8'), MEMBER);
    await show.hear(bigGift(500, '7'), bigGift(500, '8'));
    expect(await lineOf(song)).toBe('skip');
  });

  it('of a handle that is only named with a song count while nobody linked it and its owner has none', async () => {
    await show.goLive();
    await show.hear(live('join', { by: '7' }));
    const handle = await show.stage.store.read((tx) => tx.handles.byName(GUILD, 'viewer7'));
    const song = await show.stage.song(MEMBER, { handleId: handle?.id ?? 0 });
    await show.hear(bigGift(1_000));
    expect(await lineOf(song)).toBe('skip');
    const shown = async () => (await queue().page(GUILD, 0, 5)).entries.map(({ coins }) => coins);
    expect(await shown()).toEqual([1_000]);
    await show.stage.link(liveUser('8'), MEMBER);
    // What it holds stays; more of that handle does not come to it.
    await show.hear(bigGift(4_000));
    expect(await shown()).toEqual([1_000]);
    expect(await lineOf(song)).toBe('skip');
  });

  it('of a named handle count for nothing where handles must be proven', async () => {
    await show.settings.set(GUILD, STAFF, 'handles.policy', 'proven');
    await show.goLive();
    await show.hear(live('join', { by: '7' }));
    const handle = await show.stage.store.read((tx) => tx.handles.byName(GUILD, 'viewer7'));
    const song = await show.stage.song(MEMBER, { handleId: handle?.id ?? 0 });
    await show.hear(bigGift(9_000));
    expect(await lineOf(song)).toBe('free');
  });

  it('follow the prices of the settings, and no song enters a closed line', async () => {
    const song = await setUp();
    await show.settings.set(GUILD, STAFF, 'gifts.skip', 50);
    await show.settings.set(GUILD, STAFF, 'submissions.open.double-skip', false);
    await show.hear(bigGift(50));
    expect(await lineOf(song)).toBe('skip');
    await show.hear(bigGift(3_000));
    expect(await lineOf(song)).toBe('skip');
    await show.hear(bigGift(2_000));
    expect(await lineOf(song)).toBe('back-to-back');
  });

  it('that waited for a closed line move their songs as soon as it is opened again, told once', async () => {
    const song = await setUp();
    const [other, none] = [await show.stage.song(OTHER), await show.stage.song('400000000000000003')];
    await show.stage.link(liveUser('8'), OTHER);
    const queues = queue();
    for (const line of ['skip', 'double-skip', 'back-to-back'] as const)
      await queues.setOpen(GUILD, STAFF, line, false);
    await show.hear(bigGift(2_100, '7'), bigGift(999, '8'));
    expect(await lineOf(song)).toBe('free');
    expect((await queues.setOpen(GUILD, STAFF, 'skip', true)).ok).toBe(true);
    expect([await lineOf(song), await lineOf(other), await lineOf(none)]).toEqual(['skip', 'free', 'free']);
    await queues.setOpen(GUILD, STAFF, 'all', true);
    expect([await lineOf(song), await lineOf(other)]).toEqual(['double-skip', 'free']);
    expect(show.of('song.moved').map(({ to }) => to)).toEqual(['skip', 'double-skip']);
    expect((await show.outbox()).filter(({ kind }) => kind === 'gift-moved')).toHaveLength(2);
    // A lower price lets the others climb, too.
    await show.settings.set(GUILD, STAFF, 'gifts.skip', 900);
    expect(await lineOf(other)).toBe('skip');
  });

  it('given before there is a song or a link wait as credit', async () => {
    await show.goLive();
    await show.hear(bigGift(1_500));
    const song = await show.stage.song(MEMBER);
    expect(await apply(MEMBER)).toEqual([]);
    await show.stage.link(liveUser('7'), MEMBER);
    expect(await apply(MEMBER)).toMatchObject([
      { publicId: song.publicId, from: 'free', to: 'skip', coins: 1_500, handle: 'viewer7' },
    ]);
    expect(await lineOf(song)).toBe('skip');
  });

  it('that hold one song up do not move the next one as well', async () => {
    const first = await setUp();
    await show.hear(bigGift(1_200));
    const second = await show.stage.song(MEMBER);
    expect(await apply(MEMBER)).toEqual([]);
    expect([await lineOf(first), await lineOf(second)]).toEqual(['skip', 'free']);
    await show.hear(bigGift(1_000));
    expect(await lineOf(second)).toBe('skip');
  });

  it('are used up by the song that is played, and free again when that is undone', async () => {
    const first = await setUp();
    await show.hear(bigGift(1_200));
    await show.hear(bigGift(300));
    expect((await queue().next(GUILD, STAFF)).ok).toBe(true);
    const second = await show.stage.song(MEMBER);
    await show.hear(bigGift(600));
    expect(await lineOf(second)).toBe('free');
    await show.hear(bigGift(100));
    expect(await lineOf(second)).toBe('skip');
    expect((await queue().undo(GUILD, STAFF)).ok).toBe(true);
    expect(await lineOf(first)).toBe('skip');
    expect([await coinsLeft(first), await coinsLeft(second)]).toEqual([1_200, 1_000]);
  });

  it('are shown with the song they keep up, and what is left over with the newest one', async () => {
    const first = await setUp();
    const shown = async () => {
      const { entries } = await queue().page(GUILD, 0, 8);
      return Object.fromEntries(entries.map(({ submission, coins }) => [submission.id, coins]));
    };
    await show.hear(bigGift(1_200));
    expect(await shown()).toEqual({ [first.id]: 1_200 });
    const second = await show.stage.song(MEMBER);
    expect(await shown()).toEqual({ [first.id]: 1_200, [second.id]: 0 });
    await show.hear(bigGift(400));
    expect(await shown()).toEqual({ [first.id]: 1_200, [second.id]: 400 });
    const other = await show.stage.song(OTHER);
    expect(await shown()).toEqual({ [first.id]: 1_200, [second.id]: 400, [other.id]: 0 });
  });

  it('of a withdrawn song are free for the next one', async () => {
    const first = await setUp();
    await show.hear(bigGift(1_200));
    await show.stage.store.transaction((tx) => tx.submissions.finish(first.id, 'withdrawn'));
    const second = await show.stage.song(MEMBER);
    await apply(MEMBER);
    expect(await lineOf(second)).toBe('skip');
  });

  it('end with the show', async () => {
    const song = await setUp();
    await show.hear(bigGift(900));
    await show.service.disconnect(GUILD, STAFF);
    await show.goLive('71');
    await show.hear(bigGift(900));
    expect(await lineOf(song)).toBe('free');
  });

  it('of an earlier show are not paid for with those of the next one', async () => {
    const song = await setUp();
    await show.hear(bigGift(1_000));
    await show.service.disconnect(GUILD, STAFF);
    await show.clock.advance(1_000);
    await show.goLive('71');
    await show.hear(bigGift(700));
    await queue().next(GUILD, STAFF);
    expect(await coinsLeft(song)).toBe(700);
  });
});

describe('reversing a gift', () => {
  const reverse = (giftId: number) => show.gifts.reverse(GUILD, STAFF, giftId);

  it('takes back its coins, its points and the move, exactly', async () => {
    const ahead = await show.stage.song(OTHER);
    const song = await setUp();
    const rank = (await show.stage.songNow(song.id)).rank;
    await show.hear(bigGift(1_000));
    expect(await reverse(1)).toMatchObject({
      ok: true,
      value: { songs: [{ publicId: song.publicId, from: 'skip', to: 'free' }] },
    });
    expect(await show.stage.songNow(song.id)).toMatchObject({ line: 'free', rank, score: 0 });
    expect(await coinsLeft(song)).toBe(0);
    expect(show.of('song.moved').at(-1)).toMatchObject({ cause: 'reverse', to: 'free' });
    expect(await show.outbox()).toContainEqual({ kind: 'gift-reversed', publicId: song.publicId, line: 'free' });
    expect(await show.stage.store.read((tx) => tx.audits.list(GUILD, 1))).toMatchObject([
      { action: 'gift.reverse', actor: STAFF },
    ]);
    expect(await lineOf(ahead)).toBe('free');
    expect(await reverse(1)).toEqual({ ok: false, error: { code: 'gift-already-reversed' } });
    expect(await reverse(99)).toEqual({ ok: false, error: { code: 'no-such-gift' } });
  });

  it('puts a song back to the line that the remaining coins still reach, at its old rank', async () => {
    const song = await setUp();
    await show.hear(bigGift(1_000));
    const skipRank = (await show.stage.songNow(song.id)).rank;
    await show.clock.advance(5_000);
    await show.hear(bigGift(4_500));
    expect(await lineOf(song)).toBe('back-to-back');
    await reverse(2);
    expect(await show.stage.songNow(song.id)).toMatchObject({ line: 'skip', rank: skipRank });
    await reverse(1);
    expect(await lineOf(song)).toBe('free');
  });

  it('finds the song that stands on it though another gift moved it', async () => {
    const song = await setUp();
    await show.hear(bigGift(600));
    await show.hear(bigGift(500));
    expect(await lineOf(song)).toBe('skip');
    await reverse(1);
    expect(await lineOf(song)).toBe('free');
  });

  it('leaves a song alone that other coins hold up', async () => {
    const song = await setUp();
    await show.hear(bigGift(600), bigGift(700), bigGift(600));
    await reverse(1);
    expect(await lineOf(song)).toBe('skip');
    expect(show.of('song.moved').filter(({ cause }) => cause === 'reverse')).toEqual([]);
  });

  it('leaves played songs played, and the coins of others alone', async () => {
    const first = await setUp();
    await show.hear(bigGift(1_000));
    await queue().next(GUILD, STAFF);
    const second = await show.stage.song(MEMBER);
    await show.hear(bigGift(1_000));
    await reverse(1);
    expect([await lineOf(first), await lineOf(second)]).toEqual(['archive', 'skip']);
    await reverse(2);
    expect(await lineOf(second)).toBe('free');
  });

  it('works after the show as well', async () => {
    const song = await setUp();
    await show.hear(bigGift(1_000));
    await show.service.disconnect(GUILD, STAFF);
    await reverse(1);
    expect(await lineOf(song)).toBe('free');
  });

  it('works after the song was played and that was undone', async () => {
    const song = await setUp();
    await show.hear(bigGift(1_000));
    await queue().next(GUILD, STAFF);
    await queue().undo(GUILD, STAFF);
    await reverse(1);
    expect(await lineOf(song)).toBe('free');
  });

  it('takes no more points than the handle still has of gifts', async () => {
    await setUp();
    await show.hear(bigGift(1_000), live('comment'));
    const { id } = (await show.stage.store.read((tx) => tx.handles.byName(GUILD, 'viewer7'))) ?? { id: 0 };
    await show.stage.store.transaction((tx) => tx.points.take(GUILD, [id], 'song-played', 'x', T0));
    await show.hear(live('comment'));
    await reverse(1);
    expect(await show.stage.points(id)).toBe(2);
  });

  it('in mid-show takes its coins and pieces out of the status and all numbers of the show', async () => {
    await show.service.start();
    await show.stage.link(liveUser('7'), MEMBER);
    await show.stage.song(MEMBER);
    const sessionId = await show.goLive();
    await show.hear(bigGift(1_000), bigGift(300, '8'));
    expect(show.active.coins).toBe(1_300);
    const told = show.of('live.counted').length;
    await reverse(1);
    await show.bus.idle();
    expect(show.active.coins).toBe(300);
    expect(show.of('live.counted').length).toBe(told + 1);
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      totals: { gifts: 1, coins: 300 },
      handles: [
        { handle: 'viewer8', gifts: 1, coins: 300 },
        { handle: 'viewer7', gifts: 0, coins: 0 },
      ],
    });
    await show.service.disconnect(GUILD, STAFF);
    await show.goLive('71');
    await reverse(2);
    await show.bus.idle();
    expect(show.active.coins).toBe(0);
  });

  it('that was settled twice, in two minutes, takes both parts out', async () => {
    const sessionId = await show.goLive();
    const at = show.clock.now();
    await show.hear(live('gift', { coinsEach: 10, repeatCount: 4, final: true, at }));
    await show.clock.advance(50_000);
    await show.hear(live('gift', { coinsEach: 10, repeatCount: 7, final: true, at: at + 50_000 }));
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { gifts: 7, coins: 70 } });
    await reverse(1);
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({ totals: { gifts: 0, coins: 0 } });
  });

  it('is not undone by late frames of the same streak', async () => {
    const song = await setUp();
    await show.hear(live('gift', { coinsEach: 100, repeatCount: 10, final: true }));
    await reverse(1);
    await show.hear(live('gift', { coinsEach: 100, repeatCount: 20, final: true }));
    expect(await lineOf(song)).toBe('free');
  });
});
