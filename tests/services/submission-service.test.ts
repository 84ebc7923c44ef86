import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SUBMISSION_VIA, type Submission } from '../../src/domain/submission.ts';
import { CoreStage, GUILD, refusal, STAFF, unwrap } from './core-stage.ts';

let stage: CoreStage;

beforeEach(async () => {
  stage = await CoreStage.open();
});
afterEach(async () => {
  await stage.close();
  expect(stage.faults).toEqual([]);
});

const FILE = { url: 'https://cdn.discordapp.com/attachments/1/2/song.mp3', name: 'My_Song (final).mp3', size: 1_000 };

const linkOf = ({ track }: Submission) => (track.kind === 'link' ? track.url : '');

describe('a submitted song', () => {
  test('goes to the free line and its owner is asked whether it is a paid skip', async () => {
    const submitted = unwrap(await stage.trySubmit('1', { note: '  be   kind ' }));
    expect(submitted).toMatchObject({
      asks: true,
      handleLinked: false,
      submission: { line: 'free', ownerId: '1', artist: 'Artist', title: 'Title', note: 'be kind', via: 'modal' },
      explained: { place: 1, ahead: 0, etaMs: 0 },
    });
    expect(submitted.submission.askedUntil).toBe(stage.clock.now() + 300_000);
    expect(submitted.submission.publicId).toMatch(/^[2-9B-Z]{4}$/);
    expect(stage.facts).toContainEqual(['queue.changed', { guildId: GUILD }]);
  });

  test('needs exactly one of link and file', async () => {
    expect(refusal(await stage.trySubmit('1', { link: '  ' }))).toEqual({ code: 'nothing-submitted' });
    expect(refusal(await stage.trySubmit('1', { link: stage.link(), file: FILE }))).toEqual({ code: 'link-and-file' });
  });

  test('takes its artist from the display name and its title from what is known, when the member typed none', async () => {
    const linked = await stage.submit('1', { artist: '', title: '', ownerName: '\u202eDJ  Evil\u0007' });
    expect(linked).toMatchObject({ artist: 'DJ Evil', ownerName: 'DJ Evil', title: 'Not Known' });
    const named = await stage.submit('2', { file: FILE, artist: '', title: '' });
    expect(named).toMatchObject({ title: 'My Song (final)', track: { fileName: 'My_Song (final).mp3' } });
    stage.intake.tags = { title: 'From the tag' };
    const tagged = await stage.submit('3', { file: { ...FILE, url: 'https://x/2' }, artist: '', title: '' });
    expect(tagged.title).toBe('From the tag');
    const nameless = await stage.submit('4', {
      file: { ...FILE, url: 'https://x/3', name: '.mp3' },
      title: '',
      ownerName: '\u200b',
    });
    stage.intake.tags = {};
    expect(nameless.ownerName).toBe('Somebody');
  });

  test('has a file name without folders, however it was called', async () => {
    const song = await stage.submit('1', { file: { ...FILE, name: '..\\..//etc/pass\u202ewd\n.mp3' }, title: '' });
    expect(song).toMatchObject({ title: 'passwd', track: { kind: 'file', fileName: 'passwd .mp3' } });
  });

  test.each([
    ['artist', 100],
    ['title', 100],
    ['note', 300],
  ])('with too long a %s is refused, and nothing is stored or fetched', async (field, max) => {
    expect(refusal(await stage.trySubmit('1', { [field]: 'x'.repeat(4_000), file: FILE }))).toEqual({
      code: 'text-too-long',
      field,
      max,
    });
    expect(stage.intake.asked).toEqual([]);
    expect(await stage.order()).toEqual([]);
    await stage.submit('1', { [field]: '🎵'.repeat(max) });
  });

  test('with a file is fetched within the limits of the guild and prepared after it is stored', async () => {
    await stage.set('submissions.max-file-mb', 10);
    await stage.set('submissions.max-minutes', 7);
    await stage.submit('1', { file: FILE });
    expect(stage.intake.asked).toEqual([
      { file: FILE, limits: { maxBytes: 10_485_760, minMs: 5_000, maxMs: 420_000 } },
    ]);
    expect(stage.prepared).toHaveLength(1);
  });

  test('whose file is refused leaves nothing behind', async () => {
    stage.intake.refusal = { code: 'file-not-audio', looksLike: 'pdf' };
    expect(refusal(await stage.trySubmit('1', { file: FILE }))).toEqual({ code: 'file-not-audio', looksLike: 'pdf' });
    expect(await stage.order()).toEqual([]);
    expect(stage.facts).toEqual([]);
  });

  test('gets its title later when the link tells it, and never waits for that', async () => {
    const asked = Promise.withResolvers<{ title: string }>();
    stage.describe = () => asked.promise;
    const song = await stage.submit('1', { title: '' });
    expect(song.title).toBe('Not Known');
    stage.facts.length = 0;
    asked.resolve({ title: ' Real\nTitle ' });
    await stage.titles.idle();
    expect((await stage.song(song.id)).title).toBe('Real Title');
    expect(stage.facts).toContainEqual(['queue.changed', { guildId: GUILD }]);
  });

  test('that is on air by then is told to whatever shows it there', async () => {
    const asked = Promise.withResolvers<{ title: string }>();
    stage.describe = () => asked.promise;
    await stage.submit('1', { title: '' });
    const { playId } = unwrap(await stage.queue.next(GUILD, STAFF)).onAir;
    stage.facts.length = 0;
    asked.resolve({ title: 'Real Title' });
    await stage.titles.idle();
    expect((await stage.queue.onAir(GUILD))?.submission.title).toBe('Real Title');
    expect(stage.facts).toContainEqual(['on-air.changed', { guildId: GUILD, playId }]);
  });

  test('whose owner’s data was deleted meanwhile gets no title', async () => {
    const asked = Promise.withResolvers<{ title: string }>();
    stage.describe = () => asked.promise;
    const song = await stage.submit('1', { title: '' });
    await stage.submissions.withdraw(GUILD, song.id, '1');
    await stage.store.transaction((tx) => tx.privacy.erase(GUILD, '1'));
    const erased = await stage.song(song.id);
    asked.resolve({ title: 'Real Title' });
    await stage.titles.idle();
    expect(await stage.song(song.id)).toEqual(erased);
    expect(erased.title).not.toBe('Not Known');
  });

  test('keeps the title its owner typed, and survives a platform that fails', async () => {
    stage.describe = async () => ({ title: 'Other' });
    const typed = await stage.submit('1', { title: 'Mine' });
    stage.describe = () => Promise.reject(new Error('down'));
    const dead = await stage.submit('2', { title: '' });
    await stage.titles.idle();
    expect((await stage.song(typed.id)).title).toBe('Mine');
    expect((await stage.song(dead.id)).title).toBe('Not Known');
  });

  test('whose link was not asked before the process ended is asked once more, at the next start alone', async () => {
    const asked: string[] = [];
    const never = Promise.withResolvers<null>();
    stage.describe = () => never.promise;
    const first = await stage.submit('1', { title: '' });
    const nameless = await stage.submit('2', { title: '' });
    const typed = await stage.submit('3', { title: 'Typed' });
    const gone = await stage.submit('4', { title: '' });
    await stage.submissions.withdraw(GUILD, gone.id, '4');
    const draft = await stage.trySubmit('1', { title: '' });
    stage.titles.stop();
    stage.describe = async (url) => {
      asked.push(url);
      return url === linkOf(nameless) ? null : { title: `Title of ${url.at(-1)}` };
    };
    const next = stage.newTitles();
    next.start();
    await next.idle();
    expect(asked).toEqual([linkOf(first), linkOf(nameless), ...(draft.ok ? [linkOf(draft.value.submission)] : [])]);
    const titles = async () =>
      Promise.all([first, nameless, typed, gone].map(async ({ id }) => (await stage.song(id)).title));
    expect(await titles()).toEqual(['Title of 1', 'Not Known', 'Typed', 'Not Known']);
    const third = stage.newTitles();
    third.start();
    await third.idle();
    expect(asked).toHaveLength(draft.ok ? 3 : 2);
    never.resolve(null);
  });

  test('is one of at most fifty whose links are asked at a start, the newest of them', async () => {
    const songs: Submission[] = [];
    for (let n = 0; n < 53; n += 1) songs.push(await stage.submit(`${n}`, { title: '' }));
    await stage.titles.idle();
    const asked: string[] = [];
    stage.describe = async (url) => {
      asked.push(url);
      return null;
    };
    const next = stage.newTitles();
    next.start();
    await next.idle();
    expect(asked).toEqual(songs.slice(3).map(linkOf));
  });

  test('gets a longer id when the short ones are taken', async () => {
    const constant = () => 0;
    stage.clock.random = constant;
    const ids = [await stage.submit('1'), await stage.submit('2'), await stage.submit('3')].map((s) => s.publicId);
    expect(ids).toEqual(['2222', '22222', '222222']);
  });
});

