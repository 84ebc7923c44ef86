import { request } from 'node:http';
import {
  AlreadyConnectedError,
  AlreadyConnectingError,
  ConnectTimeoutError,
  InvalidResponseCompositeError,
  InvalidResponseError,
  PremiumFeatureError,
  SchemaDecodeError,
  SignAPIError,
  SignatureRateLimitError,
  SignConfig,
  UserOfflineError,
} from 'tiktok-live-connector';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { type LibraryClient, libraryClient } from './tiktok-client.ts';

let tiktok: TikTok;
beforeEach(async () => {
  tiktok = await startTikTok();
});
afterEach(async () => {
  SignConfig.apiKey = '';
  vi.unstubAllEnvs();
  await tiktok.stop();
});

async function refusal(client: LibraryClient): Promise<unknown> {
  try {
    await client.connection.connect();
  } catch (error) {
    return error;
  }
  await client.connection.disconnect();
  throw new Error('connect() was not refused');
}

describe('who is not live', () => {
  it('is offline after the end, and live again with a new room', async () => {
    const host = tiktok.host('djhost');
    const ended = host.goLive();
    host.endLive({ announce: false });
    expect(await refusal(libraryClient(tiktok, 'djhost'))).toBeInstanceOf(UserOfflineError);
    expect(tiktok.countRequests('sign')).toBe(0);
    const again = host.goLive();
    expect(again.roomId).not.toBe(ended.roomId);
    const client = libraryClient(tiktok, 'djhost');
    expect((await client.connection.connect()).roomId).toBe(again.roomId);
    await client.connection.disconnect();
  });

  it('is nobody at all: user_not_found among three request errors', async () => {
    const error = await refusal(libraryClient(tiktok, 'nobody'));
    expect(error).toBeInstanceOf(InvalidResponseCompositeError);
    expect(requestErrors(error)).toHaveLength(3);
    expect(requestErrors(error).join('\n')).toContain('19881007 (user_not_found)');
  });

  it('never was live: no room id anywhere, and no user_not_found', async () => {
    tiktok.host('newcomer');
    const error = await refusal(libraryClient(tiktok, 'newcomer'));
    expect(error).toBeInstanceOf(InvalidResponseCompositeError);
    expect(requestErrors(error).join('\n')).not.toContain('user_not_found');
  });

  it('may be live all the same: user_not_found is reported for live hosts, too', async () => {
    tiktok.host('djhost').goLive();
    tiktok.faults.set(['live-page', 'api-live'], { kind: 'user-not-found' }, { handle: 'djhost', times: 1 });
    const client = libraryClient(tiktok, 'djhost');
    expect(requestErrors(await refusal(client)).join('\n')).toContain('user_not_found');
    await expect(client.connection.fetchIsLive()).resolves.toBe(true);
  });

  it('goes by a new name after a rename', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    host.rename('djnew');
    expect(await refusal(libraryClient(tiktok, 'djhost'))).toBeInstanceOf(InvalidResponseCompositeError);
    const client = libraryClient(tiktok, 'djnew');
    expect((await client.connection.connect()).roomId).toBe(live.roomId);
    await client.connection.disconnect();
  });

  it('is hidden by an age restriction: connect() succeeds without a status, live or not', async () => {
    const host = tiktok.host('djhost');
    host.goLive();
    host.ageRestricted = true;
    host.endLive({ announce: false });
    const client = libraryClient(tiktok, 'djhost');
    const state = await client.connection.connect();
    expect(state.roomInfo).toMatchObject({ data: { prompts: '' }, status_code: 4003110 });
    await client.connection.disconnect();
  });
});

