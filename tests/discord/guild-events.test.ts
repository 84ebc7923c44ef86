import { describe, expect, onTestFinished, test } from 'vitest';
import { GuildEvents } from '../../src/discord/guild-events.ts';
import type { HealLine } from '../../src/discord/panels/panel-keeper.ts';
import { type BotStage, botStage, PATIENCE } from './bot-stage.ts';
import { HeldClock } from './held-clock.ts';

async function stage(before: (bot: BotStage) => void = () => undefined) {
  const bot = await botStage();
  const clock = new HeldClock();
  const kept: string[] = [];
  const alerts: string[] = [];
  const guilds: string[] = [];
  const welcomed = new Set<string>();
  const others: string[] = [];
  let healed: readonly HealLine[] = [];
  const heard = (what: string) => kept.push(what);
  const events = new GuildEvents({
    client: bot.client,
    missed: {
      look: async ({ id }) => void heard(`looked at ${id}`),
      lookAgain: async () => undefined,
      begin: async ({ id }) => void heard(`begun with ${id}`),
    },
    keeper: {
      messageDeleted: async (id) => void heard(`message ${id}`),
      channelDeleted: async (id) => {
        heard(`channel ${id}`);
        // As the keeper does for channels with panels.
        if ((await bot.settings.all(bot.guild.id))['channel.reviewer'] === id)
          bot.settings.put(bot.guild.id, { 'channel.reviewer': null });
      },
      permissionsChanged: (id) => void heard(`permissions ${id}`),
      guildJoined: async (id) => void heard(`joined ${id}`),
      guildLeft: (id) => void heard(`left ${id}`),
      guilds: () => [bot.guild.id, '100000000000000009', ...others],
      heal: async (id) => {
        heard(`heal ${id}`);
        return healed;
      },
    },
    guilds: {
      joined: async (id) => {
        guilds.push(`joined ${id}`);
        const welcome = !welcomed.has(id);
        welcomed.add(id);
        return { welcome };
      },
      left: async (id) => void guilds.push(`left ${id}`),
      reconcile: async (present) => {
        guilds.push(`present ${present.length}`);
        return ['100000000000000008'];
      },
    },
    settings: bot.settings,
    alert: async (_guildId, text) => void alerts.push(text),
    farewell: async (id) => void guilds.push(`farewell ${id}`),
    clock,
    log: bot.log,
  });
  welcomed.add(bot.guild.id);
  before(bot);
  await bot.logIn();
  await events.start();
  onTestFinished(() => events.stop());
  kept.length = 0;
  return {
    ...bot,
    clock,
    events,
    kept,
    alerts,
    guilds,
    others,
    finds: (lines: readonly HealLine[]) => {
      healed = lines;
    },
    until: (look: () => boolean) => expect.poll(look, { timeout: PATIENCE.timeoutMs }).toBe(true),
  };
}

describe('deletions', () => {
  test('of messages reach the panels, one by one and in bulk', async () => {
    const { world, channel, kept, until } = await stage();
    const ids = ['a', 'b', 'c'].map((content) => {
      return world.messages.post({ channelId: channel.id, authorId: world.bot.id, content }).id;
    });
    world.messages.delete(channel.id, ids[0] ?? '');
    world.messages.bulkDelete(channel.id, ids.slice(1));
    await until(() => kept.length === 3);
    expect(kept).toEqual(ids.map((id) => `message ${id}`));
  });

  test('of a channel clear every setting that named it, panels first, and tell staff about the rest', async () => {
    const { world, addChannel, settings, guild, kept, alerts, until, client } = await stage();
    const both = addChannel('both');
    settings.put(guild.id, { 'channel.reviewer': both.id, 'channel.debug': both.id, 'channel.metrics': 'x' });
    world.deleteChannel(both.id);
    await until(() => alerts.length === 1);
    expect(kept).toContain(`channel ${both.id}`);
    expect(settings.changes).toEqual([{ guildId: guild.id, actor: client.user.id, key: 'channel.debug', value: null }]);
    expect(alerts[0]).toContain('connection notices');
    expect(alerts[0]).not.toContain('control room');
  });

  test('of a channel that was used for nothing mean nothing', async () => {
    const { world, addChannel, events, kept, alerts, client } = await stage();
    const other = addChannel('other');
    const deleted = new Promise((resolve) => client.once('channelDelete', resolve));
    world.deleteChannel(other.id);
    await deleted;
    await events.idle();
    expect(kept).toEqual([]);
    expect(alerts).toEqual([]);
  });

  test('of the reviewer role are told to staff', async () => {
    const { world, guild, settings, alerts, until } = await stage();
    const role = world.addRole(guild.id, { name: 'Reviewer' });
    settings.put(guild.id, { 'role.reviewer': role.id });
    world.deleteRole(role.id);
    await until(() => alerts.length === 1);
    expect((await settings.all(guild.id))['role.reviewer']).toBeNull();
    expect(alerts[0]).toContain('reviewer role was deleted');
  });
});

