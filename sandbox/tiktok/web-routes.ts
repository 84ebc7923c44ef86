import type { Host } from './host.ts';
import { type Answer, type HttpRequest, json, type Match, match } from './http-origin.ts';

/** What www.tiktok.com knows. */
export interface WebWorld {
  findHost(handle: string): Host | undefined;
  now(): number;
}

const USER_NOT_FOUND = { statusCode: 19881007, message: 'user_not_found', status_msg: '' } as const;

/** www.tiktok.com: the live page with its SIGI_STATE, and the api-live route. */
export function webRoutes(world: WebWorld): (request: HttpRequest) => Match | undefined {
  return (request) => {
    const page = /^\/@([^/]+)\/live\/?$/.exec(request.url.pathname);
    if (page?.[1] !== undefined) {
      const handle = decodeURIComponent(page[1]).toLowerCase();
      return match('live-page', { handle, roomId: world.findHost(handle)?.live?.roomId }, (fault) =>
        livePage(fault === undefined ? world.findHost(handle) : undefined),
      );
    }
    if (request.url.pathname === '/api-live/user/room/') {
      const handle = (request.url.searchParams.get('uniqueId') ?? '').toLowerCase();
      return match('api-live', { handle, roomId: world.findHost(handle)?.live?.roomId }, (fault) => {
        const host = fault === undefined ? world.findHost(handle) : undefined;
        return json(host === undefined ? USER_NOT_FOUND : { statusCode: 0, message: '', data: userInfo(host) });
      });
    }
    return undefined;
  };
}

function livePage(host: Host | undefined): Answer {
  const state = {
    AppContext: { appContext: { region: 'US' } },
    ...(host === undefined ? {} : { LiveRoom: { liveRoomUserInfo: userInfo(host), liveRoomStatus: 0 } }),
  };
  // A nickname may hold `</script>`; the page escapes it as the real one does.
  const blob = JSON.stringify(state).replaceAll('<', '\\u003c');
  const body =
    '<!DOCTYPE html><html lang="en"><head><title>TikTok LIVE</title></head><body><div id="app"></div>' +
    `<script id="SIGI_STATE" type="application/json">${blob}</script></body></html>`;
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: { 'set-cookie': 'ttwid=1%7Csandbox; Path=/; HttpOnly' },
    body,
  };
}

/** Someone who never was live has no room and no liveRoom; afterwards the last room stays, with status 4. */
function userInfo(host: Host): unknown {
  const live = host.live;
  const user = {
    id: host.userId,
    uniqueId: host.handle,
    nickname: host.profile.nickname,
    secUid: `MS4wLjABAAAA${host.userId}`,
    avatarThumb: `https://p16-sign.tiktokcdn-us.com/avatar/${host.userId}.webp`,
    roomId: live?.roomId ?? '',
    status: live?.status === 'live' ? 2 : 4,
  };
  const stats = { followerCount: host.profile.followerCount, followingCount: 0 };
  if (live === undefined) return { user, stats };
  const liveRoom = {
    title: host.profile.title,
    status: live.status === 'live' ? 2 : 4,
    startTime: Math.floor(live.startedAtMs / 1000),
    liveRoomStats: { userCount: live.viewerCount },
  };
  return { user, stats, liveRoom };
}
