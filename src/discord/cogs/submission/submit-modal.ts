import {
  type APIModalInteractionResponseCallbackData,
  ComponentType,
  type ModalSubmitInteraction,
  TextInputStyle,
} from 'discord.js';
import { LRUCache } from 'lru-cache';
import { cutText } from '../../../lib/text.ts';
import type { IncomingFile } from '../../../ports/media-intake.ts';
import { encodeCustomId } from '../../custom-id.ts';
import { incomingFile } from '../../incoming-file.ts';
import type { Services } from '../services.ts';

/** Text a person typed into the modal; a file can't be put back into a modal. */
export interface SubmitDraft {
  readonly link: string;
  readonly artist: string;
  readonly title: string;
  readonly note: string;
  /** @name from `/submit tiktok_handle`, empty when none. */
  readonly handle: string;
}

export const EMPTY_DRAFT: SubmitDraft = { link: '', artist: '', title: '', note: '', handle: '' };

/** Typed text of refused modals, for "Try again". In memory only: after a restart the modal opens empty. */
export class DraftMemory {
  readonly #drafts = new LRUCache<string, SubmitDraft>({ max: 1_000, ttl: 15 * 60_000 });
  #count = 0;

  keep(userId: string, draft: SubmitDraft): string {
    this.#count += 1;
    const token = this.#count.toString(36);
    this.#drafts.set(`${userId}:${token}`, draft);
    return token;
  }

  find(userId: string, token: string): SubmitDraft {
    return this.#drafts.get(`${userId}:${token}`) ?? EMPTY_DRAFT;
  }
}

const MEGABYTE = 1_048_576;

/** The smaller of what this server takes and what Discord lets people upload here, in bytes. */
export async function largestUpload(
  settings: Pick<Services['settings'], 'all'>,
  { guildId, attachmentSizeLimit }: { readonly guildId: string; readonly attachmentSizeLimit: number },
): Promise<number> {
  return Math.min((await settings.all(guildId))['submissions.max-file-mb'] * MEGABYTE, attachmentSizeLimit);
}

const FILE_TYPES = ['.mp3', '.wav', '.m4a', '.flac'] as const;

/**
 * One modal for a link or a file: exactly five fields, Discord's most. "Exactly one of" is checked on submit.
 * @param maxBytes what may be uploaded here: said beforehand, because Discord itself keeps larger files from being sent
 */
export function submitModal(draft: SubmitDraft, maxBytes: number): APIModalInteractionResponseCallbackData {
  const input = (id: string, style: TextInputStyle, max: number, placeholder: string, value: string) => ({
    type: ComponentType.TextInput as const,
    custom_id: id,
    style,
    required: false,
    max_length: max,
    placeholder,
    ...(value === '' ? {} : { value: cutText(value, max) }),
  });
  const label = (name: string, description: string, component: ReturnType<typeof input>) => ({
    type: ComponentType.Label as const,
    label: name,
    description,
    component,
  });
  return {
    custom_id: encodeCustomId('submission.modal', draft.handle),
    title: 'Submit a song',
    components: [
      label(
        'Link',
        'Either a link …',
        input('link', TextInputStyle.Short, 1_000, 'https://soundcloud.com/you/song', draft.link),
      ),
      {
        type: ComponentType.Label,
        label: 'File',
        description: `… or a file: MP3, WAV, M4A or FLAC up to ${Math.floor(maxBytes / MEGABYTE)} MB. Bigger? Give its link.`,
        component: {
          type: ComponentType.FileUpload,
          custom_id: 'file',
          required: false,
          min_values: 0,
          max_values: 1,
          file_types: [...FILE_TYPES],
        },
      },
      label('Artist', 'Empty = your display name', input('artist', TextInputStyle.Short, 100, '', draft.artist)),
      label('Title', "Empty = the file's or link's title", input('title', TextInputStyle.Short, 100, '', draft.title)),
      label('Note', 'Anything the reviewer should know', input('note', TextInputStyle.Paragraph, 300, '', draft.note)),
    ],
  };
}

/** What came back. Every field is hostile: a client may leave fields out or send other ones. */
export function readSubmitModal(
  interaction: ModalSubmitInteraction,
  handle: string,
): { readonly draft: SubmitDraft; readonly file: IncomingFile | null } {
  const value = (id: string) => {
    const field = interaction.fields.fields.get(id);
    return field !== undefined && 'value' in field && typeof field.value === 'string' ? field.value : '';
  };
  const uploaded = interaction.fields.fields.has('file')
    ? interaction.fields.getUploadedFiles('file')?.first()
    : undefined;
  return {
    draft: { link: value('link').trim(), artist: value('artist'), title: value('title'), note: value('note'), handle },
    file: uploaded === undefined ? null : incomingFile(uploaded),
  };
}
