import { gifts } from './gifts.ts';
import type { Host } from './host.ts';
import { type Answer, type HttpRequest, json, type Match, match } from './http-origin.ts';
import type { Live } from './live.ts';

export interface OpenedRoom {
  readonly host: Host;
  readonly live: Live;
}

/** What webcast.tiktok.com knows. */
export interface WebcastWorld {
  findRoom(roomId: string): OpenedRoom | undefined;
  now(): number;
}

/** webcast.tiktok.com: room info, entering, the gift list. The websocket is attached elsewhere. */
export function webcastRoutes(world: WebcastWorld): (request: HttpRequest) => Match | undefined {
  return (request) => {
    const roomId = request.url.searchParams.get('room_id') ?? '';
    const opened = world.findRoom(roomId);
    const about = { handle: opened?.host.handle, roomId };
    switch (request.url.pathname) {
      case '/webcast/room/info/':
        return match('room-info', about, (fault) => roomInfo(world, opened, fault !== undefined));
      case '/webcast/room/enter/':
        return match('room-enter', about, () => roomInfo(world, opened, false));
      case '/webcast/gift/list/':
        return match('gift-list', about, () => giftList(world, request.url.searchParams.has('X-Bogus')));
      default:
        return undefined;
    }
  };
}

function roomInfo(world: WebcastWorld, opened: OpenedRoom | undefined, restricted: boolean): Answer {
  const extra = { now: world.now() };
  if (opened === undefined) {
    return json({ data: { message: 'Room does not exist', prompts: 'LIVE has ended' }, extra, status_code: 30003 });
  }
  const { host, live } = opened;
  if (restricted || host.ageRestricted) return json({ data: { prompts: '' }, extra, status_code: 4003110 });
  const truth = live.truth;
  const data = {
    id: live.roomId,
    id_str: live.roomId,
    status: live.status === 'live' ? 2 : 4,
    title: host.profile.title,
    create_time: Math.floor(live.startedAtMs / 1000),
    owner_user_id_str: host.userId,
    owner: {
      id_str: host.userId,
      display_id: host.handle,
      nickname: host.profile.nickname,
      follow_info: { follower_count: host.profile.followerCount },
    },
    user_count: live.viewerCount,
    like_count: truth.likes,
    stats: { total_user: truth.joins, like_count: truth.likes, share_count: truth.shares },
  };
  return json({ data, extra, status_code: 0 });
}

/** Without a signature TikTok answers 200 with nothing in it. */
function giftList(world: WebcastWorld, signed: boolean): Answer {
  if (!signed) return { status: 200, contentType: 'application/json', body: '' };
  const list = Object.values(gifts).map((gift) => ({
    id: gift.id,
    name: gift.name,
    type: gift.streakable ? 1 : 2,
    combo: gift.streakable,
    diamond_count: gift.coins,
  }));
  return json({ data: { gifts: list }, extra: { now: world.now() }, status_code: 0 });
}
