import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CoreStage, GUILD, refusal, STAFF, unwrap } from './core-stage.ts';

let stage: CoreStage;

beforeEach(async () => {
  stage = await CoreStage.open();
});
afterEach(async () => {
  await stage.close();
  expect(stage.faults).toEqual([]);
});

const next = (expected?: number | null, actor = STAFF) => stage.queue.next(GUILD, actor, expected);
const undo = (expected?: number) => stage.queue.undo(GUILD, STAFF, expected);

describe('next', () => {
  test('takes the songs in the order everybody saw', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    await stage.inLine('3', 'skip');
    await stage.inLine('4', 'back-to-back');
    await stage.inLine('5', 'double-skip');
    await stage.inLine('6', 'pending');
    const shown = await stage.order();
    const played: string[] = [];
    for (let n = 0; n < shown.length; n += 1) played.push(unwrap(await next()).onAir.submission.publicId);
    expect(played).toEqual(shown);
    expect(refusal(await next())).toEqual({ code: 'queue-empty', pending: 1 });
  });

  test('given ten times at once takes ten different songs', async () => {
    for (let n = 0; n < 12; n += 1) await stage.submit(`${n}`, { line: 'free' });
    const shown = await stage.order();
    const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => next(undefined, `staff${n}`)));
    expect(taken.map((each) => unwrap(each).onAir.submission.publicId)).toEqual(shown.slice(0, 10));
    expect(await stage.order()).toEqual(shown.slice(10));
    expect((await stage.queue.onAir(GUILD))?.submission.publicId).toBe(shown[9]);
  });

  test('pressed twice on the same button takes one song; the second press is told which and by whom', async () => {
    await stage.submit('1', { line: 'free', title: 'Mine' });
    await stage.submit('2', { line: 'free' });
    const [first, second] = await Promise.all([next(null, 'anna'), next(null, 'ben')]);
    const { onAir } = unwrap(first);
    expect(refusal(second)).toEqual({
      code: 'just-played',
      publicId: onAir.submission.publicId,
      title: 'Mine',
      by: 'anna',
    });
    expect(await stage.order()).toHaveLength(1);
    unwrap(await next(onAir.playId));
  });

  test('on a button whose song was stopped goes on, on one whose song was undone does not', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    const first = unwrap(await next(null)).onAir.playId;
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    const second = unwrap(await next(first)).onAir.playId;
    unwrap(await undo(second));
    expect(refusal(await next(second))).toEqual({ code: 'panel-outdated' });
    expect(refusal(await next(999))).toEqual({ code: 'panel-outdated' });
  });

  test('ends the song before it and tells both', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    expect(unwrap(await next()).previous).toBeNull();
    await stage.clock.advance(60_000);
    const { onAir, previous } = unwrap(await next());
    expect(previous?.submission.ownerId).toBe('1');
    expect(onAir).toMatchObject({ fromLine: 'free', byUserId: STAFF, startedAt: stage.clock.now() });
    expect(await stage.queue.onAir(GUILD)).toEqual(onAir);
    expect(stage.facts).toContainEqual(['on-air.changed', { guildId: GUILD, playId: onAir.playId }]);
  });

  test("of a free song empties its owner's handles, of a skip song nothing", async () => {
    unwrap(await stage.handles.link(GUILD, '1', 'one'));
    unwrap(await stage.handles.link(GUILD, '1', 'two'));
    await stage.award('one', 5);
    await stage.award('two', 7);
    await stage.award('stranger', 9);
    await stage.submit('1', { line: 'free' });
    await stage.inLine('1', 'skip');
    expect(unwrap(await next()).onAir).toMatchObject({
      fromLine: 'skip',
      scoreThen: 12,
      points: { like: 12 },
      handle: 'two',
    });
    expect((await stage.handles.stats(GUILD, '1')).score).toBe(12);
    expect(unwrap(await next()).onAir).toMatchObject({
      fromLine: 'free',
      scoreThen: 12,
      points: { like: 12 },
      handle: 'two',
    });
    expect((await stage.handles.stats(GUILD, '1')).score).toBe(0);
    expect((await stage.handles.leaderboard(GUILD, 0)).rows.map(({ handle }) => handle)).toEqual(['stranger']);
  });

  test('of a free song empties the handle named with it, but not one that is somebody else by now', async () => {
    await stage.award('named', 5);
    await stage.award('other', 6);
    await stage.submit('1', { line: 'free', handleName: 'named' });
    await stage.submit('2', { line: 'free', handleName: 'other' });
    unwrap(await stage.handles.link(GUILD, '3', 'other'));
    await next();
    await next();
    expect((await stage.handles.leaderboard(GUILD, 0)).rows.map(({ handle }) => handle)).toEqual(['other']);
  });
});

