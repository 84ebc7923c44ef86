import { describe, expect, onTestFinished, test } from 'vitest';
import { Announcer } from '../../src/discord/announcer.ts';
import { textCard } from '../../src/discord/cards/card.ts';
import { sessionMark } from '../../src/discord/cards/metrics-card.ts';
import type { Notice, NoticeTarget } from '../../src/domain/notice.ts';
import { botStage, PATIENCE } from './bot-stage.ts';
import { link, song } from './cards/worst-case.ts';
import { HeldClock } from './held-clock.ts';

const ON_AIR: Notice = { kind: 'on-air', publicId: '4F7K', title: 'Song' };
const DEBUG: NoticeTarget = { kind: 'channel', setting: 'channel.debug' };
const member = (userId: string): NoticeTarget => ({ kind: 'member', userId });

async function stage(options: { readonly loggedIn?: boolean } = {}) {
  const bot = await botStage();
  const clock = new HeldClock();
  const announcer = new Announcer({
    client: bot.client,
    settings: bot.settings,
    submissions: {
      find: async (_guildId, text) =>
        text === '4F7K'
          ? { ok: true, value: song('Song', { publicId: '4F7K', track: link('https://soundcloud.com/a/b') }) }
          : { ok: false, error: { code: 'no-such-song', asked: text } },
    },
    privacy: { export: async (guildId, userId) => ({ guildId, userId, songs: [] }) },
    sessionCard: async (_guildId, sessionId) =>
      sessionId === 7
        ? {
            ...textCard('brand', `the numbers${sessionMark(7)}of the show`),
            files: [{ name: 'show.csv', bytes: new TextEncoder().encode('a,b') }],
          }
        : null,
    clock,
    log: bot.log,
  });
  onTestFinished(() => announcer.stop());
  if (options.loggedIn !== false) await bot.logIn();
  return { ...bot, announcer, clock, ana: bot.people.human(bot.guild, 'ana') };
}

