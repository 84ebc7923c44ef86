import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Host } from '../../sandbox/tiktok/host.ts';
import type { Live } from '../../sandbox/tiktok/live.ts';
import { MALFORMED } from '../../sandbox/tiktok/malformed.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import type { Viewer } from '../../sandbox/tiktok/viewer.ts';
import { at, type LibraryClient, libraryClient } from './tiktok-client.ts';

let tiktok: TikTok;
let host: Host;
let live: Live;
let vera: Viewer;
const clients: LibraryClient[] = [];

beforeEach(async () => {
  vi.stubEnv('WS_DISCONNECT_TIMEOUT_MS', '50');
  tiktok = await startTikTok();
  host = tiktok.host('djhost');
  live = host.goLive();
  vera = tiktok.viewer('vera');
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.connection.disconnect();
  await tiktok.stop();
  vi.unstubAllEnvs();
});

async function join(options: Parameters<typeof libraryClient>[2] = {}): Promise<LibraryClient> {
  const others = live.connections.filter((connection) => connection.entered && !connection.stalled).length;
  const client = libraryClient(tiktok, 'djhost', options);
  clients.push(client);
  await client.connection.connect();
  await live.waitForConnection(others + 1);
  return client;
}

const ids = (payloads: readonly unknown[]): unknown[] => payloads.map((payload) => at(payload, 'common.msgId')).sort();

describe('frames', () => {
  it.each([true, false])('with several messages keep their order (gzip %s)', async (gzip) => {
    live.room.gzip = gzip;
    const client = await join();
    live.inOneFrame(() => {
      for (let index = 0; index < 20; index += 1) live.comment(vera, String(index));
      live.gift(vera, 'Rose', { repeat: 2 });
    });
    const chats = await client.until('chat', 20);
    expect(chats.map((chat) => at(chat, 'content'))).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
    await live.waitForAcks(1);
    expect(live.acks).toBe(1);
    expect(new Set(ids(chats)).size).toBe(20);
  });

  it('answer every heartbeat', async () => {
    const client = await join({ wsConfigOverrides: { DEFAULT_WS_PING_INTERVAL: 10 } });
    await live.waitForHeartbeats(3);
    const before = client.of('websocketData').length;
    await client.until('websocketData', before + 1);
    expect(client.of('error')).toEqual([]);
  });

  it('reach every socket in the room and no other room', async () => {
    const other = tiktok.host('other').goLive();
    const stranger = libraryClient(tiktok, 'other');
    clients.push(stranger);
    await stranger.connection.connect();
    await other.waitForConnection();
    const [first, second] = [await join(), await join()];
    live.comment(vera, 'to both');
    await Promise.all([first.until('chat'), second.until('chat')]);
    other.comment(vera, 'elsewhere');
    expect(at(await stranger.first('chat'), 'content')).toBe('elsewhere');
    expect(stranger.of('chat')).toHaveLength(1);
    expect(live.connections).toHaveLength(2);
  });
});

describe('hostile messages', () => {
  it('of every broken kind leave the connection working', async () => {
    const client = await join();
    for (const kind of MALFORMED) live.malformed(kind);
    live.raw('WebcastLikeMessage', Buffer.from([0xff, 0xff, 0xff]));
    live.comment(vera, 'still here');
    expect(at(await client.first('chat'), 'content')).toBe('still here');
    const complaints = await client.until('error', 4);
    expect(new Set(complaints.map((each) => at(each, 'info')))).toEqual(new Set(['Websocket message decoding failed']));
    expect(client.connection.isConnected).toBe(true);
  });

  it('may lack the user, the common part, everything, or have drifted', async () => {
    const client = await join();
    live.inOneFrame(() => {
      for (const shape of ['no-user', 'no-common', 'empty', 'drifted'] as const) live.comment(vera, 'x', shape);
    });
    const [noUser, noCommon, empty, drifted] = await client.until('chat', 4);
    expect(at(noUser, 'user')).toBeUndefined();
    expect(at(noCommon, 'common')).toBeUndefined();
    expect([at(empty, 'user'), at(empty, 'common'), at(empty, 'content')]).toEqual([undefined, undefined, '']);
    expect([at(drifted, 'content'), at(drifted, 'user.displayId'), at(drifted, 'user.id')]).toEqual([
      '',
      '',
      vera.userId,
    ]);
    expect(live.truth.comments).toBe(1);
  });

  it('of gifts go by any count, order and shape, and the truth keeps the highest', async () => {
    const client = await join();
    live.inOneFrame(() => {
      live.giftFrames(vera, 'Rose', [
        { repeatCount: 5, repeatEnd: 1, groupId: '77' },
        { repeatCount: 3, groupId: '77' },
        { repeatCount: 4, groupId: '77', withGift: false },
        { repeatCount: 5, repeatEnd: 1, groupId: '77' },
        { repeatCount: -7, groupId: '78', counts: false },
        { repeatCount: 2_147_483_647, groupId: '79', counts: false },
        { repeatCount: 1, groupId: '80', withUser: false },
      ]);
      live.like(vera, -5);
    });
    const sent = await client.until('gift', 7);
    expect(sent.map((gift) => at(gift, 'repeatCount'))).toEqual([5, 3, 4, 5, -7, 2_147_483_647, 1]);
    expect(at(sent[2], 'gift')).toBeUndefined();
    expect(at(sent[2], 'giftId')).toBe('5655');
    expect(at(sent[6], 'user')).toBeUndefined();
    expect(at(await client.first('like'), 'count')).toBe(-5);
    expect(live.truth).toMatchObject({ gifts: 5, coins: 5, likes: 0 });
  });

  it('may come twice with the same id', async () => {
    const client = await join();
    live.comment(vera, 'once');
    await client.until('chat');
    live.resend(1);
    const [first, second] = await client.until('chat', 2);
    expect(at(second, 'common.msgId')).toBe(at(first, 'common.msgId'));
    expect(live.truth).toMatchObject({ comments: 1, messages: 1 });
  });
});

