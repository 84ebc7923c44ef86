import { PermissionFlagsBits as Bit } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { CHANNEL_PURPOSES, PURPOSE } from '../../src/discord/channel-purpose.ts';
import { PATIENCE } from './bot-stage.ts';
import { setupStage } from './setup-stage.ts';

const EVERYDAY = Bit.ViewChannel | Bit.SendMessages | Bit.ReadMessageHistory | Bit.AttachFiles | Bit.ManageMessages;

describe('a channel command', () => {
  test.each(CHANNEL_PURPOSES)('gives the channel its purpose and its panels: %s', async (purpose) => {
    const { nova, addChannel, settings, guild, panelsIn, world } = await setupStage({ botPermissions: EVERYDAY });
    const channel = addChannel('target');
    const seen = await (await nova.slash(PURPOSE[purpose].command.name, { channel })).final(PATIENCE);
    expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('✅') });
    expect((await settings.all(guild.id))[PURPOSE[purpose].setting]).toBe(channel.id);
    expect(panelsIn(channel.id)).toEqual(PURPOSE[purpose].panels);
    expect(world.messages.in(channel.id)).toHaveLength(PURPOSE[purpose].panels.length);
  });

  test('without an option means the channel it is used in', async () => {
    const { nova, channel, settings, guild } = await setupStage();
    await (await nova.slash('setdebugchannel')).final(PATIENCE);
    expect((await settings.all(guild.id))['channel.debug']).toBe(channel.id);
  });

  test('names every missing permission, and changes nothing', async () => {
    const { nova, addChannel, settings, guild, world, panelsIn } = await setupStage({
      botPermissions: Bit.ViewChannel | Bit.ReadMessageHistory,
    });
    const channel = addChannel('target');
    world.updateRole(guild.id, { permissions: Bit.ViewChannel });
    const seen = await (await nova.slash('setup-reviewer-channel', { channel })).final(PATIENCE);
    for (const name of ['Send Messages', 'Attach Files']) expect(seen.text).toContain(name);
    expect(seen.text).not.toContain('Read Message History');
    expect((await settings.all(guild.id))['channel.reviewer']).toBeNull();
    expect(panelsIn(channel.id)).toEqual([]);
  });

  test('tells a hidden channel from one that is missing a permission', async () => {
    const { nova, addChannel, guild, world } = await setupStage({ botPermissions: EVERYDAY });
    const channel = addChannel('target');
    world.setOverwrite(channel.id, { id: guild.id, type: 0, allow: 0n, deny: Bit.ViewChannel });
    const seen = await (await nova.slash('setup-live-queue', { channel })).final(PATIENCE);
    expect(seen.text).toContain("I can't see");
  });

  test('moves the panels when the channel changes, and leaves nothing behind', async () => {
    const { nova, addChannel, world, keeper } = await setupStage();
    const [first, second] = [addChannel('first'), addChannel('second')];
    await (await nova.slash('setup-reviewer-channel', { channel: first })).final(PATIENCE);
    await (await nova.slash('setup-reviewer-channel', { channel: second })).final(PATIENCE);
    await keeper.idle();
    expect(world.messages.in(first.id)).toEqual([]);
    expect(world.messages.in(second.id)).toHaveLength(3);
  });

  test('used twice for one channel leaves one of each', async () => {
    const { nova, addChannel, world } = await setupStage();
    const channel = addChannel('target');
    for (let time = 0; time < 2; time += 1) await (await nova.slash('setup-live-queue', { channel })).final(PATIENCE);
    expect(world.messages.in(channel.id)).toHaveLength(1);
  });

  test('is for admins only', async () => {
    const { people, guild } = await setupStage();
    const ana = people.human(guild, 'ana');
    expect((await ana.slash('setdebugchannel')).text).toContain('Manage Server');
  });

  test('says that pasted songs are not taken when the bot may not read messages', async () => {
    const { nova } = await setupStage({ messageContent: false });
    const seen = await (await nova.slash('set-submission-channel')).final(PATIENCE);
    expect(seen.text).toContain('without the Message Content intent');
  });
});

