import {
  type ChatInputCommandInteraction,
  type RESTPostAPIApplicationCommandsJSONBody,
  SlashCommandBuilder,
} from 'discord.js';
import type { CommandModule } from '../../answer.ts';
import { incomingFile } from '../../incoming-file.ts';
import type { Services } from '../services.ts';
import { type Handed, handIn, submitted } from './hand-in.ts';
import { completeOwnHandle } from './own-handle-choices.ts';
import { ownHandleOption } from './own-handle-option.ts';

/** `/submitfile`: everything in one line, without the modal. */
export function submitfileCommand(services: Pick<Services, 'submissions' | 'handles'>): CommandModule {
  return {
    definition: definition(),
    access: 'everyone',
    answer: 'private',
    run: async (interaction, caller) => submitted(await handIn(services, caller, handed(interaction))),
    complete: completeOwnHandle(services),
  };
}

function definition(): RESTPostAPIApplicationCommandsJSONBody {
  return new SlashCommandBuilder()
    .setName('submitfile')
    .setDescription('Submit a song as a file')
    .addAttachmentOption((option) => option.setName('file').setDescription('MP3, WAV, M4A or FLAC').setRequired(true))
    .addStringOption((option) => option.setName('artist').setDescription('Artist').setRequired(true).setMaxLength(200))
    .addStringOption((option) => option.setName('title').setDescription('Title').setRequired(true).setMaxLength(200))
    .addStringOption((option) =>
      option.setName('note').setDescription('Anything the reviewer should know').setMaxLength(600),
    )
    .addBooleanOption((option) => option.setName('skip').setDescription('Is this a paid skip?'))
    .addStringOption(ownHandleOption)
    .toJSON();
}

function handed({ options }: ChatInputCommandInteraction<'cached'>): Handed {
  const skip = options.getBoolean('skip');
  return {
    via: 'file-command',
    draft: {
      link: '',
      artist: options.getString('artist', true),
      title: options.getString('title', true),
      note: options.getString('note') ?? '',
      handle: options.getString('tiktok_handle') ?? '',
    },
    file: incomingFile(options.getAttachment('file', true)),
    line: skip === null ? undefined : skip ? 'pending' : 'free',
  };
}
