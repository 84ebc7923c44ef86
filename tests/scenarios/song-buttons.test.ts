import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { Permission } from '../../sandbox/discord/permissions.ts';
import { ask, PushedClock, rows, set, startDesk, submitAs } from './desk.ts';
import { PATIENCE, type Show } from './show.ts';

let show: Show;
let rick: Human;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  await ask(show.nova, 'setup-reviewer-channel', { channel: show.channels.review });
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
  rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
});
afterAll(() => show.stop());
beforeEach(async () => {
  for (const { public_id } of await rows(show, 'SELECT public_id FROM submission WHERE priority < 9')) {
    await ask(show.nova, 'remove', { song: String(public_id) });
  }
});

const row = async (id: string) =>
  (await rows(show, 'SELECT id, line FROM submission WHERE public_id = ?', id))[0] ?? {};
const told = async (seen: Seen) =>
  seen.answered === 'update' || seen.answered === 'message' ? seen.text : (await seen.nextFollowUp(PATIENCE)).text;

/** Picks a song in the menu of the reviewer queue. @returns its buttons */
async function pick(who: Human, id: string): Promise<Seen> {
  clock.push(10_000);
  const seen = await who.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*#${id}`), PATIENCE);
  const value = String((await row(id)).id);
  return (await who.select(seen, { placeholder: /Do something with a song/ }, value)).final(PATIENCE);
}
const press = async (who: Human, on: Seen, label: string | RegExp) => (await who.click(on, { label })).final(PATIENCE);

describe('the buttons of a song', () => {
  it.each([
    ['Back-to-back', 'back-to-back'],
    ['Double skip', 'double-skip'],
    ['Skip', 'skip'],
  ])('"%s" brings it there, and "Free" back', async (label, line) => {
    const id = await submitAs(show.ana, `To ${line}`, 'free');
    const song = await pick(show.nova, id);
    expect((await press(show.nova, song, label)).text).toContain(`${label} line`);
    expect((await row(id)).line).toBe(line);
    expect((await press(show.nova, await pick(show.nova, id), 'Free')).text).toContain('Free line');
    expect((await row(id)).line).toBe('free');
  });

  it('"Play next" puts it before everything, and says so when it is there already', async () => {
    const [first, second] = [await submitAs(show.ana, 'First', 'free'), await submitAs(show.ben, 'Second', 'free')];
    await ask(show.nova, 'move', { song: first, line: 'Back-to-back' });
    expect((await press(show.nova, await pick(show.nova, second), 'Play next')).text).toMatch(/#1.*plays next/);
    expect(await told(await press(show.nova, await pick(show.nova, second), 'Play next'))).toMatch(/already stands/);
    expect((await ask(show.nova, 'next')).text).toContain('Second');
  });

  it('"Remove" asks for a reason, which its owner reads', async () => {
    const id = await submitAs(show.ben, 'Out It Goes', 'free');
    const modal = await show.nova.click(await pick(show.nova, id), { label: /Remove/ });
    expect(modal.text).toContain(`Remove #${id}`);
    const done = await (await show.nova.fillModal(modal, { Reason: 'Wrong show' })).final(PATIENCE);
    expect(await told(done)).toMatch(/Removed #\w+ ben – Out It Goes/);
    const dm = await show.sandbox.discord.world.events.until(
      () => show.ben.dms().find(({ text }) => text.includes(`took #${id}`)),
      PATIENCE,
    );
    expect(dm.text).toContain('Wrong show');
  });

  it('of a song that another reviewer has just taken say so, and change nothing', async () => {
    const id = await submitAs(show.ana, 'Snatched', 'free');
    const song = await pick(show.nova, id);
    await ask(rick, 'next');
    for (const label of ['Skip', 'Play next', /Remove/]) {
      expect(await told(await press(show.nova, song, label)), String(label)).toMatch(/was just played|does not wait/);
    }
    expect((await row(id)).line).toBe('archive');
  });

  it('"Bookmark" names the command that sets its channel up', async () => {
    const id = await submitAs(show.ana, 'Nowhere To Go', 'free');
    const seen = await press(show.nova, await pick(show.nova, id), /Bookmark/);
    expect(await told(seen)).toMatch(/not set up yet: somebody with Manage Server uses \/setbookmarkchannel/);
  });
});

describe('a bookmark channel that the bot may not write in any more', () => {
  it('is named, and the song can be bookmarked once that is mended', async () => {
    const { world } = show.sandbox.discord;
    const kept = world.addChannel(show.guildId, { name: 'kept' });
    await ask(show.nova, 'setbookmarkchannel', { channel: kept });
    const id = await submitAs(show.ana, 'Worth Keeping', 'free');
    const song = await pick(show.nova, id);
    const { id: role, permissions } = world.botRole(show.guildId);
    world.updateRole(role, { permissions: permissions & ~Permission.ADMINISTRATOR });
    world.setOverwrite(kept.id, { id: role, type: 0, allow: 0n, deny: Permission.SEND_MESSAGES });
    expect(await told(await press(show.nova, song, /Bookmark/))).toMatch(/missing: Send Messages/);
    world.setOverwrite(kept.id, { id: role, type: 0, allow: Permission.SEND_MESSAGES, deny: 0n });
    expect(await told(await press(show.nova, await pick(show.nova, id), /Bookmark/))).toMatch(/Bookmarked #/);
    await show.nova.waitToSee(kept, /Worth Keeping/, PATIENCE);
  });
});

describe('two reviewers at the same song', () => {
  it('remove it once, and both read what happened', async () => {
    const id = await submitAs(show.ana, 'Two Removers', 'free');
    const seen = await Promise.all([ask(show.nova, 'remove', { song: id }), ask(rick, 'remove', { song: id })]);
    expect(seen.filter(({ text }) => /Removed #/.test(text))).toHaveLength(1);
    expect(seen.filter(({ text }) => /does not wait any more \(removed\)/.test(text))).toHaveLength(1);
    const audited = await rows(show, "SELECT 1 FROM audit WHERE action = 'queue.remove' AND target = ?", id);
    expect(audited).toHaveLength(1);
  });
});

describe('a message with the buttons of a panel that is none', () => {
  it('shows, as the answer of /nowplaying, what its own buttons changed', async () => {
    const answer = await ask(show.nova, 'nowplaying');
    const chosen = await (await show.nova.select(answer, { placeholder: /Filters/ }, ['slow', 'reverb'])).final(
      PATIENCE,
    );
    expect(chosen.answered).toBe('update');
    const marked = JSON.stringify(chosen.message?.components).match(/"value":"[^"]+"[^}]*"default":true/g) ?? [];
    expect(marked.map((option) => option.split('"')[3])).toEqual(['reverb', 'slow']);
  });

  it('says, left over from an older panel, that there is a newer one when its page is turned', async () => {
    const { world } = show.sandbox.discord;
    const { message } = await show.nova.waitToSee(show.channels.review, 'Reviewer queue', PATIENCE);
    const copy = world.messages.post({ ...message, channelId: show.channels.lobby.id });
    expect(await told(await show.nova.clickRaw(copy, 'v1:reviewer.page:1'))).toMatch(/use the newest one/);
  });
});
