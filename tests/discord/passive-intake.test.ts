import { describe, expect, onTestFinished, test } from 'vitest';
import type { Message as WorldMessage } from '../../sandbox/discord/model.ts';
import { MessageMarks } from '../../src/discord/message-marks.ts';
import { PassiveIntake } from '../../src/discord/passive-intake.ts';
import type { Failure } from '../../src/domain/failure.ts';
import type { Notice } from '../../src/domain/notice.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { StoreError } from '../../src/ports/store.ts';
import type { SubmitRequest, Submitted } from '../../src/services/submission-service.ts';
import { botStage, PATIENCE } from './bot-stage.ts';
import { explained, song } from './cards/worst-case.ts';
import { HeldClock } from './held-clock.ts';

const LINK = 'https://soundcloud.com/artist/song';
const mp3 = (name = 'song.mp3') => ({ name, bytes: new Uint8Array([0xff, 0xfb, 0x90, 0]), contentType: 'audio/mpeg' });

const submitted: Submitted = {
  submission: song('Not Known', { publicId: '4F7K' }),
  asks: false,
  notFree: null,
  explained: { ...explained('Not Known'), place: 3 },
  handleLinked: false,
};

async function stage(options: { readonly messageContent?: boolean } = {}) {
  const bot = await botStage(options);
  const clock = new HeldClock();
  const drop = bot.addChannel('song-drop');
  bot.settings.put(bot.guild.id, { 'channel.submissions': drop.id });
  const requests: SubmitRequest[] = [];
  const told: { readonly userId: string; readonly notice: Notice }[] = [];
  const alerts: string[] = [];
  const order: string[] = [];
  let answer: () => Promise<Result<Submitted, Failure>> = async () => ok(submitted);
  let throttleMs: number | null = null;
  const once = new Set<string>();
  const intake = new PassiveIntake({
    settings: bot.settings,
    submissions: {
      submit: async (request) => {
        requests.push(request);
        const result = await answer();
        order.push('stored');
        return result;
      },
    },
    notices: {
      tell: async (_guildId, target, key, notice) => {
        if (once.has(key)) return;
        once.add(key);
        order.push('told');
        if (target.kind === 'member') told.push({ userId: target.userId, notice });
      },
    },
    marks: new MessageMarks({ all: async () => new Map(), set: async () => undefined }, bot.log),
    alert: async (_guildId, text) => void alerts.push(text),
    throttle: () => throttleMs,
    clock,
    log: bot.log,
    messageContent: options.messageContent ?? true,
  });
  bot.world.events.on('message-deleted', () => order.push('deleted'));
  bot.listen({ interaction: () => undefined, message: (message) => intake.handle(message) });
  onTestFinished(() => intake.close());
  await bot.logIn();
  const ana = bot.people.human(bot.guild, 'ana');
  /** Resolves when the bot has heard and handled everything that was said before. */
  const settled = async () => {
    const heard = new Promise<void>((resolve) => {
      bot.client.on('messageCreate', (message) => message.content === 'mark' && resolve());
    });
    bot.world.messages.post({ channelId: bot.channel.id, authorId: bot.world.bot.id, content: 'mark' });
    await heard;
    await intake.idle();
  };
  return {
    ...bot,
    clock,
    drop,
    ana,
    intake,
    requests,
    told,
    alerts,
    order,
    settled,
    answers: (next: typeof answer) => {
      answer = next;
    },
    refuses: (failure: Failure) => {
      answer = async () => err(failure);
    },
    slowDown: (ms: number | null) => {
      throttleMs = ms;
    },
    left: () => bot.world.messages.in(drop.id).map(({ content }) => content),
  };
}

