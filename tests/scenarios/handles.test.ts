import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Live } from '../../sandbox/tiktok/live.ts';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { actOnOwn, ask, auditLog, counted, set, startDesk } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, submit } from './show.ts';

let show: Show;
let tiktok: TikTok;
let live: Live;
beforeAll(async () => {
  show = await startDesk({ sandbox: { tiktok: {} } });
  if (show.sandbox.tiktok === undefined) throw new Error('no TikTok');
  tiktok = show.sandbox.tiktok;
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
  live = tiktok.host('novalive').goLive();
  await ask(show.nova, 'tiktok connect', { unique_id: 'novalive', persistent: true });
  await live.waitForConnection();
});
afterAll(() => show.stop());

let members = 0;
const member = () => {
  members += 1;
  return show.people.human(show.guildId, `fan${members}`);
};
const link = async (who: Human, handle: string) => (await ask(who, 'link-tiktok', { tiktok_handle: handle })).text;
const unlink = async (who: Human, handle: string) => (await ask(who, 'unlink-tiktok', { tiktok_handle: handle })).text;
/** A free song of this member; its score is read in words from /queue. */
async function free(who: Human, options: { readonly tiktok_handle?: string } = {}): Promise<string> {
  const seen = await submit(who, { link: someLink(), title: 'song' }, options);
  await (await who.click(seen, { label: 'No' })).final(PATIENCE);
  return publicId(seen.text);
}
const score = async (who: Human) =>
  /(\d+) points?/.exec((await ask(who, 'queue')).text.split('Your songs')[1] ?? '')?.[1];
const chat = (handle: string, text: string) => counted(show, () => live.comment(tiktok.viewer(handle), text));
const like = (handle: string, hearts: number) => counted(show, () => live.like(tiktok.viewer(handle), hearts));

/** The code to type in the LIVE chat. */
const codeIn = (text: string) => /^┃ ([2-9A-Z]{6})$/m.exec(text)?.[1] ?? '';

