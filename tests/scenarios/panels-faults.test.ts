import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EVERYONE_DEFAULT, Permission } from '../../sandbox/discord/permissions.ts';
import { ask, rows, set, startDesk } from './desk.ts';
import { journalOf } from './panel-journal.ts';
import { PATIENCE, panel, type Show, submitFree } from './show.ts';

/** What the bot may do when it is no administrator. */
const EVERYDAY =
  Permission.VIEW_CHANNEL |
  Permission.SEND_MESSAGES |
  Permission.READ_MESSAGE_HISTORY |
  Permission.ATTACH_FILES |
  Permission.MANAGE_MESSAGES;

let show: Show;
beforeAll(async () => {
  show = await startDesk();
  const { world } = show.sandbox.discord;
  world.updateRole(world.botRole(show.guildId).id, { permissions: EVERYDAY });
  await show.setUp();
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());

const world = () => show.sandbox.discord.world;
const setting = async (key: string) =>
  (await rows(show, 'SELECT value FROM setting WHERE guild_id = ? AND key = ?', show.guildId, key))[0]?.value ?? null;
const alerts = (pattern: RegExp) => show.nova.sees(show.channels.debug).filter(({ text }) => pattern.test(text));
const alert = (pattern: RegExp) => show.nova.waitToSee(show.channels.debug, pattern, PATIENCE);
const deny = (channel: { readonly id: string }, permission: bigint) =>
  world().setOverwrite(channel.id, { id: world().botRole(show.guildId).id, type: 0, allow: 0n, deny: permission });
/** The panel again, as another message than before. */
const standsAgain = (channel: { readonly id: string }, heading: string, not: string | undefined) =>
  world().events.until(
    () => show.nova.sees(channel).find(({ text, message }) => text.includes(heading) && message.id !== not),
    { ...PATIENCE, what: `${heading} did not come back` },
  );

describe('a panel whose message is deleted', () => {
  it('comes back in its channel, once, and its buttons work', async () => {
    const before = await panel(show.nova, show.channels.review, 'Reviewer queue');
    const journal = journalOf(show);
    world().messages.delete(show.channels.review.id, before.message.id);
    const after = await standsAgain(show.channels.review, 'Reviewer queue', before.message.id);
    await submitFree(show.ana, 'After The Loss');
    await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*After The Loss/, PATIENCE);
    expect(journal.posts(show.channels.review)).toHaveLength(1);
    const clicked = await show.nova.click(after, { label: 'Next' });
    expect(clicked.text).toMatch(/On air: .*After The Loss/);
  });

  it('comes back with all the others when they go at once', async () => {
    const ids = show.nova.sees(show.channels.review).map(({ message }) => message.id);
    expect(ids).toHaveLength(3);
    world().messages.bulkDelete(show.channels.review.id, ids);
    for (const heading of ['Control room', 'Reviewer queue', 'Pending skips'])
      await panel(show.nova, show.channels.review, heading);
    expect(show.nova.sees(show.channels.review)).toHaveLength(3);
  });

  it('is found by /selfheal when nobody told, which says so and is quiet when all is well', async () => {
    const live = await panel(show.nova, show.channels.queue, 'Live queue');
    show.sandbox.discord.gateway.drop();
    world().messages.delete(show.channels.queue.id, live.message.id);
    await standsAgain(show.channels.queue, 'Live queue', live.message.id);
    expect((await ask(show.nova, 'selfheal')).text).toMatch(/Live queue in #live-queue: (✅ fine|🔧 was missing)/);
    const journal = journalOf(show);
    expect((await ask(show.nova, 'selfheal')).text).toMatch(/Live queue in #live-queue: ✅ fine/);
    expect(journal.edits()).toEqual([]);
    expect(journal.posts()).toEqual([]);
    expect(show.nova.sees(show.channels.queue)).toHaveLength(1);
  });
});

describe('a lost permission', () => {
  it('is named once, is not asked for again and again, and the panels return when it is granted', async () => {
    deny(show.channels.review, Permission.SEND_MESSAGES);
    const journal = journalOf(show);
    await submitFree(show.ana, 'Unwritten One');
    expect((await alert(/can't be shown/)).text).toMatch(
      /Control room, Reviewer queue, Pending skips panels in #review-desk[\s\S]*Send Messages/,
    );
    await submitFree(show.ben, 'Unwritten Two');
    await show.nova.waitToSee(show.channels.queue, /Unwritten Two/, PATIENCE);
    expect(alerts(/can't be shown/)).toHaveLength(1);
    expect(journal.edits(show.channels.review)).toEqual([]);
    expect(journal.refused()).toEqual([]);
    deny(show.channels.review, 0n);
    await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Unwritten Two/, PATIENCE);
    await show.nova.waitToSee(show.channels.review, /Control room[\s\S]*Free 2/, PATIENCE);
  });

  it('that comes from a role is the same', async () => {
    const role = world().botRole(show.guildId);
    world().updateRole(show.guildId, { permissions: EVERYONE_DEFAULT & ~Permission.READ_MESSAGE_HISTORY });
    world().updateRole(role.id, { permissions: EVERYDAY & ~Permission.READ_MESSAGE_HISTORY });
    await submitFree(show.ana, 'Rolled One');
    await world().events.until(() => alerts(/can't be shown[\s\S]*Read Message History/).length === 2, PATIENCE);
    world().updateRole(role.id, { permissions: EVERYDAY });
    await show.nova.waitToSee(show.channels.queue, /Live queue[\s\S]*Rolled One/, PATIENCE);
    await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Rolled One/, PATIENCE);
  });
});

describe('a hidden channel', () => {
  it('is not a deleted one: nothing is cleared, and its panel goes on when it is seen again', async () => {
    const before = await panel(show.nova, show.channels.queue, 'Live queue');
    deny(show.channels.queue, Permission.VIEW_CHANNEL);
    await submitFree(show.ana, 'Behind The Curtain');
    expect((await alert(/Live queue panel in #live-queue[\s\S]*View Channel/)).text).toContain('returns by itself');
    expect(await setting('channel.live-queue')).toContain(show.channels.queue.id);
    const healed = await ask(show.nova, 'selfheal');
    expect(healed.text).toMatch(/Live queue in #live-queue: ⚠️ I'm missing View Channel/);
    await show.restart();
    show.sandbox.discord.limits.enabled = false;
    expect(await setting('channel.live-queue')).toContain(show.channels.queue.id);
    deny(show.channels.queue, 0n);
    const after = await show.nova.waitToSee(show.channels.queue, /Behind The Curtain/, PATIENCE);
    expect(after.message.id).toBe(before.message.id);
  });
});

describe('a deleted channel', () => {
  it('clears its setting and tells staff once, and another channel is taken', async () => {
    world().deleteChannel(show.channels.playing.id);
    expect((await alert(/channel of the Now playing panel was deleted/)).text).toContain('/setup');
    expect(await setting('channel.now-playing')).toBeNull();
    await ask(show.nova, 'selfheal');
    await submitFree(show.ana, 'Still On');
    await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*Still On/, PATIENCE);
    expect(alerts(/was deleted/)).toHaveLength(1);
    const other = world().addChannel(show.guildId, { name: 'now-playing-too' });
    await ask(show.nova, 'setnowplayingchannel', { channel: other });
    await panel(show.nova, other, 'Now playing');
  });

  it('that was deleted while the bot was away is the same', async () => {
    const { world: away } = show.sandbox.discord;
    const seen = alerts(/was deleted/).length;
    await show.restart(() => away.deleteChannel(show.channels.queue.id));
    await world().events.until(() => alerts(/channel of the Live queue panel was deleted/).length === 1, PATIENCE);
    expect(alerts(/was deleted/)).toHaveLength(seen + 1);
    expect(await setting('channel.live-queue')).toBeNull();
  });

  it('of the reviewers, when no debug channel is set, is told to the owner', async () => {
    await ask(show.nova, 'settings reset', { key: 'channel.debug' });
    world().deleteChannel(show.channels.review.id);
    const told = () => show.nova.dms().find(({ text }) => /Control room.*was deleted[\s\S]*Night Review/.test(text));
    await world().events.until(told, PATIENCE);
  });
});