describe('a notice for a member', () => {
  test('comes by DM and names its server', async () => {
    const { announcer, ana, guild } = await stage();
    expect(await announcer.deliver(guild.id, member(ana.id), ON_AIR)).toBe('sent');
    const dm = await ana.nextDm(PATIENCE);
    expect(dm.text).toContain('#4F7K');
    expect(dm.text).toContain('Night Review');
  });

  test('whose DMs are closed stands in the submissions channel for half a minute and pings nobody', async () => {
    const { announcer, people, guild, settings, addChannel, clock, world, nova } = await stage();
    const ben = people.human(guild, 'ben', { dmsClosed: true });
    const drop = addChannel('song-drop');
    settings.put(guild.id, { 'channel.submissions': drop.id });
    expect(await announcer.deliver(guild.id, member(ben.id), ON_AIR)).toBe('sent');
    const [posted] = world.messages.in(drop.id);
    expect(nova.sees(drop)[0]?.text).toContain('#4F7K');
    expect(posted?.pings).toEqual({ everyone: false, userIds: [], roleIds: [] });
    const gone = world.events.waitFor('message-deleted', ({ message }) => message.id === posted?.id, PATIENCE);
    clock.pass(30_000);
    await gone;
  });

  test('is refused when DMs are closed and there is no such channel', async () => {
    const { announcer, people, guild } = await stage();
    const ben = people.human(guild, 'ben', { dmsClosed: true });
    expect(await announcer.deliver(guild.id, member(ben.id), ON_AIR)).toBe('refused');
  });

  test('is refused when the channel does not take it, or was deleted', async () => {
    const { announcer, people, guild, settings, addChannel, world } = await stage();
    const ben = people.human(guild, 'ben', { dmsClosed: true });
    const drop = addChannel('song-drop');
    settings.put(guild.id, { 'channel.submissions': drop.id });
    world.deleteChannel(drop.id);
    expect(await announcer.deliver(guild.id, member(ben.id), ON_AIR)).toBe('refused');
  });

  test('who left the server goes into no channel: nobody there would read it', async () => {
    const { announcer, people, guild, settings, addChannel, world } = await stage();
    const drop = addChannel('song-drop');
    settings.put(guild.id, { 'channel.submissions': drop.id });
    for (const dmsClosed of [true, false]) {
      const ben = people.human(guild, `ben-${dmsClosed}`, { dmsClosed });
      world.removeMember(guild.id, ben.id);
      expect(await announcer.deliver(guild.id, member(ben.id), ON_AIR)).toBe('refused');
    }
    expect(world.messages.in(drop.id)).toEqual([]);
  });

  test('waits when Discord does not say whether they are still there', async () => {
    const { announcer, people, guild, settings, addChannel, discord } = await stage();
    const ben = people.human(guild, 'ben', { dmsClosed: true });
    settings.put(guild.id, { 'channel.submissions': addChannel('song-drop').id });
    discord.faults.rest({ match: `/members/${ben.id}`, status: 503 });
    expect(await announcer.deliver(guild.id, member(ben.id), ON_AIR)).toBe('retry');
  });

  test('with personal data never goes into a channel', async () => {
    const { announcer, people, guild, settings, addChannel, world } = await stage();
    const ben = people.human(guild, 'ben', { dmsClosed: true });
    const drop = addChannel('song-drop');
    settings.put(guild.id, { 'channel.submissions': drop.id });
    expect(await announcer.deliver(guild.id, member(ben.id), { kind: 'data-export', userId: ben.id })).toBe('refused');
    expect(world.messages.in(drop.id)).toEqual([]);
  });

  test('with personal data comes as a file', async () => {
    const { announcer, ana, guild } = await stage();
    expect(await announcer.deliver(guild.id, member(ana.id), { kind: 'data-export', userId: ana.id })).toBe('sent');
    const [file] = (await ana.nextDm(PATIENCE)).files;
    expect(file?.name).toBe('skipline-data.json');
    expect(JSON.parse(new TextDecoder().decode(file?.bytes()))).toEqual({
      guildId: guild.id,
      userId: ana.id,
      songs: [],
    });
  });

  test.each([
    ['a server error', { status: 503 }],
    ['a dropped connection', { abort: 'before' }],
    ['DMs opened too fast', { status: 400, body: { code: 40_003, message: 'too fast' } }],
  ] as const)('is tried again after %s', async (_what, fault) => {
    const { announcer, ana, guild, discord } = await stage();
    const mend = discord.faults.rest({ match: '/users/@me/channels', ...fault });
    expect(await announcer.deliver(guild.id, member(ana.id), ON_AIR)).toBe('retry');
    mend();
    expect(await announcer.deliver(guild.id, member(ana.id), ON_AIR)).toBe('sent');
  });

  test('waits while the bot is not connected', async () => {
    const { announcer, ana, guild } = await stage({ loggedIn: false });
    expect(await announcer.deliver(guild.id, member(ana.id), ON_AIR)).toBe('retry');
  });

  test('about somebody who is gone from Discord is refused', async () => {
    const { announcer, guild, discord } = await stage();
    discord.faults.rest({ match: '/users/@me/channels', status: 404, body: { code: 10_013, message: 'Unknown User' } });
    expect(await announcer.deliver(guild.id, member('100000000000000009'), ON_AIR)).toBe('refused');
  });
});

