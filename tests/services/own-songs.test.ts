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

const FILE = { url: 'https://cdn.discordapp.com/attachments/1/2/song.mp3', name: 'song.mp3', size: 1_000 };

describe("a member's own songs", () => {
  test('are listed newest first, ten a page, with place and estimate, never those of others', async () => {
    await stage.set('submissions.free-limit', 10);
    await stage.submit('2', { line: 'free' });
    for (let n = 0; n < 9; n += 1) await stage.submit('1', { line: 'free' });
    for (let n = 0; n < 3; n += 1) await stage.submit('1', { line: 'pending' });
    const first = await stage.submissions.own(GUILD, '1', 0);
    expect(first).toMatchObject({ page: 0, pages: 2, total: 12 });
    expect(first.entries.map(({ place }) => place)).toEqual([null, null, null, 10, 9, 8, 7, 6, 5, 4]);
    expect(first.entries[3]).toMatchObject({ etaMs: 9 * 180_000, playedAt: null });
    expect((await stage.submissions.own(GUILD, '1', 99)).page).toBe(1);
    expect((await stage.submissions.own(GUILD, '3', 0)).total).toBe(0);
  });

  test('are withdrawn by their owner only, while they wait', async () => {
    const song = await stage.submit('1');
    expect(refusal(await stage.submissions.withdraw(GUILD, song.id, '2')).code).toBe('not-yours');
    expect(refusal(await stage.submissions.withdraw('900000000000000009', song.id, '1')).code).toBe('no-such-song');
    expect(refusal(await stage.submissions.withdraw(GUILD, 999_999, '1')).code).toBe('no-such-song');
    expect(unwrap(await stage.submissions.withdraw(GUILD, song.id, '1')).line).toBe('withdrawn');
    expect(refusal(await stage.submissions.withdraw(GUILD, song.id, '1'))).toEqual({
      code: 'song-not-waiting',
      publicId: song.publicId,
      line: 'withdrawn',
      by: '1',
    });
  });

  test('that were played know when, and can be hidden from the own history', async () => {
    const song = await stage.submit('1');
    expect(refusal(await stage.submissions.hide(GUILD, song.id, '1')).code).toBe('panel-outdated');
    unwrap(await stage.queue.next(GUILD, STAFF));
    const entry = (await stage.submissions.own(GUILD, '1', 0)).entries[0];
    expect(entry).toMatchObject({ place: null, playedAt: stage.clock.now() });
    expect(refusal(await stage.submissions.withdraw(GUILD, song.id, '1'))).toMatchObject({
      line: 'archive',
      by: STAFF,
    });
    expect(refusal(await stage.submissions.hide(GUILD, song.id, '2')).code).toBe('not-yours');
    unwrap(await stage.submissions.hide(GUILD, song.id, '1'));
    expect((await stage.submissions.own(GUILD, '1', 0)).total).toBe(0);
    expect(await stage.queue.history(GUILD, '1')).toHaveLength(1);
  });

  test('that come back to the queue are seen again, though their owner had hidden them', async () => {
    const [played, cleared] = [await stage.submit('1'), await stage.submit('2')];
    unwrap(await stage.queue.next(GUILD, STAFF));
    unwrap(await stage.submissions.hide(GUILD, played.id, '1'));
    const { batch } = unwrap(await stage.queue.clearFree(GUILD, STAFF));
    unwrap(await stage.submissions.hide(GUILD, cleared.id, '2'));
    unwrap(await stage.queue.undoClear(GUILD, STAFF, batch));
    unwrap(await stage.queue.undo(GUILD, STAFF));
    for (const song of [played, cleared]) {
      const own = await stage.submissions.own(GUILD, song.ownerId, 0);
      expect(own.entries.map((entry) => entry.submission.publicId)).toEqual([song.publicId]);
      unwrap(await stage.submissions.withdraw(GUILD, song.id, song.ownerId));
    }
  });

  test('can be sent again as they were, through all the same rules', async () => {
    const song = await stage.submit('1', { note: 'hi', line: 'free' });
    const again = () => stage.submissions.submitAgain(GUILD, song.id, '1', 'New Name');
    expect(refusal(await again())).toEqual({ code: 'already-waiting', publicId: song.publicId });
    unwrap(await stage.queue.next(GUILD, STAFF));
    expect(refusal(await stage.submissions.submitAgain(GUILD, song.id, '2', 'Thief')).code).toBe('not-yours');
    const { submission, asks } = unwrap(await again());
    expect(asks).toBe(true);
    expect(submission).toMatchObject({
      artist: 'Artist',
      title: 'Title',
      note: 'hi',
      via: 'again',
      ownerName: 'New Name',
    });
    expect(submission.publicId).not.toBe(song.publicId);
    const past = await stage.submissions.history(GUILD, '1');
    expect(past.entries.map((entry) => entry.submission.id)).toEqual([song.id]);
  });

  test('whose link never told a title are asked for it once more when they are sent again', async () => {
    const song = await stage.submit('1', { title: '', line: 'free' });
    await stage.titles.idle();
    unwrap(await stage.submissions.withdraw(GUILD, song.id, '1'));
    stage.describe = async () => ({ title: 'Real Title' });
    const again = unwrap(await stage.submissions.submitAgain(GUILD, song.id, '1', 'x')).submission;
    expect(again.title).toBe('Not Known');
    await stage.titles.idle();
    expect((await stage.song(again.id)).title).toBe('Real Title');
  });

  test('count for the handle that was named with them when they are sent again, while it is nobody’s', async () => {
    await stage.award('viewer', 7);
    const first = await stage.submit('1', { handleName: 'viewer', line: 'free' });
    await stage.submissions.withdraw(GUILD, first.id, '1');
    const second = unwrap(await stage.submissions.submitAgain(GUILD, first.id, '1', 'x')).submission;
    expect(second.score).toBe(7);
    await stage.submissions.withdraw(GUILD, second.id, '1');
    unwrap(await stage.handles.link(GUILD, '2', 'viewer'));
    expect(unwrap(await stage.submissions.submitAgain(GUILD, first.id, '1', 'x')).submission.score).toBe(0);
  });

  test('cannot be sent again when the file is gone or the host is not taken any more', async () => {
    const file = await stage.submit('1', { file: FILE, line: 'free' });
    unwrap(await stage.queue.next(GUILD, STAFF));
    const link = await stage.submit('1', { line: 'free' });
    unwrap(await stage.queue.next(GUILD, STAFF));
    await stage.store.transaction(async (tx) => {
      if (file.track.kind === 'file') await tx.media.setDeleted(file.track.sha256, 'old');
    });
    await stage.set('submissions.hosts', 'youtube.com');
    const again = (id: number) => stage.submissions.submitAgain(GUILD, id, '1', 'x');
    expect(refusal(await again(file.id))).toEqual({ code: 'file-gone', publicId: file.publicId });
    expect(refusal(await again(link.id)).code).toBe('link-host-refused');
  });

  test('cannot be sent again when the file turned out to be unplayable: it would wait for nothing', async () => {
    const song = await stage.submit('1', { file: FILE, line: 'free' });
    unwrap(await stage.queue.remove(GUILD, STAFF, song.id));
    await stage.store.transaction(async (tx) => {
      if (song.track.kind === 'file') await tx.media.setUnplayable(song.track.sha256, 'it is damaged');
    });
    expect(refusal(await stage.submissions.submitAgain(GUILD, song.id, '1', 'x'))).toEqual({ code: 'file-broken' });
  });
});
