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

const link = (userId: string, text: string) => stage.handles.link(GUILD, userId, text);

/** A comment in the LIVE chat, as the ingest hands it over. */
async function comment(tiktokId: string, name: string, text: string) {
  await stage.seen(name, tiktokId);
  const account = { userId: tiktokId, name };
  const proven = await stage.store.transaction((tx) =>
    stage.handles.confirmProof(tx, GUILD, account, text, stage.clock.now()),
  );
  if (proven !== null) stage.handles.proofConfirmed(GUILD, proven);
  return proven;
}

describe('linking a handle', () => {
  test.each(['Viewer', '@viewer', 'https://www.tiktok.com/@Viewer?lang=en', ' @VIEWER '])('takes %j', async (text) => {
    const { handle, proof } = unwrap(await link('1', text));
    expect(handle).toMatchObject({ linkedUserId: '1', proven: false });
    expect(handle.name.toLowerCase()).toBe('viewer');
    expect(proof).toBeNull();
    expect((await stage.handles.ofMember(GUILD, '1')).map(({ id }) => id)).toEqual([handle.id]);
  });

  test('gives the songs of its owner its points at once', async () => {
    await stage.award('viewer', 7);
    const song = await stage.submit('1', { line: 'free' });
    unwrap(await link('1', 'viewer'));
    expect((await stage.song(song.id)).score).toBe(7);
    expect(stage.facts.at(-1)).toEqual(['queue.changed', { guildId: GUILD }]);
    unwrap(await stage.handles.unlink(GUILD, '1', 'viewer'));
    expect((await stage.song(song.id)).score).toBe(0);
  });

  test('is refused when it is taken, already theirs, not a name, or one too many', async () => {
    unwrap(await link('1', 'viewer'));
    expect(refusal(await link('2', '@Viewer'))).toEqual({ code: 'handle-taken', name: 'viewer' });
    expect(refusal(await link('1', 'viewer'))).toEqual({ code: 'handle-already-yours', name: 'viewer' });
    expect(refusal(await link('1', 'my name'))).toEqual({ code: 'handle-invalid', asked: 'my name' });
    expect(refusal(await link('1', '<@123>')).code).toBe('handle-invalid');
    await stage.set('handles.limit', 2);
    unwrap(await link('1', 'second'));
    expect(refusal(await link('1', 'third'))).toEqual({ code: 'handle-limit', limit: 2 });
  });

  test('twice at once gives it to one of them', async () => {
    const results = await Promise.all(['1', '2', '3'].map((userId) => link(userId, 'viewer')));
    expect(results.filter(({ ok }) => ok)).toHaveLength(1);
  });

  test('where only seen ones are taken needs a LIVE first', async () => {
    await stage.set('handles.policy', 'seen');
    expect(refusal(await link('1', 'viewer'))).toEqual({ code: 'handle-not-seen', name: 'viewer' });
    await stage.seen('viewer');
    unwrap(await link('1', 'viewer'));
  });
});

describe('unlinking', () => {
  test('is for the own handles only', async () => {
    unwrap(await link('1', 'viewer'));
    expect(refusal(await stage.handles.unlink(GUILD, '2', 'viewer'))).toEqual({
      code: 'handle-not-linked',
      name: 'viewer',
    });
    expect(refusal(await stage.handles.unlink(GUILD, '1', 'nobody'))).toEqual({
      code: 'handle-unknown',
      name: 'nobody',
    });
    expect(unwrap(await stage.handles.unlink(GUILD, '1', '@Viewer')).linkedUserId).toBeNull();
    expect(await stage.handles.ofMember(GUILD, '1')).toEqual([]);
  });

  test('works by the name the member knows, also when another account goes by it now', async () => {
    await stage.seen('viewer', '71');
    unwrap(await link('1', 'viewer'));
    await stage.seen('viewer', '72');
    expect(unwrap(await stage.handles.unlink(GUILD, '1', 'viewer')).tiktokUserId).toBe('71');
  });
});

describe('staff', () => {
  test('links and unlinks by force; who loses a handle is told', async () => {
    unwrap(await link('1', 'viewer'));
    expect(unwrap(await stage.handles.adminLink(GUILD, STAFF, '2', 'viewer')).linkedUserId).toBe('2');
    expect(refusal(await stage.handles.adminLink(GUILD, STAFF, '2', 'viewer')).code).toBe('handle-already-yours');
    expect(unwrap(await stage.handles.adminUnlink(GUILD, STAFF, 'viewer')).linkedUserId).toBeNull();
    expect(refusal(await stage.handles.adminUnlink(GUILD, STAFF, 'viewer')).code).toBe('handle-not-linked');
    expect(refusal(await stage.handles.adminUnlink(GUILD, STAFF, 'nobody')).code).toBe('handle-unknown');
    expect((await stage.notices()).map(({ target, notice }) => ({ target, notice }))).toEqual(
      ['1', '2'].map((userId) => ({
        target: { kind: 'member', userId },
        notice: { kind: 'handle-lost', name: 'viewer', why: 'staff' },
      })),
    );
    const log = await stage.store.read((reads) => reads.audits.list(GUILD, 9));
    expect(log.map(({ action, before, after }) => ({ action, before, after }))).toEqual([
      { action: 'handle.unlink', before: { userId: '2' }, after: null },
      { action: 'handle.link', before: { userId: '1' }, after: { userId: '2' } },
    ]);
  });
});