describe('deletions that nobody told of', () => {
  const GONE = '100000000000000008';

  test('of channels without a panel and of the reviewer role are found at the start', async () => {
    const { settings, guild, alerts, until } = await stage((bot) => {
      const [stays, hidden] = [bot.addChannel('stays'), bot.addChannel('hidden')];
      bot.world.updateRole(bot.world.botRole(bot.guild.id).id, { permissions: 0n });
      bot.world.setOverwrite(hidden.id, { id: bot.guild.id, type: 0, allow: 0n, deny: 1n << 10n });
      bot.settings.put(bot.guild.id, {
        'channel.submissions': stays.id,
        'channel.bookmarks': hidden.id,
        'channel.metrics': GONE,
        'channel.debug': GONE,
        // The panels' keeper sees for itself.
        'channel.live-queue': GONE,
        'role.reviewer': GONE,
      });
    });
    await until(() => alerts.length === 2);
    expect(alerts[0]).toContain('reviewer role was deleted');
    expect(alerts[1]).toMatch(/A channel was deleted.*connection notices.*numbers after a show/);
    expect(settings.changes.map(({ key }) => key)).toEqual(['role.reviewer', 'channel.debug', 'channel.metrics']);
    expect((await settings.all(guild.id))['channel.live-queue']).toBe(GONE);
  });

  test('are found when a guild is back from an outage, and nothing is cleared on a mere fault', async () => {
    const { world, settings, guild, alerts, until, discord, events, client } = await stage();
    settings.put(guild.id, { 'channel.metrics': GONE });
    const outage = async () => {
      const back = new Promise((resolve) => client.once('guildAvailable', resolve));
      world.setGuildAvailable(guild.id, false);
      world.setGuildAvailable(guild.id, true);
      await back;
      await events.idle();
    };
    const mend = discord.faults.rest({ match: GONE, status: 403, body: { code: 50_001, message: 'Missing Access' } });
    await outage();
    expect(settings.changes).toEqual([]);
    mend();
    await outage();
    await until(() => alerts.length === 1);
  });
});

describe('permissions', () => {
  test('that change on a channel, a role or the bot itself wake panels in trouble', async () => {
    const { world, channel, guild, kept, until } = await stage();
    world.setOverwrite(channel.id, { id: guild.id, type: 0, allow: 0n, deny: 1n << 11n });
    await until(() => kept.length === 1);
    const role = world.addRole(guild.id, { name: 'More' });
    world.updateRole(role.id, { permissions: 1n << 11n });
    await until(() => kept.length === 2);
    world.giveRole(guild.id, world.bot.id, role.id);
    await until(() => kept.length === 3);
    expect(new Set(kept)).toEqual(new Set([`permissions ${guild.id}`]));
  });
});

describe('guilds', () => {
  test('that are new are welcomed once ever, by DM to the owner when there is no system channel', async () => {
    const { world, people, guilds, kept, until } = await stage();
    const owner = world.addUser({ username: 'olga' });
    const guild = world.addGuild({ name: 'Second', ownerId: owner.id });
    const olga = people.owner(guild);
    expect((await olga.nextDm(PATIENCE)).text).toContain('/setup');
    await until(() => kept.includes(`joined ${guild.id}`));
    world.kickBot(guild.id);
    await until(() => guilds.includes(`left ${guild.id}`));
    expect(kept).toContain(`left ${guild.id}`);
    expect(guilds).toContain(`farewell ${guild.id}`);
    expect(olga.dms()).toHaveLength(1);
  });

  test('in an outage are neither left nor joined anew', async () => {
    const { world, guild, guilds, events, client } = await stage();
    const before = guilds.length;
    const back = new Promise((resolve) => client.once('guildAvailable', resolve));
    world.setGuildAvailable(guild.id, false);
    world.setGuildAvailable(guild.id, true);
    await back;
    await events.idle();
    expect(guilds).toHaveLength(before);
  });

  test('that came and went while the bot was away are known after the start, and nothing runs on for those that went', async () => {
    const { guilds, guild } = await stage();
    expect(guilds).toEqual(['present 1', 'farewell 100000000000000008', `joined ${guild.id}`]);
  });
});

describe('the look after all panels', () => {
  test('comes every five minutes, is quiet when all is well, and leaves out guilds that are gone', async () => {
    const { clock, events, kept, lines, guild } = await stage();
    for (let round = 0; round < 3; round += 1) {
      clock.pass(5 * 60_000);
      await events.idle();
    }
    expect(kept).toEqual([1, 2, 3].map(() => `heal ${guild.id}`));
    expect(lines.filter(({ message }) => message.includes('looked after'))).toEqual([]);
  });

  test('says what it mended, and a fault in it does not end it', async () => {
    const { clock, events, finds, lines, kept } = await stage();
    finds([{ kind: 'portal', channelId: '1', outcome: 'mended', missing: [] }]);
    clock.pass(5 * 60_000);
    await events.idle();
    expect(lines.filter(({ message }) => message.includes('looked after'))).toHaveLength(1);
    finds(null as never);
    clock.pass(5 * 60_000);
    await events.idle();
    clock.pass(5 * 60_000);
    await events.idle();
    expect(kept).toHaveLength(3);
  });

  test('goes on to the next guild when one can’t be looked at', async () => {
    const { world, clock, events, finds, others, kept, until } = await stage();
    const second = world.addGuild({ name: 'Second', ownerId: world.addUser({ username: 'olga' }).id });
    await until(() => kept.includes(`joined ${second.id}`));
    others.push(second.id);
    finds(null as never);
    clock.pass(5 * 60_000);
    await events.idle();
    expect(kept.filter((what) => what.startsWith('heal'))).toHaveLength(2);
  });

  test('ends with the bot', async () => {
    const { clock, events, kept } = await stage();
    await events.stop();
    clock.pass(60 * 60_000);
    expect(kept).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});
