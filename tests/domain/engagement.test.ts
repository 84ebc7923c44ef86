import { describe, expect, it } from 'vitest';
import { type Deed, Earnings, giftPoints, type PointRates } from '../../src/domain/engagement.ts';

const RATES: PointRates = {
  like: 1,
  comment: 2,
  share: 5,
  follow: 10,
  subscribe: 25,
  join: 0,
  giftPerCoin: 2,
  giftPerCoinLarge: 1,
  largeGiftFrom: 1_000,
  commentsPerMinute: 3,
  sharesPerMinute: 1,
};

describe('points', () => {
  it.each<[Deed, number, number]>([
    ['like', 15, 15],
    ['comment', 1, 2],
    ['share', 1, 5],
    ['follow', 1, 10],
    ['subscribe', 1, 25],
    ['join', 1, 0],
  ])('%s x%i earns %i', (deed, times, points) => {
    expect(new Earnings().earn(deed, '7', times, RATES, 0)).toEqual({ counted: true, points });
  });

  it.each([
    [1, 2],
    [999, 1_998],
    [1_000, 1_000],
    [29_999, 29_999],
    [0, 0],
  ])('a gift of %i coins earns %i', (coins, points) => {
    expect(giftPoints(coins, RATES)).toBe(points);
  });

  it('a follow counts once per handle, also after a restart', () => {
    const earnings = new Earnings(['8']);
    expect(earnings.earn('follow', '7', 1, RATES, 0).points).toBe(10);
    expect(earnings.earn('follow', '7', 1, RATES, 9e6)).toEqual({ counted: false, points: 0 });
    expect(earnings.earn('follow', '8', 1, RATES, 0)).toEqual({ counted: false, points: 0 });
  });

  it('comments and shares beyond the cap of a minute are counted but earn nothing', () => {
    const earnings = new Earnings();
    const points = (deed: Deed, now: number) => earnings.earn(deed, '7', 1, RATES, now).points;
    expect([0, 1, 2, 3].map((at) => points('comment', at))).toEqual([2, 2, 2, 0]);
    expect([0, 1].map((at) => points('share', at))).toEqual([5, 0]);
    expect(earnings.earn('comment', '7', 1, RATES, 59_999)).toEqual({ counted: true, points: 0 });
    expect(earnings.earn('comment', '8', 1, RATES, 59_999).points).toBe(2);
    expect(points('comment', 60_000)).toBe(2);
  });

  it('no cap means every one earns', () => {
    const earnings = new Earnings();
    const free = { ...RATES, commentsPerMinute: 0 };
    const sum = Array.from({ length: 50 }, () => earnings.earn('comment', '7', 1, free, 0).points);
    expect(sum.reduce((a, b) => a + b)).toBe(100);
  });

  it('one subscription told in several ways counts once', () => {
    const earnings = new Earnings();
    expect(earnings.earn('subscribe', '7', 1, RATES, 0).counted).toBe(true);
    expect(earnings.earn('subscribe', '7', 1, RATES, 500).counted).toBe(false);
    expect(earnings.earn('subscribe', '7', 1, RATES, 3_600_000).counted).toBe(true);
  });
});
