import { describe, expect, test } from 'vitest';
import { failureCard, failureText } from '../../../src/discord/cards/failure-card.ts';
import { bookmarkCard, dataExportCard, noticeCard, type PlainNotice } from '../../../src/discord/cards/notice-card.ts';
import { onAirText } from '../../../src/discord/cards/on-air-card.ts';
import { plain, verbatim } from '../../../src/discord/cards/words.ts';
import type { Failure, FailureCode } from '../../../src/domain/failure.ts';
import { times } from '../../sandbox/validate-form.ts';
import { cardProblems, HOSTILE, HUGE, ID, LONG_LINK, link, onAir, song, textOf, unescaped } from './worst-case.ts';

const bad = HOSTILE;

/** One of each, with the worst that a stranger can put into it. */
const FAILURES: { readonly [C in FailureCode]: Omit<Extract<Failure, { code: C }>, 'code'> } = {
  'not-reviewer': {},
  'not-admin': {},
  'not-yours': { publicId: '4F7K' },
  'slow-down': { retryAfterMs: 1 },
  'guild-only': {},
  'nothing-submitted': {},
  'no-song-in-message': {},
  'link-and-file': {},
  'link-invalid': { why: 'has-credentials' },
  'link-host-refused': { host: bad, allowed: times(60, () => bad) },
  'link-apple': {},
  'link-not-a-song': { platform: bad },
  'text-too-long': { field: bad, max: HUGE },
  'line-closed': { line: 'pending' },
  'limit-reached': { line: 'free', limit: 10, waiting: times(10, () => '4F7K') },
  'already-waiting': { publicId: '4F7K' },
  'question-expired': { publicId: '4F7K', line: 'free' },
  'file-too-big': { bytes: HUGE, maxBytes: HUGE },
  'file-empty': {},
  'file-not-audio': { looksLike: bad },
  'file-has-video': {},
  'file-broken': {},
  'file-length': { durationMs: HUGE, minMs: 5_000, maxMs: HUGE },
  'file-unreachable': {},
  'file-host-refused': {},
  'file-gone': { publicId: '4F7K' },
  'disk-full': {},
  'no-such-song': { asked: bad },
  'song-not-waiting': { publicId: '4F7K', line: 'archive', by: ID },
  'song-already-there': { publicId: '4F7K', line: 'double-skip' },
  'song-not-pending': { publicId: '4F7K', line: 'removed' },
  'queue-empty': { pending: 2 },
  'just-played': { publicId: '4F7K', title: bad, by: ID },
  'nothing-to-undo': {},
  'undo-too-late': { publicId: '4F7K' },
  'nothing-to-clear': {},
  'handle-invalid': { asked: bad },
  'handle-taken': { name: bad },
  'handle-not-seen': { name: bad },
  'handle-unknown': { name: bad },
  'handle-not-linked': { name: bad },
  'handle-already-yours': { name: bad },
  'handle-limit': { limit: 10 },
  'choose-one': { options: ['user', 'handle', 'reset_all'] },
  'confirm-expired': {},
  'live-name-invalid': { asked: bad },
  'live-already': { host: bad, state: 'trying' },
  'live-not-connected': {},
  'live-refused': { host: bad, refusal: { kind: 'network', detail: bad } },
  'no-such-session': { asked: bad },
  'no-sessions': {},
  'no-such-gift': {},
  'gift-already-reversed': {},
  'not-in-voice': {},
  'voice-unreachable': { why: 'encryption', channelId: ID },
  'nothing-playing': {},
  'not-joined': {},
  'still-preparing': { publicId: '4F7K' },
  unplayable: { publicId: '4F7K', why: bad, url: LONG_LINK },
  'position-invalid': { asked: bad, durationMs: HUGE },
  'filter-not-allowed': { filter: bad },
  'setting-unknown': { key: bad },
  'setting-invalid': { key: 'gifts.skip', why: bad },
  'missing-permissions': { channelId: ID, permissions: ['View Channel', 'Send Messages'] },
  'missing-guild-permissions': { permissions: ['Manage Channels'] },
  'channels-full': {},
  'discord-unavailable': {},
  'channel-unusable': { channelId: ID, why: 'hidden' },
  'not-set-up': { setting: 'channel.debug', command: '`/setup`' },
  'panel-outdated': {},
  'command-unknown': {},
  'text-blocked': {},
  'nothing-stored': {},
  'store-unavailable': {},
};

const NOTICES: { readonly [K in PlainNotice['kind']]: Omit<Extract<PlainNotice, { kind: K }>, 'kind'> } = {
  'stored-passive': { publicId: '4F7K', title: bad, place: HUGE, extras: 9 },
  'refused-passive': { failure: { code: 'link-host-refused', host: bad, allowed: [bad] } },
  approved: { publicId: '4F7K', line: 'skip', reason: bad },
  rejected: { publicId: '4F7K', reason: bad },
  removed: { publicId: '4F7K', title: bad, reason: bad },
  moved: { publicId: '4F7K', line: 'double-skip', by: 'staff', reason: bad },
  'gift-moved': { publicId: '4F7K', line: 'back-to-back', coins: HUGE, handle: bad, giftName: bad },
  'gift-reversed': { publicId: '4F7K', line: 'free' },
  'coming-up': { publicId: '4F7K', place: 3 },
  'on-air': { publicId: '4F7K', title: bad },
  unplayable: { publicId: '4F7K', why: bad },
  'handle-proven': { name: bad },
  'handle-lost': { name: bad, why: 'staff' },
  'live-connected': { host: bad, roomId: bad, sessionId: HUGE },
  'live-ended-unexpectedly': { host: bad, sessionId: HUGE, durationMs: HUGE, cause: bad },
  'staff-alert': { text: 'x'.repeat(10_000) },
};