describe('/setup', () => {
  test('goes step by step with menus, saves each choice, and ends with a check', async () => {
    const { nova, addChannel, settings, guild, world, panelsIn } = await setupStage();
    const role = world.addRole(guild.id, { name: 'Reviewers' });
    const review = addChannel('review');
    let page = await nova.slash('setup');
    expect(page).toMatchObject({ ephemeral: true });
    page = await (await nova.click(page, { label: 'Step by step' })).final(PATIENCE);
    expect(page.text).toContain('Step 1 of 9');
    page = await (await nova.select(page, { placeholder: 'Choose the reviewer role' }, role)).final(PATIENCE);
    expect(page.text).toContain('✅ Saved.');
    page = await (await nova.click(page, { label: 'Next' })).final(PATIENCE);
    page = await (await nova.select(page, { placeholder: /Reviewer channel/ }, review)).final(PATIENCE);
    expect(page.text).toContain('✅ Reviewer channel: #review');
    const all = await settings.all(guild.id);
    expect(all).toMatchObject({ 'role.reviewer': role.id, 'channel.reviewer': review.id });
    expect(panelsIn(review.id)).toHaveLength(3);
    for (let step = 0; step < 8; step += 1) page = await (await nova.click(page, { label: 'Next' })).final(PATIENCE);
    expect(page.text).toContain('🩺 Check');
    expect(page.text).toContain('What is not set stays off');
    page = await (await nova.click(page, { label: 'Finish' })).final(PATIENCE);
    expect(page.text).toContain('All set');
    expect(page.text).toMatch(/Not set, and so off: Live queue, [\s\S]*Debug channel/);
  });

  test('does not end with "All set" while reviewers can not see their channel', async () => {
    const { nova, addChannel, settings, guild, world } = await setupStage();
    const role = world.addRole(guild.id, { name: 'Reviewers' });
    const hidden = addChannel('hidden');
    world.setOverwrite(hidden.id, { id: guild.id, type: 0, allow: 0n, deny: Bit.ViewChannel });
    settings.put(guild.id, { 'role.reviewer': role.id, 'channel.reviewer': hidden.id });
    const start = await nova.slash('setup');
    const done = await (await nova.clickRaw(start, 'v1:setup.finish')).final(PATIENCE);
    expect(done.text).not.toContain('All set');
    expect(done.text).toContain("can't see #hidden");
    // Nothing has to be opened that is open.
    expect(done.text).toContain('Songs are taken already');
  });

  test('goes on where it was left, also with the buttons of before', async () => {
    const { nova, progress, guild } = await setupStage();
    const old = await (await nova.click(await nova.slash('setup'), { label: 'Step by step' })).final(PATIENCE);
    expect(progress.get(guild.id)).toBe('{"step":"role"}');
    expect((await nova.slash('setup')).text).toContain('Reviewer role');
    expect((await (await nova.click(old, { label: 'Next' })).final(PATIENCE)).text).toContain('Step 2 of 9');
    progress.set(guild.id, '{"step":"a step of another release"}');
    expect((await nova.slash('setup')).text).toContain('🔧 Setup');
  });

  test('makes all channels that are missing, staff ones hidden, and only once', async () => {
    const { nova, settings, guild, world, people, channelNamed } = await setupStage();
    const ana = people.human(guild, 'ana');
    const role = world.addRole(guild.id, { name: 'Reviewers' });
    const rex = people.human(guild, 'rex', { roles: [role.id] });
    settings.put(guild.id, { 'role.reviewer': role.id });
    const before = world.channelsOf(guild.id).length;
    const start = await nova.slash('setup');
    const seen = await (await nova.click(start, { label: 'Create the channels for me' })).final(PATIENCE);
    expect(seen.text).toContain('✨ Made');
    expect(world.channelsOf(guild.id)).toHaveLength(before + 1 + CHANNEL_PURPOSES.length);
    const all = await settings.all(guild.id);
    for (const purpose of CHANNEL_PURPOSES) {
      const made = channelNamed(PURPOSE[purpose].made.name);
      expect(all[PURPOSE[purpose].setting]).toBe(made?.id);
      expect(made?.parentId).toBe(channelNamed('Skipline')?.id);
      const [anaMay, rexMay] = [ana, rex].map(({ id }) => world.permissionsIn(id, made?.id ?? ''));
      expect((anaMay ?? 0n) & Bit.ViewChannel).toBe(PURPOSE[purpose].made.for === 'staff' ? 0n : Bit.ViewChannel);
      expect((rexMay ?? 0n) & Bit.ViewChannel).toBe(Bit.ViewChannel);
      expect((anaMay ?? 0n) & Bit.SendMessages).toBe(PURPOSE[purpose].made.for === 'everybody' ? Bit.SendMessages : 0n);
    }
    await (await nova.clickRaw(start, 'v1:setup.create:all')).final(PATIENCE);
    expect(world.channelsOf(guild.id)).toHaveLength(before + 1 + CHANNEL_PURPOSES.length);
  });

  test('asks for the reviewer role before it makes channels that only this role shall see', async () => {
    const { nova, guild, world, people, channelNamed } = await setupStage();
    const role = world.addRole(guild.id, { name: 'Reviewers' });
    const rex = people.human(guild, 'rex', { roles: [role.id] });
    let page = await nova.slash('setup');
    const before = world.channelsOf(guild.id).length;
    page = await (await nova.click(page, { label: 'Create the channels for me' })).final(PATIENCE);
    expect(page.text).toContain('First the role of your reviewers');
    expect(world.channelsOf(guild.id)).toHaveLength(before);
    page = await (await nova.select(page, { placeholder: 'Choose the reviewer role' }, role)).final(PATIENCE);
    page = await (await nova.click(page, { label: 'Create the channels for me' })).final(PATIENCE);
    expect(page.text).toMatch(/✨ Made[\s\S]*🩺 Check/);
    expect(page.text).not.toContain('⚠️');
    expect(rex.sees(channelNamed('reviewer') ?? '')).toHaveLength(3);
  });

  test('shows the channels for staff to an admin, who made them with nothing but Manage Server, too', async () => {
    const { guild, people, channelNamed } = await setupStage();
    const mia = people.human(guild, 'mia', { permissions: ['MANAGE_GUILD'] });
    await (await mia.clickRaw(await mia.slash('setup'), 'v1:setup.create:now')).final(PATIENCE);
    expect(mia.sees(channelNamed('reviewer') ?? '')).toHaveLength(3);
    expect(people.human(guild, 'ben').sees(channelNamed('reviewer') ?? '')).toEqual([]);
  });

  test('a reviewer role that cannot see the reviewer channel is named, by /selfheal too', async () => {
    const { nova, guild, world } = await setupStage();
    const role = world.addRole(guild.id, { name: 'Reviewers' });
    const page = await (await nova.clickRaw(await nova.slash('setup'), 'v1:setup.create:now')).final(PATIENCE);
    const chosen = await (await nova.clickRaw(page, 'v1:setup.step:role')).final(PATIENCE);
    const saved = await (await nova.select(chosen, { placeholder: 'Choose the reviewer role' }, role)).final(PATIENCE);
    expect(saved.text).toMatch(/⚠️ Reviewer role: @Reviewers[\s\S]*can't see #reviewer/);
    const check = await (await nova.clickRaw(saved, 'v1:setup.step:check')).final(PATIENCE);
    expect(check.text).toContain('Something needs you');
    expect((await (await nova.slash('selfheal')).final(PATIENCE)).text).toContain("can't see #reviewer");
  });

  test('a double click on "create" makes everything once', async () => {
    const { nova, world, guild } = await setupStage();
    const start = await nova.slash('setup');
    const before = world.channelsOf(guild.id).length;
    const clicks = [0, 1].map(async () => (await nova.clickRaw(start, 'v1:setup.create:now')).final(PATIENCE));
    await Promise.all(clicks);
    expect(world.channelsOf(guild.id)).toHaveLength(before + 1 + CHANNEL_PURPOSES.length);
  });

  test('names what it may not do before it makes anything', async () => {
    const { nova, world, guild } = await setupStage({ botPermissions: EVERYDAY });
    const before = world.channelsOf(guild.id).length;
    const seen = await nova.clickRaw(await nova.slash('setup'), 'v1:setup.create:now');
    expect(seen).toMatchObject({ ephemeral: true, text: expect.stringContaining('Manage Channels') });
    expect(world.channelsOf(guild.id)).toHaveLength(before);
  });

  test('a full server is told so, and what was made before that stays', async () => {
    const { nova, discord, settings, guild } = await setupStage();
    let made = 0;
    discord.faults.rest({
      method: 'POST',
      match: (_method, path) => path.endsWith('/channels') && ++made > 3,
      status: 400,
      body: { code: 30_013, message: 'Maximum number of guild channels reached (500)' },
    });
    const seen = await (await nova.clickRaw(await nova.slash('setup'), 'v1:setup.create:now')).final(PATIENCE);
    expect(seen.text).toContain('no room for more channels');
    const all = await settings.all(guild.id);
    expect(CHANNEL_PURPOSES.filter((purpose) => all[PURPOSE[purpose].setting] !== null)).toHaveLength(2);
  });

  test('a channel that was deleted between menu and click is refused, and nothing changes', async () => {
    const { nova, addChannel, world, settings, guild, client } = await setupStage();
    const channel = addChannel('short-lived');
    const page = await (await nova.clickRaw(await nova.slash('setup'), 'v1:setup.step:debug')).final(PATIENCE);
    const selecting = nova.select(page, { placeholder: /Debug/ }, channel, { deliverAfterMs: 1_000 });
    const gone = new Promise((resolve) => client.once('channelDelete', resolve));
    world.deleteChannel(channel.id);
    await gone;
    world.advance(1_000);
    const seen = await selecting;
    expect(seen.text).toContain('does not exist any more');
    expect((await settings.all(guild.id))['channel.debug']).toBeNull();
  });

  test('@everyone can not become the reviewer role', async () => {
    const { nova, guild, settings } = await setupStage();
    const page = await (await nova.click(await nova.slash('setup'), { label: 'Step by step' })).final(PATIENCE);
    const seen = await nova.select(page, { placeholder: 'Choose the reviewer role' }, guild.id, { force: true });
    expect(seen.text).toContain('everyone would run the show');
    expect((await settings.all(guild.id))['role.reviewer']).toBeNull();
  });

  test('the test message comes where staff reads, and goes in a minute', async () => {
    const { nova, addChannel, settings, guild, world, clock } = await setupStage();
    const debug = addChannel('debug');
    settings.put(guild.id, { 'channel.debug': debug.id });
    const page = await (await nova.click(await nova.slash('setup'), { label: 'Check' })).final(PATIENCE);
    const seen = await (await nova.click(page, { label: 'Send a test message' })).final(PATIENCE);
    expect(seen.text).toContain('The test message stands in #debug');
    expect(nova.sees(debug)[0]?.text).toContain('test message of /setup');
    const gone = world.events.waitFor('message-deleted', ({ message }) => message.channelId === debug.id, PATIENCE);
    clock.pass(60_000);
    await gone;
  });

  test.each(['v1:setup.step:nowhere', 'v1:setup.channel:moon', 'v1:setup.channel:debug', 'v1:setup.role'])(
    'a forged click (%s) is refused',
    async (customId) => {
      const { nova } = await setupStage();
      expect((await nova.clickRaw(await nova.slash('setup'), customId)).text).toContain('older version');
    },
  );

  test('is for admins only, also its buttons', async () => {
    const { nova, people, guild, channel, world } = await setupStage();
    const ana = people.human(guild, 'ana');
    expect((await ana.slash('setup')).text).toContain('Manage Server');
    await nova.slash('setup');
    const bait = world.messages.post({ channelId: channel.id, authorId: world.bot.id, content: 'bait' });
    const seen = await ana.clickRaw(bait, 'v1:setup.create:all');
    expect(seen.text).toContain('Manage Server');
  });
});

describe('/selfheal', () => {
  test('says that all is well without an edit', async () => {
    const { nova, addChannel, world } = await setupStage();
    const channel = addChannel('queue');
    await (await nova.slash('setup-live-queue', { channel })).final(PATIENCE);
    const mark = world.events.mark();
    const seen = await (await nova.slash('selfheal')).final(PATIENCE);
    expect(seen.text).toContain('Live queue in #queue: ✅ fine');
    expect(
      world.events.history('message-edited', mark).filter(({ message }) => message.channelId === channel.id),
    ).toEqual([]);
  });

  test('names a channel that cannot hold the panel that is missing there', async () => {
    const { nova, settings, guild } = await setupStage();
    settings.put(guild.id, { 'channel.portal': '100000000000000009' });
    const seen = await (await nova.slash('selfheal')).final(PATIENCE);
    expect(seen.text).toMatch(/Submission portal: ⚠️ That channel does not exist any more/);
  });

  test('puts back what is missing and names what it can not mend', async () => {
    const { nova, addChannel, settings, guild, world, book, keeper } = await setupStage({ botPermissions: EVERYDAY });
    const [queue, drop] = [addChannel('queue'), addChannel('song-drop')];
    await (await nova.slash('setup-live-queue', { channel: queue })).final(PATIENCE);
    settings.put(guild.id, { 'channel.submissions': drop.id, 'channel.portal': queue.id, 'role.reviewer': '1' });
    world.setOverwrite(drop.id, { id: world.bot.id, type: 1, allow: 0n, deny: Bit.ManageMessages });
    await expect.poll(() => keeper.kindOf(book.get(`${guild.id}:live-queue`)?.messageId ?? '')).toBe('live-queue');
    world.messages.delete(queue.id, world.messages.in(queue.id)[0]?.id ?? '');
    const seen = await (await nova.slash('selfheal')).final(PATIENCE);
    expect(seen.text).toContain('Live queue in #queue: 🔧');
    expect(seen.text).toContain('Submission portal in #queue: 🔧');
    expect(seen.text).toContain('Manage Messages');
    expect(seen.text).toContain('reviewer role does not exist any more');
    expect(world.messages.in(queue.id)).toHaveLength(2);
  });
});
