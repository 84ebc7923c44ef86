import { describe, expect, test } from 'vitest';
import { liveStatusText } from '../../../src/discord/cards/live-card.ts';
import type { LiveRefusal } from '../../../src/domain/live-refusal.ts';
import { live } from './ordinary-case.ts';

const NOW = Date.UTC(2026, 10, 20, 21);

describe('/tiktok status of a running show', () => {
  test.each([
    [{ drift: 'chat messages lack the chat text' }, '⚠️ chat messages lack the chat text'],
    [{ gaps: 2, gapMs: 61_000, reconnects: 3 }, '2 gaps (1:01) · 3 reconnects'],
    [{ gaps: 0, gapMs: 0, reconnects: 0 }, 'no gaps · '],
    [{ likesSeen: 500, likesRoomTotal: 2_000 }, '500 of 2,000 likes seen'],
    // TikTok's total lags behind what it told one by one.
    [{ likesSeen: 500, likesRoomTotal: 0 }, '500 of 500 likes seen'],
    [{ unreadable: 7 }, '7 messages not understood'],
    [{ unreadable: 0 }, 'all understood'],
    [{ merged: 1_200 }, '1,200 merged under load'],
    [{ events: { like: 3, gift: 2, poll: 0 } }, '-# like 3 · gift 2\n'],
    [{ lastEventAt: null }, 'last never'],
    [{ host: '_dj_*nova*' }, String.raw`Active: @\_dj\_\*nova\*`],
  ] as const)('with %o says so', (change, words) => {
    expect(liveStatusText(live(change), NOW)).toContain(words);
  });
});

describe('/tiktok status without a show', () => {
  const refusals: readonly LiveRefusal[] = [
    { kind: 'offline' },
    { kind: 'unknown-user' },
    { kind: 'age-restricted' },
    { kind: 'blocked', detail: 'captcha' },
    { kind: 'sign-refused', status: 401 },
    { kind: 'rate-limited', retryAfterMs: 30_000 },
    { kind: 'network', detail: 'timeout' },
  ];

  test('tells every cause apart, in words of its own and without what only a log needs', () => {
    const texts = refusals.map((lastRefusal) =>
      liveStatusText({ kind: 'disconnected', lastHost: 'nova_live', lastRefusal }, NOW),
    );
    expect(new Set(texts).size).toBe(refusals.length);
    for (const text of texts) expect(text).not.toMatch(/undefined|\[object/);
  });
});