describe('undo', () => {
  test('puts the song back exactly where it stood, with the points it cost, and the one before on air again', async () => {
    unwrap(await stage.handles.link(GUILD, '2', 'two'));
    await stage.award('two', 50);
    await stage.inLine('1', 'skip');
    const free = await stage.submit('2', { line: 'free' });
    await stage.submit('3', { line: 'free' });
    const first = unwrap(await next()).onAir;
    await stage.clock.advance(30_000);
    const before = await stage.queue.page(GUILD, 0, 10);
    const taken = unwrap(await next()).onAir;
    expect((await stage.song(free.id)).line).toBe('archive');
    await stage.clock.advance(5_000);
    const undone = unwrap(await undo(taken.playId));
    expect(undone.restored).toMatchObject({ id: free.id, line: 'free', rank: free.rank, score: 50 });
    expect(undone.onAir).toEqual(first);
    const after = await stage.queue.page(GUILD, 0, 10);
    expect(after.entries.map(({ submission, points }) => ({ submission, points }))).toEqual(
      before.entries.map(({ submission, points }) => ({ submission, points })),
    );
    expect(await stage.queue.onAir(GUILD)).toEqual(first);
  });

  test('goes back step by step, and keeps what was earned since', async () => {
    unwrap(await stage.handles.link(GUILD, '1', 'one'));
    await stage.award('one', 5);
    const shown = [await stage.submit('1', { line: 'free' }), await stage.submit('2', { line: 'free' })];
    await next();
    await next();
    await stage.award('one', 3);
    unwrap(await undo());
    expect(unwrap(await undo()).restored.score).toBe(8);
    expect(refusal(await undo())).toEqual({ code: 'nothing-to-undo' });
    expect(await stage.order()).toEqual(shown.map(({ publicId }) => publicId));
    expect(await stage.queue.onAir(GUILD)).toBeNull();
  });

  test('returns a song to the middle of its paid line', async () => {
    const songs = [await stage.inLine('1', 'skip'), await stage.inLine('2', 'skip'), await stage.inLine('3', 'skip')];
    await stage.queue.move(GUILD, STAFF, songs[1]?.id ?? 0, 'double-skip');
    const shown = await stage.order();
    await next();
    unwrap(await undo());
    expect(await stage.order()).toEqual(shown);
  });

  test('gives back the coins that playing the song used up', async () => {
    const handleId = await stage.seen('gifter');
    unwrap(await stage.handles.link(GUILD, '1', 'gifter'));
    await stage.store.transaction(async (tx) => {
      const at = stage.clock.now();
      const session = { guildId: GUILD, hostName: 'host', hostUserId: null, roomId: '7', persistent: false };
      const { id } = await tx.lives.begin({ ...session, askedBy: STAFF, startedAt: at });
      const gift = { userId: '7', giftId: '5', giftName: 'Lion', coinsEach: 1_500, count: 1, openedAt: at, lastAt: at };
      await tx.lives.putGifts(GUILD, id, [{ ...gift, key: 'k', handleId, settled: { by: 'single', at } }]);
      const nothing = { likes: 0, comments: 0, shares: 0, follows: 0, subscribes: 0 };
      await tx.lives.addSums(id, {
        viewers: [{ handleId, firstAt: at, lastAt: at, ...nothing, gifts: 1, coins: 1_500 }],
        minutes: [],
        counts: [],
        messageIds: [],
        lastEventAt: at,
        likesRoomTotal: 0,
        viewersPeak: null,
        viewersLow: null,
        unreadable: 0,
        merged: 0,
      });
    });
    const left = async () => (await stage.store.read((reads) => reads.lives.coinsOf(GUILD, ['1']))).get('1') ?? 0;
    const song = await stage.submit('1');
    expect(song).toMatchObject({ line: 'skip', askedUntil: null });
    expect((await stage.queue.page(GUILD, 0, 1)).entries[0]?.coins).toBe(1_500);
    expect(unwrap(await next()).onAir).toMatchObject({ fromLine: 'skip', coins: 1_500 });
    expect(await left()).toBeLessThan(1_500);
    unwrap(await undo());
    expect(await left()).toBe(1_500);
    expect((await stage.song(song.id)).line).toBe('skip');
  });

  test('pressed twice on the same button does one thing', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    await next();
    const { playId } = unwrap(await next()).onAir;
    const [first, second] = await Promise.all([undo(playId), undo(playId)]);
    expect(first.ok).toBe(true);
    expect(refusal(second)).toEqual({ code: 'nothing-to-undo' });
    expect(await stage.order()).toHaveLength(1);
  });

  test('of an older song is refused by the button of that song', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    const first = unwrap(await next()).onAir;
    await next();
    expect(refusal(await undo(first.playId))).toEqual({
      code: 'undo-too-late',
      publicId: first.submission.publicId,
    });
  });

  test('is too late ten minutes after the song ended, and not before', async () => {
    await stage.submit('1', { line: 'free' });
    await next();
    await stage.clock.advance(3_600_000);
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    await stage.clock.advance(600_001);
    expect(refusal(await undo()).code).toBe('undo-too-late');
  });
});