describe('a song in the submissions channel', () => {
  test('by link is stored, then its message goes, then its owner is told', async () => {
    const { ana, drop, requests, order, told, settled, left } = await stage();
    await ana.say(drop, `my new one ${LINK}.`);
    await settled();
    expect(requests).toMatchObject([
      { via: 'passive', link: LINK, line: 'free', ownerId: ana.id, ownerName: 'ana', artist: '', title: '', note: '' },
    ]);
    expect(order).toEqual(['stored', 'deleted', 'told']);
    expect(told).toMatchObject([
      { userId: ana.id, notice: { kind: 'stored-passive', publicId: '4F7K', place: 3, extras: 0 } },
    ]);
    expect(left()).toEqual([]);
  });

  test('by file is handed over with the name it had before Discord changed it', async () => {
    const { ana, drop, requests, settled, discord } = await stage();
    await ana.say(drop, '', mp3('Mein Größter Hit!.mp3'));
    await settled();
    expect(requests[0]?.file?.name).toBe('Mein Größter Hit!.mp3');
    expect(requests[0]?.file?.url.startsWith(discord.cdnUrl)).toBe(true);
    expect(requests[0]?.link).toBeUndefined();
  });

  test('with several links and files takes the first file and says that the others were left out', async () => {
    const { ana, drop, requests, told, settled } = await stage();
    await ana.say(drop, `${LINK} ${LINK}2`, [mp3('one.mp3'), mp3('two.mp3')]);
    await settled();
    expect(requests.map(({ file }) => file?.name)).toEqual(['one.mp3']);
    expect(told[0]?.notice).toMatchObject({ kind: 'stored-passive', extras: 3 });
  });

  test.each([
    [`<${LINK}>`, LINK],
    [`(${LINK})`, LINK],
    [`look: ${LINK}!`, LINK],
    [`[song](${LINK})`, LINK],
    ['https://youtu.be/abc?t=1&list=x', 'https://youtu.be/abc?t=1&list=x'],
    ['https://x.example/a_(live)', 'https://x.example/a_(live)'],
  ])('is found in %s', async (text, found) => {
    const { ana, drop, requests, settled } = await stage();
    await ana.say(drop, text);
    await settled();
    expect(requests.map(({ link }) => link)).toEqual([found]);
  });

  test('of no known type is taken, because the bytes decide', async () => {
    const { ana, drop, requests, settled } = await stage();
    await ana.say(drop, '', { name: 'track', bytes: new Uint8Array([1]), contentType: 'application/octet-stream' });
    await settled();
    expect(requests).toHaveLength(1);
  });
});

describe('a song that is refused', () => {
  test('goes, and its owner is told why', async () => {
    const { ana, drop, refuses, told, settled, left } = await stage();
    refuses({ code: 'line-closed', line: 'free' });
    await ana.say(drop, LINK);
    await settled();
    expect(left()).toEqual([]);
    expect(told).toEqual([
      { userId: ana.id, notice: { kind: 'refused-passive', failure: { code: 'line-closed', line: 'free' } } },
    ]);
  });

  test.each(['disk-full', 'file-unreachable'] as const)(
    'for a reason of ours ("%s") stays, and its owner is told',
    async (code) => {
      const { ana, drop, refuses, told, settled, left } = await stage();
      refuses({ code });
      await ana.say(drop, LINK);
      await settled();
      expect(left()).toEqual([LINK]);
      expect(told).toHaveLength(1);
    },
  );

  test('by a store in trouble stays where it is', async () => {
    const { ana, drop, answers, settled, left, order } = await stage();
    answers(async () => {
      throw new StoreError('full', 'the disk is full');
    });
    await ana.say(drop, LINK);
    await settled();
    expect(left()).toEqual([LINK]);
    expect(order).toEqual([]);
  });

  test('by a bug stays where it is, and the bug is logged', async () => {
    const { ana, drop, answers, settled, left, lines } = await stage();
    answers(async () => {
      throw new Error('bug');
    });
    await ana.say(drop, LINK);
    await settled();
    expect(left()).toEqual([LINK]);
    expect(lines.some(({ level }) => level === 'error')).toBe(true);
  });

  test('because of a flood goes, and its owner is told once a minute', async () => {
    const { ana, drop, slowDown, told, requests, settled, left } = await stage();
    slowDown(5_000);
    for (let i = 0; i < 5; i += 1) await ana.say(drop, `${LINK}${i}`);
    await settled();
    expect(left()).toEqual([]);
    expect(requests).toEqual([]);
    expect(told).toHaveLength(1);
  });
});

