import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  ContainerBuilder,
  MessageFlags,
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

const button = (id: string, label: string) =>
  new ButtonBuilder().setCustomId(id).setLabel(label).setStyle(ButtonStyle.Primary);

const postButtons = (): Promise<Message> =>
  stage.post({
    content: 'Panel',
    components: [
      new ActionRowBuilder<ButtonBuilder>().addComponents(
        button('next', 'Next').setEmoji('⏭️'),
        button('undo', 'Undo').setDisabled(true),
        new ButtonBuilder().setURL('https://example.org').setLabel('Help').setStyle(ButtonStyle.Link),
      ),
    ],
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
    const message = await stage.post({
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
    stage.answer(async (interaction) => {
      if (interaction.isChatInputCommand())
        await interaction.reply({ content: 'for your eyes only', flags: MessageFlags.Ephemeral });
    });
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
    const message = await stage.post({
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
