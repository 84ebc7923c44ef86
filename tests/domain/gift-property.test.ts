import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type GiftFrame, GiftStreaks, type Settlement } from '../../src/domain/gift.ts';

/** One streak as it was given, and what becomes of its frames on the way. */
interface History {
  readonly user: number;
  readonly gift: number;
  readonly group: number;
  readonly taps: number;
  readonly ends: boolean;
}

const history: fc.Arbitrary<History> = fc.record({
  user: fc.integer({ min: 1, max: 3 }),
  gift: fc.integer({ min: 1, max: 3 }),
  group: fc.integer({ min: 1, max: 4 }),
  taps: fc.integer({ min: 1, max: 12 }),
  ends: fc.boolean(),
});

const PRICE = [0, 1, 5, 99];

function framesOf(each: History, index: number): GiftFrame[] {
  const frame = (repeatCount: number, final: boolean): GiftFrame => ({
    msgId: `${index}-${repeatCount}-${final}`,
    userId: String(each.user),
    giftId: String(each.gift),
    giftName: 'gift',
    coinsEach: PRICE[each.gift] ?? 0,
    streakable: true,
    repeatCount,
    final,
    groupId: String(each.group),
    at: 0,
  });
  const progress = Array.from({ length: each.taps }, (_, tap) => frame(tap + 1, false));
  return each.ends ? [...progress, frame(each.taps, true)] : progress;
}

it('pays exactly the highest count of each streak, whatever the order, doubles, losses and pauses (10,000 histories)', () => {
  fc.assert(
    fc.property(
      fc.array(history, { minLength: 1, maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      fc.array(fc.integer({ min: 0, max: 25_000 }), { minLength: 1, maxLength: 12 }),
      (histories, dice, pauses) => {
        const roll = (sides: number) => dice.next().value % sides;
        // Lost, doubled, shuffled.
        const heard = histories
          .flatMap(framesOf)
          .flatMap((frame) => [[], [frame], [frame], [frame, frame]][roll(4)] ?? [])
          .map((frame) => ({ frame, order: roll(1_000) }))
          .sort((a, b) => a.order - b.order)
          .map(({ frame }) => frame);
        const truth = new Map<string, number>();
        for (const frame of heard) {
          const key = `${frame.userId}|${frame.giftId}|${frame.groupId}`;
          truth.set(key, Math.max(truth.get(key) ?? 0, frame.repeatCount * frame.coinsEach));
        }

        const streaks = new GiftStreaks();
        const paid = new Map<string, number>();
        // As the ledger does it: one row per key, which only grows.
        const pay = ({ key, count, coinsEach }: Settlement) =>
          paid.set(key, Math.max(paid.get(key) ?? 0, count * coinsEach));
        let now = 0;
        heard.forEach((frame, index) => {
          now += pauses[index % pauses.length] ?? 0;
          streaks.idle(now).forEach(pay);
          const step = streaks.take(frame, now);
          if (step.kind === 'settled') pay(step.settlement);
          if (roll(40) === 0) streaks.flush('drop', now).forEach(pay);
        });
        streaks.flush('stream-end', now).forEach(pay);
        expect(paid).toEqual(truth);
      },
    ),
    { numRuns: 10_000 },
  );
});
