import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, auditLog, PushedClock, queueText, rows, set, startDesk, submitAs } from './desk.ts';
import { PATIENCE, panel, type Show } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  await show.setUp();
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());
beforeEach(async () => {
  for (const { public_id } of await rows(show, 'SELECT public_id FROM submission WHERE priority < 9')) {
    await ask(show.nova, 'remove', { song: String(public_id) });
  }
});

const lineOf = async (id: string) => (await rows(show, 'SELECT line FROM submission WHERE public_id = ?', id))[0]?.line;
/** The first private message that reads like this. */
const dmLike = (who: typeof show.ana, pattern: RegExp) =>
  show.sandbox.discord.world.events.until(() => who.dms().find(({ text }) => pattern.test(text)), PATIENCE);

describe('/move', () => {
  it.each(['Back-to-back', 'Double skip', 'Skip', 'Pending skip', 'Free'])(
    'brings a song into the line "%s" and tells its owner the reason',
    async (label) => {
      const id = await submitAs(show.ana, 'Wanderer', label === 'Free' ? 'pending' : 'free');
      const seen = await ask(show.nova, 'move', {
        song: `#${id.toLowerCase()}`,
        line: label,
        reason: `because ${label}`,
      });
      expect(seen.text).toContain(label);
      expect((await dmLike(show.ana, new RegExp(`moved #${id}`))).text).toMatch(
        new RegExp(`${label}[\\s\\S]*because ${label}`),
      );
      expect((await ask(show.nova, 'move', { song: id, line: label })).text).toMatch(/already stands/);
      expect(await auditLog(show)).toContain(`queue.move ${id}`);
    },
  );

  it('says so when there is no such song, or when it does not wait any more', async () => {
    expect((await ask(show.nova, 'move', { song: 'ZZZZ', line: 'Skip' })).text).toMatch(/no song #ZZZZ/);
    expect((await ask(show.nova, 'move', { song: '<@1> `x`', line: 'Skip' })).text).toMatch(/no song/);
    const id = await submitAs(show.ana, 'Played', 'free');
    await ask(show.nova, 'next');
    expect((await ask(show.nova, 'move', { song: id, line: 'Skip' })).text).toMatch(/was just played by @?nova/);
  });
});

describe('a place', () => {
  it('is explained in words, with a wait by how long songs take tonight', async () => {
    for (let n = 1; n <= 5; n += 1) await submitAs(show.ana, `Wait ${n}`, 'free');
    await submitAs(show.ben, 'Waited For', 'free');
    const place = async () => (await ask(show.ben, 'queue')).text.split('Your songs')[1] ?? '';
    for (let n = 0; n < 3; n += 1) {
      await ask(show.nova, 'next');
      clock.push(20 * 60_000);
    }
    await ask(show.nova, 'next');
    expect(await place()).toMatch(/#2: .*Free line, 0 points, 1 song ahead, about 40 min/);
    expect((await ask(show.ben, 'mystats')).text).toMatch(/#2: .*Free line, 0 points, 1 song ahead, about 40 min/);
    clock.push(15 * 60_000);
    expect(await place()).toMatch(/about 25 min/);
  });
});

describe('song ids', () => {
  it.each(['move', 'remove'])(
    'are suggested by /%s: by id, by a piece of the title, waiting ones only',
    async (path) => {
      const id = await submitAs(show.ana, 'Unforgettable Tune', 'free');
      const other = await submitAs(show.ben, 'Other', 'pending');
      const names = async (typed: string) => (await show.nova.autocomplete(path, 'song', typed)).choices;
      expect((await names('')).map(({ value }) => value)).toEqual([id, other]);
      expect(await names(id.slice(0, 2).toLowerCase())).toContainEqual({
        name: `#${id} ana – Unforgettable Tune (Free)`,
        value: id,
      });
      expect((await names('gettable')).map(({ value }) => value)).toEqual([id]);
      expect((await names(`#${id}`)).map(({ value }) => value)).toEqual([id]);
      await ask(show.nova, 'remove', { song: id });
      expect((await names('gettable')).map(({ value }) => value)).toEqual([]);
    },
  );
});

describe('/remove', () => {
  it('takes a song out and tells its owner the reason', async () => {
    const id = await submitAs(show.ana, 'Too Loud', 'free');
    const seen = await ask(show.nova, 'remove', { song: id, reason: 'Only *music*, please' });
    expect(seen.text).toMatch(/Removed #\w+ ana – Too Loud/);
    expect((await dmLike(show.ana, new RegExp(`took #${id}`))).text).toContain('Only *music*, please');
    expect(await lineOf(id)).toBe('removed');
    expect((await ask(show.nova, 'remove', { song: id })).text).toMatch(/does not wait any more \(removed\)/);
    expect(await auditLog(show)).toContain(`queue.remove ${id}`);
  });
});

describe('/clearfree', () => {
  it('asks, clears the free line alone, and is undone as one step', async () => {
    const free = [await submitAs(show.ana, 'C1', 'free'), await submitAs(show.ben, 'C2', 'free')];
    await submitAs(show.ana, 'C3', 'pending');
    const before = await queueText(show);
    const kept = await show.nova.click(await ask(show.nova, 'clearfree'), { label: 'Keep' });
    expect(kept.text).toMatch(/Nothing was removed/);
    expect(await queueText(show)).toBe(before);
    const cleared = await show.nova.click(await ask(show.nova, 'clearfree'), { label: 'Clear' });
    expect(cleared.text).toMatch(/Removed 2 free songs/);
    expect(await queueText(show)).toMatch(/queue is empty/);
    const undone = await show.nova.click(cleared, { label: 'Undo' });
    expect(undone.text).toMatch(/2 free songs are back/);
    expect(await queueText(show)).toBe(before);
    const twice = await show.nova.clickRaw(undone, `v1:reviewer.unclear:${await lastBatch()}`);
    expect((await twice.final(PATIENCE)).text).toMatch(/nothing to undo/);
    expect(await Promise.all(free.map(lineOf))).toEqual(['free', 'free']);
  });

  it('does nothing when the question is a minute old, or when there is nothing to clear', async () => {
    expect((await ask(show.nova, 'clearfree')).text).toMatch(/already empty/);
    const id = await submitAs(show.ana, 'Still Here', 'free');
    const asked = await ask(show.nova, 'clearfree');
    clock.push(61_000);
    const late = await (await show.nova.click(asked, { label: 'Clear' })).final(PATIENCE);
    expect(late.text).toMatch(/expired/);
    expect(await lineOf(id)).toBe('free');
  });

  const lastBatch = async () =>
    String(
      (await rows(show, "SELECT target FROM audit WHERE action = 'queue.clear-free' ORDER BY id DESC"))[0]?.target,
    );
});

describe('opening and closing', () => {
  it('is per line or for all, shown, and kept over a restart', async () => {
    const one = await ask(show.nova, 'closesubmissions', { line: 'Double skip' });
    expect(one.text).toMatch(/Double skip: 🔒 closed[\s\S]*Free: 🟢 open/);
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    const all = await ask(show.nova, 'opensubmissions');
    expect(all.text).not.toContain('🔒');
    const room = await show.nova.waitToSee(show.channels.review, /Control room[\s\S]*Close submissions/, PATIENCE);
    const closed = await (await show.nova.click(room, { label: 'Close submissions' })).final(PATIENCE);
    expect(closed.text).toMatch(/🔒 Submissions are closed/);
    expect(
      (
        await show.ana
          .slash('submitfile', { file: { name: 'a.mp3', bytes: new Uint8Array(9) }, artist: 'a', title: 't' })
          .then((seen) => seen.final(PATIENCE))
      ).text,
    ).toMatch(/closed/);
    await (
      await show.nova.click(await panel(show.nova, show.channels.review, 'Control room'), { label: 'Open submissions' })
    ).final(PATIENCE);
    expect(await auditLog(show)).toContain('setting.set submissions.open.free');
  });
});

describe('a bookmark', () => {
  it('goes to the bookmark channel once, from the panel’s menu', async () => {
    const id = await submitAs(show.ana, 'Keep This', 'free');
    clock.push(10_000);
    const seen = await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${id}`), PATIENCE);
    const song = await show.nova.select(seen, { placeholder: 'Do something with a song…' }, `1. #${id} Keep This`);
    const marked = await (await show.nova.click(await song.final(PATIENCE), { label: 'Bookmark' })).final(PATIENCE);
    expect(marked.text).toMatch(/Bookmarked/);
    const note = await show.nova.waitToSee(show.channels.bookmarks, /ana – Keep This/, PATIENCE);
    expect(note.text).toMatch(/bookmarked by @?nova/);
    const again = await show.nova.clickRaw(
      seen,
      `v1:song.bookmark:${String((await rows(show, 'SELECT id FROM submission WHERE public_id = ?', id))[0]?.id)}`,
    );
    await again.final(PATIENCE);
    expect(show.nova.sees(show.channels.bookmarks)).toHaveLength(1);
    expect(await auditLog(show)).toContain(`queue.bookmark ${id}`);
  });
});

describe('the history', () => {
  it('of a song’s owner is shown to staff alone', async () => {
    const id = await submitAs(show.ana, 'Her Newest', 'free');
    clock.push(10_000);
    const seen = await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${id}`), PATIENCE);
    const song = await show.nova.select(seen, { placeholder: 'Do something with a song…' }, `1. #${id} Her Newest`);
    const history = await (await show.nova.click(await song.final(PATIENCE), { label: "Owner's history" })).final(
      PATIENCE,
    );
    expect(history.ephemeral).toBe(true);
    expect(history.text).toMatch(/Her Newest · Free[\s\S]*Removed/);
  });
});
