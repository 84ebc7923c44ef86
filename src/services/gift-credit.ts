import { climb, type LinePrices, type PaidLine } from '../domain/gift.ts';
import { SETTINGS, type SettingKey } from '../domain/setting.ts';
import { isWaiting, type WaitingLine } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import type { HandleCoins } from '../ports/coin-store.ts';
import type { StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';

/** A song that coins moved. */
export interface MovedSong {
  readonly submissionId: number;
  readonly publicId: string;
  readonly ownerId: string;
  readonly from: WaitingLine;
  readonly to: PaidLine;
  /** All coins that stand behind the move. */
  readonly coins: number;
  /** @name of the gifter, without the sign. */
  readonly handle: string | null;
}

/** What decides about climbing, as the guild set it. */
export interface ClimbRules {
  readonly prices: LinePrices;
  readonly isOpen: (line: PaidLine) => boolean;
  /** A handle that is only named with a song counts for it; not where handles must be proven. */
  readonly named: boolean;
}

/** The gift a move is written down to. */
export interface MovingGift {
  readonly giftId: number;
  readonly name: string;
  readonly handle: string;
}

/** Reads the rules inside of the transaction that moves songs by them. */
export async function climbRules(tx: StoreTx, guildId: string): Promise<ClimbRules> {
  const stored = await tx.settings.all(guildId);
  const amount = (key: 'gifts.skip' | 'gifts.double-skip' | 'gifts.back-to-back') =>
    settingIn(stored, key, SETTINGS[key].default);
  return {
    prices: {
      skip: amount('gifts.skip'),
      'double-skip': amount('gifts.double-skip'),
      'back-to-back': amount('gifts.back-to-back'),
    },
    isOpen: (line) => settingIn<boolean>(stored, `submissions.open.${line}`, true),
    named: settingIn<string>(stored, 'handles.policy', 'open') !== 'proven',
  };
}

/** A stored value of the wrong type is as good as none. */
function settingIn<T>(stored: ReadonlyMap<string, string>, key: SettingKey, preset: T): T {
  const text = stored.get(key);
  if (text === undefined) return preset;
  const value: unknown = JSON.parse(text);
  return typeof value === typeof preset ? (value as T) : preset;
}

export function sumOf(coins: readonly HandleCoins[]): number {
  return coins.reduce((sum, each) => sum + each.coins, 0);
}

/**
 * Moves a waiting song as far up as the coins behind it reach, and writes down everything about it: the move, what it
 * holds now, and the notice to its owner. Coins behind it are those it holds and those its owner has free.
 * @returns null when it stays
 */
export async function climbWith(
  tx: StoreTx,
  submissionId: number,
  gift: MovingGift | null,
  rules: ClimbRules,
  at: number,
): Promise<MovedSong | null> {
  const song = (await tx.submissions.get(submissionId))?.submission;
  if (song === undefined || !isWaiting(song.line)) return null;
  const sessionId = await tx.lives.openSessionId(song.guildId);
  if (sessionId === null) return null;
  const { held, free } = await tx.lives.purse(submissionId, sessionId);
  const behind = [...held, ...free];
  const coins = sumOf(behind);
  const line = climb(song.line, coins, rules.prices, rules.isOpen);
  if (line === null) return null;
  const moved = await tx.submissions.enter(song.id, line, at);
  await tx.lives.hold(song.id, behind);
  const moveId = await tx.moves.add({
    guildId: song.guildId,
    submissionId: song.id,
    fromLine: song.line,
    fromRank: song.rank,
    toLine: line,
    toRank: moved.rank,
    cause: 'gift',
    giftId: gift?.giftId ?? null,
    coins,
    at,
  });
  await tx.outbox.add({
    guildId: song.guildId,
    dedupeKey: `gift-moved:${moveId}`,
    target: { kind: 'member', userId: song.ownerId },
    notice: {
      kind: 'gift-moved',
      publicId: song.publicId,
      line,
      coins,
      handle: gift?.handle ?? '',
      giftName: gift?.name ?? null,
    },
    at,
  });
  const { publicId, ownerId } = song;
  return { submissionId, publicId, ownerId, from: song.line, to: line, coins, handle: gift?.handle ?? null };
}

/** Coins that a member's handles gave before there was a song, or before the handle was linked. */
export class GiftCredit {
  /**
   * Applies what the member has to their newest waiting song. To be called inside the transaction that stored a song or
   * a link; `tellMoves` after its commit.
   */
  async apply(tx: StoreTx, guildId: string, userId: string, at: number): Promise<readonly MovedSong[]> {
    if ((await tx.lives.openSessionId(guildId)) === null) return [];
    const waiting = await tx.submissions.waitingOf(guildId, userId);
    const newest = waiting.reduce<(typeof waiting)[number] | null>(
      (best, song) =>
        best === null ||
        song.submittedAt > best.submittedAt ||
        (song.submittedAt === best.submittedAt && song.id > best.id)
          ? song
          : best,
      null,
    );
    if (newest === null) return [];
    const rules = await climbRules(tx, guildId);
    const handles = await tx.handles.ofMember(guildId, userId);
    if (handles.length === 0 && !rules.named) return [];
    const gift = await tx.lives.newestGiftOf(guildId, userId);
    const moving = gift === null ? null : { giftId: gift.giftId, name: gift.name, handle: gift.handle };
    const moved = await climbWith(tx, newest.id, moving, rules, at);
    return moved === null ? [] : [moved];
  }
}

/** Settings that may let coins climb which could not before. */
const LETS_CLIMB: ReadonlySet<SettingKey> = new Set([
  'submissions.open.skip',
  'submissions.open.double-skip',
  'submissions.open.back-to-back',
  'gifts.skip',
  'gifts.double-skip',
  'gifts.back-to-back',
  'handles.policy',
]);

/**
 * Applies the waiting credit of everybody, when a change of settings may let it. To be called inside the transaction that
 * changed them; `tellMoves` after its commit.
 */
export async function applyWaitingCredit(
  tx: StoreTx,
  guildId: string,
  changed: readonly SettingKey[],
  at: number,
): Promise<readonly MovedSong[]> {
  if (!changed.some((key) => LETS_CLIMB.has(key))) return [];
  const credit = new GiftCredit();
  const moved: MovedSong[] = [];
  for (const ownerId of await tx.lives.creditors(guildId)) {
    moved.push(...(await credit.apply(tx, guildId, ownerId, at)));
  }
  return moved;
}

/** Tells what coins moved, after the commit. */
export function tellMoves(bus: EventBus<Facts>, guildId: string, moved: readonly MovedSong[]): void {
  for (const { submissionId, publicId, from, to, coins, handle } of moved) {
    bus.emit('song.moved', { guildId, submissionId, publicId, from, to, cause: 'gift', handle, coins });
  }
  if (moved.length === 0) return;
  bus.emit('queue.changed', { guildId });
  bus.emit('notice.stored', { guildId });
}
