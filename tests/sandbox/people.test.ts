import {
  ActionRowBuilder,
  ApplicationCommandType,
  ButtonBuilder,
  ButtonStyle,
  ContainerBuilder,
  type Interaction,
  MessageFlags,
  ApplicationCommandOptionType as Option,
  SectionBuilder,
  StringSelectMenuBuilder,
  TextDisplayBuilder,
  UserSelectMenuBuilder,
} from 'discord.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Impossible } from '../../sandbox/discord/interaction-model.ts';
import type { Message } from '../../sandbox/discord/model.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { type Stage, startStage } from './people-bot.ts';

const mp3 = { name: 'my song.mp3', bytes: new Uint8Array(64) };

let stage: Stage;
let ana: Human;

beforeAll(async () => {
  stage = await startStage([
    {
      name: 'tiktok',
      description: 'TikTok LIVE',
      options: [
        {
          type: Option.Subcommand,
          name: 'connect',
          description: 'Connect',
          options: [
            {
              type: Option.String,
              name: 'unique_id',
              description: 'Host',
              required: true,
              minLength: 2,
              maxLength: 24,
            },
            { type: Option.Boolean, name: 'persistent', description: 'Wait for the LIVE' },
          ],
        },
      ],
    },
    {
      name: 'give',
      description: 'Give',
      options: [
        { type: Option.User, name: 'who', description: 'Who', required: true },
        { type: Option.Attachment, name: 'file', description: 'File', required: true },
        { type: Option.Integer, name: 'points', description: 'Points', minValue: 1, maxValue: 10 },
        { type: Option.String, name: 'line', description: 'Line', choices: [{ name: 'Free line', value: 'free' }] },
        { type: Option.Channel, name: 'where', description: 'Where' },
        { type: Option.Role, name: 'role', description: 'Role' },
      ],
    },
    {
      name: 'link-tiktok',
      description: 'Link',
      options: [
        { type: Option.String, name: 'tiktok_handle', description: 'Handle', autocomplete: true, required: true },
      ],
    },
    { name: 'next', description: 'Next song', defaultMemberPermissions: 32n },
    { type: ApplicationCommandType.Message, name: 'Submit this track' },
    { type: ApplicationCommandType.User, name: 'Queue of' },
  ]);
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

describe('an answer', () => {
  it('that was deferred is seen when it comes, and edited after that', async () => {
    const released = Promise.withResolvers<void>();
    stage.answer(async (interaction) => {
      if (!interaction.isChatInputCommand()) return;
      await interaction.deferReply({ flags: MessageFlags.Ephemeral });
      await released.promise;
      await interaction.editReply('working');
      await interaction.editReply('done');
      await interaction.followUp({ content: 'one more thing', flags: MessageFlags.Ephemeral });
    });
    const seen = await ana.slash('tiktok connect', { unique_id: 'host' });
    expect(seen).toMatchObject({ answered: 'deferred', ephemeral: true, text: 'Skipline is thinking…' });
    released.resolve();
    const final = await seen.final();
    expect(final).toMatchObject({ answered: 'message', ephemeral: true });
    expect((await seen.nextFollowUp()).text).toBe('one more thing');
    expect((await seen.final()).text).toBe('done');
    expect(seen.followUps.map((message) => message.text)).toEqual(['one more thing']);
  });

  it('that never comes reads as the client words it', async () => {
    const waiting = ana.slash('tiktok connect', { unique_id: 'host' });
    stage.discord.world.advance(3000);
    expect(await waiting).toMatchObject({
      answered: 'failed',
      error: 'The application did not respond',
      firstAnswerMs: 3000,
    });
    const message = await postButtons();
    const click = ana.click(message, { label: 'Next' });
    stage.discord.world.advance(3000);
    expect((await click).text).toBe('This interaction failed');
  });

  it('over Discord’s limits never reaches the person, and the bot is told which field', async () => {
    const refusal = Promise.withResolvers<unknown>();
    stage.answer(async (interaction) => {
      if (interaction.isChatInputCommand()) await interaction.reply('x'.repeat(2001)).catch(refusal.resolve);
    });
    const waiting = ana.slash('tiktok connect', { unique_id: 'host' });
    expect(String(await refusal.promise)).toContain('data.content[BASE_TYPE_MAX_LENGTH]');
    stage.discord.world.advance(3000);
    expect((await waiting).answered).toBe('failed');
  });

  it('to typing are suggestions', async () => {
    stage.answer(async (interaction) => {
      if (!interaction.isAutocomplete()) return;
      const typed = interaction.options.getFocused();
      await interaction.respond(
        ['joe', 'john', 'ann']
          .filter((name) => name.startsWith(typed))
          .map((name) => ({ name: `@${name}`, value: name })),
      );
    });
    const seen = await ana.autocomplete('link-tiktok', 'tiktok_handle', 'jo');
    expect(seen).toMatchObject({ answered: 'choices', text: '@joe\n@john' });
    expect(seen.choices).toEqual([
      { name: '@joe', value: 'joe' },
      { name: '@john', value: 'john' },
    ]);
  });
});

const post = async (payload: object): Promise<Message> => {
  const channel = await stage.client.channels.fetch(stage.channel.id);
  if (channel?.isSendable() !== true) throw new Error('the bot cannot write');
  const sent = await channel.send(payload);
  return stage.discord.world.messages.require(stage.channel.id, sent.id);
};

const button = (id: string, label: string) =>
  new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Primary);

const postButtons = (): Promise<Message> =>
  post({
    content: 'Panel',
    components: [
      new ActionRowBuilder<ButtonBuilder>().addComponents(
        button('next', 'Next').setEmoji('⏭️'),
        button('undo', 'Undo').setDisabled(true),
        new ButtonBuilder().setURL('https://example.org').setLabel('Help').setStyle(ButtonStyle.Link),
      ),
    ],
  });

describe('a click', () => {
  beforeEach(() => {
    stage.answer(async (interaction) => {
      if (interaction.isButton())
        await interaction.reply({ content: interaction.customId, flags: MessageFlags.Ephemeral });
    });
  });

  it.each([
    ['label', { label: 'Next' }],
    ['custom id', { customId: /^ne/ }],
    ['emoji', { emoji: '⏭️' }],
  ] as const)('finds its button by %s', async (_name, target) => {
    expect((await ana.click(await postButtons(), target)).text).toBe('next');
  });

  it('reaches buttons in sections inside containers, one of several by number', async () => {
    const section = (id: string) =>
      new SectionBuilder()
        .addTextDisplayComponents(new TextDisplayBuilder().setContent(`Song **${id}**`))
        .setButtonAccessory(button(`play-${id}`, 'Play'));
    const message = await post({
      flags: MessageFlags.IsComponentsV2,
      components: [new ContainerBuilder().addSectionComponents(section('a'), section('b'))],
    });
    expect(ana.sees(stage.channel).at(-1)?.text).toBe('┃ Song a  [Play]\n┃ Song b  [Play]');
    expect((await ana.click(message, { label: 'Play', nth: 1 })).text).toBe('play-b');
    await expect(ana.click(message, { label: 'Play' })).rejects.toThrow(/2 buttons/);
  });

  it.each([
    ['disabled', { label: 'Undo' }, /disabled/],
    ['a link', { label: 'Help' }, /only opens https:\/\/example\.org/],
    ['not there', { label: 'Stop' }, /no button label "Stop":\nPanel\n\[⏭️ Next\] \[Undo\] \(disabled\) \[Help ↗\]/],
  ])('on what is %s is refused by the client', async (_name, target, message) => {
    await expect(ana.click(await postButtons(), target)).rejects.toThrow(message);
  });

  it('is refused on messages that the person does not see', async () => {
    reply(() => 'for your eyes only');
    const bob = stage.people.human(stage.guild, 'bob');
    const secret = await ana.slash('give', { who: ana, file: mp3 });
    await expect(bob.click(secret, { label: 'x' })).rejects.toThrow(/does not see/);
    const hidden = stage.discord.world.addChannel(stage.guild.id, {
      name: 'staff',
      overwrites: [{ id: stage.guild.id, type: 0, allow: 0n, deny: 1n << 10n }],
    });
    stage.discord.world.messages.post({
      channelId: hidden.id,
      authorId: stage.discord.world.bot.id,
      content: 'secret',
    });
    expect(bob.sees(hidden)).toEqual([]);
    await expect(bob.say(hidden, 'hello')).rejects.toThrow(/cannot see/);
  });

  it('can be forged', async () => {
    const message = await postButtons();
    expect((await ana.clickRaw(message, 'undo')).text).toBe('undo');
    expect((await ana.clickRaw(message, 'v0:old:button')).text).toBe('v0:old:button');
  });

  it('that updates its message shows the new one', async () => {
    stage.answer(async (interaction) => {
      if (!interaction.isButton()) return;
      await interaction.update({ content: 'Page 2' });
      await interaction.editReply('Page 3');
    });
    const seen = await ana.click(await postButtons(), { label: 'Next' });
    expect(seen.answered).toBe('update');
    expect(seen.text).toContain('Page 2');
    expect((await seen.nextEdit()).text).toContain('Page 3');
  });

  it('whose update is deferred is final when the message changes', async () => {
    stage.answer(async (interaction) => {
      if (!interaction.isButton()) return;
      await interaction.deferUpdate();
      await interaction.message.edit('Changed');
    });
    const seen = await ana.click(await postButtons(), { label: 'Next' });
    expect(seen.answered).toBe('deferred');
    const final = await seen.final();
    expect(final).toMatchObject({ answered: 'update' });
    expect(final.text).toContain('Changed');
  });
});

describe('a menu', () => {
  it('takes options by what is written on them, and people', async () => {
    const bob = stage.people.human(stage.guild, 'bob');
    stage.answer(async (interaction) => {
      if (interaction.isAnySelectMenu()) await interaction.reply(interaction.values.join(' '));
    });
    const line = new StringSelectMenuBuilder()
      .setCustomId('line')
      .setPlaceholder('Which line?')
      .addOptions({ label: 'Free', value: 'free' }, { label: 'Skip', value: 'skip' });
    const who = new UserSelectMenuBuilder().setCustomId('who');
    const message = await post({
      content: 'Choose',
      components: [
        new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(line),
        new ActionRowBuilder<UserSelectMenuBuilder>().addComponents(who),
      ],
    });
    expect((await ana.select(message, { placeholder: 'Which line?' }, 'Skip')).text).toBe('skip');
    expect((await ana.select(message, { index: 1 }, [bob])).text).toBe(bob.id);
    await expect(ana.select(message, { customId: 'line' }, 'Fast')).rejects.toThrow(/not offered \("Free", "Skip"\)/);
    await expect(ana.select(message, { customId: 'line' }, ['Free', 'Skip'])).rejects.toThrow(Impossible);
    await expect(ana.select(message, { placeholder: 'Nothing' }, 'Free')).rejects.toThrow(
      /no menu placeholder "Nothing"/,
    );
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
    await post({ content: '**Now playing** a song' });
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
