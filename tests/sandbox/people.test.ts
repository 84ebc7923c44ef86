import { type Interaction, MessageFlags } from 'discord.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Impossible } from '../../sandbox/discord/interaction-model.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { type Stage, startStage } from './people-bot.ts';
import { COMMANDS } from './people-commands.ts';

const mp3 = { name: 'my song.mp3', bytes: new Uint8Array(64) };

let stage: Stage;
let ana: Human;

beforeAll(async () => {
  stage = await startStage(COMMANDS);
});

afterAll(() => stage.stop());

beforeEach(() => {
  ana = stage.people.human(stage.guild, 'ana');
  stage.answer(async () => undefined);
});

afterEach(() => {
  expect(stage.failures()).toEqual([]);
});

const reply = (what: (interaction: Interaction) => string) =>
  stage.answer(async (interaction) => {
    if (interaction.isRepliable())
      await interaction.reply({ content: what(interaction), flags: MessageFlags.Ephemeral });
  });

describe('a slash command', () => {
  it('reaches the bot with subcommand and options, and shows the answer', async () => {
    stage.answer(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const { options } = interaction;
      await interaction.reply(
        `${options.getSubcommand()} **${options.getString('unique_id')}** ${options.getBoolean('persistent')}`,
      );
    });
    const seen = await ana.slash('tiktok connect', { unique_id: 'host', persistent: true });
    expect(seen).toMatchObject({ answered: 'message', ephemeral: false, text: 'connect host true' });
    expect(seen.firstAnswerMs).toBeLessThan(3000);
    expect(ana.sees(stage.channel).at(-1)?.text).toBe('connect host true');
  });

  it('takes people, files, numbers, choices by name, channels and roles', async () => {
    const bob = stage.people.human(stage.guild, 'bob', { nickname: 'Bobby', roles: ['Reviewer'] });
    stage.answer(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      const { options } = interaction;
      const role = options.getRole('role');
      await interaction.reply({
        content: [
          `${options.getUser('who')} sends ${options.getAttachment('file')?.name} for ${options.getInteger('points')}`,
          `${options.getString('line')} in ${options.getChannel('where')} for ${role?.name}`,
        ].join('\n'),
        flags: MessageFlags.Ephemeral,
      });
    });
    const seen = await ana.slash('give', {
      who: bob,
      file: mp3,
      points: 10,
      line: 'Free line',
      where: stage.channel,
      role: 'Reviewer',
    });
    expect(seen.text.split('\n')).toEqual(['@Bobby sends my_song.mp3 for 10', 'free in #general for Reviewer']);
    expect(seen.ephemeral).toBe(true);
    expect(bob.sees(stage.channel).map((message) => message.text)).not.toContain(seen.text);
  });

  it.each([
    ['is not registered', 'nothing', {}, /not registered \(registered: .*\/tiktok/],
    ['lacks its subcommand', 'tiktok', {}, /subcommand/],
    ['lacks a required option', 'tiktok connect', {}, /unique_id/],
    [
      'has an unknown option',
      'tiktok connect',
      { unique_id: 'host', mode: 'x' },
      /no option "mode" \(it has unique_id/,
    ],
    ['has too short a text', 'tiktok connect', { unique_id: 'h' }, /unique_id/],
    ['needs a permission', 'next', {}, /not offered/],
  ])('that %s is refused by the client', async (_name, path, options, message) => {
    const attempt = ana.slash(path, options);
    await expect(attempt).rejects.toThrow(Impossible);
    await expect(attempt).rejects.toThrow(message);
  });

  it.each([
    ['a number out of range', { points: 11 }],
    ['an unknown choice', { line: 'Fast line' }],
  ])('with %s is refused by the client', async (_name, more) => {
    await expect(ana.slash('give', { who: ana, file: mp3, ...more })).rejects.toThrow(Impossible);
  });

  it('is offered to those who have the permission, and to the owner', async () => {
    reply(() => 'skipped');
    const mod = stage.people.human(stage.guild, 'mod', { permissions: ['ManageGuild'] });
    expect((await mod.slash('next')).text).toBe('skipped');
    expect((await stage.people.owner(stage.guild).slash('next')).text).toBe('skipped');
  });
});