describe.each(Object.entries(FAILURES))('the refusal "%s"', (code, facts) => {
  const failure = { code, ...facts } as Failure;

  test('is a sentence for people', () => {
    const sentence = failureText(failure);
    expect(sentence).toMatch(/[.!]$/);
    expect(sentence).not.toMatch(/undefined|null|NaN|\[object/);
    expect(unescaped(sentence)).toEqual([]);
  });

  test('is taken by Discord', () => {
    expect(cardProblems(failureCard(failure))).toEqual([]);
  });
});

describe.each(Object.entries(NOTICES))('the notice "%s"', (kind, facts) => {
  const notice = { kind, ...facts } as PlainNotice;

  test.each(['private', 'channel'] as const)('is taken by Discord and harmless (%s)', (view) => {
    const card = noticeCard(notice, { view, forUser: ID, guildName: bad });
    expect(cardProblems(card)).toEqual([]);
    expect(unescaped(textOf(card))).toEqual([]);
    expect(textOf(card)).not.toMatch(/undefined|null|NaN|\[object/);
  });
});

test.each([
  ['host', false],
  ['lost', true],
  ['restart', true],
] as const)('the end of a LIVE by %s is called unexpected: %s', (cause, unexpected) => {
  const card = noticeCard(
    { kind: 'live-ended-unexpectedly', host: 'nova', sessionId: 7, durationMs: 60_000, cause },
    { view: 'channel' },
  );
  expect(textOf(card).includes('unexpectedly')).toBe(unexpected);
});

test('a link is refused with what is taken instead, however many hosts that are', () => {
  const hosts = (count: number) =>
    failureText({ code: 'link-host-refused', host: 'a.example', allowed: times(count, () => 'b.example') });
  expect(hosts(0)).toMatch(/not taken here\. Submit the song as a \*\*file\*\*/);
  expect(hosts(14)).toMatch(/b\.example\.$/);
  expect(hosts(16)).toMatch(/ and 2 more\.$/);
});

describe('a notice in a channel', () => {
  test('keeps what staff wrote to one person between the two', () => {
    const notice: PlainNotice = { kind: 'rejected', publicId: '4F7K', reason: 'no gift was seen' };
    expect(textOf(noticeCard(notice, { view: 'private' }))).toContain('no gift was seen');
    expect(textOf(noticeCard(notice, { view: 'channel' }))).not.toContain('no gift was seen');
  });

  test('names the person it is for', () => {
    const card = noticeCard({ kind: 'on-air', publicId: '4F7K', title: 'T' }, { view: 'channel', forUser: ID });
    expect(textOf(card)).toContain(`<@${ID}>`);
  });
});

test('a message with several songs is told that one was taken', () => {
  const notice: PlainNotice = { kind: 'stored-passive', publicId: '4F7K', title: 'T', place: 2, extras: 3 };
  expect(textOf(noticeCard(notice, { view: 'private' }))).toContain('3 more links or files left out');
});

test('a bookmark and a data export are taken by Discord', () => {
  expect(cardProblems(bookmarkCard(song(bad), ID))).toEqual([]);
  expect(cardProblems(bookmarkCard(song(bad, { track: link(LONG_LINK) }), ID))).toEqual([]);
  expect(cardProblems(dataExportCard('{}', bad))).toEqual([]);
});

test('a person whose data was deleted is somebody, not a broken mention', () => {
  const ownerId = 'erased';
  const said = [
    failureText({ code: 'just-played', publicId: '4F7K', title: 'x', by: 'erased' }),
    failureText({ code: 'song-not-waiting', publicId: '4F7K', line: 'archive', by: 'erased' }),
    textOf(bookmarkCard(song(bad, { ownerId }), 'erased')),
    onAirText({ ...onAir(bad), submission: song(bad, { ownerId }), byUserId: 'erased' }),
  ].join('\n');
  expect(said).not.toContain('<@erased>');
  expect(said.match(/by somebody/g)).toHaveLength(6);
});

describe('a stranger’s text', () => {
  test.each([
    ['@everyone', '\\@everyone'],
    ['<@123> <#1> <@&2>', '\\<\\@123\\> \\<#1\\> \\<\\@&2\\>'],
    ['**bold** _it_ ~~gone~~', '\\*\\*bold\\*\\* \\_it\\_ \\~\\~gone\\~\\~'],
    ['[click](https://evil.example)', '\\[click\\]\\(https\\://evil.example\\)'],
    ['# big', '\\# big'],
    ['- item', '\\- item'],
    ['1. item', '1\\. item'],
    ['two\nlines\tand\u2028more', 'two lines and more'],
    ['\u202Egnp.exe', 'gnp.exe'],
    ['zero\u0000byte', 'zerobyte'],
    ['a\\', 'a\\\\'],
  ])('%j becomes %j', (typed, shown) => {
    expect(plain(typed)).toBe(shown);
  });

  test('as code is shown as it was typed, and can not break out', () => {
    expect(verbatim('foo_bar*')).toBe('`foo_bar*`');
    expect(verbatim('a`b``c')).toBe('`aˋbˋˋc`');
    expect(verbatim('')).toBe('` `');
  });

  test('is shortened without cutting an emoji in two, and escaping cannot blow it up', () => {
    expect(plain('😀'.repeat(100), 11)).toBe(`${'😀'.repeat(5)}…`);
    expect(plain('*'.repeat(1_000), 100).length).toBeLessThanOrEqual(150);
    expect(plain('x'.repeat(1_000), 100)).toHaveLength(100);
  });
});
