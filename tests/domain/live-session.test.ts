import { describe, expect, it } from 'vitest';
import type { LiveRefusal } from '../../src/domain/live-refusal.ts';
import {
  advance,
  IDLE,
  LIVE_POLICY,
  type LiveInput,
  type LiveState,
  waitAfterRefusal,
  waitBeforeReturn,
} from '../../src/domain/live-session.ts';

const target = { host: 'dj', persistent: true, askedBy: '1' };
const session = { sessionId: 5, roomId: '70', hostUserId: '9', startedAt: 100 };
const run = (...inputs: LiveInput[]): LiveState => inputs.reduce(advance, IDLE);
const asked: LiveInput = { kind: 'asked', generation: 1, target, at: 50 };
const opened: LiveInput = { kind: 'opened', session, host: 'dj' };
const dropped: LiveInput = { kind: 'dropped', cause: 'closed 1006', at: 200, deadlineAt: 900 };
const offline: LiveRefusal = { kind: 'offline' };

describe('a LIVE connection', () => {
  it('waits, tries and enters', () => {
    const waiting = run(asked, { kind: 'trying' }, { kind: 'refused', refusal: offline, nextTryAt: 60 });
    expect(waiting).toEqual({
      kind: 'waiting-for-live',
      generation: 1,
      target,
      attempt: { tries: 1, sinceAt: 50, nextTryAt: 60, lastRefusal: offline },
    });
    expect(advance(advance(waiting, { kind: 'trying' }), opened)).toEqual({
      kind: 'live',
      generation: 1,
      target,
      session,
    });
  });

  it('keeps its session while it recovers from a drop', () => {
    const recovering = run(asked, { kind: 'trying' }, opened, dropped, { kind: 'trying' });
    expect(recovering).toMatchObject({ kind: 'recovering', session, deadlineAt: 900, attempt: { tries: 1 } });
    expect(advance(recovering, opened)).toMatchObject({ kind: 'live', session });
  });

  it('follows a host who renames', () => {
    const renamed = run(asked, { kind: 'trying' }, { ...opened, host: 'dj.new' });
    expect(renamed).toMatchObject({ kind: 'live', target: { host: 'dj.new' } });
  });

  it('ends and rests with the name of the last host', () => {
    const ended = run(asked, { kind: 'trying' }, opened, { kind: 'ended', cause: 'host' });
    expect(ended).toMatchObject({ kind: 'ended', cause: 'host' });
    expect(advance(ended, { kind: 'left', refusal: null })).toEqual({
      kind: 'idle',
      lastHost: 'dj',
      lastRefusal: null,
    });
  });

  it('takes up a session of an earlier process as a recovery', () => {
    const state = run({ kind: 'taken-up', generation: 1, target, session, at: 10, deadlineAt: 99 });
    expect(state).toMatchObject({ kind: 'recovering', session, gapCause: 'restart' });
  });

  it.each<[string, LiveInput[]]>([
    ['asked twice', [asked, asked]],
    ['opened without a try', [opened]],
    ['dropped before it was open', [asked, dropped]],
    ['ended before it was open', [asked, { kind: 'ended', cause: 'host' }]],
    ['tried while live', [asked, { kind: 'trying' }, opened, { kind: 'trying' }]],
  ])('can not be %s', (_, inputs) => {
    expect(() => run(...inputs)).toThrow('cannot be');
  });
});

describe('how long it waits', () => {
  it.each<[LiveRefusal, number, number | null]>([
    [offline, 1, 10_000],
    [offline, 3, 10_000],
    [offline, 4, 30_000],
    [offline, 400, 30_000],
    [{ kind: 'unknown-user' }, 1, 30_000],
    [{ kind: 'rate-limited', retryAfterMs: 0 }, 1, 30_000],
    [{ kind: 'rate-limited', retryAfterMs: 90_000 }, 1, 90_000],
    [{ kind: 'network', detail: '' }, 1, 5_000],
    [{ kind: 'network', detail: '' }, 99, 60_000],
    [{ kind: 'blocked', detail: '' }, 2, 120_000],
    [{ kind: 'sign-refused', status: 500 }, 1, 5_000],
    [{ kind: 'sign-refused', status: 401 }, 1, null],
    [{ kind: 'age-restricted' }, 1, null],
  ])('after %o on try %i: %s ms', (refusal, tries, wait) => {
    expect(waitAfterRefusal(refusal, tries, LIVE_POLICY)).toBe(wait);
  });

  it('doubles after a drop up to half a minute, and respects what the sign server asks', () => {
    expect([0, 1, 2, 3, 4, 5, 50].map((tries) => waitBeforeReturn(null, tries, LIVE_POLICY))).toEqual([
      1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
    ]);
    expect(waitBeforeReturn({ kind: 'rate-limited', retryAfterMs: 45_000 }, 1, LIVE_POLICY)).toBe(45_000);
  });
});
