import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanText, cutText, textLength } from '../../src/lib/text.ts';

test.each([
  ['spaces are trimmed and collapsed', '  a \t\n  b  ', 'a b'],
  ['line breaks of all kinds become a space', 'a\r\nb\u2028c\u0085d', 'a b c d'],
  ['control characters go', 'a\u0000b\u001bc\u007f', 'abc'],
  ['marks that turn the direction go', 'song\u202egpm.\u202c', 'songgpm.'],
  ['isolates and zero-width characters go', '\u2066a\u2069\u200bb\ufeff', 'ab'],
  ['Arabic and Hebrew letters stay', 'أغنية שיר', 'أغنية שיר'],
  ['joined emoji stay whole', '👩‍🎤🏳️‍🌈', '👩‍🎤🏳️‍🌈'],
  ['letters that look like nothing are nothing', '\u3164\u2800', ''],
  ['joiners, soft hyphens and accents of nothing are nothing', '\u200d \u00ad\u200c\u034f\ufe0f\u{e0041}', ''],
  ['a soft hyphen in a word stays, an emoji with its joiners too', 'Donau\u00addampf 👩‍🎤', 'Donau\u00addampf 👩‍🎤'],
  ['letters of tomorrow and of private fonts are letters', '\u{1fbff}\uf8ff', '\u{1fbff}\uf8ff'],
  ['stacked accents are cut to four', `a${'\u0335'.repeat(50)}`, `a${'\u0335'.repeat(4)}`],
  ['half an emoji is replaced', 'a\ud83d', 'a\ufffd'],
  ['markdown and mentions are left to whoever shows them', '**a** @everyone', '**a** @everyone'],
])('%s', (_rule, text, expected) => {
  expect(cleanText(text)).toBe(expected);
});

test('cleaning twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => cleanText(cleanText(text)) === cleanText(text)),
    {
      numRuns: 1_000,
    },
  );
});

test('length and cutting count what a person would: an emoji is one', () => {
  expect(textLength('🎵🎵')).toBe(2);
  expect(cutText('🎵🎵🎵', 2)).toBe('🎵🎵');
  expect(cutText('a b', 2)).toBe('a');
});
