import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planBurst } from '../../sandbox/tiktok/burst-plan.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { at, type LibraryClient, libraryClient } from './tiktok-client.ts';

let tiktok: TikTok;
beforeEach(async () => {
  tiktok = await startTikTok();
});
afterEach(() => tiktok.stop());

describe('the plan of a burst', () => {
  it('has exactly the events asked for, and closes every streak once with its highest count', () => {
    const plans = fc.record({ events: fc.integer({ min: 1, max: 400 }), seed: fc.integer({ min: 0, max: 1e9 }) });
    fc.assert(
      fc.property(plans, fc.integer({ min: 1, max: 30 }), (plan, viewers) => {
        const deeds = planBurst({ ...plan, mix: { gift: 5, comment: 1 } }, viewers);
        expect(deeds).toHaveLength(plan.events);
        const highest = new Map<number, number>();
        const ended = new Map<number, number>();
        for (const deed of deeds) {
          if (deed.kind !== 'gift' || !deed.gift.streakable) continue;
          expect(ended.has(deed.streak)).toBe(false);
          if (deed.repeatEnd === 1) ended.set(deed.streak, deed.repeatCount);
          else highest.set(deed.streak, deed.repeatCount);
        }
        expect(ended).toEqual(highest);
      }),
      { numRuns: 200 },
    );
  });

  it('is the same for the same seed', () => {
    expect(planBurst({ events: 500, seed: 7 }, 50)).toEqual(planBurst({ events: 500, seed: 7 }, 50));
    expect(planBurst({ events: 500, seed: 7 }, 50)).not.toEqual(planBurst({ events: 500, seed: 8 }, 50));
  });
});

describe('a burst through the library', () => {
  it.each([
    { events: 3000, gzip: true, perFrame: 1 },
    { events: 3000, gzip: true, perFrame: 10 },
    { events: 3000, gzip: false, perFrame: 7 },
    { events: 500, gzip: true, perFrame: 1, perSecond: 2000 },
  ])('arrives whole and adds up to the truth: %o', async (options) => {
    const live = tiktok.host('djhost').goLive();
    const client = libraryClient(tiktok, 'djhost');
    await client.connection.connect();
    await live.waitForConnection();
    const burst = await live.burst({ ...options, viewers: 40, seed: 3 });
    await live.waitForAcks(Math.ceil(options.events / options.perFrame));
    await client.until('gift', burst.byKind.gift);
    await client.until('like', burst.byKind.like);
    await client.until('chat', burst.byKind.comment);
    expect(sum(client, 'like', 'count')).toBe(burst.total.likes);
    expect(client.of('chat')).toHaveLength(burst.total.comments);
    expect(coins(client)).toEqual(
      new Map(
        [...burst.viewers].filter(([, truth]) => truth.coins > 0).map(([userId, truth]) => [userId, truth.coins]),
      ),
    );
    expect(live.truth).toMatchObject({ messages: options.events, undelivered: 0, coins: burst.total.coins });
    await client.connection.disconnect();
  });

  it('is bounded', async () => {
    const live = tiktok.host('djhost').goLive();
    await expect(live.burst({ events: 500_001 })).rejects.toThrow('1 to 500000');
  });
});

function sum(client: LibraryClient, event: 'like', path: string): number {
  return client.of(event).reduce((total, payload) => total + Number(at(payload, path)), 0);
}

/** Coins by user id, reckoned from the events alone, whatever their order. */
function coins(client: LibraryClient): ReadonlyMap<string, number> {
  const streaks = new Map<string, { readonly userId: string; readonly coins: number }>();
  for (const gift of client.of('gift')) {
    const userId = String(at(gift, 'user.id'));
    const part = at(gift, 'gift.type') === 1 ? at(gift, 'groupId') : at(gift, 'common.msgId');
    const key = `${userId}|${String(at(gift, 'giftId'))}|${String(part)}`;
    const worth = Number(at(gift, 'repeatCount')) * Number(at(gift, 'gift.diamondCount'));
    if (worth > (streaks.get(key)?.coins ?? 0)) streaks.set(key, { userId, coins: worth });
  }
  const byUser = new Map<string, number>();
  for (const streak of streaks.values()) byUser.set(streak.userId, (byUser.get(streak.userId) ?? 0) + streak.coins);
  return new Map([...byUser].filter(([, total]) => total > 0));
}