describe('menus of messages and people', () => {
  it('hand the bot what they were opened on', async () => {
    const bob = stage.people.human(stage.guild, 'bob');
    const message = await bob.say(stage.channel, 'my new track', mp3);
    reply((interaction) => {
      if (interaction.isMessageContextMenuCommand()) return interaction.targetMessage.content;
      return interaction.isUserContextMenuCommand() ? interaction.targetUser.username : '';
    });
    expect((await ana.contextMenu('Submit this track', message)).text).toBe('my new track');
    expect((await ana.contextMenu('Queue of', bob)).text).toBe('bob');
  });
});

describe('talking', () => {
  it('shows text and files to everybody in the channel', async () => {
    const message = await ana.say(stage.channel, 'hello', mp3);
    const shown = stage.people.human(stage.guild, 'bob').sees(stage.channel).at(-1);
    expect(shown).toMatchObject({ author: 'ana', text: 'hello\n📎 my_song.mp3 (64 B)' });
    expect(shown?.files[0]?.bytes()).toEqual(mp3.bytes);
    expect(message.authorId).toBe(ana.id);
  });

  it.each([
    ['nothing', '', /empty/],
    ['too much', 'x'.repeat(2001), /2000/],
  ])('says neither %s', async (_name, text, message) => {
    await expect(ana.say(stage.channel, text)).rejects.toThrow(message);
  });

  it('in private is read one message after the other', async () => {
    const dm = async (text: string) => (await stage.client.users.fetch(ana.id)).send(text);
    const first = ana.nextDm();
    await dm('one');
    await dm('two');
    expect((await first).text).toBe('one');
    expect((await ana.nextDm()).text).toBe('two');
    expect(ana.dms().map((message) => message.text)).toEqual(['one', 'two']);
  });

  it('is waited for by what it reads like', async () => {
    const shown = ana.waitToSee(stage.channel, /^Now playing/);
    await stage.post({ content: '**Now playing** a song' });
    expect((await shown).text).toBe('Now playing a song');
    await expect(ana.waitToSee(stage.channel, 'Nothing of the kind', { timeoutMs: 1 })).rejects.toThrow(
      /does not see "Nothing of the kind", but:\n[\s\S]*Now playing a song/,
    );
  });

  it('does not reach a person who takes no private messages', async () => {
    const shy = stage.people.human(stage.guild, 'shy', { dmsClosed: true });
    const sent = stage.client.users.fetch(shy.id).then((user) => user.send('hi'));
    await expect(sent).rejects.toMatchObject({ code: 50007 });
    expect(shy.dms()).toEqual([]);
  });
});

describe('voice', () => {
  it('is joined and left, unless the channel is full or closed', async () => {
    const { world } = stage.discord;
    const stageRoom = world.addChannel(stage.guild.id, { name: 'Studio', type: 2, userLimit: 1 });
    await ana.joinVoice(stageRoom);
    expect(world.voice.membersIn(stageRoom.id)).toEqual([ana.id]);
    const bob = stage.people.human(stage.guild, 'bob');
    await expect(bob.joinVoice(stageRoom)).rejects.toThrow(/full/);
    await ana.leaveVoice();
    await bob.joinVoice(stageRoom);
    expect(world.voice.membersIn(stageRoom.id)).toEqual([bob.id]);
    await expect(bob.joinVoice(stage.channel)).rejects.toThrow(/no voice channel/);
  });
});

describe('a person', () => {
  it('can be in two guilds at once', async () => {
    const { world } = stage.discord;
    const other = world.addGuild({ name: 'Other', ownerId: world.addUser({ username: 'boss2' }).id });
    world.addChannel(other.id, { name: 'lobby' });
    const there = stage.people.join(ana, other, { nickname: 'Ana B.' });
    expect([ana.name, there.name, there.id]).toEqual(['ana', 'Ana B.', ana.id]);
    await expect(there.slash('next')).rejects.toThrow(/not registered/);
  });
});