describe.each(SUBMISSION_VIA)('by way of %s', (via) => {
  const line = via === 'passive' ? ({ line: 'free' } as const) : {};

  test('a closed free line takes nothing, and says so', async () => {
    await stage.set('submissions.open.free', false);
    await stage.set('submissions.open.pending', false);
    expect(refusal(await stage.trySubmit('1', { via, ...line }))).toEqual({ code: 'line-closed', line: 'free' });
    expect(refusal(await stage.trySubmit('1', { via, file: FILE, ...line })).code).toBe('line-closed');
    expect(stage.intake.asked).toEqual([]);
  });

  test('the limit per member holds', async () => {
    await stage.set('submissions.open.pending', false);
    const first = await stage.submit('1', { via, ...line });
    expect(refusal(await stage.trySubmit('1', { via, ...line }))).toEqual({
      code: 'limit-reached',
      line: 'free',
      limit: 1,
      waiting: [first.publicId],
    });
    await stage.submit('2', { via, ...line });
  });

  test('a song that waits already is refused with its id, in another spelling too', async () => {
    await stage.set('submissions.free-limit', 10);
    const first = await stage.submit('1', { via, link: 'https://youtu.be/dQw4w9WgXcQ?si=1', ...line });
    const again = await stage.trySubmit('1', { via, link: 'https://m.youtube.com/watch?v=dQw4w9WgXcQ', ...line });
    expect(refusal(again)).toEqual({ code: 'already-waiting', publicId: first.publicId });
    const file = await stage.submit('1', { via, file: FILE, ...line });
    expect(refusal(await stage.trySubmit('1', { via, file: { ...FILE, name: 'other.mp3' }, ...line }))).toEqual({
      code: 'already-waiting',
      publicId: file.publicId,
    });
    await stage.submit('2', { via, link: 'https://youtu.be/dQw4w9WgXcQ', ...line });
  });
});

