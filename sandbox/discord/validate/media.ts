import type { Spot } from './form.ts';

const IMAGE_NAME = /\.(?:jpe?g|png|webp|gif)$/i;
const SCHEMES = ['http', 'https', 'attachment'];

/** The file an `attachment://name` URL names, or undefined for another URL. */
const attachmentName = (url: string): string | undefined =>
  url.startsWith('attachment://') ? url.slice('attachment://'.length) : undefined;

/** `media` or `file` of a Components V2 element. */
export const checkMedia = (spot: Spot, filenames: readonly string[], attachmentOnly = false): void => {
  const media = spot.object({ required: true });
  if (media === undefined) return;
  const url = media.at('url');
  if (url.url(attachmentOnly ? ['attachment'] : SCHEMES, 2048, { required: true }) === undefined) return;
  checkReference(url, filenames);
};

/** A picture of an embed: a web address, or an uploaded image. */
export const checkEmbedImage = (url: Spot, filenames: readonly string[], required = false): void => {
  if (url.url(SCHEMES, 2048, { required }) === undefined) return;
  const name = attachmentName(String(url.value));
  if (name !== undefined && !IMAGE_NAME.test(name)) {
    url.refuse('URL_TYPE_INVALID_URL', 'Not a well formed URL.');
  } else checkReference(url, filenames);
};

const checkReference = (url: Spot, filenames: readonly string[]): void => {
  const name = attachmentName(String(url.value));
  if (name === undefined || filenames.includes(name)) return;
  url.refuse(
    'UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND',
    `The referenced attachment "${name}" was not found`,
  );
};
