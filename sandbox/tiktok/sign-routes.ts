import { ProtoMessageFetchResult } from 'tiktok-live-proto/v3';
import type { HttpFault, SignFault } from './faults.ts';
import type { Host } from './host.ts';
import { type Answer, type HttpRequest, json, type Match, match } from './http-origin.ts';
import { control } from './messages.ts';
import { batchEntry, encode, internalExt } from './protobuf.ts';
import type { OpenedRoom, WebcastWorld } from './webcast-routes.ts';
import type { IdSource, WorldClock } from './world.ts';

/** What the sign server knows. */
export interface SignWorld extends WebcastWorld {
  readonly ids: IdSource;
  readonly clock: WorldClock;
  /** `ws://…` address the library is told to dial. */
  pushServer(): string;
  findHost(handle: string): Host | undefined;
  /** What the websocket must bring along: the answer is good for this room only. */
  issueTicket(opened: OpenedRoom): string;
  /** Counts a sign request; the answer when the caller has asked too often. */
  limit(): SignLimitState;
}

export interface SignLimitState {
  readonly exceeded: boolean;
  readonly limit: number;
  readonly remaining: number;
  /** Epoch seconds of the machine's clock. */
  readonly resetAtSeconds: number;
}

type OwnFault = Exclude<SignFault, HttpFault>;

/** The sign server (Euler Stream): fetches the initial batch and hands out what the websocket needs. */
export function signRoutes(world: SignWorld): (request: HttpRequest) => Match | undefined {
  return (request) => {
    const { pathname, searchParams } = request.url;
    const connect = /^\/webcast\/rooms\/(\d+)\/connect$/.exec(pathname);
    if (connect?.[1] !== undefined) {
      const roomId = connect[1];
      const opened = world.findRoom(roomId);
      return match('sign', { handle: opened?.host.handle, roomId }, (fault) => sign(world, roomId, opened, fault));
    }
    const anchor = /^\/webcast\/anchors\/([^/]+)\/room_id$/.exec(pathname);
    if (anchor?.[1] !== undefined) {
      const handle = decodeURIComponent(anchor[1]).toLowerCase();
      const hasKey = searchParams.has('apiKey') || request.headers['x-api-key'] !== undefined;
      return match('room-id', { handle }, () => roomIdOf(world.findHost(handle), hasKey));
    }
    if (pathname === '/tiktok/sign_url') return match('sign-url', {}, () => signedUrl(request.body));
    return undefined;
  };
}

function sign(world: SignWorld, roomId: string, opened: OpenedRoom | undefined, fault: OwnFault | undefined): Answer {
  const limit = world.limit();
  const headers = {
    'x-request-id': world.ids.next(),
    'x-agent-id': 'sandbox',
    'x-ratelimit-limit': String(limit.limit),
    'x-ratelimit-remaining': String(limit.remaining),
  };
  if (fault?.kind === 'rate-limited') return rateLimited(headers, fault);
  if (fault?.kind === 'premium') return premium(headers, fault.body ?? 'json');
  if (limit.exceeded) {
    const retryAfterSeconds = Math.max(1, limit.resetAtSeconds - Math.floor(Date.now() / 1000));
    return rateLimited(headers, { retryAfterSeconds, resetAtSeconds: limit.resetAtSeconds });
  }
  if (opened === undefined) return json({ code: 400, message: 'Room not found', ok: false }, 400, headers);
  const batch = initialBatch(world, opened, fault?.kind !== 'no-cursor');
  return {
    status: 200,
    contentType: 'application/protobuf',
    headers: {
      ...headers,
      'x-room-id': roomId,
      ...(fault?.kind === 'no-cookies' ? {} : { 'x-set-tt-cookie': 'ttwid=1%7Csandbox-signed; Path=/; Secure' }),
    },
    body: fault?.kind === 'undecodable' ? Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x01]) : batch,
  };
}

function initialBatch(world: SignWorld, opened: OpenedRoom, withCursor: boolean): Uint8Array {
  const { live } = opened;
  const now = world.now();
  const cursor = withCursor ? `t-${now}_r-${world.ids.next()}_d-1_u-1_h-1` : '';
  const { messages, end } = live.room.takeReplay();
  const stamp = { msgId: world.ids.next(), roomId: live.roomId, createTime: world.clock.createTime() };
  const history = end ? [...messages, control(stamp, 3)] : messages;
  return encode(ProtoMessageFetchResult, {
    messages: history.map((message) => batchEntry(message, true)),
    cursor,
    fetchInterval: '1000',
    now: String(now),
    internalExt: internalExt(cursor, now),
    fetchType: 1,
    routeParams: { wrss: world.issueTicket(opened) },
    heartbeatDuration: '10000',
    pushServer: world.pushServer(),
    isFirst: true,
  });
}

type Headers = Readonly<Record<string, string>>;
const PROXY_PAGE = '<html><head><title>Attention Required! | Cloudflare</title></head><body>error 1015</body></html>';

function rateLimited(
  headers: Headers,
  limit: Pick<Extract<SignFault, { kind: 'rate-limited' }>, 'retryAfterSeconds' | 'resetAtSeconds' | 'label' | 'body'>,
): Answer {
  const more: Record<string, string> = { ...headers, 'x-log-id': headers['x-request-id'] ?? '' };
  if (limit.retryAfterSeconds !== undefined) more['retry-after'] = String(limit.retryAfterSeconds);
  if (limit.resetAtSeconds !== undefined) more['x-ratelimit-reset'] = String(limit.resetAtSeconds);
  if (limit.body === 'html') return { status: 429, contentType: 'text/html', headers: more, body: PROXY_PAGE };
  const limit_label = limit.label ?? 'rate_limit_account_minute';
  return json({ code: 429, message: 'Too many requests, slow down.', limit_label }, 429, more);
}

function premium(headers: Headers, body: 'json' | 'html'): Answer {
  if (body === 'html') return { status: 402, contentType: 'text/html', headers, body: PROXY_PAGE };
  return json({ code: 402, message: 'This feature needs a paid plan.' }, 402, headers);
}

function roomIdOf(host: Host | undefined, hasKey: boolean): Answer {
  const base = { routes_attempted: [] };
  if (!hasKey) return json({ ...base, code: 401, ok: false, message: 'An API key is required.' }, 401);
  if (host?.live === undefined) return json({ ...base, code: 404, ok: false, message: 'user_not_found' }, 404);
  return json({ ...base, code: 200, ok: true, is_live: host.live.status === 'live', room_id: host.live.roomId });
}

function signedUrl(body: string): Answer {
  const asked: unknown = JSON.parse(body === '' ? '{}' : body);
  if (typeof asked !== 'object' || asked === null || !('url' in asked) || typeof asked.url !== 'string') {
    return json({ code: 400, message: 'url is missing' }, 400);
  }
  const url = new URL(asked.url);
  url.searchParams.set('X-Bogus', 'sandbox');
  const userAgent = 'userAgent' in asked ? asked.userAgent : '';
  return json({
    code: 200,
    message: '',
    response: { signedUrl: url.toString(), userAgent, tokens: { 'X-Bogus': 'sandbox' } },
  });
}
