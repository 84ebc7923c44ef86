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
    stage.facts.length = 0;
    const undone = unwrap(await undo(taken.playId));
    // What plays and what is shown follow.
    expect(stage.facts).toContainEqual(['on-air.changed', { guildId: GUILD, playId: first.playId }]);
    expect(stage.facts).toContainEqual(['queue.changed', { guildId: GUILD }]);
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
    await stage.liveWithCoins(handleId, 1_500);
    const purse = () =>
      stage.store.read(async (reads) => reads.lives.purse(song.id, (await reads.lives.openSessionId(GUILD)) ?? 0));
    const song = await stage.submit('1');
    expect(song).toMatchObject({ line: 'skip', askedUntil: null });
    expect((await stage.queue.page(GUILD, 0, 1)).entries[0]?.coins).toBe(1_500);
    expect(unwrap(await next()).onAir).toMatchObject({ fromLine: 'skip', coins: 1_500 });
    expect(await purse()).toEqual({ held: [], free: [] });
    unwrap(await undo());
    expect(await purse()).toMatchObject({ held: [{ handleId, coins: 1_500 }], free: [] });
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

describe('what can be undone', () => {
  const undoable = async () => (await stage.queue.page(GUILD, 0, 1)).undoablePlayId;

  test('is the song on air, and after its end for ten minutes still', async () => {
    expect(await undoable()).toBeNull();
    await stage.submit('1', { line: 'free' });
    const { playId } = unwrap(await next()).onAir;
    expect(await undoable()).toBe(playId);
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    await stage.clock.advance(600_000);
    expect(await undoable()).toBe(playId);
    await stage.clock.advance(1);
    expect(await undoable()).toBeNull();
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

  test('is made of the median of the last ten songs', async () => {
    for (let n = 0; n < 14; n += 1) await stage.submit(`${n}`, { line: 'free' });
    await next();
    const lengths = [900, 900, 900, 10, 20, 30, 40, 50, 60, 70, 80, 90, 1_000];
    for (const s of lengths.slice(0, 3)) {
      await stage.clock.advance(s * 1_000);
      await next();
    }
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(900_000);
    for (const s of lengths.slice(3)) {
      await stage.clock.advance(s * 1_000);
      await next();
    }
    // Of 10 to 90 and 1,000: the three long ones before them count no more.
    expect((await stage.queue.page(GUILD, 0, 1)).songMs).toBe(55_000);
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