describe('stop', () => {
  test('leaves nothing on air and takes nothing', async () => {
    await stage.submit('1', { line: 'free' });
    await stage.submit('2', { line: 'free' });
    await next();
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    expect(await stage.queue.onAir(GUILD)).toBeNull();
    expect(refusal(await stage.queue.finishOnAir(GUILD, STAFF))).toEqual({ code: 'nothing-playing' });
    expect(unwrap(await next()).previous).toBeNull();
  });
});

describe('the estimate', () => {
  test('follows the measured songs and what the one on air has left', async () => {
    for (let n = 0; n < 5; n += 1) await stage.submit(`${n}`, { line: 'free' });
    await next();
    for (const ms of [100_000, 300_000]) {
      await stage.clock.advance(ms);
      await next();
    }
    await stage.clock.advance(50_000);
    const page = await stage.queue.page(GUILD, 0, 10);
    expect(page.songMs).toBe(200_000);
    expect(page.entries.map(({ place, etaMs }) => [place, etaMs])).toEqual([
      [1, 150_000],
      [2, 350_000],
    ]);
    const last = page.entries[1]?.submission.id ?? 0;
    expect(unwrap(await stage.queue.explain(GUILD, last))).toMatchObject({ place: 2, ahead: 1, etaMs: 350_000 });
    expect(unwrap(await stage.queue.entry(GUILD, last))).toEqual(page.entries[1]);
  });

  test('forgets songs of yesterday, undone ones and ones without an end', async () => {
    for (let n = 0; n < 4; n += 1) await stage.submit(`${n}`, { line: 'free' });
    await next();
    await stage.clock.advance(10_000);
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(10_000);
    await stage.clock.advance(13 * 3_600_000);
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(180_000);
    await next();
    await stage.clock.advance(10_000);
    unwrap(await undo());
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(180_000);
  });

  test('counts the songs of the running LIVE only', async () => {
    for (let n = 0; n < 4; n += 1) await stage.submit(`${n}`, { line: 'free' });
    await next();
    await stage.clock.advance(10_000);
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    await stage.store.transaction((tx) =>
      tx.lives.begin({
        guildId: GUILD,
        hostName: 'host',
        hostUserId: null,
        roomId: '7',
        persistent: false,
        askedBy: STAFF,
        startedAt: stage.clock.now(),
      }),
    );
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(180_000);
    await next();
    await stage.clock.advance(50_000);
    await next();
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(50_000);
  });
});

