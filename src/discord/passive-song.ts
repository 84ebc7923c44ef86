import type { Attachment, Message } from 'discord.js';
import type { IncomingFile } from '../ports/media-intake.ts';
import { incomingFile } from './incoming-file.ts';

/** The song that a message brings. */
export type PassiveSong = (
  | { readonly kind: 'file'; readonly file: IncomingFile }
  | { readonly kind: 'link'; readonly link: string }
) & {
  /** Further links and files, which are left out: one song per message. */
  readonly extras: number;
  /** Nothing but the song stands in the message. */
  readonly alone: boolean;
};

type Source = Pick<Message, 'content'> & { readonly attachments: ReadonlyMap<string, Attachment> };

const LINK = /https?:\/\/[^\s<>"`]+/gi;
const AUDIO_NAME = /\.(mp3|wav|wave|m4a|flac|aac|ogg|oga|opus|wma|aiff?|alac|mp4|m4b)$/i;

/** Could be a song: sound by its type or name, or of no known type. Pictures, texts and the like are conversation. */
function maybeSong(file: Attachment): boolean {
  const type = file.contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (type.startsWith('audio/') || type.startsWith('video/') || AUDIO_NAME.test(file.name)) return true;
  return type === '' || type === 'application/octet-stream' || type === 'application/ogg';
}

/** Text around a link belongs to the sentence, not to the address. */
function trimLink(link: string): string {
  const cut = link.replace(/[.,;:!?'*_~|\\]+$/, '');
  return cut.endsWith(')') && !cut.includes('(') ? trimLink(cut.slice(0, -1)) : cut;
}

/**
 * The first file or else the first link of a message; a forwarded message counts with what it carries.
 * @returns null when there is none: a conversation
 */
export function songIn(message: Pick<Message, 'content' | 'attachments' | 'messageSnapshots'>): PassiveSong | null {
  const sources: Source[] = [message, ...message.messageSnapshots.values()];
  const files = sources.flatMap(({ attachments }) => [...attachments.values()]).filter(maybeSong);
  const links = sources.flatMap(({ content }) => content.match(LINK) ?? []).map(trimLink);
  const rest = sources.map(({ content }) => content.replace(LINK, '').replace(/[\s<>]/g, '')).join('');
  const facts = { extras: files.length + links.length - 1, alone: rest === '' };
  const [file] = files;
  if (file !== undefined) {
    return { kind: 'file', file: incomingFile(file), ...facts };
  }
  const [link] = links;
  return link === undefined ? null : { kind: 'link', link, ...facts };
}
