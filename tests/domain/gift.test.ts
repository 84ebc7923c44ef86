import { describe, expect, it } from 'vitest';
import {
  boughtLine,
  climb,
  fallBack,
  type GiftFrame,
  GiftStreaks,
  type LinePrices,
  type Settlement,
  STREAK_IDLE_MS,
  STREAK_REMEMBERED_MS,
  type Streak,
} from '../../src/domain/gift.ts';
import type { WaitingLine } from '../../src/domain/submission.ts';

const PRICES: LinePrices = { skip: 1_000, 'double-skip': 2_000, 'back-to-back': 5_000 };
const open = () => true;

let ids = 0;
function rose(repeatCount: number, more: Partial<GiftFrame> = {}): GiftFrame {
  ids += 1;
  return {
    msgId: `m${ids}`,
    userId: '7',
    giftId: '5655',
    giftName: 'Rose',
    coinsEach: 1,
    streakable: true,
    repeatCount,
    final: false,
    groupId: 'g1',
    at: 1_000,
    ...more,
  };
}

/** What a ledger pays that pays each key once, and differences later. */
class Payer {
  readonly paid = new Map<string, number>();

  pay(settlements: readonly Settlement[]): void {
    for (const each of settlements) this.paid.set(each.key, each.count * each.coinsEach);
  }

  get coins(): number {
    return [...this.paid.values()].reduce((sum, coins) => sum + coins, 0);
  }
}

function feed(streaks: GiftStreaks, frames: readonly GiftFrame[], now = 0): Settlement[] {
  return frames.flatMap((frame) => {
    const step = streaks.take(frame, now);
    return step.kind === 'settled' ? [step.settlement] : [];
  });
}

describe('a streak', () => {
  it('counts once with its full count when its end comes', () => {
    const settled = feed(new GiftStreaks(), [rose(1), rose(2), rose(3), rose(3, { final: true })]);
    expect(settled).toMatchObject([{ key: '7|5655|g1', count: 3, coinsEach: 1, by: 'end' }]);
  });

  it('counts once when the end overtakes the last progress', () => {
    const settled = feed(new GiftStreaks(), [rose(1), rose(3, { final: true }), rose(2), rose(3)]);
    expect(settled).toMatchObject([{ count: 3, by: 'end' }]);
  });

  it('counts once when its end comes twice', () => {
    const settled = feed(new GiftStreaks(), [rose(3, { final: true }), rose(3, { final: true })]);
    expect(settled).toHaveLength(1);
  });

  it('keeps the highest count when the count goes down', () => {
    const settled = feed(new GiftStreaks(), [rose(5), rose(2), rose(1, { final: true })]);
    expect(settled).toMatchObject([{ count: 5 }]);
  });

  it('is settled after ten seconds without progress, not earlier', () => {
    const streaks = new GiftStreaks();
    streaks.take(rose(1), 0);
    streaks.take(rose(4), 5_000);
    expect(streaks.nextIdleAt()).toBe(15_000);
    expect(streaks.idle(5_000 + STREAK_IDLE_MS - 1)).toEqual([]);
    expect(streaks.idle(5_000 + STREAK_IDLE_MS)).toMatchObject([{ count: 4, by: 'idle' }]);
    expect(streaks.nextIdleAt()).toBeNull();
  });

  it('is not kept open by repeated frames that show nothing new', () => {
    const streaks = new GiftStreaks();
    streaks.take(rose(4), 0);
    expect(streaks.take(rose(4), 9_000)).toEqual({ kind: 'nothing' });
    expect(streaks.idle(10_000)).toHaveLength(1);
  });

  it('is settled again with its whole worth when frames that were believed lost come after all', () => {
    const streaks = new GiftStreaks();
    const payer = new Payer();
    payer.pay(feed(streaks, [rose(5)]));
    payer.pay(streaks.idle(20_000));
    expect(payer.coins).toBe(5);
    payer.pay(feed(streaks, [rose(8), rose(9, { final: true })], 25_000));
    expect(payer.coins).toBe(9);
  });

  it('ignores late frames for minutes, and pays nothing twice afterwards either', () => {
    const streaks = new GiftStreaks();
    const payer = new Payer();
    payer.pay(feed(streaks, [rose(5, { final: true })]));
    expect(feed(streaks, [rose(5, { final: true })], STREAK_REMEMBERED_MS - 1)).toEqual([]);
    payer.pay(streaks.idle(STREAK_REMEMBERED_MS));
    payer.pay(feed(streaks, [rose(5, { final: true })], STREAK_REMEMBERED_MS + 1));
    expect(payer.coins).toBe(5);
  });

  it('of another viewer, gift or group is another one', () => {
    const settled = feed(new GiftStreaks(), [
      rose(2, { final: true }),
      rose(3, { final: true, userId: '8' }),
      rose(4, { final: true, giftId: '1', coinsEach: 5 }),
      rose(5, { final: true, groupId: 'g2' }),
    ]);
    expect(settled.map((each) => each.count)).toEqual([2, 3, 4, 5]);
  });

  it('without a group is told from the next one by a pause', () => {
    const streaks = new GiftStreaks();
    const payer = new Payer();
    payer.pay(feed(streaks, [rose(1, { groupId: '0' }), rose(2, { groupId: '0', final: true })]));
    payer.pay(feed(streaks, [rose(2, { groupId: '0' })], 1_000));
    payer.pay(feed(streaks, [rose(3, { groupId: '0', final: true })], 30_000));
    expect(payer.coins).toBe(5);
  });

  it('takes its price from the frames that carry the gift', () => {
    const settled = feed(new GiftStreaks(), [
      rose(1, { coinsEach: 0, giftName: '5655' }),
      rose(2),
      rose(2, { final: true, coinsEach: 0 }),
    ]);
    expect(settled).toMatchObject([{ count: 2, coinsEach: 1, giftName: 'Rose' }]);
  });

  it('is settled by a drop and by the end of the stream', () => {
    const streaks = new GiftStreaks();
    streaks.take(rose(2), 0);
    expect(streaks.flush('drop', 10)).toMatchObject([{ count: 2, by: 'drop' }]);
    streaks.take(rose(3, { groupId: 'g2' }), 20);
    expect(streaks.flush('stream-end', 30)).toMatchObject([{ count: 3, by: 'stream-end' }]);
    expect(streaks.flush('stream-end', 40)).toEqual([]);
  });

  it('goes on after a restart where it stood', () => {
    const before = new GiftStreaks();
    const step = before.take(rose(6), 0);
    const kept: Streak[] = step.kind === 'progress' ? [step.streak] : [];
    const after = new GiftStreaks();
    after.restore(kept, 0);
    expect(feed(after, [rose(4), rose(7, { final: true })], 100)).toMatchObject([{ count: 7, openedAt: 1_000 }]);
  });
});

