import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Permission } from '../../sandbox/discord/permissions.ts';
import { makeTone } from '../../sandbox/story/songs.ts';
import { ask, PushedClock, queueText, rows, set, startDesk } from './desk.ts';
import { PATIENCE, type Show, someLink, tone } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  await ask(show.nova, 'setdebugchannel', { channel: show.channels.debug });
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());

const here = () => show.channels.submissions;
const left = () => show.sandbox.discord.world.messages.in(here().id).map(({ content }) => content);
const titleOf = async (ownerId: string) =>
  (await rows(show, 'SELECT artist, title, via, line FROM submission WHERE owner_id = ? ORDER BY id DESC', ownerId))[0];

describe('a song in the submissions channel', () => {
  it('is stored first, deleted then, and confirmed to its owner last', async () => {
    const { events } = show.sandbox.discord.world;
    const since = events.mark();
    const said = await show.ana.say(here(), `my new one ${someLink()} enjoy`);
    const dm = await show.ana.nextDm(PATIENCE);
    expect(dm.text).toMatch(/Your song is in: #\w+[\s\S]*Free line, place 1/);
    expect(dm.text).toContain('Night Review');
    expect(left()).toEqual([]);
    const deleted = events.history('message-deleted', since).find((event) => JSON.stringify(event).includes(said.id));
    const posted = events.history('message-created', since).at(-1);
    expect(deleted?.sequence).toBeLessThan(posted?.sequence ?? 0);
    expect(await titleOf(show.ana.id)).toEqual({ artist: 'ana', title: 'Not Known', via: 'passive', line: 'free' });
  });

  it('by file is called what the file says', async () => {
    const bytes = await makeTone({ hz: 300, seconds: 6, format: 'flac', title: 'Told By Its Tag' });
    await show.ana.say(here(), '', { name: 'track01.flac', bytes });
    expect((await show.ana.nextDm(PATIENCE)).text).toContain('Told By Its Tag');
    expect(await titleOf(show.ana.id)).toMatchObject({ artist: 'ana', title: 'Told By Its Tag' });
  });

  it('that is refused goes too, and its owner is told why', async () => {
    await show.ana.say(here(), 'https://evil.example/song');
    expect((await show.ana.nextDm(PATIENCE)).text).toMatch(/not taken as a song[\s\S]*evil/);
    await show.ana.say(here(), '', { name: 'song.mp3', bytes: new TextEncoder().encode('words, words. '.repeat(99)) });
    expect((await show.ana.nextDm(PATIENCE)).text).toMatch(/not an MP3/);
    expect(left()).toEqual([]);
  });
});

describe('conversation in the submissions channel', () => {
  it('of listeners is deleted without a word, that of staff and bots stays', async () => {
    const dms = show.ana.dms().length;
    await show.nova.say(here(), 'welcome everybody, rules: https://example.com/rules please read');
    await show.ana.say(here(), 'hello?');
    await show.ana.say(here(), '', { name: 'cat.png', bytes: new Uint8Array([137, 80, 78, 71]) });
    await show.ana.say(here(), someLink());
    await show.ana.nextDm(PATIENCE);
    await show.sandbox.discord.world.events.until(() => left().length === 1, PATIENCE);
    expect(left()).toEqual(['welcome everybody, rules: https://example.com/rules please read']);
    expect(show.ana.dms()).toHaveLength(dms + 1);
  });

  it('a bare link of staff is a song like any other', async () => {
    const rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
    await rick.say(here(), someLink());
    expect((await rick.nextDm(PATIENCE)).text).toMatch(/Your song is in/);
    expect(await queueText(show)).toContain('rick');
  });

  it('outside of that channel is nobody’s business', async () => {
    const said = await show.ana.say(show.channels.lobby, someLink());
    await show.ana.say(here(), 'a mark');
    await show.sandbox.discord.world.events.until(() => !left().includes('a mark'), PATIENCE);
    expect(show.sandbox.discord.world.messages.get(said.channelId, said.id)).toBeDefined();
  });
});

describe('a member who takes no DMs', () => {
  it('reads the confirmation in the channel, where it goes by itself and pings nobody', async () => {
    const shy = show.people.human(show.guildId, 'shy', { dmsClosed: true });
    await shy.say(here(), '', { name: 'quiet.mp3', bytes: await tone(350) });
    const seen = await shy.waitToSee(here(), /@shy[\s\S]*Your song is in/, PATIENCE);
    expect(seen.message.pings).toEqual({ everyone: false, roleIds: [], userIds: [] });
    // The other one is the upkeep's round.
    await clock.armed(30_000, 2);
    clock.push(30_000);
    await show.sandbox.discord.world.events.until(() => left().length === 1, PATIENCE);
  });
});

describe('without Manage Messages', () => {
  it('songs are taken all the same, and staff is told once', async () => {
    const { world } = show.sandbox.discord;
    const { id, permissions } = world.botRole(show.guildId);
    world.updateRole(id, { permissions: permissions & ~(Permission.MANAGE_MESSAGES | Permission.ADMINISTRATOR) });
    for (const _time of [1, 2, 3]) {
      await show.ben.say(here(), someLink());
      expect((await show.ben.nextDm(PATIENCE)).text).toMatch(/Your song is in/);
    }
    const alert = await show.nova.waitToSee(show.channels.debug, /Manage Messages/, PATIENCE);
    expect(alert.text).toMatch(/can't delete messages in #submissions/);
    expect(show.nova.sees(show.channels.debug).filter(({ text }) => text.includes('Manage Messages'))).toHaveLength(1);
    expect(left()).toHaveLength(4);
    world.updateRole(id, { permissions });
  });
});