describe('a streak', () => {
  it('goes on tap by tap until it is ended', async () => {
    const client = await join();
    const streak = live.gift(vera, 'Finger Heart', { repeat: 2, end: false });
    await client.until('gift', 2);
    streak.tap(3);
    await client.until('gift', 5);
    expect(client.of('gift').every((gift) => at(gift, 'repeatEnd') === 0)).toBe(true);
    streak.end();
    const all = await client.until('gift', 6);
    expect(at(all[5], 'repeatCount')).toBe(5);
    expect(at(all[5], 'repeatEnd')).toBe(1);
    expect(new Set(all.map((gift) => at(gift, 'groupId')))).toEqual(new Set([streak.groupId]));
    expect(live.truthOf(vera)).toMatchObject({ gifts: 5, coins: 25 });
  });
});

describe('the initial batch', () => {
  it('repeats recent messages with their ids, before connected, for one connect', async () => {
    const first = await join();
    for (const text of ['a', 'b', 'c']) live.comment(vera, text);
    const before = ids(await first.until('chat', 3));
    live.replay(2);
    const second = await join();
    expect(second.of('chat').map((chat) => at(chat, 'content'))).toEqual(['b', 'c']);
    expect(before).toEqual(expect.arrayContaining(ids(second.of('chat'))));
    const order = second.heard.map((each) => each.event).filter((event) => event === 'chat' || event === 'connected');
    expect(order).toEqual(['chat', 'chat', 'connected']);
    const third = await join();
    expect(third.of('chat')).toHaveLength(0);
    expect(live.truth.comments).toBe(3);
  });

  it('with an end in it makes a zombie: connected, without a room, never disconnected', async () => {
    live.replay(0, { endInInitialBatch: true });
    const client = libraryClient(tiktok, 'djhost');
    clients.push(client);
    await client.connection.connect();
    expect(client.of('streamEnd')).toHaveLength(1);
    expect(client.connection.isConnected).toBe(true);
    expect(client.connection.roomId).toBe('');
    expect(client.of('disconnected')).toHaveLength(0);
  });
});

describe('trouble with sockets', () => {
  it('cuts them (1006) or closes them with a code, and the next connect works', async () => {
    const client = await join();
    live.dropSockets();
    expect(at(await client.first('disconnected'), 'code')).toBe(1006);
    await live.waitForDisconnection();
    await client.connection.connect();
    await live.waitForConnection();
    expect(live.totals.opened).toBe(2);
    live.dropSockets(4001);
    const [, second] = await client.until('disconnected', 2);
    expect(at(second, 'code')).toBe(4001);
    live.comment(vera, 'to nobody');
    expect(live.truth).toMatchObject({ messages: 1, undelivered: 1 });
  });

  it('stalls them: still open, nothing comes, and only a new socket hears again', async () => {
    const deaf = await join({ wsConfigOverrides: { DEFAULT_WS_PING_INTERVAL: 5 } });
    await live.waitForHeartbeats(1);
    live.stallSockets();
    const healthy = await join();
    live.comment(vera, 'anybody?');
    await healthy.until('chat');
    await turn();
    expect(deaf.of('chat')).toHaveLength(0);
    expect(deaf.connection.isConnected).toBe(true);
    expect(live.connections.map((connection) => connection.stalled)).toEqual([true, false]);
    expect(live.truth.undelivered).toBe(0);
  });

  it('ends a LIVE by host, by TikTok, silently, or with the sockets closed', async () => {
    const first = await join();
    host.endLive({ action: 4 });
    expect(at(await first.first('streamEnd'), 'action')).toBe(4);
    await first.until('disconnected');
    await live.waitForDisconnection();

    live = host.goLive();
    const silent = await join();
    host.endLive({ announce: false });
    await expect(silent.connection.fetchIsLive()).resolves.toBe(false);
    expect(silent.connection.isConnected).toBe(true);

    live = host.goLive();
    const closed = await join();
    host.endLive({ announce: false, sockets: 'close' });
    expect(at(await closed.first('disconnected'), 'code')).toBe(1000);
  });
});

describe('the journal', () => {
  it('tells what was asked, and waits for what will be', async () => {
    const coming = tiktok.waitForRequest((request) => request.route === 'socket' && request.handle === 'djhost');
    await join();
    expect((await coming).roomId).toBe(live.roomId);
    expect(tiktok.countRequests('sign', 'djhost')).toBe(1);
    expect(tiktok.countRequests('sign', 'other')).toBe(0);
    const sign = tiktok.requests.find((request) => request.route === 'sign');
    expect(sign?.url).toContain('client=ttlive-node');
    await fetch(`${tiktok.env.TIKTOK_WEB_URL}/favicon.ico`);
    expect(tiktok.countRequests('unknown')).toBe(1);
    await expect(tiktok.waitForRequest((request) => request.index > 1000, 10)).rejects.toThrow('within 10 ms');
  });
});
