import type { LiveEvent, LiveUser } from '../domain/live-event.ts';
import { type Fields, fields, idOrNull, line, list, whole, wholeOrNull } from './untrusted.ts';

/** The library's events we make something of. All other names are ignored. */
export const HEARD_EVENTS = [
  'chat',
  'gift',
  'like',
  'member',
  'follow',
  'share',
  'subNotify',
  // Not `superFan`: that is also a super fan's greeting.
  'superFanJoin',
  'roomUser',
  'pollMessage',
  'linkMicBattle',
  'controlMessage',
] as const;
export type HeardEvent = (typeof HEARD_EVENTS)[number];

/** The messages behind them: only these are decoded at all. */
export const HEARD_METHODS = [
  'WebcastChatMessage',
  'WebcastGiftMessage',
  'WebcastLikeMessage',
  'WebcastMemberMessage',
  'WebcastSocialMessage',
  'WebcastSubNotifyMessage',
  'WebcastBarrageMessage',
  'WebcastRoomUserSeqMessage',
  'WebcastPollMessage',
  'WebcastLinkMicBattle',
  'WebcastControlMessage',
] as const;

export type Normalised =
  | { readonly kind: 'event'; readonly event: LiveEvent }
  | { readonly kind: 'unusable'; readonly problem: string }
  | { readonly kind: 'ignored' };

const IGNORED: Normalised = { kind: 'ignored' };
const NO_USER: Normalised = { kind: 'unusable', problem: 'no user' };

/** Bounds of believable numbers. TikTok's dearest gift costs about 50,000 coins, a like message holds about 15. */
const COUNT_MAX = 1_000_000;
const ROOM_MAX = Number.MAX_SAFE_INTEGER;
const NAME_MAX = 64;
const NICKNAME_MAX = 80;
const TEXT_MAX = 500;
const GIFT_NAME_MAX = 60;
const GROUP_MAX = 64;
const URL_MAX = 600;

/** `d.gift.type` of a gift that is sent tap by tap. */
const STREAKABLE_TYPE = 1;
const SUBSCRIBED_ACTION = 3;
const BADGE = { moderator: 1, gifterLevel: 8, fanLevel: 10 } as const;

/**
 * One message of the library as one event of ours. Pure, and safe whatever the message holds: it was written by
 * strangers, and its schema changes without notice.
 * @param arrivedAt ms since the epoch; stands in for a missing or absurd server time
 */
export function normalise(name: HeardEvent, message: unknown, arrivedAt: number): Normalised {
  const raw = fields(message);
  const common = fields(raw.common);
  const base = { msgId: messageId(common), at: serverTime(common.createTime, arrivedAt) };
  switch (name) {
    case 'roomUser':
      return viewers(raw, base);
    case 'pollMessage':
      return {
        kind: 'event',
        event: { ...base, kind: 'poll', title: line(fields(raw.startContent).title, 200) },
      };
    case 'linkMicBattle':
      return { kind: 'event', event: { ...base, kind: 'battle', action: battleAction(raw.action) } };
    case 'controlMessage':
      return control(raw, base);
    default:
      return byViewer(name, raw, base);
  }
}

interface Base {
  readonly msgId: string | null;
  readonly at: number;
}

type ViewerEvent = Exclude<HeardEvent, 'roomUser' | 'pollMessage' | 'linkMicBattle' | 'controlMessage'>;

function byViewer(name: ViewerEvent, raw: Fields, { msgId, at }: Base): Normalised {
  const user = liveUser(raw);
  if (user === null) return NO_USER;
  switch (name) {
    case 'chat':
      return { kind: 'event', event: { msgId, at, kind: 'comment', user, text: line(raw.content, TEXT_MAX) } };
    case 'like':
      return {
        kind: 'event',
        event: {
          msgId,
          at,
          kind: 'like',
          user,
          count: whole(raw.count, COUNT_MAX),
          roomTotal: wholeOrNull(raw.total, ROOM_MAX),
        },
      };
    case 'gift':
      return gift(raw, user, { msgId, at });
    case 'member':
      return {
        kind: 'event',
        event: { msgId, at, kind: raw.action === SUBSCRIBED_ACTION ? 'subscribe' : 'join', user },
      };
    case 'follow':
    case 'share':
      return { kind: 'event', event: { msgId, at, kind: name, user } };
    case 'subNotify':
    case 'superFanJoin':
      return { kind: 'event', event: { msgId, at, kind: 'subscribe', user } };
  }
}

function gift(raw: Fields, user: LiveUser, { msgId, at }: Base): Normalised {
  const about = fields(raw.gift);
  const giftId = idOrNull(raw.giftId) ?? idOrNull(about.id);
  if (giftId === null) return { kind: 'unusable', problem: 'no gift id' };
  const groupId = line(raw.groupId, GROUP_MAX);
  const hasGift = raw.gift !== undefined && raw.gift !== null;
  // Without the gift object only the group tells a streak: gifts that come once have none.
  const streakable = hasGift
    ? about.type === STREAKABLE_TYPE || about.combo === true
    : groupId !== '' && groupId !== '0';
  return {
    kind: 'event',
    event: {
      msgId,
      at,
      kind: 'gift',
      user,
      giftId,
      giftName: line(about.name, GIFT_NAME_MAX) || `Gift ${giftId}`,
      coinsEach: whole(about.diamondCount, COUNT_MAX),
      streakable,
      repeatCount: Math.max(1, whole(raw.repeatCount, COUNT_MAX)),
      final: !streakable || raw.repeatEnd === 1 || raw.repeatEnd === true,
      groupId,
    },
  };
}

