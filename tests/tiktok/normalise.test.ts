import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEARD_EVENTS, lackingField, normalise } from '../../src/tiktok/normalise.ts';

const NOW = 1_760_000_000_000;
const common = { msgId: '7564321098765432109', createTime: String(NOW - 5), roomId: '70' };
const user = { id: '6800000000000000001', idStr: '6800000000000000001', displayId: 'vera.x', nickname: 'Vera' };
const rose = { id: '5655', name: 'Rose', diamondCount: 1, type: 1, combo: true };
const galaxy = { id: '11046', name: 'Galaxy', diamondCount: 1_000, type: 2, combo: false };

function event(name: (typeof HEARD_EVENTS)[number], message: unknown) {
  const result = normalise(name, message, NOW);
  if (result.kind !== 'event') throw new Error(`${name} was ${JSON.stringify(result)}`);
  return result.event;
}

describe('a message becomes an event', () => {
  it.each([
    ['chat', { content: 'hello' }, { kind: 'comment', text: 'hello' }],
    ['like', { count: 15, total: '1200' }, { kind: 'like', count: 15, roomTotal: 1_200 }],
    ['follow', { action: '1' }, { kind: 'follow' }],
    ['share', { shareCount: 1 }, { kind: 'share' }],
    ['member', { action: 1, memberCount: 7 }, { kind: 'join' }],
    ['member', { action: 3 }, { kind: 'subscribe' }],
    ['subNotify', { subMonth: '2' }, { kind: 'subscribe' }],
    ['superFanJoin', {}, { kind: 'subscribe' }],
  ] as const)('%s %o', (name, fields, expected) => {
    expect(event(name, { common, user, ...fields })).toMatchObject({
      ...expected,
      msgId: common.msgId,
      at: NOW - 5,
      user: { userId: user.id, name: 'vera.x', nickname: 'Vera' },
    });
  });

  it('counts viewers', () => {
    expect(event('roomUser', { common, total: '321', totalUser: '9000' })).toMatchObject({
      kind: 'viewers',
      count: 321,
      totalJoined: 9_000,
    });
  });

  it.each([
    [1, 'paused'],
    [2, 'resumed'],
    [3, 'stream-end'],
    [4, 'stream-end'],
  ])('control action %i is %s', (action, kind) => {
    expect(event('controlMessage', { common, action })).toMatchObject({ kind });
  });

  it('knows a suspended stream from an ended one', () => {
    expect(event('controlMessage', { common, action: 4 })).toMatchObject({ suspended: true });
    expect(event('controlMessage', { common, action: 3 })).toMatchObject({ suspended: false });
  });

  it('polls and battles', () => {
    expect(event('pollMessage', { common, startContent: { title: 'Next?' } })).toMatchObject({
      kind: 'poll',
      title: 'Next?',
    });
    expect([4, 5, 1].map((action) => event('linkMicBattle', { common, action }))).toMatchObject([
      { kind: 'battle', action: 'open' },
      { action: 'finish' },
      { action: 'other' },
    ]);
  });

  it('reads levels and roles from badges, else from their second source', () => {
    const badge = (sceneType: number, level: string) => ({ sceneType, privilegeLogExtra: { level } });
    const badged = { ...user, badgeList: [badge(1, '0'), badge(8, '23'), badge(10, '7')] };
    expect(event('chat', { common, user: badged })).toMatchObject({
      user: { isModerator: true, gifterLevel: 23, fanLevel: 7 },
    });
    const plain = {
      ...user,
      payGrade: { level: 5 },
      fansClubInfo: { fansLevel: '3' },
      followInfo: { followerCount: '12' },
    };
    expect(event('chat', { common, user: plain, userIdentity: { isModeratorOfAnchor: true } })).toMatchObject({
      user: { isModerator: true, gifterLevel: 5, fanLevel: 3, followerCount: 12 },
    });
  });
});

describe('a gift', () => {
  const gift = (fields: object) =>
    event('gift', { common, user, giftId: '5655', groupId: '99', repeatCount: 3, repeatEnd: 0, ...fields });

  it('that is streakable is final only with its end', () => {
    expect(gift({ gift: rose })).toMatchObject({
      streakable: true,
      repeatCount: 3,
      final: false,
      coinsEach: 1,
      groupId: '99',
    });
    expect(gift({ gift: rose, repeatEnd: 1 })).toMatchObject({ final: true });
  });

  it('that is not streakable is final at once, though its end is never told', () => {
    expect(gift({ giftId: '11046', gift: galaxy, groupId: '0', repeatCount: 1 })).toMatchObject({
      giftName: 'Galaxy',
      coinsEach: 1_000,
      streakable: false,
      final: true,
    });
  });

  it('without its details keeps its id, costs nothing, and is a streak only when it has a group', () => {
    expect(gift({ gift: undefined })).toMatchObject({
      giftId: '5655',
      giftName: 'Gift 5655',
      coinsEach: 0,
      streakable: true,
    });
    expect(gift({ gift: undefined, groupId: '0' })).toMatchObject({ streakable: false, final: true });
  });

  it.each([
    [-5, 1],
    [0, 1],
    [Number.NaN, 1],
    [undefined, 1],
    ['12', 12],
    [2 ** 31 - 1, 1_000_000],
    [Number.POSITIVE_INFINITY, 1_000_000],
  ])('with the count %s counts as %i', (repeatCount, counted) => {
    expect(gift({ gift: rose, repeatCount })).toMatchObject({ repeatCount: counted });
  });

  it.each([
    [-100, 0],
    [1e12, 1_000_000],
    ['99', 99],
    [Number.NaN, 0],
    [{}, 0],
  ])('with the price %s costs %i', (diamondCount, coinsEach) => {
    expect(gift({ gift: { ...rose, diamondCount } })).toMatchObject({ coinsEach });
  });

  it('without any id is not usable', () => {
    expect(normalise('gift', { common, user, repeatCount: 1 }, NOW)).toEqual({
      kind: 'unusable',
      problem: 'no gift id',
    });
  });
});