describe('a notice for a channel', () => {
  test('goes where the setting says now', async () => {
    const { announcer, guild, settings, addChannel, nova } = await stage();
    const [first, second] = [addChannel('first'), addChannel('second')];
    const notice: Notice = { kind: 'live-connected', host: 'nova', roomId: '7000', sessionId: 3 };
    settings.put(guild.id, { 'channel.debug': first.id });
    expect(await announcer.deliver(guild.id, DEBUG, notice)).toBe('sent');
    settings.put(guild.id, { 'channel.debug': second.id });
    expect(await announcer.deliver(guild.id, DEBUG, notice)).toBe('sent');
    expect(nova.sees(first)).toHaveLength(1);
    expect(nova.sees(second)).toHaveLength(1);
  });

  test('brings the numbers of a show with their files', async () => {
    const { announcer, guild, settings, addChannel, nova } = await stage();
    const numbers = addChannel('numbers');
    settings.put(guild.id, { 'channel.metrics': numbers.id });
    const target: NoticeTarget = { kind: 'channel', setting: 'channel.metrics' };
    expect(await announcer.deliver(guild.id, target, { kind: 'metrics', sessionId: 7 })).toBe('sent');
    expect(await announcer.deliver(guild.id, target, { kind: 'metrics', sessionId: 8 })).toBe('refused');
    const [posted] = nova.sees(numbers);
    expect(posted?.text).toContain('the numbers');
    expect(posted?.files.map(({ name }) => name)).toEqual(['show.csv']);
  });

  test('brings the numbers of a show once, however often it is unsure whether they came', async () => {
    const { announcer, guild, settings, addChannel, nova, discord, world } = await stage();
    const numbers = addChannel('numbers');
    settings.put(guild.id, { 'channel.metrics': numbers.id });
    const target: NoticeTarget = { kind: 'channel', setting: 'channel.metrics' };
    const again = (since: number) =>
      announcer.deliver(guild.id, target, { kind: 'metrics', sessionId: 7 }, 'n1', since);
    const began = world.now();
    expect(await again(began)).toBe('sent');
    expect(nova.sees(numbers)).toHaveLength(1);
    // Long after Discord forgot by which name it came.
    world.advance(3_600_000);
    expect(await again(began)).toBe('sent');
    expect(nova.sees(numbers)).toHaveLength(1);
    discord.faults.rest({ match: `/channels/${numbers.id}/messages`, method: 'GET', status: 500 });
    expect(await again(began)).toBe('retry');
    expect(nova.sees(numbers)).toHaveLength(1);
  });

  test('brings a bookmarked song with the way to it', async () => {
    const { announcer, guild, settings, addChannel, nova } = await stage();
    const marks = addChannel('bookmarks');
    settings.put(guild.id, { 'channel.bookmarks': marks.id });
    const target: NoticeTarget = { kind: 'channel', setting: 'channel.bookmarks' };
    expect(await announcer.deliver(guild.id, target, { kind: 'bookmark', publicId: '4F7K', by: nova.id })).toBe('sent');
    expect(await announcer.deliver(guild.id, target, { kind: 'bookmark', publicId: '9999', by: nova.id })).toBe(
      'refused',
    );
    const [posted] = nova.sees(marks);
    expect(posted?.text).toContain('#4F7K');
    expect(JSON.stringify(posted?.message.components)).toContain('"url":"https://soundcloud.com/a/b"');
  });

  test('for staff goes to the reviewer channel when there is no debug channel, to the owner when there is neither, else into the log', async () => {
    const { announcer, guild, settings, addChannel, nova, lines, world } = await stage();
    const alert: Notice = { kind: 'staff-alert', text: 'A permission is missing.' };
    expect(await announcer.deliver(guild.id, DEBUG, alert)).toBe('sent');
    expect((await nova.nextDm(PATIENCE)).text).toMatch(/A permission is missing\.[\s\S]*Night Review/);
    world.updateUser(nova.id, { dmsClosed: true });
    expect(await announcer.deliver(guild.id, DEBUG, alert)).toBe('refused');
    expect(lines.some(({ level, facts }) => level === 'warn' && JSON.stringify(facts).includes(alert.text))).toBe(true);
    const review = addChannel('review');
    settings.put(guild.id, { 'channel.reviewer': review.id });
    expect(await announcer.deliver(guild.id, DEBUG, alert)).toBe('sent');
    expect(nova.sees(review)[0]?.text).toContain(alert.text);
  });

  test.each([
    ['the numbers of a show', 'channel.metrics', { kind: 'metrics', sessionId: 7 }, /numbers of the show.*#wanted/],
    ['a bookmarked song', 'channel.bookmarks', { kind: 'bookmark', publicId: '4F7K', by: '1' }, /`?#4F7K.*#wanted/],
  ] as const)(
    'with %s that its channel does not take is told to staff, who may look there in vain',
    async (_what, setting, notice, told) => {
      const { announcer, guild, settings, addChannel, nova, world, client } = await stage();
      const target: NoticeTarget = { kind: 'channel', setting };
      expect(await announcer.deliver(guild.id, target, notice)).toBe('refused');
      expect(nova.dms()).toEqual([]);
      const wanted = addChannel('wanted');
      const debug = addChannel('debug');
      settings.put(guild.id, { [setting]: wanted.id, 'channel.debug': debug.id });
      world.updateRole(world.botRole(guild.id).id, { permissions: 0n });
      const shut = new Promise((resolve) => client.once('channelUpdate', resolve));
      world.setOverwrite(wanted.id, { id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
      await shut;
      expect(await announcer.deliver(guild.id, target, notice)).toBe('refused');
      expect(nova.sees(debug).map(({ text }) => text)).toEqual([expect.stringMatching(told)]);
    },
  );

  test('for staff goes past a channel that the bot may not write in: to the next one, to the owner in the end', async () => {
    const { announcer, guild, settings, addChannel, nova, world, client } = await stage();
    const [debug, review] = [addChannel('debug'), addChannel('review')];
    settings.put(guild.id, { 'channel.debug': debug.id, 'channel.reviewer': review.id });
    world.updateRole(world.botRole(guild.id).id, { permissions: 0n });
    const shut = async (id: string) => {
      const told = new Promise((resolve) => client.once('channelUpdate', resolve));
      world.setOverwrite(id, { id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
      await told;
    };
    await shut(debug.id);
    expect(await announcer.deliver(guild.id, DEBUG, { kind: 'staff-alert', text: 'Debug is shut.' })).toBe('sent');
    expect(nova.sees(review).map(({ text }) => text)).toEqual([expect.stringContaining('Debug is shut.')]);
    await shut(review.id);
    expect(await announcer.deliver(guild.id, DEBUG, { kind: 'staff-alert', text: 'Both are shut.' })).toBe('sent');
    expect((await nova.nextDm(PATIENCE)).text).toContain('Both are shut.');
  });

  test('is refused where the bot may not write, and tried again when Discord is down', async () => {
    const { announcer, guild, settings, addChannel, world, discord, client } = await stage();
    const debug = addChannel('debug');
    settings.put(guild.id, { 'channel.debug': debug.id });
    const notice: Notice = { kind: 'live-connected', host: 'nova', roomId: '7', sessionId: 1 };
    const mend = discord.faults.rest({ method: 'POST', match: '/messages', status: 500 });
    expect(await announcer.deliver(guild.id, DEBUG, notice)).toBe('retry');
    mend();
    const told = new Promise((resolve) => client.once('channelUpdate', resolve));
    world.updateRole(world.botRole(guild.id).id, { permissions: 0n });
    world.setOverwrite(debug.id, { id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    await told;
    expect(await announcer.deliver(guild.id, DEBUG, notice)).toBe('refused');
  });
});

test('stopping takes short-lived messages away at once', async () => {
  const { announcer, people, guild, settings, addChannel, world } = await stage();
  const ben = people.human(guild, 'ben', { dmsClosed: true });
  const drop = addChannel('song-drop');
  settings.put(guild.id, { 'channel.submissions': drop.id });
  await announcer.deliver(guild.id, member(ben.id), ON_AIR);
  await announcer.stop();
  expect(world.messages.in(drop.id)).toEqual([]);
});

test('a private card is refused when DMs are closed', async () => {
  const { announcer, people, guild, ana } = await stage();
  const ben = people.human(guild, 'ben', { dmsClosed: true });
  expect(await announcer.dm(ben.id, textCard('good', 'hello'))).toBe('refused');
  expect(await announcer.dm(ana.id, textCard('good', 'hello'))).toBe('sent');
});
