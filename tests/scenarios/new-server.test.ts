import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { ask, PushedClock, rows, startDesk, submitAs, until } from './desk.ts';
import { PATIENCE, panel, type Show } from './show.ts';

const DAY = 24 * 3_600_000;

let show: Show;
let guildId: string;
let olga: Human;
let ana: Human;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
});
afterAll(() => show.stop());

const world = () => show.sandbox.discord.world;
const channelNamed = (name: string) => {
  const found = world()
    .channelsOf(guildId)
    .find((channel) => channel.name === name);
  if (found === undefined) throw new Error(`there is no #${name}`);
  return found;
};
const press = async (seen: Seen, label: string) => (await olga.click(seen, { label })).final(PATIENCE);
const songsOf = async () =>
  (await rows(show, 'SELECT title FROM submission WHERE guild_id = ?', guildId)).map(({ title }) => title);

/** One server from the invitation to the last trace of it. */
describe('a new server', () => {
  it('is welcomed, and its admin is led through /setup, over a restart too', async () => {
    const owner = world().addUser({ username: 'olga' });
    ({ id: guildId } = world().addGuild({ name: 'Second Stage', ownerId: owner.id }));
    olga = show.people.owner(guildId);
    ana = show.people.join(show.ana, guildId);
    const lobby = world().addChannel(guildId, { name: 'lobby' });
    const role = world().addRole(guildId, { name: 'Reviewers' });
    expect((await olga.nextDm(PATIENCE)).text).toContain('/setup');
    const first = await ask(olga, 'setup');
    expect(first.ephemeral).toBe(true);
    const step = await press(first, 'Step by step');
    await (await olga.select(step, { placeholder: 'Choose the reviewer role' }, role)).final(PATIENCE);
    await press(step, 'Next');
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    const resumed = await (await olga.slash('setup', {}, { channel: lobby })).final(PATIENCE);
    expect(resumed.text).toContain('Step 2 of 9');
    // The message of before the restart leads on, too.
    expect((await press(step, 'Back')).text).toContain('Step 1 of 9');
  });

  it('gets its channels and panels made, a check of all of them, and a test message', async () => {
    // The button of the first page: it works on every later one.
    const made = await (await olga.clickRaw(await ask(olga, 'setup'), 'v1:setup.create:now')).final(PATIENCE);
    expect(made.text).toContain('✨ Made');
    for (const [name, heading] of [
      ['reviewer', 'Control room'],
      ['reviewer', 'Reviewer queue'],
      ['reviewer', 'Pending skips'],
      ['live-queue', 'Live queue'],
      ['now-playing', 'Now playing'],
    ] as const)
      await panel(olga, channelNamed(name), heading);
    const check = await (await olga.clickRaw(made, 'v1:setup.step:check')).final(PATIENCE);
    expect(check.text).toContain('🩺 Check');
    expect(check.text).not.toContain('⚠️');
    expect((await press(check, 'Send a test message')).text).toMatch(/The test message stands in/);
    expect((await press(check, 'Finish')).text).toContain('All set');
  });

  it('that takes the bot back within 30 days has its songs and panels, and is not welcomed again', async () => {
    await submitAs(ana, 'Kept For You', 'free');
    const before = await panel(olga, channelNamed('live-queue'), 'Kept For You');
    world().kickBot(guildId);
    await until(async () => (await rows(show, 'SELECT id FROM guild WHERE left_at IS NOT NULL')).length === 1, 'left');
    clock.push(29 * DAY);
    const mark = world().events.mark();
    world().inviteBot(guildId);
    await until(async () => (await rows(show, 'SELECT id FROM guild WHERE left_at IS NOT NULL')).length === 0, 'back');
    await submitAs(ana, 'Sent Again', 'pending');
    const after = await panel(olga, channelNamed('reviewer'), 'Sent Again');
    expect(after.text).toContain('Pending skips');
    expect((await panel(olga, channelNamed('live-queue'), 'Kept For You')).message.id).toBe(before.message.id);
    expect(olga.dms()).toHaveLength(1);
    expect(
      world()
        .events.history('message-created', mark)
        .filter(({ message }) => /Hello, I am/.test(JSON.stringify(message))),
    ).toEqual([]);
  });

  it('that is without the bot for longer is forgotten', async () => {
    world().kickBot(guildId);
    await until(async () => (await rows(show, 'SELECT id FROM guild WHERE left_at IS NOT NULL')).length === 1, 'left');
    expect(await songsOf()).toEqual(['Kept For You', 'Sent Again']);
    clock.push(30 * DAY + 3_600_000);
    await until(async () => {
      clock.push(60_000);
      return (await songsOf()).length === 0;
    }, 'forgotten');
    expect(await rows(show, 'SELECT id FROM guild WHERE id = ?', guildId)).toEqual([]);
    expect(await rows(show, 'SELECT key FROM setting WHERE guild_id = ?', guildId)).toEqual([]);
  });
});