function viewers(raw: Fields, base: Base): Normalised {
  const count = wholeOrNull(raw.total, ROOM_MAX);
  if (count === null) return { kind: 'unusable', problem: 'no viewer count' };
  return {
    kind: 'event',
    event: { ...base, kind: 'viewers', count, totalJoined: wholeOrNull(raw.totalUser, ROOM_MAX) },
  };
}

function control(raw: Fields, base: Base): Normalised {
  switch (raw.action) {
    case 1:
      return { kind: 'event', event: { ...base, kind: 'paused' } };
    case 2:
      return { kind: 'event', event: { ...base, kind: 'resumed' } };
    case 3:
    case 4:
      return { kind: 'event', event: { ...base, kind: 'stream-end', suspended: raw.action === 4 } };
    default:
      return IGNORED;
  }
}

function battleAction(action: unknown): 'open' | 'finish' | 'other' {
  if (action === 4) return 'open';
  return action === 5 ? 'finish' : 'other';
}

function liveUser(raw: Fields): LiveUser | null {
  const user = fields(raw.user);
  const userId = idOrNull(user.id) ?? idOrNull(user.idStr);
  if (userId === null) return null;
  const badges = list(user.badgeList);
  const avatar = list(fields(user.avatarThumb).urlList)[0];
  return {
    userId,
    name: line(user.displayId, NAME_MAX),
    nickname: line(user.nickname, NICKNAME_MAX),
    avatarUrl: typeof avatar === 'string' && avatar.startsWith('https://') ? line(avatar, URL_MAX) : null,
    followerCount: wholeOrNull(fields(user.followInfo).followerCount, ROOM_MAX),
    gifterLevel: badgeLevel(badges, BADGE.gifterLevel) ?? levelOrNull(fields(user.payGrade).level),
    fanLevel:
      badgeLevel(badges, BADGE.fanLevel) ??
      levelOrNull(fields(fields(user.fansClub).data).level) ??
      levelOrNull(fields(user.fansClubInfo).fansLevel),
    isModerator:
      fields(raw.userIdentity).isModeratorOfAnchor === true || findBadge(badges, BADGE.moderator) !== undefined,
  };
}

function findBadge(badges: readonly unknown[], sceneType: number): Fields | undefined {
  for (const badge of badges) if (fields(badge).sceneType === sceneType) return fields(badge);
  return undefined;
}

function badgeLevel(badges: readonly unknown[], sceneType: number): number | null {
  return levelOrNull(fields(findBadge(badges, sceneType)?.privilegeLogExtra).level);
}

/** Level 0 is what a missing one looks like on the wire. */
function levelOrNull(value: unknown): number | null {
  const level = wholeOrNull(value, 1_000);
  return level === 0 ? null : level;
}

function messageId(common: Fields): string | null {
  return idOrNull(common.msgId);
}

const SECONDS_BELOW = 1e12;
const EARLIEST = Date.UTC(2016, 0, 1);
const DAY_MS = 86_400_000;

/** TikTok sends ms; seconds are taken too. Zero, nonsense and the far future are replaced by the time of arrival. */
function serverTime(value: unknown, arrivedAt: number): number {
  const time = wholeOrNull(value, Number.MAX_SAFE_INTEGER);
  if (time === null) return arrivedAt;
  const ms = time < SECONDS_BELOW ? time * 1_000 : time;
  return ms < EARLIEST || ms > arrivedAt + DAY_MS ? arrivedAt : ms;
}

/**
 * The field a message of this kind should have and lacks: not fatal, but when most messages lack it, TikTok has changed
 * its protocol. Null when all is there.
 */
export function lackingField(name: HeardEvent, message: unknown): string | null {
  const raw = fields(message);
  switch (name) {
    case 'chat':
      return lackingUser(raw) ?? (raw.content === undefined || raw.content === '' ? 'chat text' : null);
    case 'gift':
      return lackingUser(raw) ?? (raw.gift === undefined || raw.gift === null ? 'gift details' : null);
    case 'like':
      return lackingUser(raw) ?? (typeof raw.count === 'number' && raw.count > 0 ? null : 'like count');
    case 'member':
    case 'follow':
    case 'share':
      return lackingUser(raw);
    case 'roomUser':
      return wholeOrNull(raw.total, ROOM_MAX) === null ? 'viewer count' : null;
    default:
      return null;
  }
}

function lackingUser(raw: Fields): string | null {
  const user = fields(raw.user);
  if (idOrNull(user.id) === null && idOrNull(user.idStr) === null) return 'user id';
  if (user.displayId === undefined || user.displayId === '') return 'user name';
  return idOrNull(fields(raw.common).msgId) === null ? 'message id' : null;
}
