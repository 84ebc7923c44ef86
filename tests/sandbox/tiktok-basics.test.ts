import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { at, libraryClient } from './tiktok-client.ts';

let tiktok: TikTok;
beforeEach(async () => {
  tiktok = await startTikTok();
});
afterEach(() => tiktok.stop());

describe('a LIVE seen through the unmodified library', () => {
  it('lets the library in with one page, one room info, one signature and one socket', async () => {
    const live = tiktok.host('djhost').goLive();
    const client = libraryClient(tiktok, '@djhost');
    const state = await client.connection.connect();
    await live.waitForConnection();
    expect(state.roomId).toBe(live.roomId);
    expect(tiktok.requests.map((request) => request.route)).toEqual(['live-page', 'room-info', 'sign', 'socket']);
    await client.until('enterRoom');
    await client.connection.disconnect();
    await live.waitForDisconnection();
  });

  it('carries comments, likes and a gift streak, acknowledged frame by frame', async () => {
    const live = tiktok.host('djhost').goLive();
    const vera = tiktok.viewer('vera', { nickname: 'Vera 🎧', gifterLevel: 12, moderator: true });
    const client = libraryClient(tiktok, 'djhost');
    await client.connection.connect();
    await live.waitForConnection();
    live.comment(vera, 'hi');
    live.like(vera, 15);
    live.gift(vera, tiktok.gifts.rose, { repeat: 3 });
    const chat = await client.first('chat');
    expect(at(chat, 'content')).toBe('hi');
    expect(at(chat, 'user.displayId')).toBe('vera');
    expect(at(chat, 'user.id')).toBe(vera.userId);
    expect(at(chat, 'userIdentity.isModeratorOfAnchor')).toBe(true);
    expect(at(chat, 'common.msgId')).toMatch(/^\d{19}$/);
    expect(at(await client.first('like'), 'count')).toBe(15);
    const taps = await client.until('gift', 4);
    expect(taps.map((tap) => [at(tap, 'repeatCount'), at(tap, 'repeatEnd')]).sort()).toEqual([
      [1, 0],
      [2, 0],
      [3, 0],
      [3, 1],
    ]);
    await live.waitForAcks(6);
    expect(live.truth).toMatchObject({ comments: 1, likes: 15, gifts: 3, coins: 3, messages: 6, undelivered: 0 });
    await client.connection.disconnect();
  });

  it('ends: control message, stream end, disconnect, and the pages say offline', async () => {
    const host = tiktok.host('djhost');
    const live = host.goLive();
    const client = libraryClient(tiktok, 'djhost');
    await client.connection.connect();
    await live.waitForConnection();
    host.endLive();
    await client.until('disconnected');
    const order = client.heard.map((each) => each.event).filter((event) => /control|streamEnd|disconn/.test(event));
    expect(order).toEqual(['controlMessage', 'streamEnd', 'disconnected']);
    expect(at(await client.first('disconnected'), 'code')).toBe(1005);
    await expect(libraryClient(tiktok, 'djhost').connection.fetchIsLive()).resolves.toBe(false);
    await live.waitForDisconnection();
  });
});
