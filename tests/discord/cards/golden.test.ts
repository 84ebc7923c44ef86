import { describe, expect, test } from 'vitest';
import { CARDS, PLAIN_CARDS } from './every-card.ts';
import { ORDINARY } from './ordinary-cards.ts';
import { linesOf, onPhone, sizeOf } from './phone.ts';
import { HOSTILE } from './worst-case.ts';

/**
 * What people read, as files to be read in review: `npx vitest run tests/discord/cards -u` writes them anew.
 * Sizes stand at the end, so that growth towards Discord's limits is seen.
 */
function golden(card: Parameters<typeof onPhone>[0]): string {
  const { components, characters } = sizeOf(card);
  return `${onPhone(card)}\n\n${components} of 40 components, ${characters} of 4,000 characters\n`;
}

const fileOf = (folder: string, name: string) =>
  `golden/${folder}/${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.txt`;

describe.each(Object.entries(ORDINARY))('%s', (name, card) => {
  test('reads as it was reviewed', async () => {
    await expect(golden(card)).toMatchFileSnapshot(fileOf('ordinary', name));
  });

  test('has no slip of wording', () => {
    const lines = linesOf(card).map((line) => line.replace(/^┃ ?/, ''));
    expect(lines.filter((line) => /^\s|\s$/.test(line))).toEqual([]);
    // Columns of a table are kept apart by blanks.
    expect(lines.filter((line) => /\S {2,}\S/.test(line) && !/^(User|Ben|-) {3}/.test(line))).toEqual([]);
    expect(lines.filter((line) => /(^|[^\d,.:])1 [a-z]{3,}s\b(?! (of|ago))/.test(line))).toEqual([]);
    expect(lines.filter((line) => /undefined|null|NaN|\[object/.test(line))).toEqual([]);
  });
});

describe.each(Object.entries(CARDS))('%s, at its worst', (name, draw) => {
  test('reads as it was reviewed', async () => {
    await expect(golden(draw(HOSTILE))).toMatchFileSnapshot(fileOf('worst', name));
  });
});

describe.each(Object.entries(PLAIN_CARDS))('%s', (name, card) => {
  test('reads as it was reviewed', async () => {
    await expect(golden(card)).toMatchFileSnapshot(fileOf('plain', name));
  });
});
