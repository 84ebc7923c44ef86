import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCustomId, encodeCustomId, idArgument } from '../../src/discord/custom-id.ts';

const action = fc.stringMatching(/^[a-z]{1,12}\.[a-z-]{1,20}$/);
const argument = fc.oneof(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), fc.stringMatching(/^[\w-]{0,12}$/));

describe('a custom id', () => {
  test('comes back as it went out, within Discord’s 100 characters', () => {
    fc.assert(
      fc.property(action, fc.array(argument, { maxLength: 3 }), (name, args) => {
        const text = encodeCustomId(name, ...args);
        expect(text.length).toBeLessThanOrEqual(100);
        expect(decodeCustomId(text)).toEqual({ kind: 'current', id: { action: name, args: args.map(String) } });
      }),
    );
  });

  test('that would be too long, or hide a separator, is a bug and throws', () => {
    expect(() => encodeCustomId('queue.page', 'x'.repeat(100))).toThrow(RangeError);
    expect(() => encodeCustomId('queue.page', 'a:b')).toThrow(RangeError);
  });

  test('of any kind is decoded without a throw', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 120 }), (text) => {
        expect(['current', 'outdated']).toContain(decodeCustomId(text).kind);
      }),
    );
  });

  test.each([
    ['v1:queue.page:3', 'current'],
    ['v1:queue.page', 'current'],
    ['v2:queue.page:3', 'outdated'],
    ['v0:anything', 'outdated'],
    ['v1', 'outdated'],
    ['v1:', 'outdated'],
    ['next_song', 'outdated'],
    ['', 'outdated'],
  ])('%j is %s', (text, kind) => {
    expect(decodeCustomId(text).kind).toBe(kind);
  });
});

describe('an id in an argument', () => {
  test.each([
    ['0', 0],
    ['17', 17],
    ['999999999999999', 999_999_999_999_999],
    ['-1', null],
    ['1.5', null],
    ['1e9', null],
    ['0x10', null],
    [' 1', null],
    ['', null],
    ['٣', null],
    ['9999999999999999', null],
    [undefined, null],
  ])('%j is %j', (text, id) => {
    expect(idArgument(text)).toBe(id);
  });
});