describe('where handles must be proven', () => {
  beforeEach(() => stage.set('handles.policy', 'proven'));

  test('a code is given, and nothing is linked before that account types it in the LIVE chat', async () => {
    const { handle, proof } = unwrap(await link('1', 'viewer'));
    expect(handle.linkedUserId).toBeNull();
    expect(proof?.code).toMatch(/^[2-9B-Z]{6}$/);
    const code = proof?.code ?? '';
    expect(await comment('72', 'stranger', `code ${code}`)).toBeNull();
    expect(await comment('71', 'viewer', 'hello')).toBeNull();
    expect(await comment('71', 'viewer', `x${code}`)).toBeNull();
    const proven = await comment('71', 'viewer', `my code: ${code.toLowerCase()}!`);
    expect(proven).toMatchObject({ userId: '1', previousUserId: null, handle: { proven: true, linkedUserId: '1' } });
    expect(await comment('71', 'viewer', code)).toBeNull();
    expect((await stage.notices()).map(({ notice }) => notice)).toEqual([{ kind: 'handle-proven', name: 'viewer' }]);
    expect(refusal(await link('1', 'viewer')).code).toBe('handle-already-yours');
    expect(refusal(await link('2', 'viewer'))).toEqual({ code: 'handle-taken', name: 'viewer' });
  });

  test('a proof takes the place of a link without one, and its old owner is told', async () => {
    await stage.set('handles.policy', 'open');
    unwrap(await link('9', 'viewer'));
    await stage.set('handles.policy', 'proven');
    const { proof } = unwrap(await link('1', 'viewer'));
    expect(await comment('71', 'viewer', proof?.code ?? '')).toMatchObject({ userId: '1', previousUserId: '9' });
    expect((await stage.notices()).map(({ target, notice }) => [target, notice.kind])).toEqual([
      [{ kind: 'member', userId: '1' }, 'handle-proven'],
      [{ kind: 'member', userId: '9' }, 'handle-lost'],
    ]);
  });

  test('a proven link stays with who proved it first, whoever else had a code by then', async () => {
    const [first, second] = [unwrap(await link('1', 'viewer')).proof, unwrap(await link('2', 'viewer')).proof];
    expect(await comment('71', 'viewer', first?.code ?? '')).toMatchObject({ userId: '1' });
    expect(await comment('71', 'viewer', second?.code ?? '')).toBeNull();
    expect((await stage.handles.ofMember(GUILD, '1')).map(({ name, proven }) => [name, proven])).toEqual([
      ['viewer', true],
    ]);
    expect(await stage.handles.ofMember(GUILD, '2')).toEqual([]);
  });

  test('a member proves a link of their own that is not proven yet', async () => {
    await stage.set('handles.policy', 'open');
    unwrap(await link('1', 'viewer'));
    await stage.set('handles.policy', 'proven');
    const { proof } = unwrap(await link('1', 'viewer'));
    expect(await comment('71', 'viewer', proof?.code ?? '')).toMatchObject({ userId: '1', previousUserId: null });
  });

  test('a code proves nothing after the data of its member was deleted', async () => {
    const { proof } = unwrap(await link('1', 'viewer'));
    await comment('71', 'viewer', 'something else');
    await stage.store.transaction((tx) => tx.privacy.erase(GUILD, '1'));
    expect(await comment('71', 'viewer', proof?.code ?? '')).toBeNull();
    expect(await stage.handles.ofMember(GUILD, '1')).toEqual([]);
  });

  test('a code runs out after an hour', async () => {
    const { proof } = unwrap(await link('1', 'viewer'));
    await comment('71', 'viewer', 'something else');
    await stage.clock.advance(3_600_001);
    expect(await comment('71', 'viewer', proof?.code ?? '')).toBeNull();
  });
});

