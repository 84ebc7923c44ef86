import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { actOnOwn, ask, queueText, rows, set, startDesk, submitAs } from './desk.ts';
import { PATIENCE, panel, publicId, type Show, someLink, submit } from './show.ts';

let show: Show;
let portal: { readonly id: string };
beforeAll(async () => {
  show = await startDesk();
  portal = show.sandbox.discord.world.addChannel(show.guildId, { name: 'submit-here' });
  await ask(show.nova, 'setup-submission-portal', { channel: portal });
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());

const rowOf = async (id: string) => {
  const [row] = await rows(show, 'SELECT id, line, hidden FROM submission WHERE public_id = ?', id);
  if (row === undefined) throw new Error(`no song ${id}`);
  return row;
};
const press = async (who: Human, label: string) => {
  const seen = await who.click(await panel(who, portal, 'Submit your music'), { label });
  return seen.answered === 'modal' ? seen : seen.final(PATIENCE);
};
/** A menu of a message that this person sees, with a value that the menu never offered. */
const forge = async (who: Human, on: Seen, value: string) =>
  (await who.select(on, { index: 0 }, value, { force: true })).final(PATIENCE);

describe('the portal', () => {
  it('takes a song through its Submit button', async () => {
    const seen = await (
      await show.ana.fillModal(await press(show.ana, 'Submit'), { Link: someLink(), Title: 'Door Song' })
    ).final(PATIENCE);
    expect(seen.ephemeral).toBe(true);
    expect(await queueText(show)).toContain('Door Song');
    expect((await press(show.ana, 'My submissions')).text).toMatch(/My submissions[\s\S]*Door Song[\s\S]*place 1/);
    await actOnOwn(show.ana, 'Withdraw', publicId(seen.text));
  });

  it('says in its form how big a file may be, by the setting and by what Discord lets people upload here', async () => {
    expect((await press(show.ana, 'Submit')).text).toMatch(/FLAC up to 20 MB\. Bigger\? Give its link/);
    await set(show, 'submissions.max-file-mb', '7');
    expect((await show.ana.slash('submit')).text).toMatch(/up to 7 MB/);
    await ask(show.nova, 'settings reset', { key: 'submissions.max-file-mb' });
  });

  it('sends a song of the history once more, for its owner alone', async () => {
    const empty = await press(show.ben, 'Submit again');
    expect(empty.text).toMatch(/history is empty/);
    const id = await submitAs(show.ana, 'Once More', 'free');
    await actOnOwn(show.ana, 'Withdraw', id);
    const menu = await press(show.ana, 'Submit again');
    expect(menu.ephemeral).toBe(true);
    const again = await (await show.ana.select(menu, { index: 0 }, `#${id} Once More`)).final(PATIENCE);
    expect(again.text).toMatch(/Submitted as[\s\S]*Once More/);
    expect(publicId(again.text)).not.toBe(id);
    await actOnOwn(show.ana, 'Withdraw', publicId(again.text));
  });

  it('links a handle through its form', async () => {
    const modal = await press(show.ana, 'Link TikTok');
    const linked = await (await show.ana.fillModal(modal, { 'TikTok handle': '@ana.sings' })).final(PATIENCE);
    expect(linked.text).toMatch(/@ana\.sings is linked to you/);
    const other = await show.ben.fillModal(await press(show.ben, 'Link TikTok'), { 'TikTok handle': 'ANA.sings' });
    expect((await other.final(PATIENCE)).text).toMatch(/linked to somebody else/);
  });

  it('says when everything is closed, and again when it is open', async () => {
    await ask(show.nova, 'closesubmissions');
    await show.ana.waitToSee(portal, /Submissions are closed/, PATIENCE);
    await ask(show.nova, 'opensubmissions');
    await show.ana.waitToSee(portal, /Open: /, PATIENCE);
  });
});

describe('/mysubmissions', () => {
  it('turns its pages, and shows nobody else’s songs', async () => {
    const pat = show.people.human(show.guildId, 'pat');
    for (let n = 1; n <= 8; n += 1) await submitAs(pat, `Page ${n}`, 'free');
    for (let n = 9; n <= 12; n += 1) await submitAs(pat, `Page ${n}`, 'pending');
    const first = await ask(pat, 'mysubmissions');
    expect(first.ephemeral).toBe(true);
    expect(first.text).toMatch(/Page 12[\s\S]*Pending skip[\s\S]*Page 3\b[\s\S]*Page 1 of 2 · 12 songs/);
    const second = await pat.click(first, { label: '▶' });
    expect(second.text).toMatch(/Page 2\b[\s\S]*Page 2 of 2/);
    expect(second.text).not.toContain('Page 3');
    const beyond = await pat.clickRaw(second, 'v1:submission.own-page:999999');
    expect(beyond.text).toMatch(/Page 2 of 2/);
    expect((await ask(show.ben, 'mysubmissions')).text).toMatch(/Nothing yet/);
    await ask(show.nova, 'clearfree').then((seen) => show.nova.click(seen, { label: 'Clear' }));
  });

  it('and /queue know an old song that waits behind many newer ones of the same member', async () => {
    const kim = show.people.human(show.guildId, 'kim');
    const old = await submitAs(kim, 'Patient Song', 'pending');
    for (let n = 1; n <= 11; n += 1) await actOnOwn(kim, 'Withdraw', await submitAs(kim, `Hasty ${n}`, 'free'));
    expect((await ask(kim, 'queue')).text).toMatch(new RegExp(`Your songs[^]*#${old}[^]*waits for the reviewer`));
    const second = await kim.click(await ask(kim, 'mysubmissions'), { label: '▶' });
    const withdrawn = await (await kim.select(second, { index: 0 }, `Withdraw #${old}`)).final(PATIENCE);
    expect(withdrawn.text).toMatch(/Patient Song[\s\S]*Withdrawn/);
  });

  it('and /queue explain the first five waiting songs, and name how many more there are', async () => {
    const kim = show.people.human(show.guildId, 'kim');
    const ids: string[] = [];
    for (let n = 1; n <= 7; n += 1) ids.push(await submitAs(kim, `Many ${n}`, 'free'));
    const { text } = await ask(kim, 'queue');
    const mine = text.slice(text.indexOf('Your songs'));
    expect(ids.map((id) => mine.includes(`#${id}`))).toEqual([true, true, true, true, true, false, false]);
    expect(mine).toContain('and 2 more songs: /mysubmissions');
    await ask(show.nova, 'clearfree').then((seen) => show.nova.click(seen, { label: 'Clear' }));
  });

  it('withdraws, deletes from the history, and submits again', async () => {
    const id = await submitAs(show.ana, 'Back And Forth', 'free');
    expect((await actOnOwn(show.ana, 'Withdraw', id)).text).toMatch(/Back And Forth[\s\S]*Withdrawn/);
    expect(await queueText(show)).not.toContain('Back And Forth');
    const again = publicId((await actOnOwn(show.ana, 'Submit again', id)).text);
    expect(await queueText(show)).toContain('Back And Forth');
    expect((await actOnOwn(show.ana, 'Submit again', id)).text).toMatch(new RegExp(`already submitted.*#${again}`));
    const after = await actOnOwn(show.ana, 'Delete from history', id);
    expect(after.text).not.toContain(`#${id}`);
    expect(await rowOf(id)).toMatchObject({ line: 'withdrawn', hidden: 1 });
    await actOnOwn(show.ana, 'Withdraw', again);
  });

  it('submits again through the same rules as any other way in', async () => {
    const id = await submitAs(show.ben, 'Late Again', 'free');
    await actOnOwn(show.ben, 'Withdraw', id);
    await ask(show.nova, 'closesubmissions');
    expect((await actOnOwn(show.ben, 'Submit again', id)).text).toMatch(/closed/);
    await ask(show.nova, 'opensubmissions');
    await set(show, 'submissions.free-limit', '1');
    const other = await submitAs(show.ben, 'In The Way', 'free');
    expect((await actOnOwn(show.ben, 'Submit again', id)).text).toMatch(/already have 1 song[\s\S]*paid skip\?/);
    await set(show, 'submissions.free-limit', '10');
    await set(show, 'submissions.hosts', 'soundcloud.com');
    expect((await actOnOwn(show.ben, 'Submit again', id)).text).toMatch(/not taken here/);
    await ask(show.nova, 'settings reset', { key: 'submissions.hosts' });
    await actOnOwn(show.ben, 'Withdraw', other);
  });

  it('with an old menu says what has become of the song, and changes nothing', async () => {
    const id = await submitAs(show.ana, 'Gone By Then', 'free');
    const menu = await ask(show.ana, 'mysubmissions');
    await ask(show.nova, 'next');
    const seen = await (await show.ana.select(menu, { index: 0 }, `Withdraw #${id}`)).final(PATIENCE);
    const told = seen.text.includes('just played') ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;
    expect(told).toMatch(new RegExp(`#${id} was just played`));
    expect(await rowOf(id)).toMatchObject({ line: 'archive' });
  });
});

describe('a forged click', () => {
  it('with the id of somebody else’s song changes nothing and tells nothing', async () => {
    const id = await submitAs(show.ana, 'Not Yours', 'free');
    const row = await rowOf(id);
    await submitAs(show.ben, 'Bait', 'free');
    const menu = await ask(show.ben, 'mysubmissions');
    for (const verb of ['withdraw', 'hide', 'again']) {
      const seen = await forge(show.ben, menu, `${verb}-${String(row.id)}`);
      const told = seen.answered === 'message' ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;
      expect(told).toMatch(/is not your song/);
      expect(told).not.toContain('Not Yours');
    }
    const question = await submit(show.ben, { link: someLink(), title: 'Bait Two' });
    for (const said of ['yes', 'no']) {
      const seen = await show.ben.clickRaw(question, `v1:submission.skip:${String(row.id)}:${said}`);
      expect((await seen.final(PATIENCE)).text).toMatch(/is not your song/);
    }
    expect(await rowOf(id)).toEqual(row);
    expect(
      await rows(show, "SELECT 1 FROM submission WHERE owner_id = ? AND title = 'Not Yours'", show.ben.id),
    ).toEqual([]);
  });

  it.each(['withdraw-x', 'hide-99999999', 'again-', 'explode-1', '', 'withdraw-1e3'])(
    'with the value %j is answered in words',
    async (value) => {
      const menu = await ask(show.ben, 'mysubmissions');
      const before = await rows(show, 'SELECT id, line, hidden FROM submission');
      const seen = await forge(show.ben, menu, value);
      const told = seen.answered === 'message' ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;
      expect(told).toMatch(/older version|no song/);
      expect(await rows(show, 'SELECT id, line, hidden FROM submission')).toEqual(before);
    },
  );

  it('from another guild finds nothing there', async () => {
    const { world } = show.sandbox.discord;
    const owner = world.addUser({ username: 'zoe' });
    const other = world.addGuild({ name: 'Elsewhere', ownerId: owner.id });
    world.addChannel(other.id, { name: 'general' });
    const zoe = show.people.owner(other);
    const id = await submitAs(show.ana, 'Home Song', 'free');
    const row = await rowOf(id);
    const anaThere = show.people.join(show.ana, other.id);
    await submitAs(anaThere, 'There', 'free');
    const menu = await ask(anaThere, 'mysubmissions');
    expect(menu.text).not.toContain('Home Song');
    const seen = await forge(anaThere, menu, `withdraw-${String(row.id)}`);
    const told = seen.answered === 'message' ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;
    expect(told).toMatch(/no song/);
    expect((await ask(zoe, 'remove', { song: id })).text).toMatch(/no song/);
    expect(await rowOf(id)).toEqual(row);
  });
});
