import { expect, test } from 'vitest';
import { isFilterName, parsePosition, tempoOf } from '../../src/domain/playback.ts';

test.each([
  ['0', 0],
  ['83', 83_000],
  ['83.5', 83_500],
  ['1:23', 83_000],
  ['01:02:03', 3_723_000],
  ['90:00', 5_400_000],
  ['1m23s', 83_000],
  ['1 min 5 sec', 65_000],
  ['2h', 7_200_000],
  [' 45s ', 45_000],
])('%j is a position of %i ms', (typed, ms) => {
  expect(parsePosition(typed)).toBe(ms);
});

test.each(['', ' ', 'half', '1:75', '1:60:00', '-5', '1:2:3:4', '1e9', '99999:00', '12:', ':30', '٣', '1.2345'])(
  '%j is no position',
  (typed) => {
    expect(parsePosition(typed)).toBeNull();
  },
);

test('tempo multiplies over filters', () => {
  expect(tempoOf([])).toBe(1);
  expect(tempoOf(['bass-boost', '8d', 'reverb'])).toBe(1);
  expect(tempoOf(['nightcore', 'vaporwave'])).toBeCloseTo(1, 10);
});

test('a filter is known by its name alone', () => {
  expect(isFilterName('8d')).toBe(true);
  expect(isFilterName('toString')).toBe(false);
});