describe('moving', () => {
  test('puts the song last in the line and tells its owner once', async () => {
    const first = await stage.inLine('1', 'skip');
    const song = await stage.submit('2', { line: 'free' });
    const explained = unwrap(await stage.queue.move(GUILD, STAFF, song.id, 'skip', { reason: ' fair\nplay ' }));
    expect(explained).toMatchObject({ place: 2, ahead: 1, submission: { line: 'skip' } });
    expect(await stage.order()).toEqual([first.publicId, song.publicId]);
    const told = (await stage.notices()).filter(({ target }) => target.kind === 'member' && target.userId === '2');
    expect(told.map(({ notice }) => notice)).toEqual([
      { kind: 'moved', publicId: song.publicId, line: 'skip', by: 'staff' },
    ]);
    expect(stage.facts).toContainEqual([
      'song.moved',
      {
        guildId: GUILD,
        submissionId: song.id,
        publicId: song.publicId,
        from: 'free',
        to: 'skip',
        cause: 'staff',
        handle: null,
        coins: null,
      },
    ]);
    expect(refusal(await stage.queue.move(GUILD, STAFF, song.id, 'skip'))).toEqual({
      code: 'song-already-there',
      publicId: song.publicId,
      line: 'skip',
    });
  });

  test('to play next goes before everything, and is refused for the one that is there', async () => {
    await stage.inLine('1', 'back-to-back');
    const song = await stage.inLine('2', 'back-to-back');
    expect(unwrap(await stage.queue.playNext(GUILD, STAFF, song.id)).place).toBe(1);
    expect(refusal(await stage.queue.playNext(GUILD, STAFF, song.id)).code).toBe('song-already-there');
    const free = await stage.submit('3', { line: 'free' });
    expect(unwrap(await stage.queue.playNext(GUILD, STAFF, free.id)).place).toBe(1);
    expect(unwrap(await next()).onAir.submission.id).toBe(free.id);
  });

  test('a song that was just played is refused with who played it', async () => {
    const song = await stage.submit('1', { line: 'free' });
    await next(undefined, 'anna');
    const played = { code: 'song-not-waiting', publicId: song.publicId, line: 'archive', by: 'anna' };
    expect(refusal(await stage.queue.move(GUILD, STAFF, song.id, 'skip'))).toEqual(played);
    expect(refusal(await stage.queue.remove(GUILD, STAFF, song.id))).toEqual(played);
    expect(refusal(await stage.queue.playNext(GUILD, STAFF, song.id))).toEqual(played);
    expect(refusal(await stage.queue.approve(GUILD, STAFF, song.id, 'skip'))).toEqual(played);
  });

  test('a song of another guild is refused as if it did not exist', async () => {
    const song = await stage.submit('1');
    const other = '900000000000000009';
    expect(refusal(await stage.queue.move(other, STAFF, song.id, 'skip')).code).toBe('no-such-song');
    expect(refusal(await stage.queue.remove(other, STAFF, song.id)).code).toBe('no-such-song');
    expect(refusal(await stage.queue.explain(other, song.id)).code).toBe('no-such-song');
    expect(refusal(await stage.queue.bookmark(other, STAFF, song.id)).code).toBe('not-set-up');
  });
});

describe('a pending claim', () => {
  test('is approved to the chosen line, with the reason for its owner', async () => {
    const song = await stage.inLine('1', 'pending');
    const explained = unwrap(await stage.queue.approve(GUILD, STAFF, song.id, 'double-skip', 'paid'));
    expect(explained).toMatchObject({ place: 1, submission: { line: 'double-skip' } });
    expect((await stage.notices()).map(({ notice }) => notice)).toEqual([
      { kind: 'approved', publicId: song.publicId, line: 'double-skip', reason: 'paid' },
    ]);
    expect(refusal(await stage.queue.approve(GUILD, STAFF, song.id, 'skip'))).toEqual({
      code: 'song-not-pending',
      publicId: song.publicId,
      line: 'double-skip',
    });
  });

  test('is rejected to the free line, also past its limit', async () => {
    await stage.submit('1', { line: 'free' });
    const song = await stage.inLine('1', 'pending');
    expect(unwrap(await stage.queue.reject(GUILD, STAFF, song.id)).submission.line).toBe('free');
    expect((await stage.notices()).map(({ notice }) => notice)).toEqual([
      { kind: 'rejected', publicId: song.publicId, reason: null },
    ]);
    expect(refusal(await stage.queue.reject(GUILD, STAFF, song.id)).code).toBe('song-not-pending');
  });

  test('stands in the pending list without place or estimate, oldest first', async () => {
    const songs = [await stage.inLine('1', 'pending'), await stage.inLine('2', 'pending')];
    const page = await stage.queue.pendingPage(GUILD, 0, 10);
    expect(page.entries.map(({ submission, place, etaMs }) => [submission.id, place, etaMs])).toEqual(
      songs.map(({ id }) => [id, null, null]),
    );
    expect(page).toMatchObject({ total: 2, pending: 2 });
    expect((await stage.queue.page(GUILD, 0, 10)).total).toBe(0);
  });
});