describe('the pages', () => {
  it('may be a captcha', async () => {
    tiktok.host('djhost').goLive();
    tiktok.faults.set(['live-page', 'api-live'], { kind: 'captcha' });
    const error = await refusal(libraryClient(tiktok, 'djhost'));
    expect(error).toBeInstanceOf(InvalidResponseCompositeError);
    expect(requestErrors(error)[0]).toContain('you might be blocked by TikTok');
  });

  it('fail over from the page to api-live, and with a key to the sign server', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set('live-page', { kind: 'captcha' });
    const client = libraryClient(tiktok, 'djhost');
    await expect(client.connection.fetchRoomId()).resolves.toBe(live.roomId);
    tiktok.faults.set('api-live', { kind: 'status', status: 403 });
    SignConfig.apiKey = 'key';
    await expect(libraryClient(tiktok, 'djhost').connection.fetchRoomId()).resolves.toBe(live.roomId);
    expect(tiktok.countRequests('room-id', 'djhost')).toBe(1);
  });

  it.each([
    ['HTTPError', { kind: 'status', status: 503 }],
    ['ParseError', { kind: 'captcha' }],
    ['TimeoutError', { kind: 'hang' }],
    ['RequestError', { kind: 'reset' }],
  ] as const)('give %s when room info fails', async (name, fault) => {
    tiktok.host('djhost').goLive();
    tiktok.faults.set('room-info', fault);
    const error = await refusal(libraryClient(tiktok, 'djhost', {}, patience(fault.kind)));
    expect(error instanceof Error ? error.constructor.name : '').toBe(name);
  });

  it('may be slow and still right', async () => {
    const live = tiktok.host('djhost').goLive();
    tiktok.faults.set(['live-page', 'room-info', 'sign', 'socket'], { kind: 'slow', ms: 20 });
    const client = libraryClient(tiktok, 'djhost');
    await client.connection.connect();
    await live.waitForConnection();
    await client.connection.disconnect();
  });
});

describe('the sign server', () => {
  beforeEach(() => {
    tiktok.host('djhost').goLive();
  });

  it('limits the rate, with the time to wait in ms', async () => {
    const resetAtSeconds = 1_900_000_000;
    tiktok.faults.set('sign', { kind: 'rate-limited', retryAfterSeconds: 30, resetAtSeconds }, { times: 1 });
    const client = libraryClient(tiktok, 'djhost');
    const error = await refusal(client);
    expect(error).toBeInstanceOf(SignatureRateLimitError);
    expect(error).toMatchObject({ retryAfter: 30_000, resetTime: 1_900_000_000_000 });
    await client.connection.connect();
    await client.connection.disconnect();
  });

  it('limits the rate without saying for how long', async () => {
    tiktok.faults.set('sign', { kind: 'rate-limited' });
    expect(await refusal(libraryClient(tiktok, 'djhost'))).toMatchObject({ retryAfter: 0, resetTime: undefined });
  });

  it('counts for itself when it is given a limit', async () => {
    const limited = await startTikTok({ signLimit: { perMinute: 1, perHour: 30 } });
    limited.host('djhost').goLive();
    const first = libraryClient(limited, 'djhost');
    await first.connection.connect();
    await first.connection.disconnect();
    const error = await refusal(libraryClient(limited, 'djhost'));
    expect(error).toBeInstanceOf(SignatureRateLimitError);
    const { retryAfter } = error as SignatureRateLimitError;
    expect(retryAfter).toBeGreaterThan(50_000);
    expect(retryAfter).toBeLessThanOrEqual(61_000);
    await limited.stop();
  });

  it.each([
    ['a proxy page instead of JSON', { kind: 'rate-limited', body: 'html' }, SyntaxError, ''],
    ['a proxy page for a paid feature', { kind: 'premium', body: 'html' }, SyntaxError, ''],
    ['a paid feature', { kind: 'premium' }, PremiumFeatureError, 'Premium Feature'],
    ['a bad key', { kind: 'status', status: 401 }, SignAPIError, 'Sign Error'],
    ['a forbidden key', { kind: 'status', status: 403 }, SignAPIError, 'Sign Error'],
    ['an error of its own', { kind: 'status', status: 500 }, SignAPIError, 'Sign Error'],
    ['a cut connection', { kind: 'reset' }, SignAPIError, 'Connect Error'],
    ['no answer at all', { kind: 'hang' }, SignAPIError, 'Connect Error'],
    ['no cookies', { kind: 'no-cookies' }, SignAPIError, 'Empty Cookies'],
    ['no cursor', { kind: 'no-cursor' }, InvalidResponseError, 'Missing cursor'],
    ['bytes nobody can decode', { kind: 'undecodable' }, SchemaDecodeError, 'ProtoMessageFetchResult'],
  ] as const)('may answer with %s', async (_what, fault, errorClass, text) => {
    tiktok.faults.set('sign', fault, { handle: 'djhost' });
    const error = await refusal(libraryClient(tiktok, 'djhost', {}, patience(fault.kind)));
    expect(error).toBeInstanceOf(errorClass);
    expect(String(error)).toContain(text);
  });

  it('may be unreachable', async () => {
    const gone = await startTikTok();
    await gone.stop();
    const env = { ...tiktok.env, TIKTOK_SIGN_URL: gone.env.TIKTOK_SIGN_URL };
    expect(String(await refusal(libraryClient({ env }, 'djhost')))).toContain('Connect Error');
  });

  it('signs the gift list, which is empty without a signature', async () => {
    const client = libraryClient(tiktok, 'djhost', { enableExtendedGiftInfo: true });
    const state = await client.connection.connect();
    expect(state.availableGifts).toContainEqual(expect.objectContaining({ id: 5655, name: 'Rose', diamond_count: 1 }));
    expect(tiktok.countRequests('sign-url')).toBe(1);
    await client.connection.disconnect();
    const unsigned = await fetch(`${tiktok.env.TIKTOK_WEBCAST_URL}/webcast/gift/list/?room_id=1`);
    expect(await unsigned.text()).toBe('');
  });
});