describe('what strangers write', () => {
  it('is cut to a sane length without cutting a character in two', () => {
    const { user: seen } = event('chat', {
      common,
      user: { ...user, nickname: '🎧'.repeat(10_000) },
      content: 'x'.repeat(99_999),
    }) as {
      user: { nickname: string };
    };
    expect(seen.nickname).toBe('🎧'.repeat(40));
    expect(event('chat', { common, user, content: 'x'.repeat(99_999) })).toMatchObject({ text: 'x'.repeat(500) });
  });

  it('loses control characters, line breaks and reversed reading, keeps emoji and other scripts', () => {
    const nickname = 'a\u0000b\nc\u202Ed\u2066👩‍🎤 名前 \ud800';
    expect(event('chat', { common, user: { ...user, nickname }, content: '' })).toMatchObject({
      user: { nickname: 'a b c d 👩‍🎤 名前 \ufffd' },
    });
  });

  it('may look like markdown or a mention: that is kept as it is', () => {
    expect(event('chat', { common, user: { ...user, displayId: '**@everyone**' }, content: '' })).toMatchObject({
      user: { name: '**@everyone**' },
    });
  });

  it('gives no avatar address but https', () => {
    const avatar = (url: string) => event('chat', { common, user: { ...user, avatarThumb: { urlList: [url] } } });
    expect(avatar('https://p16.tiktokcdn.com/a.webp')).toMatchObject({
      user: { avatarUrl: 'https://p16.tiktokcdn.com/a.webp' },
    });
    expect(avatar('javascript:alert(1)')).toMatchObject({ user: { avatarUrl: null } });
  });
});

describe('the time of an event', () => {
  const at = (createTime: unknown) => event('chat', { common: { ...common, createTime }, user }).at;

  it.each([
    ['ms', String(NOW - 1_000), NOW - 1_000],
    ['seconds', String((NOW - 1_000) / 1_000), NOW - 1_000],
    ['zero', '0', NOW],
    ['nonsense', 'soon', NOW],
    ['missing', undefined, NOW],
    ['the far future', String(NOW * 10), NOW],
    ['before TikTok', '1000', NOW],
  ])('%s', (_, given, expected) => {
    expect(at(given)).toBe(expected);
  });
});

describe('a message with holes', () => {
  it.each([undefined, null, {}, [], 'text', 42, { user: null }, { user: { id: '0' } }])(
    '%o of a viewer is not usable',
    (message) => {
      expect(normalise('chat', message, NOW)).toEqual({ kind: 'unusable', problem: 'no user' });
    },
  );

  it('without common still counts, without an id to know it by', () => {
    expect(event('chat', { user, content: 'hi' })).toMatchObject({ msgId: null, at: NOW, kind: 'comment' });
  });

  it('never throws and never yields a number out of bounds, whatever is in it', () => {
    const anything = fc.anything({ maxDepth: 3, withBigInt: true, withDate: true, withNullPrototype: true });
    const message = fc.oneof(
      anything,
      fc.record(
        {
          common: fc.oneof(fc.constant(common), anything),
          user: fc.oneof(
            fc.constant(user),
            fc.record({
              id: anything,
              badgeList: anything,
              avatarThumb: anything,
              nickname: fc.string({ unit: 'binary' }),
            }),
          ),
          gift: fc.oneof(fc.constant(rose), anything),
          giftId: fc.oneof(fc.constant('5655'), anything),
          repeatCount: anything,
          count: anything,
          total: anything,
          content: fc.string({ unit: 'binary' }),
          action: anything,
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(fc.constantFrom(...HEARD_EVENTS), message, (name, raw) => {
        const result = normalise(name, raw, NOW);
        lackingField(name, raw);
        if (result.kind !== 'event') return;
        JSON.stringify(result.event, (_, value: unknown) => {
          if (typeof value === 'number') expect(value >= 0 && Number.isSafeInteger(value)).toBe(true);
          if (typeof value === 'string') expect(value.isWellFormed() && value.length <= 600).toBe(true);
          return value;
        });
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('a field that is missing', () => {
  it.each([
    ['chat', { common, user, content: 'x' }, null],
    ['chat', { common, user, content: '' }, 'chat text'],
    ['chat', { common, user: { id: '1' }, content: 'x' }, 'user name'],
    ['chat', { common, content: 'x' }, 'user id'],
    ['like', { common, user, likeCount: 3 }, 'like count'],
    ['gift', { common, user, giftName: 'Rose' }, 'gift details'],
    ['follow', { user }, 'message id'],
    ['roomUser', { common, viewerCount: 3 }, 'viewer count'],
  ] as const)('of %s %o: %s', (name, message, lacking) => {
    expect(lackingField(name, message)).toBe(lacking);
  });
});
