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

describe('moving', () => {
  test('puts the song last in the line and tells its owner once', async () => {
    const first = await stage.inLine('1', 'skip');
    const song = await stage.submit('2', { line: 'free' });
    const explained = unwrap(await stage.queue.move(GUILD, STAFF, song.id, 'skip', { reason: ' fair\nplay ' }));
    expect(explained).toMatchObject({ place: 2, ahead: 1, submission: { line: 'skip' } });
    expect(await stage.order()).toEqual([first.publicId, song.publicId]);
    const told = (await stage.notices()).filter(({ target }) => target.kind === 'member' && target.userId === '2');
    expect(told.map(({ notice }) => notice)).toEqual([
      { kind: 'moved', publicId: song.publicId, line: 'skip', by: 'staff', reason: 'fair play' },
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
    expect(refusal(await stage.queue.undoClear(GUILD, STAFF, batch))).toEqual({ code: 'nothing-to-undo' });
    expect(refusal(await stage.queue.undoClear('900000000000000009', STAFF, batch)).code).toBe('nothing-to-undo');
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
    const audits = await stage.store.read((reads) => reads.audits.list(GUILD, 10));
    expect(audits.filter(({ action }) => action === 'queue.bookmark')).toHaveLength(1);
  });

  test('of the song on air shows everywhere it is on air', async () => {
    await stage.set('channel.bookmarks', '400000000000000001');
    await stage.submit('1', { line: 'free' });
    const { playId, submission } = unwrap(await stage.queue.next(GUILD, STAFF)).onAir;
    stage.facts.length = 0;
    unwrap(await stage.queue.bookmark(GUILD, STAFF, submission.id));
    expect(stage.facts).toContainEqual(['on-air.changed', { guildId: GUILD, playId }]);
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
