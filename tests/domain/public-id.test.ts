import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PUBLIC_ID_ALPHABET, parsePublicId, randomPublicId } from '../../src/domain/public-id.ts';

test('the letters of a public id cannot be mistaken for each other and make no words', () => {
  expect(PUBLIC_ID_ALPHABET).not.toMatch(/[01OIL AEUaeiou]/);
  expect(new Set(PUBLIC_ID_ALPHABET).size).toBe(PUBLIC_ID_ALPHABET.length);
});

test('every public id that is given out is read back, in any spelling', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.999999, noNaN: true }), { minLength: 5, maxLength: 5 }),
      (chances) => {
        const left = [...chances];
        const id = randomPublicId(() => left.shift() ?? 0, 5);
        expect(id).toHaveLength(5);
        for (const spelling of [id, `#${id}`, id.toLowerCase(), ` #${id.toLowerCase()} `]) {
          expect(parsePublicId(spelling)).toBe(id);
        }
      },
    ),
  );
});

test.each(['', '#', '4F7', '4F7K4F7K4', '4O7K', '4F 7', "4F7'", '💥💥💥💥'])('%j is no public id', (text) => {
  expect(parsePublicId(text)).toBeNull();
});