describe('autocomplete', () => {
  test('begins at two characters, except for the own few', async () => {
    for (const name of ['anna', 'anders', 'ben']) await stage.seen(name);
    unwrap(await link('1', 'anders'));
    const names = async (found: Promise<readonly { readonly name: string }[]>) => (await found).map(({ name }) => name);
    expect(await names(stage.handles.suggestUnlinked(GUILD, 'a'))).toEqual([]);
    expect(await names(stage.handles.suggestUnlinked(GUILD, '@AN'))).toEqual(['anna']);
    expect(await names(stage.handles.suggestAny(GUILD, 'an'))).toEqual(['anders', 'anna']);
    expect(await names(stage.handles.suggestOwn(GUILD, '1', ''))).toEqual(['anders']);
    expect(await names(stage.handles.suggestOwn(GUILD, '1', 'x'))).toEqual([]);
    expect(await names(stage.handles.suggestAny(GUILD, 'x'.repeat(4_000)))).toEqual([]);
  });
});

describe('the boards', () => {
  test('the leaderboard is paged and clamped', async () => {
    for (let n = 0; n < 13; n += 1) await stage.award(`viewer${n}`, 100 - n);
    const second = await stage.handles.leaderboard(GUILD, 1);
    expect(second).toMatchObject({ page: 1, pages: 2, total: 13 });
    expect(second.rows.map(({ rank, handle, points }) => [rank, handle, points])).toEqual([
      [11, 'viewer10', 90],
      [12, 'viewer11', 89],
      [13, 'viewer12', 88],
    ]);
    expect((await stage.handles.leaderboard(GUILD, 77)).page).toBe(1);
    expect(await stage.handles.leaderboard('900000000000000009', 0)).toEqual({ rows: [], page: 0, pages: 1, total: 0 });
  });

  test('a member sees handles, points by origin, rank, and where the songs stand', async () => {
    unwrap(await link('1', 'one'));
    unwrap(await link('1', 'two'));
    await stage.award('one', 5);
    await stage.award('two', 9);
    await stage.award('best', 50);
    await stage.submit('1', { line: 'free' });
    await stage.queue.next(GUILD, STAFF);
    await stage.award('two', 4);
    const waiting = await stage.submit('1', { line: 'free' });
    expect(await stage.handles.stats(GUILD, '1')).toMatchObject({
      handles: [
        { name: 'two', points: 4, proven: false },
        { name: 'one', points: 0, proven: false },
      ],
      score: 4,
      points: { like: 4 },
      rank: 2,
      submitted: 2,
      played: 1,
      waiting: [{ place: 1, submission: { id: waiting.id } }],
    });
    expect(await stage.handles.stats(GUILD, 'nobody')).toEqual({
      handles: [],
      score: 0,
      points: {},
      rank: null,
      submitted: 0,
      played: 0,
      waiting: [],
    });
  });
});

describe('resetting points', () => {
  beforeEach(async () => {
    unwrap(await link('1', 'one'));
    unwrap(await link('1', 'two'));
    for (const name of ['one', 'two', 'three']) await stage.award(name, 5);
  });

  test.each([
    ['a member with all handles', { kind: 'member', userId: '1' } as const, { handles: 2, points: 10 }, ['three']],
    ['one handle', { kind: 'handle', text: '@Two' } as const, { handles: 1, points: 5 }, ['one', 'three']],
    ['everybody', { kind: 'all' } as const, { handles: 3, points: 15 }, []],
  ])('of %s', async (_whom, target, expected, left) => {
    const song = await stage.submit('1', { line: 'free' });
    expect(unwrap(await stage.handles.reset(GUILD, STAFF, target))).toEqual(expected);
    expect((await stage.handles.leaderboard(GUILD, 0)).rows.map(({ handle }) => handle)).toEqual(left);
    const score = 5 * left.filter((name) => name !== 'three').length;
    expect((await stage.song(song.id)).score).toBe(score);
    const [entry] = await stage.store.read((reads) => reads.audits.list(GUILD, 1));
    expect(entry).toMatchObject({ actor: STAFF, action: `points.reset-${target.kind}`, before: expected });
  });

  test.each([
    ['the owner', { kind: 'member', userId: '1' } as const, 0],
    ['one of the handles', { kind: 'handle', text: 'two' } as const, 5],
    ['everybody', { kind: 'all' } as const, 0],
  ])('of %s while their song is on air holds when that is undone', async (_whom, target, left) => {
    await stage.submit('1', { line: 'free' });
    unwrap(await stage.queue.next(GUILD, STAFF));
    unwrap(await stage.handles.reset(GUILD, STAFF, target));
    expect(unwrap(await stage.queue.undo(GUILD, STAFF)).restored.score).toBe(left);
  });

  test('of an unknown handle is refused', async () => {
    const reset = await stage.handles.reset(GUILD, STAFF, { kind: 'handle', text: 'nobody' });
    expect(refusal(reset)).toEqual({ code: 'handle-unknown', name: 'nobody' });
  });
});