describe('a gift without streaks', () => {
  const galaxy = (more: Partial<GiftFrame> = {}) =>
    rose(1, { giftId: '11046', giftName: 'Galaxy', coinsEach: 1_000, streakable: false, groupId: '0', ...more });

  it('counts at once, though its message never says that it is the last', () => {
    expect(feed(new GiftStreaks(), [galaxy()])).toMatchObject([{ count: 1, coinsEach: 1_000, by: 'single' }]);
  });

  it('counts each time it is given', () => {
    expect(feed(new GiftStreaks(), [galaxy(), galaxy()])).toHaveLength(2);
  });

  it('counts each time even without message ids', () => {
    const payer = new Payer();
    payer.pay(feed(new GiftStreaks(), [galaxy({ msgId: null }), galaxy({ msgId: null })]));
    expect(payer.coins).toBe(2_000);
  });
});

describe('what coins buy', () => {
  it.each([
    [0, null],
    [999, null],
    [1_000, 'skip'],
    [1_999, 'skip'],
    [2_000, 'double-skip'],
    [4_999, 'double-skip'],
    [5_000, 'back-to-back'],
    [1e9, 'back-to-back'],
  ])('%i coins buy %s', (coins, line) => {
    expect(boughtLine(coins, PRICES)).toBe(line);
  });

  it.each<[WaitingLine, number, WaitingLine | null]>([
    ['free', 999, null],
    ['free', 1_000, 'skip'],
    ['pending', 1_000, 'skip'],
    ['pending', 5_000, 'back-to-back'],
    ['skip', 1_999, null],
    ['skip', 2_000, 'double-skip'],
    ['double-skip', 2_000, null],
    ['double-skip', 1_000, null],
    ['back-to-back', 1_000_000, null],
  ])('a song in %s with %i coins goes to %s', (from, coins, to) => {
    expect(climb(from, coins, PRICES, open)).toBe(to);
  });

  it('stops below a closed line', () => {
    expect(climb('free', 2_500, PRICES, (line) => line !== 'double-skip')).toBe('skip');
    expect(climb('skip', 2_500, PRICES, (line) => line !== 'double-skip')).toBeNull();
    expect(climb('free', 2_500, PRICES, () => false)).toBeNull();
  });
});

describe('taking a gift back', () => {
  const chain = [
    { giftId: 1, fromLine: 'free', fromRank: 10, toLine: 'skip', toRank: 100 },
    { giftId: 2, fromLine: 'skip', fromRank: 100, toLine: 'back-to-back', toRank: 200 },
  ] as const;

  it('leaves the song where the remaining coins still reach', () => {
    expect(fallBack(chain, 5_000, PRICES)).toBeNull();
  });

  it('puts it back at the rank it had in the line that is left to it', () => {
    expect(fallBack(chain, 1_500, PRICES)).toEqual({ line: 'skip', rank: 100 });
    expect(fallBack(chain, 2_500, PRICES)).toEqual({ line: 'double-skip', rank: 200 });
  });

  it('puts it back where it stood before any gift when no line is left to it', () => {
    expect(fallBack(chain, 0, PRICES)).toEqual({ line: 'free', rank: 10 });
    expect(fallBack([{ ...chain[0], fromLine: 'pending' }], 0, PRICES)).toEqual({ line: 'pending', rank: 10 });
  });

  it('changes nothing when no gift moved the song', () => {
    expect(fallBack([], 0, PRICES)).toBeNull();
  });
});