describe('the websocket', () => {
  beforeEach(() => {
    tiktok.host('djhost').goLive();
  });

  it('is refused with HTTP 200 and a handshake message', async () => {
    tiktok.faults.set('socket', { kind: 'refuse', handshakeMessage: 'DEVICE_BLOCKED' });
    const error = await refusal(libraryClient(tiktok, 'djhost'));
    expect(String(error)).toContain('Error connecting to WebSocket with message: DEVICE_BLOCKED');
  });

  it('is refused to those who do not bring what the sign server gave', async () => {
    const client = libraryClient(tiktok, 'djhost');
    await client.connection.connect();
    const upgrade = tiktok.requests.find((each) => each.route === 'socket');
    const url = new URL(`${tiktok.env.TIKTOK_WEBCAST_URL}${upgrade?.url ?? ''}`);
    url.searchParams.set('wrss', 'stolen');
    const headers = { connection: 'Upgrade', upgrade: 'websocket', cookie: 'ttwid=1' };
    const message = await new Promise((resolve) => {
      const asked = request(url, { headers });
      asked.on('response', (response) => resolve(response.headers['handshake-msg']));
      asked.end();
    });
    expect(message).toBe('illegal secret key');
    await client.connection.disconnect();
  });

  it('may be cut or never answer during the handshake', async () => {
    tiktok.faults.set('socket', { kind: 'reset' }, { times: 1 });
    expect(await refusal(libraryClient(tiktok, 'djhost'))).toMatchObject({ code: 'ECONNRESET' });
    vi.stubEnv('WS_CONNECT_TIMEOUT_MS', '50');
    tiktok.faults.set('socket', { kind: 'hang' });
    expect(await refusal(libraryClient(tiktok, 'djhost'))).toBeInstanceOf(ConnectTimeoutError);
  });

  it('is one per connection object: a second connect() is refused', async () => {
    const client = libraryClient(tiktok, 'djhost');
    const connecting = client.connection.connect();
    expect(await refused(client)).toBeInstanceOf(AlreadyConnectingError);
    await connecting;
    expect(await refused(client)).toBeInstanceOf(AlreadyConnectedError);
    await client.connection.disconnect();

    async function refused(second: LibraryClient): Promise<unknown> {
      return second.connection.connect().catch((error: unknown) => error);
    }
  });
});

/** Ms to wait for an answer: short only where none will come. */
function patience(kind: string): number {
  return kind === 'hang' ? 500 : 10_000;
}

function requestErrors(error: unknown): readonly string[] {
  if (!(error instanceof InvalidResponseCompositeError)) return [];
  const { requestErrs = [] } = error.config as { readonly requestErrs?: readonly unknown[] };
  return requestErrs.map(String);
}