describe('a line that is closed while a file is being fetched', () => {
  test('takes that file no more', async () => {
    const { intake } = stage;
    const fetch = intake.store.bind(intake);
    intake.store = async (file, limits) => {
      await stage.set('submissions.open.free', false);
      return fetch(file, limits);
    };
    expect(refusal(await stage.trySubmit('1', { file: FILE, line: 'free' }))).toEqual({
      code: 'line-closed',
      line: 'free',
    });
    expect(await stage.order()).toEqual([]);
  });
});

describe('limits', () => {
  test('hold when the same member sends ten songs at once', async () => {
    await stage.set('submissions.free-limit', 3);
    const results = await Promise.all(Array.from({ length: 10 }, () => stage.trySubmit('1', { line: 'free' })));
    expect(results.filter(({ ok }) => ok)).toHaveLength(3);
    expect(await stage.order()).toHaveLength(3);
  });

  test('count waiting free songs only', async () => {
    await stage.inLine('1', 'skip');
    await stage.inLine('1', 'pending');
    const free = await stage.submit('1', { line: 'free' });
    unwrap(await stage.submissions.withdraw(GUILD, free.id, '1'));
    await stage.submit('1', { line: 'free' });
  });

  test('of skip claims are a setting', async () => {
    await stage.set('submissions.pending-limit', 1);
    await stage.submit('1', { line: 'pending' });
    expect(refusal(await stage.trySubmit('1', { line: 'pending' }))).toMatchObject({
      code: 'limit-reached',
      line: 'pending',
    });
  });
});

describe('a handle named with a song', () => {
  test('counts for it until the owner links one', async () => {
    await stage.award('viewer', 7);
    const song = await stage.submit('1', { handleName: '@Viewer' });
    expect(song.score).toBe(7);
    unwrap(await stage.handles.link(GUILD, '1', 'other'));
    expect((await stage.song(song.id)).score).toBe(0);
  });

  test.each([
    ['open', 'newcomer', null],
    ['seen', 'newcomer', { code: 'handle-not-seen', name: 'newcomer' }],
    ['open', 'not a name!', { code: 'handle-invalid', asked: 'not a name!' }],
    ['open', 'taken', { code: 'handle-taken', name: 'taken' }],
  ])('where the policy is %s: %s', async (policy, handleName, failure) => {
    unwrap(await stage.handles.link(GUILD, '9', 'taken'));
    await stage.set('handles.policy', policy);
    const submitted = await stage.trySubmit('1', { handleName });
    expect(submitted.ok ? null : submitted.error).toEqual(failure);
  });

  test('gives nothing where handles must be proven', async () => {
    await stage.award('viewer', 7);
    await stage.set('handles.policy', 'proven');
    expect((await stage.submit('1', { handleName: 'viewer' })).score).toBe(0);
  });

  test('that is linked already is told so in the confirmation', async () => {
    unwrap(await stage.handles.link(GUILD, '1', 'mine'));
    expect(unwrap(await stage.trySubmit('1')).handleLinked).toBe(true);
  });
});

test('songs are found by id in any spelling, in their own guild only', async () => {
  const song = await stage.submit('1');
  for (const text of [song.publicId, `#${song.publicId.toLowerCase()}`, ` ${song.publicId} `]) {
    expect(unwrap(await stage.submissions.find(GUILD, text)).id).toBe(song.id);
  }
  expect(refusal(await stage.submissions.find('900000000000000009', song.publicId)).code).toBe('no-such-song');
  expect(refusal(await stage.submissions.find(GUILD, `'; DROP TABLE`))).toEqual({
    code: 'no-such-song',
    asked: "'; DROP TABL",
  });
  expect(await stage.submissions.get('900000000000000009', song.id)).toBeNull();
});
