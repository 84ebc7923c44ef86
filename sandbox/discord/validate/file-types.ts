import type { Spot } from './form.ts';

/** What the file picker offers for a group name. Discord may change these; they are only about file names. */
export const FILE_GROUPS: Readonly<Record<string, readonly string[]>> = {
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'avif', 'heic'],
  video: ['mp4', 'mov', 'webm', 'mkv'],
  audio: ['mp3', 'm4a', 'wav', 'ogg', 'opus', 'flac'],
};

/** `file_types` of a file upload or an attachment option: up to ten groups or extensions. */
export const checkFileTypes = (spot: Spot): void => {
  for (const entry of spot.list({ max: 10 })) {
    const known = typeof entry.value === 'string' && (entry.value in FILE_GROUPS || /^\.[a-z0-9]+$/i.test(entry.value));
    if (!known) {
      entry.refuse('BASE_TYPE_CHOICES', "Value must be one of ('image', 'video', 'audio') or a file extension.");
    }
  }
};

/** Whether a file of this name passes the filter: only the extension counts, as in the client. */
export const passesFileTypes = (filename: string, types: readonly string[]): boolean => {
  if (types.length === 0) return true;
  const extension = filename.toLowerCase().split('.').pop() ?? '';
  return types.some((type) =>
    type.startsWith('.') ? type.slice(1).toLowerCase() === extension : (FILE_GROUPS[type] ?? []).includes(extension),
  );
};
