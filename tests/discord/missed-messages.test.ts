import { expect, test } from 'vitest';
import { MessageMarks } from '../../src/discord/message-marks.ts';
import { MissedMessages } from '../../src/discord/missed-messages.ts';
import { botStage } from './bot-stage.ts';

/** @param most so many messages are taken, then the bot is being stopped */
async function stage(most = Number.POSITIVE_INFINITY) {
  const bot = await botStage();
  const drop = bot.addChannel('song-drop');
  bot.settings.put(bot.guild.id, { 'channel.submissions': drop.id });
  const ana = bot.people.human(bot.guild, 'ana');
  await bot.logIn();
  const guild = await bot.client.guilds.fetch(bot.guild.id);
  const kept = new Map<string, string>();
  const memory = { all: async () => new Map(kept), set: async (id: string, mark: string) => void kept.set(id, mark) };
  const taken: string[] = [];
  /** Another process with the same memory. */
  const start = async () => {
    const marks = new MessageMarks(memory, bot.log);
    await marks.load();
    const missed = new MissedMessages({
      settings: bot.settings,
      marks,
      take: async ({ channelId, id, content }) => {
        if (taken.length >= most) return false;
        const finish = marks.take(channelId, id, true);
        if (finish !== null) taken.push(content);
        finish?.(true);
        return true;
      },
      log: bot.log,
      messageContent: true,
    });
    return { marks, missed };
  };
  const hears = (content: string) => {
    const heard = new Promise<string>((resolve) => {
      bot.client.on('messageCreate', (message) => message.content === content && resolve(message.id));
    });
    return ana.say(drop, content).then(() => heard);
  };
  return { ...bot, drop, ana, guild, taken, start, hears };
}

test('what people said in a channel before it was chosen again is nobody’s business', async () => {
  const { guild, taken, start, hears } = await stage();
  const long = await start();
  await long.missed.begin(guild);
  await hears('talk, while songs went elsewhere');
  await hears('more talk');
  const chosen = await start();
  await chosen.missed.begin(guild);
  await chosen.marks.idle();
  const next = await start();
  await hears('a song, while the bot was away');
  await next.missed.look(guild);
  expect(taken).toEqual(['a song, while the bot was away']);
});

test('what was missed is not passed over by a stop in the middle of the look, whatever came in meanwhile', async () => {
  const { guild, drop, taken, start, hears } = await stage(1);
  await (await start()).missed.begin(guild);
  for (const song of ['one', 'two', 'three']) await hears(song);
  const stopped = await start();
  stopped.marks.take(drop.id, await hears('live'), false)?.(true);
  await stopped.missed.look(guild);
  await stopped.marks.idle();
  expect(taken).toEqual(['one']);
  taken.length = 0;
  await (await start()).missed.look(guild);
  expect(taken).toEqual(['one']);
});

test('what was missed is looked at again after a look that failed, and not after a good one', async () => {
  const { guild, drop, discord, world, taken, start, hears } = await stage();
  await (await start()).missed.begin(guild);
  await hears('a song, while the bot was away');
  const { missed } = await start();
  const mend = discord.faults.rest({ method: 'GET', match: `/channels/${drop.id}/messages`, status: 502 });
  await expect(missed.look(guild)).rejects.toThrow();
  mend();
  await missed.lookAgain(guild);
  expect(taken).toEqual(['a song, while the bot was away']);
  const mark = world.events.mark();
  await missed.lookAgain(guild);
  expect(world.requests(() => true, mark)).toEqual([]);
});
