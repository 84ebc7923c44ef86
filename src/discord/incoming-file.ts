import type { Attachment } from 'discord.js';
import type { IncomingFile } from '../ports/media-intake.ts';

/**
 * An uploaded file under the name it had on its owner's machine. Where Discord changes a name it keeps the one before as
 * `title`, but without the ending: that is put back, so that nobody takes the end of "Beat 2.0" for one.
 */
export function incomingFile({
  url,
  name,
  title,
  size,
}: Pick<Attachment, 'url' | 'name' | 'title' | 'size'>): IncomingFile {
  if (title === null) return { url, name, size };
  const ending = /\.[a-z0-9]{1,5}$/i.exec(name)?.[0] ?? '';
  const isWhole = title.toLowerCase().endsWith(ending.toLowerCase());
  return { url, name: isWhole ? title : `${title}${ending}`, size };
}
