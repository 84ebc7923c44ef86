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

describe('the question "is this a paid skip?"', () => {
  test('answered with yes makes it pending, with no leaves it free', async () => {
    const yes = await stage.submit('1');
    expect(unwrap(await stage.submissions.answerSkip(GUILD, yes.id, '1', true))).toMatchObject({
      place: null,
      submission: { line: 'pending', askedUntil: null },
    });
    const no = await stage.submit('2');
    expect(unwrap(await stage.submissions.answerSkip(GUILD, no.id, '2', false))).toMatchObject({
      place: 1,
      submission: { line: 'free', askedUntil: null },
    });
  });

  test('is answered once, in time, by the owner', async () => {
    const song = await stage.submit('1');
    expect(refusal(await stage.submissions.answerSkip(GUILD, song.id, '2', true))).toEqual({
      code: 'not-yours',
      publicId: song.publicId,
    });
    unwrap(await stage.submissions.answerSkip(GUILD, song.id, '1', false));
    const expired = { code: 'question-expired', publicId: song.publicId, line: 'free' };
    expect(refusal(await stage.submissions.answerSkip(GUILD, song.id, '1', true))).toEqual(expired);
    const late = await stage.submit('3');
    await stage.clock.advance(300_001);
    expect(refusal(await stage.submissions.answerSkip(GUILD, late.id, '3', true)).code).toBe('question-expired');
    expect((await stage.song(late.id)).line).toBe('free');
  });

  test('is not asked when it was said already, or when no claims are taken', async () => {
    expect(unwrap(await stage.trySubmit('1', { line: 'free' })).asks).toBe(false);
    expect(unwrap(await stage.trySubmit('1', { line: 'pending' }))).toMatchObject({
      asks: false,
      submission: { line: 'pending' },
    });
    await stage.set('submissions.open.pending', false);
    expect(unwrap(await stage.trySubmit('2')).asks).toBe(false);
  });

  test('is over when the song is withdrawn, removed or played meanwhile', async () => {
    const ends = [
      (id: number, owner: string) => stage.submissions.withdraw(GUILD, id, owner),
      (id: number) => stage.queue.remove(GUILD, STAFF, id),
      () => stage.queue.next(GUILD, STAFF),
    ];
    for (const [index, end] of ends.entries()) {
      const song = await stage.submit(`${index}`);
      expect((await end(song.id, `${index}`)).ok).toBe(true);
      const { line } = await stage.song(song.id);
      for (const isSkip of [true, false]) {
        const late = refusal(await stage.submissions.answerSkip(GUILD, song.id, `${index}`, isSkip));
        expect(late).toEqual({ code: 'question-expired', publicId: song.publicId, line });
      }
      expect((await stage.song(song.id)).line).toBe(line);
    }
  });

  test('is moot when a gift or staff moved the song meanwhile', async () => {
    const song = await stage.submit('1');
    unwrap(await stage.queue.move(GUILD, STAFF, song.id, 'skip'));
    expect(refusal(await stage.submissions.answerSkip(GUILD, song.id, '1', false)).code).toBe('question-expired');
    expect((await stage.song(song.id)).line).toBe('skip');
  });
});

describe('a song that the free line does not take', () => {
  test('is kept as a draft while its owner is asked; yes makes it pending', async () => {
    await stage.submit('1', { line: 'free' });
    const draft = unwrap(await stage.trySubmit('1'));
    expect(draft).toMatchObject({
      asks: true,
      notFree: { code: 'limit-reached' },
      submission: { line: 'draft' },
      explained: { place: null },
    });
    expect(await stage.order()).toHaveLength(1);
    expect(refusal(await stage.submissions.find(GUILD, draft.submission.publicId)).code).toBe('no-such-song');
    expect(refusal(await stage.queue.move(GUILD, STAFF, draft.submission.id, 'skip')).code).toBe('no-such-song');
    const answered = await stage.submissions.answerSkip(GUILD, draft.submission.id, '1', true);
    expect(unwrap(answered).submission.line).toBe('pending');
  });

  test('is withdrawn by a no, which says why it could not stay', async () => {
    const first = await stage.submit('1', { line: 'free' });
    const { submission } = unwrap(await stage.trySubmit('1'));
    expect(refusal(await stage.submissions.answerSkip(GUILD, submission.id, '1', false))).toEqual({
      code: 'limit-reached',
      line: 'free',
      limit: 1,
      waiting: [first.publicId],
    });
    expect((await stage.song(submission.id)).line).toBe('withdrawn');
  });

  test('becomes free by a no when there is room again', async () => {
    const first = await stage.submit('1', { line: 'free' });
    const { submission } = unwrap(await stage.trySubmit('1'));
    unwrap(await stage.submissions.withdraw(GUILD, first.id, '1'));
    const answered = await stage.submissions.answerSkip(GUILD, submission.id, '1', false);
    expect(unwrap(answered)).toMatchObject({ place: 1, submission: { line: 'free' } });
  });

  test.each([true, false])(
    'is moved by the coins that waited for a song, as soon as it is kept (yes: %s)',
    async (isSkip) => {
      unwrap(await stage.handles.link(GUILD, '1', 'gifter'));
      await stage.liveWithCoins(await stage.seen('gifter'), 1_500);
      await stage.set('submissions.open.free', false);
      const draft = await stage.submit('1');
      expect(draft.line).toBe('draft');
      await stage.set('submissions.open.free', true);
      stage.facts.length = 0;
      const answered = unwrap(await stage.submissions.answerSkip(GUILD, draft.id, '1', isSkip));
      expect(answered).toMatchObject({ place: 1, submission: { line: 'skip' } });
      expect(stage.facts.map(([kind]) => kind)).toEqual(expect.arrayContaining(['song.moved', 'notice.stored']));
      expect((await stage.notices()).map(({ notice }) => notice.kind)).toContain('gift-moved');
    },
  );

  test('is refused after its five minutes, and gone', async () => {
    await stage.submit('1', { line: 'free' });
    const { submission } = unwrap(await stage.trySubmit('1'));
    await stage.clock.advance(300_001);
    const late = await stage.submissions.answerSkip(GUILD, submission.id, '1', true);
    expect(refusal(late).code).toBe('question-expired');
    expect((await stage.song(submission.id)).line).toBe('withdrawn');
  });

  test('is asked anew when it is sent again before the answer', async () => {
    await stage.submit('1', { line: 'free' });
    const link = stage.link();
    const first = await stage.submit('1', { link });
    const second = await stage.submit('1', { link });
    expect((await stage.song(first.id)).line).toBe('withdrawn');
    expect(second.line).toBe('draft');
  });
});
