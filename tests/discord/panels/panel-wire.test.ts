import { PermissionFlagsBits as Bit } from 'discord.js';
import { describe, expect, test } from 'vitest';
import { textCard } from '../../../src/discord/cards/card.ts';
import { reviewerQueueCard } from '../../../src/discord/cards/queue-card.ts';
import { createPanelWire } from '../../../src/discord/panels/panel-wire.ts';
import { systemClock } from '../../../src/lib/system-clock.ts';
import { botStage } from '../bot-stage.ts';
import { queuePage } from '../cards/worst-case.ts';

const EVERYDAY = Bit.ViewChannel | Bit.SendMessages | Bit.ReadMessageHistory | Bit.AttachFiles;
const card = (word: string) => textCard('brand', word);

async function stage() {
  const bot = await botStage({ botPermissions: EVERYDAY });
  await bot.logIn();
  const wire = createPanelWire(bot.client, systemClock);
  const posted = await wire.post(bot.channel.id, card('one'), 'first');
  if (posted.kind !== 'shown') throw new Error(posted.kind);
  const changed = () => new Promise((resolve) => bot.client.once('channelUpdate', resolve));
  return { ...bot, wire, messageId: posted.messageId, changed };
}

describe('a panel on the wire', () => {
  test('is posted, edited, found and removed', async () => {
    const { wire, channel, messageId, nova, world } = await stage();
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'shown', messageId });
    expect(nova.sees(channel).map(({ text }) => text)).toEqual(['┃ two']);
    expect(await wire.exists(channel.id, messageId)).toEqual({ kind: 'shown', messageId });
    await wire.remove(channel.id, messageId);
    expect(world.messages.in(channel.id)).toEqual([]);
    await wire.remove(channel.id, messageId);
  });

  test('loses the pictures that its new card does not bring', async () => {
    const { wire, channel, messageId, world } = await stage();
    const picture = { name: 'wave.png', bytes: new Uint8Array([1, 2, 3]) };
    const shown = {
      components: [{ type: 12 as const, items: [{ media: { url: 'attachment://wave.png' } }] }],
      files: [picture],
    };
    await wire.edit(channel.id, messageId, shown);
    expect(world.messages.get(channel.id, messageId)?.attachments).toHaveLength(1);
    await wire.edit(channel.id, messageId, card('plain'));
    expect(world.messages.get(channel.id, messageId)?.attachments).toHaveLength(0);
  });

  test('is posted once when the same post is repeated', async () => {
    const { wire, channel, messageId, world } = await stage();
    expect(await wire.post(channel.id, card('one'), 'first')).toEqual({ kind: 'shown', messageId });
    expect(world.messages.in(channel.id)).toHaveLength(1);
  });

  test('that was deleted is gone, and so is a deleted channel', async () => {
    const { wire, channel, messageId, world } = await stage();
    world.messages.delete(channel.id, messageId);
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'message-gone' });
    expect(await wire.exists(channel.id, messageId)).toEqual({ kind: 'message-gone' });
    world.deleteChannel(channel.id);
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'channel-gone' });
    expect(await wire.post(channel.id, card('two'), 'other')).toEqual({ kind: 'channel-gone' });
  });

  test('that another bot posted, whose database this is now, is as good as gone', async () => {
    const { wire, channel, nova } = await stage();
    const foreign = await nova.say(channel, 'of the bot of before');
    expect(await wire.exists(channel.id, foreign.id)).toEqual({ kind: 'message-gone' });
    expect(await wire.edit(channel.id, foreign.id, card('two'))).toEqual({ kind: 'message-gone' });
  });

  test('names the permission that is missing, without asking Discord', async () => {
    const { wire, channel, messageId, world, guild, changed } = await stage();
    const told = changed();
    world.setOverwrite(channel.id, { id: world.botRole(guild.id).id, type: 0, allow: 0n, deny: Bit.SendMessages });
    await told;
    const mark = world.events.mark();
    const refused = await wire.edit(channel.id, messageId, card('two'));
    expect(refused).toMatchObject({ kind: 'forbidden' });
    expect(refused.kind === 'forbidden' && refused.missing).toContain('Send Messages');
    expect(world.requests(() => true, mark)).toEqual([]);
  });

  test('without a picture stands where files are not allowed, and a picture says what it needs', async () => {
    const { wire, channel, messageId, world, guild, changed } = await stage();
    const told = changed();
    world.setOverwrite(channel.id, { id: world.botRole(guild.id).id, type: 0, allow: 0n, deny: Bit.AttachFiles });
    await told;
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'shown', messageId });
    const picture = { ...card('three'), files: [{ name: 'wave.png', bytes: new Uint8Array([1]) }] };
    expect(await wire.edit(channel.id, messageId, picture)).toEqual({ kind: 'forbidden', missing: ['Attach Files'] });
  });

  test('in a channel that is hidden from the bot is forbidden, not gone', async () => {
    const { wire, channel, messageId, world, guild, changed } = await stage();
    const told = changed();
    world.setOverwrite(channel.id, { id: guild.id, type: 0, allow: 0n, deny: Bit.ViewChannel });
    await told;
    expect(await wire.exists(channel.id, messageId)).toEqual({ kind: 'forbidden', missing: ['View Channel'] });
  });

  test.each([
    ['server errors', { status: 502 }],
    ['a dropped connection', { abort: 'before' }],
    ['a lost answer', { abort: 'after' }],
  ] as const)('sits out %s', async (_what, fault) => {
    const { wire, channel, messageId, discord } = await stage();
    const mend = discord.faults.rest({ match: '/messages', ...fault });
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'outage' });
    expect(await wire.exists(channel.id, messageId)).toEqual({ kind: 'outage' });
    mend();
    expect(await wire.edit(channel.id, messageId, card('two'))).toEqual({ kind: 'shown', messageId });
  });

  test.each([200_000, 240_000])('that a filter blocks (%d) stands without the words of strangers', async (code) => {
    const { wire, channel, messageId, discord, nova } = await stage();
    const blocked = () =>
      discord.faults.rest({
        match: '/messages',
        status: 400,
        body: { code, message: 'Message was blocked' },
        times: 1,
      });
    const panel = reviewerQueueCard(queuePage('evil.example', 2));
    blocked();
    expect(await wire.edit(channel.id, messageId, panel)).toEqual({ kind: 'shown', messageId });
    blocked();
    expect((await wire.post(channel.id, panel, 'second')).kind).toBe('shown');
    for (const { text } of nova.sees(channel)) {
      expect(text).toMatch(/Reviewer queue[\s\S]*is blocked[\s\S]*#\w+[\s\S]*Next/);
      expect(text).not.toContain('evil');
    }
  });

  test('that Discord finds invalid is a bug and throws', async () => {
    const { wire, channel, messageId } = await stage();
    await expect(wire.edit(channel.id, messageId, card('x'.repeat(4_001)))).rejects.toThrow();
  });
});