describe('removing', () => {
  test('tells the owner why', async () => {
    const song = await stage.submit('1', { line: 'free', title: 'Loud' });
    expect(unwrap(await stage.queue.remove(GUILD, STAFF, song.id, 'too loud')).line).toBe('removed');
    expect((await stage.notices()).map(({ notice }) => notice)).toEqual([
      { kind: 'removed', publicId: song.publicId, title: 'Loud', reason: 'too loud' },
    ]);
    expect(refusal(await stage.submissions.withdraw(GUILD, song.id, '1'))).toMatchObject({
      line: 'removed',
      by: STAFF,
    });
  });

  test('all free songs is one step, and undone as one step', async () => {
    unwrap(await stage.handles.link(GUILD, '2', 'two'));
    const skip = await stage.inLine('9', 'skip');
    for (const owner of ['1', '2', '3']) await stage.submit(owner, { line: 'free' });
    await stage.award('two', 5);
    const shown = await stage.order();
    const { count, batch } = unwrap(await stage.queue.clearFree(GUILD, STAFF));
    expect(count).toBe(3);
    expect(await stage.order()).toEqual([skip.publicId]);
    expect(refusal(await stage.queue.clearFree(GUILD, STAFF))).toEqual({ code: 'nothing-to-clear' });
    expect(unwrap(await stage.queue.undoClear(GUILD, STAFF, batch))).toEqual({ count: 3 });
    expect(await stage.order()).toEqual(shown);
    expect(refusal(await stage.queue.undoClear(GUILD, STAFF, batch))).toEqual({ code: 'nothing-to-clear' });
    expect(refusal(await stage.queue.undoClear('900000000000000009', STAFF, batch)).code).toBe('nothing-to-clear');
  });
});

describe('a bookmark', () => {
  test('needs its channel', async () => {
    const song = await stage.submit('1');
    expect(refusal(await stage.queue.bookmark(GUILD, STAFF, song.id))).toEqual({
      code: 'not-set-up',
      setting: 'channel.bookmarks',
      command: '/setbookmarkchannel',
    });
  });

  test('is posted once, however often it is asked for', async () => {
    await stage.set('channel.bookmarks', '123456789012345678');
    const song = await stage.submit('1');
    for (let n = 0; n < 3; n += 1) {
      expect(unwrap(await stage.queue.bookmark(GUILD, STAFF, song.id)).bookmarked).toBe(true);
    }
    expect((await stage.notices()).map(({ notice, target }) => ({ notice, target }))).toEqual([
      {
        notice: { kind: 'bookmark', publicId: song.publicId, by: STAFF },
        target: { kind: 'channel', setting: 'channel.bookmarks' },
      },
    ]);
  });
});

describe('opening and closing', () => {
  test('one line or all, and everybody sees it', async () => {
    await stage.inLine('1', 'skip');
    const closed = unwrap(await stage.queue.setOpen(GUILD, STAFF, 'free', false));
    expect(closed).toContainEqual({ line: 'free', waiting: 0, open: false });
    expect(closed).toContainEqual({ line: 'skip', waiting: 1, open: true });
    expect((await stage.queue.page(GUILD, 0, 1)).lines).toEqual(closed);
    const all = unwrap(await stage.queue.setOpen(GUILD, STAFF, 'all', false));
    expect(all.every(({ open }) => !open)).toBe(true);
    expect(refusal(await stage.trySubmit('2', { line: 'pending' })).code).toBe('line-closed');
    unwrap(await stage.queue.setOpen(GUILD, STAFF, 'all', true));
    await stage.submit('2');
  });

  test('does not keep staff from working with the queue', async () => {
    const song = await stage.inLine('1', 'pending');
    unwrap(await stage.queue.setOpen(GUILD, STAFF, 'all', false));
    unwrap(await stage.queue.approve(GUILD, STAFF, song.id, 'skip'));
    unwrap(await stage.queue.playNext(GUILD, STAFF, song.id));
    unwrap(await next());
  });
});

test('every staff action stands in the audit log: who, what, before and after', async () => {
  await stage.set('channel.bookmarks', '123456789012345678');
  const song = await stage.inLine('1', 'pending');
  const free = await stage.submit('2', { line: 'free' });
  unwrap(await stage.queue.move(GUILD, STAFF, song.id, 'back-to-back', { reason: 'asked' }));
  unwrap(await stage.queue.bookmark(GUILD, STAFF, song.id));
  unwrap(await next());
  unwrap(await undo());
  unwrap(await next());
  unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
  unwrap(await stage.queue.remove(GUILD, STAFF, free.id));
  unwrap(await stage.queue.setOpen(GUILD, STAFF, 'free', false));
  const log = await stage.store.read((reads) => reads.audits.list(GUILD, 50));
  expect(log.every(({ actor }) => actor === STAFF)).toBe(true);
  expect(log.map(({ action }) => action).reverse()).toEqual([
    'setting.set',
    'queue.move',
    'queue.bookmark',
    'queue.next',
    'queue.undo',
    'queue.next',
    'queue.stop',
    'queue.remove',
    'setting.set',
  ]);
  expect(log.find(({ action }) => action === 'queue.move')).toMatchObject({
    target: song.publicId,
    before: { line: 'pending' },
    after: { line: 'back-to-back', reason: 'asked' },
  });
});
