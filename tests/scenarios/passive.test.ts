import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rows } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, startShow, tone } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false, voice: false } });
  await show.setUp();
});
afterAll(() => show.stop());

const left = () => show.sandbox.discord.world.messages.in(show.channels.submissions.id);

describe('the submissions channel', () => {
  test('takes a pasted link: stored, deleted, told by DM, and it waits in the queue', async () => {
    const { ana, channels } = show;
    await ana.say(channels.submissions, `my new one ${someLink()}`);
    const dm = await ana.nextDm(PATIENCE);
    expect(dm.text).toContain('Your song is in');
    expect(left()).toEqual([]);
    const own = await ana.slash('mysubmissions');
    expect(own.text).toContain(publicId(dm.text));
    expect(own.text).toContain('Not Known');
  });

  test('takes an uploaded file after its message is gone, because the bytes are the bot’s', async () => {
    const { ben, channels } = show;
    await ben.say(channels.submissions, '', { name: 'Night Song.mp3', bytes: await tone(440) });
    const dm = await ben.nextDm({ timeoutMs: 30_000 });
    expect(dm.text).toContain('Your song is in');
    expect(dm.text).toContain('Night Song');
    expect(left()).toEqual([]);
  });

  test('refuses what is no song by its bytes, deletes it and says why', async () => {
    const { people, guildId, channels } = show;
    const cleo = people.human(guildId, 'cleo');
    await cleo.say(channels.submissions, '', { name: 'fake.mp3', bytes: new TextEncoder().encode('not a song') });
    expect((await cleo.nextDm({ timeoutMs: 30_000 })).text).toContain('not an MP3, WAV, M4A or FLAC');
    expect(left()).toEqual([]);
  });

  test('tells a member with closed DMs in the channel for a while', async () => {
    const { people, guildId, channels, nova } = show;
    const dora = people.human(guildId, 'dora', { dmsClosed: true });
    await dora.say(channels.submissions, someLink());
    const passing = await nova.waitToSee(channels.submissions, 'Your song is in', PATIENCE);
    expect(passing.text).toContain('@dora');
    expect(passing.message.pings.userIds).toEqual([]);
  });

  test('deletes conversation silently, and closing it closes this way in too', async () => {
    const { people, guildId, channels, nova } = show;
    const emil = people.human(guildId, 'emil');
    const { events } = show.sandbox.discord.world;
    const gone = events.waitFor('message-deleted', ({ message }) => message.content === 'hello there', PATIENCE);
    await emil.say(channels.submissions, 'hello there');
    await gone;
    expect(emil.dms()).toEqual([]);
    await (await nova.slash('closesubmissions')).final(PATIENCE);
    await emil.say(channels.submissions, someLink());
    expect((await emil.nextDm(PATIENCE)).text).toContain('closed right now');
    await (await nova.slash('opensubmissions')).final(PATIENCE);
  });
});

describe('what was pasted while the bot was away', () => {
  test('is taken when it is back, in its order, once, and talk of staff stays', async () => {
    const { people, guildId, channels, nova, sandbox } = show;
    const [fay, gus] = [people.human(guildId, 'fay'), people.human(guildId, 'gus')];
    const link = someLink();
    await show.restart(async () => {
      await fay.say(channels.submissions, `first ${link}`);
      await nova.say(channels.submissions, 'back in a minute, everybody');
      await gus.say(channels.submissions, someLink());
      await gus.say(channels.submissions, 'is anybody here?');
    });
    const [first, second] = await Promise.all([fay.nextDm(PATIENCE), gus.nextDm(PATIENCE)]);
    expect([first.text, second.text]).toEqual([
      expect.stringContaining('Your song is in'),
      expect.stringContaining('Your song is in'),
    ]);
    const { events } = sandbox.discord.world;
    await events.until(() => left().length === 1, PATIENCE);
    expect(left().map(({ content }) => content)).toEqual(['back in a minute, everybody']);
    const songs = await rows(
      show,
      'SELECT public_id FROM submission WHERE owner_id IN (?, ?) ORDER BY id',
      fay.id,
      gus.id,
    );
    expect(songs.map(({ public_id }) => public_id)).toEqual([publicId(first.text), publicId(second.text)]);
    await show.restart();
    await gus.say(channels.submissions, link);
    expect((await gus.nextDm(PATIENCE)).text).toContain('the limit is 1');
    expect([fay.dms().length, gus.dms().length]).toEqual([1, 2]);
  });

  test('is taken after a new session, too, whose events were never sent', async () => {
    const { people, guildId, channels, sandbox } = show;
    const hal = people.human(guildId, 'hal');
    const { gateway, world } = sandbox.discord;
    gateway.accepts = false;
    gateway.drop();
    await hal.say(channels.submissions, someLink());
    gateway.invalidate(false);
    gateway.accepts = true;
    expect((await hal.nextDm(PATIENCE)).text).toContain('Your song is in');
    await world.events.until(() => !left().some(({ authorId }) => authorId === hal.id), PATIENCE);
  });
});

test('a deleted channel is found out: panels, settings and one word to staff', async () => {
  const { channels, nova, sandbox } = show;
  sandbox.discord.world.deleteChannel(channels.queue.id);
  const told = await nova.waitToSee(channels.debug, 'was deleted', PATIENCE);
  expect(told.text).toContain('Live queue');
  const settings = await nova.slash('settings show', { key: 'channel.live-queue' });
  expect(settings.text).toContain('not set');
});