describe('the time', () => {
  test('is Discord’s: its answers tell how far it is ahead', async () => {
    const { wire, channel, messageId, world } = await stage();
    expect(Math.abs(wire.aheadMs() ?? Number.NaN)).toBeLessThan(5_000);
    world.advance(2 * 3_600_000);
    await wire.edit(channel.id, messageId, card('two'));
    expect(wire.aheadMs()).toBeGreaterThan(2 * 3_600_000 - 5_000);
  });
});

describe('a limit of Discord', () => {
  test('that its headers announce is kept without a request, and the wait is told', async () => {
    const { wire, channel, messageId, world } = await stage();
    for (let edit = 0; edit < 5; edit += 1) await wire.edit(channel.id, messageId, card(`edit ${edit}`));
    const mark = world.events.mark();
    const limited = await wire.edit(channel.id, messageId, card('too fast'));
    expect(limited).toMatchObject({ kind: 'limited' });
    expect(limited.kind === 'limited' && limited.retryAfterMs).toBeGreaterThan(0);
    expect(world.requests(() => true, mark)).toEqual([]);
  });

  test('that nothing announces (old messages) is told, and not waited for', async () => {
    const { wire, channel, messageId, world } = await stage();
    world.advance(2 * 3_600_000);
    for (let edit = 0; edit < 3; edit += 1) await wire.edit(channel.id, messageId, card(`edit ${edit}`));
    const limited = await wire.edit(channel.id, messageId, card('too fast'));
    expect(limited.kind === 'limited' && limited.retryAfterMs).toBeGreaterThan(1_000);
    expect(world.requests(({ status }) => status === 429).map(({ code }) => code)).toEqual([30_046]);
  });

  test('is told in whole milliseconds, though Discord counts in fractions of a second', async () => {
    const { wire, channel, messageId, discord } = await stage();
    const headers = { 'retry-after': '0.4445', 'x-ratelimit-scope': 'user' };
    const body = { message: 'You are being rate limited.', retry_after: 0.4445, global: false };
    discord.faults.rest({ method: 'PATCH', match: messageId, status: 429, headers, body, times: 1 });
    const limited = await wire.edit(channel.id, messageId, card('two'));
    expect(limited.kind === 'limited' && Number.isInteger(limited.retryAfterMs)).toBe(true);
  });
});
