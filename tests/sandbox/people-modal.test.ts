import {
  FileUploadBuilder,
  type Interaction,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  StringSelectMenuBuilder,
  TextInputBuilder,
  TextInputStyle,
  UserSelectMenuBuilder,
} from 'discord.js';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Impossible } from '../../sandbox/discord/interaction-model.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { type Stage, startStage } from './people-bot.ts';

const mp3 = { name: 'song.mp3', bytes: new Uint8Array(64) };
const MIB = 1024 * 1024;

let stage: Stage;
let ana: Human;

beforeAll(async () => {
  stage = await startStage([{ name: 'submit', description: 'Submit a song' }]);
});

afterAll(() => stage.stop());

const input = (id: string) => new TextInputBuilder().setCustomId(id).setStyle(TextInputStyle.Short);

const modal = new ModalBuilder()
  .setCustomId('submit')
  .setTitle('Submit a song')
  .addLabelComponents(
    new LabelBuilder().setLabel('Link').setTextInputComponent(input('link').setRequired(false).setMaxLength(200)),
    new LabelBuilder()
      .setLabel('File')
      .setDescription('MP3 or WAV')
      .setFileUploadComponent(
        new FileUploadBuilder().setCustomId('file').setRequired(false).setMinValues(0).setFileTypes('.mp3', '.wav'),
      ),
    new LabelBuilder().setLabel('Artist').setTextInputComponent(input('artist').setValue('Ana').setMinLength(2)),
    new LabelBuilder()
      .setLabel('Line')
      .setStringSelectMenuComponent(
        new StringSelectMenuBuilder()
          .setCustomId('line')
          .setRequired(false)
          .setMinValues(0)
          .addOptions({ label: 'Free', value: 'free', default: true }, { label: 'Skip', value: 'skip' }),
      ),
    new LabelBuilder()
      .setLabel('With')
      .setUserSelectMenuComponent(new UserSelectMenuBuilder().setCustomId('with').setRequired(false).setMinValues(0)),
  );

const summary = (interaction: Interaction): string => {
  if (!interaction.isModalSubmit()) return '';
  const { fields } = interaction;
  const file = fields.getUploadedFiles('file')?.first();
  return [
    `link=${fields.getTextInputValue('link')}`,
    `file=${file?.name ?? ''}`,
    `artist=${fields.getTextInputValue('artist')}`,
    `line=${fields.getStringSelectValues('line').join()}`,
    `with=${fields.getSelectedUsers('with')?.first()?.username ?? ''}`,
  ].join('\n');
};

beforeEach(() => {
  ana = stage.people.human(stage.guild, 'ana');
  stage.answer(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.showModal(modal);
    else if (interaction.isModalSubmit()) {
      await interaction.reply({ content: summary(interaction), flags: MessageFlags.Ephemeral });
    }
  });
});

const open = (): Promise<Seen> => ana.slash('submit');

it('a modal reads as it opens', async () => {
  const seen = await open();
  expect(seen.answered).toBe('modal');
  expect(seen.text.split('\n')).toEqual([
    '┏ Submit a song',
    'Link',
    '  ▁ ',
    'File',
    '  MP3 or WAV',
    '  ⇪ Drop file here or browse',
    'Artist *',
    '  ▁ Ana',
    'Line',
    '  ▾ Free: Free · Skip',
    'With',
    '  ▾ Make a selection',
    '┗ [Cancel] [Submit]',
  ]);
});

it('fields are filled in by label or custom id; what is left alone keeps what is in it', async () => {
  const bob = stage.people.human(stage.guild, 'bob');
  const all = await ana.fillModal(await open(), {
    Link: 'https://example.org/a_b_c',
    file: mp3,
    Artist: 'Xo',
    Line: 'Skip',
    With: bob,
  });
  expect(all.text.split('\n')).toEqual([
    'link=https://example.org/a_b_c',
    'file=song.mp3',
    'artist=Xo',
    'line=skip',
    'with=bob',
  ]);
  const nothing = await ana.fillModal(await open(), {});
  expect(nothing.text.split('\n')).toEqual(['link=', 'file=', 'artist=Ana', 'line=free', 'with=']);
});

it('the file arrives with its bytes', async () => {
  const fetched = Promise.withResolvers<ArrayBuffer>();
  stage.answer(async (interaction) => {
    if (interaction.isChatInputCommand()) await interaction.showModal(modal);
    if (!interaction.isModalSubmit()) return;
    await interaction.deferReply();
    const url = interaction.fields.getUploadedFiles('file')?.first()?.url ?? '';
    fetched.resolve(await (await fetch(url)).arrayBuffer());
    await interaction.editReply('stored');
  });
  const seen = await ana.fillModal(await open(), { File: mp3 });
  expect((await seen.final()).text).toBe('stored');
  expect(new Uint8Array(await fetched.promise)).toEqual(mp3.bytes);
});

it.each([
  ['a field that is not there', { Title: 'x' }, /no field "Title" \(it has "Link" \(link\), "File" \(file\)/],
  ['too short a text', { Artist: 'x' }, /artist/],
  ['an emptied required field', { Artist: '' }, /artist/],
  ['too long a text', { Link: 'x'.repeat(201) }, /link/],
  ['a text for a file', { File: 'song.mp3' }, /"File" takes files/],
  ['too many files', { File: [mp3, mp3] }, /file/],
  ['a file of another kind', { File: { ...mp3, name: 'song.exe' } }, /song\.exe/],
  ['an option that is not offered', { Line: 'Fast' }, /not offered/],
])('%s is refused by the client', async (_name, fields, message) => {
  const seen = await open();
  await expect(ana.fillModal(seen, fields)).rejects.toThrow(Impossible);
  await expect(ana.fillModal(seen, fields)).rejects.toThrow(message);
});

it('a file over the person’s limit is refused by the client', async () => {
  const large = { name: 'song.mp3', bytes: new Uint8Array(20 * MIB + 1) };
  await expect(ana.fillModal(await open(), { File: large })).rejects.toThrow(/20 MiB/);
});

it('somebody with a subscription uploads more', async () => {
  const large = { name: 'song.mp3', bytes: new Uint8Array(20 * MIB + 1) };
  const rich = stage.people.human(stage.guild, 'rich', { premiumType: 3 });
  expect((await rich.fillModal(await rich.slash('submit'), { File: large })).text).toContain('file=song.mp3');
});

it('only an open modal can be filled in', async () => {
  const answer = await ana.fillModal(await open(), {});
  await expect(ana.fillModal(answer, {})).rejects.toThrow(/no modal is open, but:\nlink=/);
});

it('a submission that nobody answers reads as the client words it', async () => {
  const seen = await open();
  stage.answer(async () => undefined);
  const submitted = ana.fillModal(seen, {});
  stage.discord.world.advance(3000);
  expect((await submitted).error).toBe('Something went wrong. Try again.');
});