describe('everything else', () => {
  test('by people who are not staff is deleted silently', async () => {
    const { ana, drop, requests, told, settled, left } = await stage();
    await ana.say(drop, 'hello everybody');
    await ana.say(drop, '', { name: 'me.png', bytes: new Uint8Array([1]), contentType: 'image/png' });
    await settled();
    expect(left()).toEqual([]);
    expect(requests).toEqual([]);
    expect(told).toEqual([]);
  });

  test('by staff stays, even with a link in it; only a bare link or file of theirs is a song', async () => {
    const { nova, drop, requests, settled, left } = await stage();
    await nova.say(drop, 'submissions open in five minutes');
    await nova.say(drop, `the show is on ${LINK}`);
    await settled();
    expect(left()).toHaveLength(2);
    expect(requests).toEqual([]);
    await nova.say(drop, LINK);
    await settled();
    expect(requests).toHaveLength(1);
    expect(left()).toHaveLength(2);
  });

  test('by reviewers counts as by staff', async () => {
    const { world, guild, people, settings, drop, settled, left } = await stage();
    const role = world.addRole(guild.id, { name: 'Reviewer' });
    settings.put(guild.id, { 'role.reviewer': role.id });
    const rex = people.human(guild, 'rex', { roles: [role.id] });
    await rex.say(drop, 'be nice');
    await settled();
    expect(left()).toEqual(['be nice']);
  });

  test('by bots and webhooks, the bot itself included, stays', async () => {
    const { world, drop, guild, settled, left } = await stage();
    const other = world.addUser({ username: 'other', bot: true });
    world.addMember(guild.id, other.id);
    world.messages.post({ channelId: drop.id, authorId: other.id, content: LINK });
    world.messages.post({ channelId: drop.id, authorId: world.bot.id, content: 'panel' });
    await settled();
    expect(left()).toEqual([LINK, 'panel']);
  });

  test('in other channels is none of its business', async () => {
    const { ana, channel, requests, settled, world } = await stage();
    await ana.say(channel, LINK);
    await settled();
    expect(requests).toEqual([]);
    expect(world.messages.in(channel.id)[0]?.content).toBe(LINK);
  });

  test('like the notice of a pin goes, whoever pinned', async () => {
    const { world, drop, nova, settled } = await stage();
    const panel: WorldMessage = world.messages.post({ channelId: drop.id, authorId: world.bot.id, content: 'panel' });
    world.messages.setPinned(drop.id, panel.id, true, nova.id);
    await settled();
    expect(world.messages.in(drop.id).map(({ id }) => id)).toEqual([panel.id]);
  });

  test('stays untouched when the bot may not read messages', async () => {
    const { ana, drop, requests, settled, left } = await stage({ messageContent: false });
    await ana.say(drop, LINK);
    await ana.say(drop, 'hello');
    await settled();
    expect(left()).toEqual([LINK, 'hello']);
    expect(requests).toEqual([]);
  });
});

describe('deleting', () => {
  test('that is not allowed is named to staff once, and the songs are taken all the same', async () => {
    const { ana, drop, discord, alerts, requests, told, settled } = await stage();
    const mend = discord.faults.rest({
      method: 'DELETE',
      status: 403,
      body: { code: 50_013, message: 'Missing Permissions' },
    });
    for (let i = 0; i < 3; i += 1) await ana.say(drop, `${LINK}${i}`);
    await settled();
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain('**Manage Messages**');
    expect(requests).toHaveLength(3);
    expect(told).toHaveLength(3);
    mend();
    await ana.say(drop, LINK);
    await settled();
    discord.faults.rest({ method: 'DELETE', status: 403, body: { code: 50_013, message: 'Missing Permissions' } });
    await ana.say(drop, LINK);
    await settled();
    expect(alerts).toHaveLength(2);
  });

  test('what its author deleted already is fine', async () => {
    const { ana, drop, answers, settled, told, lines, world } = await stage();
    const message = await ana.say(drop, LINK);
    answers(async () => {
      world.messages.delete(drop.id, message.id);
      return ok(submitted);
    });
    await settled();
    expect(told).toHaveLength(1);
    expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });

  test('is tried again after an outage', async () => {
    const { ana, drop, discord, clock, settled, left, intake, world } = await stage();
    const mend = discord.faults.rest({ method: 'DELETE', status: 503 });
    await ana.say(drop, 'hello');
    await settled();
    expect(left()).toEqual(['hello']);
    mend();
    const gone = world.events.waitFor('message-deleted', () => true, PATIENCE);
    clock.pass(3_000);
    await gone;
    await intake.idle();
    expect(clock.waiting).toBe(0);
  });

  test('goes at the pace of Discord, and no song waits for it', async () => {
    const { ana, drop, discord, order, settled } = await stage();
    discord.faults.rest({ method: 'DELETE', delayMs: 50 });
    for (let i = 0; i < 10; i += 1) await ana.say(drop, `${LINK}${i}`);
    await settled();
    const third = order.indexOf('deleted', order.indexOf('deleted', order.indexOf('deleted') + 1) + 1);
    expect(order.slice(0, third).filter((what) => what === 'stored')).toHaveLength(10);
    expect(order.filter((what) => what === 'told')).toHaveLength(10);
  });

  test('does not hold up the stop, which waits for the songs alone', async () => {
    const { ana, drop, discord, clock, intake, requests, answers } = await stage();
    discord.faults.rest({ method: 'DELETE', delayMs: 1_000 });
    let store: () => void = () => undefined;
    const storing = new Promise<void>((begun) => {
      answers(() => {
        begun();
        return new Promise((resolve) => {
          store = () => resolve(ok(submitted));
        });
      });
    });
    await ana.say(drop, LINK);
    await storing;
    let closed = false;
    const closing = intake.close().then(() => {
      closed = true;
    });
    clock.pass(60_000);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(closed).toBe(false);
    store();
    while (clock.waiting === 0) await new Promise<void>((resolve) => setImmediate(resolve));
    clock.pass(2_000);
    await closing;
    expect(requests).toHaveLength(1);
  });
});
