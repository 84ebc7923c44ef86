/** Without 0, O, 1, I and L, which look alike, and without vowels, so that no word comes out. */
export const PUBLIC_ID_ALPHABET = '23456789BCDFGHJKMNPQRSTVWXYZ';
/** Length of a public id; longer ones come when these get crowded. */
export const PUBLIC_ID_LENGTH = 4;
const PUBLIC_ID_MAX_LENGTH = 8;

/** @param random numbers in [0, 1) */
export function randomPublicId(random: () => number, length: number): string {
  let id = '';
  for (let n = 0; n < length; n += 1) {
    id += PUBLIC_ID_ALPHABET.charAt(Math.floor(random() * PUBLIC_ID_ALPHABET.length));
  }
  return id;
}

/** Reads `#4F7K`, `4f7k` or ` 4F7K `. @returns null when it can't be one */
export function parsePublicId(text: string): string | null {
  const id = text.trim().replace(/^#/, '').toUpperCase();
  if (id.length < PUBLIC_ID_LENGTH || id.length > PUBLIC_ID_MAX_LENGTH) return null;
  return [...id].every((letter) => PUBLIC_ID_ALPHABET.includes(letter)) ? id : null;
}