describe('linking a handle', () => {
  it('takes a name, an @name or a profile’s address, any case, and shows it under the own handles', async () => {
    const who = member();
    expect((await ask(who, 'my-tiktok-handles')).text).toMatch(/None yet/);
    expect(await link(who, 'plain.name')).toMatch(/@plain\.name is linked to you/);
    expect(await link(who, '@At_Name')).toMatch(/@At_Name is linked/);
    expect(await link(who, 'https://www.tiktok.com/@from.profile?lang=en')).toMatch(/@from\.profile is linked/);
    expect((await ask(who, 'my-tiktok-handles')).text).toMatch(/never seen in a LIVE/);
    expect(await link(who, 'AT_NAME')).toMatch(/already linked to you/);
    expect(await unlink(who, '@at_name')).toMatch(/@At_Name is not linked any more/);
    expect(await unlink(who, '@at_name')).toMatch(/not linked to you/);
    expect(await unlink(who, 'never.heard.of')).toMatch(/don't know a handle/);
  });

  it.each(['', ' ', 'two words', '.dot', 'a'.repeat(33), '<@123>', 'name\u202Eevil', '@@x', 'https://tiktok.com/'])(
    'refuses %j in words',
    async (typed) => {
      expect(await link(member(), typed)).toMatch(/can't be a TikTok handle/);
    },
  );

  it('explains that somebody else has it, and how many one may have', async () => {
    const [one, two] = [member(), member()];
    await link(one, 'contested');
    expect(await link(two, '@Contested')).toMatch(/linked to somebody else.*ask staff/);
    const named = await submit(two, { link: someLink(), title: 'x' }, { tiktok_handle: 'contested' });
    expect(named.text).toMatch(/linked to somebody else/);
    await set(show, 'handles.limit', '1');
    expect(await link(one, 'second')).toMatch(/at most 1 handle/);
    await ask(show.nova, 'settings reset', { key: 'handles.limit' });
  });
});

describe('points', () => {
  it('follow the link: earned before it, kept after it, and summed over all handles of a member', async () => {
    const [one, two] = [member(), member()];
    await like('early', 30);
    await chat('later', 'hello');
    expect(await link(one, 'early')).toMatch(/30 points so far/);
    await free(one);
    await free(one);
    expect(await score(one)).toBe('30');
    await link(one, 'later');
    expect(await score(one)).toBe('32');
    expect(await unlink(one, 'early')).toMatch(/keeps its 30 points/);
    expect(await score(one)).toBe('2');
    await free(two);
    await link(two, 'early');
    expect(await score(two)).toBe('30');
    await chat('early', 'still here');
    expect(await score(two)).toBe('32');
  });

  it('of a handle named with a submission count only while its owner has linked none', async () => {
    const who = member();
    await like('named', 7);
    await chat('own', 'hi');
    await free(who, { tiktok_handle: '@named' });
    expect(await score(who)).toBe('7');
    await link(who, 'own');
    expect(await score(who)).toBe('2');
    await unlink(who, 'own');
    expect(await score(who)).toBe('7');
    const other = member();
    await link(other, 'named');
    expect(await score(who)).toBe('0');
  });
});

describe('coins of somebody without a song or a link', () => {
  /** A single gift of 1,000 coins, which ends at once. */
  const gift = (handle: string) => counted(show, () => live.gift(tiktok.viewer(handle), 'Galaxy'));

  it('move the song that its owner sends then, by the form', async () => {
    const who = member();
    await link(who, 'early.giver');
    await gift('early.giver');
    const seen = await submit(who, { link: someLink(), title: 'Paid Before' });
    expect(seen.text).toMatch(/Submitted as[\s\S]*Skip line/);
    expect(seen.text).not.toMatch(/paid skip\?/);
    expect((await who.nextDm(PATIENCE)).text).toMatch(/Skip/);
    await actOnOwn(who, 'Withdraw', publicId(seen.text));
  });

  it('move the song that waits when its owner links the handle, or staff does', async () => {
    const [one, two] = [member(), member()];
    const songs = [await free(one), await free(two)];
    await gift('late.linker');
    await gift('linked.by.staff');
    const stands = async (who: Human) => (await ask(who, 'queue')).text.split('Your songs')[1] ?? '';
    expect(await stands(one)).toMatch(/Free line/);
    await link(one, 'late.linker');
    expect(await stands(one)).toMatch(/Skip line/);
    await ask(show.nova, 'admin-link', { tiktok_handle: 'linked.by.staff', user: two });
    expect(await stands(two)).toMatch(/Skip line/);
    for (const [index, who] of [one, two].entries()) await actOnOwn(who, 'Withdraw', songs[index] ?? '');
  });

  it('move it when the account proves itself by its code', async () => {
    await set(show, 'handles.policy', 'proven');
    const who = member();
    const song = await free(who);
    await gift('proves.later');
    await chat('proves.later', codeIn(await link(who, 'proves.later')));
    expect((await who.nextDm(PATIENCE)).text).toMatch(/proven and linked/);
    expect((await ask(who, 'queue')).text.split('Your songs')[1]).toMatch(/Skip line/);
    await set(show, 'handles.policy', 'open');
    await actOnOwn(who, 'Withdraw', song);
  });
});

describe('suggestions', () => {
  it('come from two letters on: unlinked ones to link, own ones to unlink, all for staff', async () => {
    const who = member();
    for (const name of ['zebra.one', 'zebra.two', 'zelda']) await chat(name, 'hi');
    await link(who, 'zebra.one');
    const suggested = async (by: Human, path: string, typed: string) =>
      (await by.autocomplete(path, 'tiktok_handle', typed)).choices.map(({ value }) => value);
    expect(await suggested(who, 'link-tiktok', 'z')).toEqual([]);
    expect(await suggested(who, 'link-tiktok', '@ZE')).toEqual(['zebra.two', 'zelda']);
    expect(await suggested(who, 'link-tiktok', 'ebra')).toEqual([]);
    expect(await suggested(who, 'unlink-tiktok', '')).toEqual(['zebra.one']);
    expect(await suggested(who, 'submit', 'ze')).toEqual(['zebra.one', 'zebra.two', 'zelda']);
    expect(await suggested(show.nova, 'admin-unlink', 'zeb')).toEqual(['zebra.one', 'zebra.two']);
    expect(await suggested(who, 'link-tiktok', '%_')).toEqual([]);
  });
});

describe('the policy "seen"', () => {
  it('takes only handles that said something in a LIVE', async () => {
    await set(show, 'handles.policy', 'seen');
    const who = member();
    expect(await link(who, 'shy.viewer')).toMatch(/never seen in a LIVE/);
    await chat('shy.viewer', 'now I am here');
    expect(await link(who, 'shy.viewer')).toMatch(/is linked to you/);
  });
});

describe('the policy "proven"', () => {
  it('links by a code that the account itself types in the LIVE chat, and by nothing else', async () => {
    await set(show, 'handles.policy', 'proven');
    const who = member();
    const seen = await link(who, '@prover');
    expect(seen).toMatch(/Type this in the LIVE chat/);
    const code = codeIn(seen);
    await chat('impostor', code);
    await chat('prover', 'what was it again?');
    expect((await ask(who, 'my-tiktok-handles')).text).toMatch(/None yet/);
    await chat('prover', `here you go: ${code.toLowerCase()}!`);
    expect((await who.nextDm(PATIENCE)).text).toMatch(/@prover is proven and linked to you/);
    expect((await ask(who, 'my-tiktok-handles')).text).toMatch(/@prover ✅/);
    expect(await link(member(), 'prover')).toMatch(/linked to somebody else/);
  });

  it('replaces a link that was not proven, and tells whoever had it', async () => {
    await set(show, 'handles.policy', 'open');
    const [squatter, owner] = [member(), member()];
    await link(squatter, 'real.owner');
    await set(show, 'handles.policy', 'proven');
    await chat('real.owner', codeIn(await link(owner, 'real.owner')));
    expect((await owner.nextDm(PATIENCE)).text).toMatch(/proven and linked/);
    expect((await squatter.nextDm(PATIENCE)).text).toMatch(/not linked to you any more: its owner has proven it/);
    await ask(show.nova, 'settings reset', { key: 'handles.policy' });
  });
});

describe('staff', () => {
  it('links and unlinks by force, tells whoever loses it, and both stand in the audit log', async () => {
    const [one, two] = [member(), member()];
    await link(one, 'disputed');
    const given = await ask(show.nova, 'admin-link', { tiktok_handle: '@disputed', user: two });
    expect(given.text).toContain(`@disputed now belongs to @${two.name}`);
    expect((await one.nextDm(PATIENCE)).text).toMatch(/@disputed is not linked to you any more: staff/);
    expect((await ask(show.nova, 'admin-link', { tiktok_handle: 'disputed', user: two })).text).toMatch(
      /already linked to that member/,
    );
    expect((await ask(show.nova, 'admin-unlink', { tiktok_handle: 'disputed' })).text).toMatch(/not linked any more/);
    expect((await ask(show.nova, 'admin-unlink', { tiktok_handle: 'disputed' })).text).toMatch(/not linked to anybody/);
    expect((await two.nextDm(PATIENCE)).text).toMatch(/any more: staff/);
    const log = await auditLog(show);
    expect(log).toContain('handle.link disputed');
    expect(log).toContain('handle.unlink disputed');
    await actOnOwn(two, 'Withdraw', await free(two));
  });
});
