import { describe, expect, it } from 'vitest';
import { refusalOf } from '../../src/tiktok/refusal.ts';
import { readEulerRoom, readHostAnswer, readHostPage, readRoomInfo } from '../../src/tiktok/room-pages.ts';

const user = { id: '9', uniqueId: 'dj', roomId: '70', status: 2 };

describe('a host page', () => {
  it.each([
    [
      { user, liveRoom: { status: 2 } },
      { ok: true, value: { roomId: '70', hostUserId: '9', hostName: 'dj' } },
    ],
    [
      { user, liveRoom: { status: 4 } },
      { ok: false, error: { kind: 'offline' } },
    ],
    [{ user: { ...user, status: 4 } }, { ok: false, error: { kind: 'offline' } }],
    [{ user: { ...user, roomId: '' } }, { ok: false, error: { kind: 'offline' } }],
    [{ user: { uniqueId: 'dj', roomId: '70' } }, null],
    [{}, null],
    [null, null],
    ['<html>', null],
  ])('%o', (page, expected) => {
    expect(readHostPage(page)).toEqual(expected);
  });

  it('in its JSON form says who does not exist', () => {
    expect(readHostAnswer({ statusCode: 19881007 })).toEqual({ ok: false, error: { kind: 'unknown-user' } });
    expect(readHostAnswer({ statusCode: 0, data: { user, liveRoom: { status: 2 } } })).toMatchObject({ ok: true });
    expect(readHostAnswer({ statusCode: 10101 })).toBeNull();
  });
});

describe('room info', () => {
  it.each([
    [
      { status_code: 0, data: { status: 2, owner: { id_str: '9', display_id: 'dj' } } },
      { kind: 'running', hostUserId: '9', hostName: 'dj' },
    ],
    [{ status_code: 0, data: { status: 4 } }, { kind: 'over' }],
    [{ status_code: 30003, data: {} }, { kind: 'over' }],
    [{ status_code: 4003110, data: { prompts: '' } }, { kind: 'restricted' }],
    [
      { status_code: 0, data: {} },
      { kind: 'unclear', hostUserId: null, hostName: null },
    ],
    [undefined, { kind: 'unclear', hostUserId: null, hostName: null }],
  ])('%o', (answer, expected) => {
    expect(readRoomInfo(answer)).toEqual(expected);
  });
});

describe('the sign server’s word on a room', () => {
  it.each([
    [{ code: 200, room_id: '70', is_live: true }, { ok: true }],
    [
      { code: 200, room_id: '70', is_live: false },
      { ok: false, error: { kind: 'offline' } },
    ],
    [{ code: 404 }, { ok: false, error: { kind: 'unknown-user' } }],
  ])('%o', (answer, expected) => {
    expect(readEulerRoom(answer)).toMatchObject(expected);
  });

  it('is nothing when it has none', () => {
    expect([readEulerRoom({ code: 401 }), readEulerRoom(undefined), readEulerRoom({ code: 200 })]).toEqual([
      null,
      null,
      null,
    ]);
  });
});

describe('a failure of no known kind', () => {
  it.each([
    [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), { kind: 'network', detail: 'ECONNRESET' }],
    [new TypeError('x of undefined'), { kind: 'network', detail: 'unexpected answer' }],
    ['text', { kind: 'network', detail: 'unexpected answer' }],
    [new Error('Unexpected server response: 200'), { kind: 'blocked', detail: 'Unexpected server response: 200' }],
  ])('%o', (error, refusal) => {
    expect(refusalOf(error, 0)).toEqual(refusal);
  });
});
