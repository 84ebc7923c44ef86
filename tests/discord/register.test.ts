import { SlashCommandBuilder } from 'discord.js';
import { expect, test } from 'vitest';
import { type Cog, type CommandModule, card } from '../../src/discord/answer.ts';
import { textCard } from '../../src/discord/cards/card.ts';
import { Registration, registerCommands, registerRefusal } from '../../src/discord/register.ts';
import { botStage } from './bot-stage.ts';
import { HeldClock } from './held-clock.ts';

const command = (name: string): CommandModule => ({
  definition: new SlashCommandBuilder().setName(name).setDescription(name).toJSON(),
  access: 'everyone',
  answer: 'private',
  run: async () => card(textCard('good', name)),
});

async function stage() {
  const bot = await botStage();
  await bot.logIn();
  const notes = new Map<string, string>();
  const memory = {
    get: async (key: string) => notes.get(key) ?? null,
    set: async (key: string, value: string) => void notes.set(key, value),
  };
  const applicationId = bot.client.application.id;
  const register = (guildId: string | null, ...names: readonly string[]) => {
    const cogs: Cog[] = [{ commands: names.map(command), components: [] }];
    const guilds = [...bot.client.guilds.cache.keys()];
    return registerCommands(bot.client.rest, { applicationId, guildId, guilds }, cogs, memory, bot.log);
  };
  const offered = (guildId: string | null) => bot.world.commandsIn(guildId).map(({ name }) => name);
  return { ...bot, register, offered };
}

test('commands are registered when they changed, and not again', async () => {
  const { register, offered, world } = await stage();
  await register(null, 'one');
  const mark = world.events.mark();
  await register(null, 'one');
  expect(world.requests(() => true, mark)).toEqual([]);
  await register(null, 'one', 'two');
  expect(offered(null)).toEqual(['one', 'two']);
});

test('commands of one server instead of everywhere, and back, are offered once', async () => {
  const { register, offered, guild } = await stage();
  await register(null, 'one');
  await register(guild.id, 'one');
  expect([offered(null), offered(guild.id)]).toEqual([[], ['one']]);
  await register(null, 'one');
  expect([offered(null), offered(guild.id)]).toEqual([['one'], []]);
});

test('commands that another program left in a server of the bot go with the first start, and only then', async () => {
  const { register, offered, guild, client, world } = await stage();
  await client.application.commands.set([command('old').definition], guild.id);
  await register(null, 'one');
  expect([offered(null), offered(guild.id)]).toEqual([['one'], []]);
  await client.application.commands.set([command('new').definition], guild.id);
  const mark = world.events.mark();
  await register(null, 'one');
  expect(world.requests(() => true, mark)).toEqual([]);
});

test('an outage in the middle of the first start leaves none of the commands of another program', async () => {
  const { register, offered, guild, client, discord, log } = await stage();
  await client.application.commands.set([command('old').definition], guild.id);
  const clock = new HeldClock();
  const mend = discord.faults.rest({ method: 'PUT', match: `/guilds/${guild.id}/commands`, status: 502 });
  await new Registration(() => register(null, 'one'), clock, log).start();
  expect([offered(null), offered(guild.id)]).toEqual([['one'], ['old']]);
  mend();
  clock.pass(60_000);
  await expect.poll(() => offered(guild.id)).toEqual([]);
  expect(offered(null)).toEqual(['one']);
});

test('commands of a server that the bot was removed from are nobody’s trouble', async () => {
  const { register, offered, world, guild } = await stage();
  await register(guild.id, 'one');
  world.kickBot(guild.id);
  await register(null, 'one');
  expect(offered(null)).toEqual(['one']);
});

test('while Discord has trouble the bot starts without, and registers as soon as it can', async () => {
  const { register, offered, discord, lines, log } = await stage();
  const clock = new HeldClock();
  const mend = discord.faults.rest({ method: 'PUT', match: '/commands', status: 502 });
  const registration = new Registration(() => register(null, 'one'), clock, log);
  await registration.start();
  expect(offered(null)).toEqual([]);
  expect(lines.map(({ message }) => message)).toContain('commands could not be registered; tried again in a minute');
  mend();
  clock.pass(60_000);
  await expect.poll(() => offered(null)).toEqual(['one']);
});

test('what Discord refuses at the registration ends the start', async () => {
  const { register, log } = await stage();
  const registration = new Registration(() => register('100000000000000009', 'one'), new HeldClock(), log);
  await expect(registration.start()).rejects.toThrow('Unknown Guild');
});

test('a server that the bot is not in is refused in words that say what to change', async () => {
  const { register } = await stage();
  const strange = '100000000000000009';
  const refused: unknown = await register(strange, 'one').catch((error: unknown) => error);
  expect(registerRefusal(refused, strange)).toContain(`GUILD_ID names (${strange})`);
  expect(registerRefusal(new Error('something else'), strange)).toBeNull();
});
