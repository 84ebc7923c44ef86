import { describe, expect, test } from 'vitest';
import { OverlayStage, PACE_MS } from '../../src/web/overlay-stage.ts';
import { type OverlayMessage, parseMessage } from '../../src/web/protocol.ts';
import { ManualClock } from '../services/manual-clock.ts';
import { FakeLog, FakeShow, GUILD, gift, moved, onAir, rank, songs, submission } from './overlay-fixture.ts';

class Reader {
  readonly messages: OverlayMessage[] = [];

  send(json: string): boolean {
    this.messages.push(parseMessage(json));
    return true;
  }

  take(): readonly OverlayMessage[] {
    return this.messages.splice(0);
  }
}

function newStage() {
  const clock = new ManualClock();
  const show = new FakeShow();
  const log = new FakeLog();
  const shownMs: number[] = [];
  const stage = new OverlayStage(GUILD, { sources: show, clock, log, onShown: (ms) => shownMs.push(ms) });
  return { clock, show, log, stage, shownMs };
}

async function watched() {
  const all = newStage();
  const reader = new Reader();
  all.show.songs = songs(3);
  all.stage.join(reader);
  await all.clock.advance(PACE_MS);
  reader.take();
  return { ...all, reader };
}

describe('a stage', () => {
  test('begins with the whole picture', async () => {
    const { clock, show, stage } = newStage();
    show.songs = songs(2);
    show.ranks = [rank(1, 'viewer', 9)];
    show.air = onAir(submission({ id: 9, publicId: 'NOWW' }));
    show.wave = [1, 2];
    const reader = new Reader();
    stage.join(reader);
    await clock.advance(10);
    expect(reader.take()).toEqual([
      expect.objectContaining({
        kind: 'state',
        nowPlaying: expect.objectContaining({ wave: [50, 100] }),
        queue: { total: 2, songs: [expect.objectContaining({ id: 'AAAA' }), expect.objectContaining({ id: 'BBBB' })] },
        leaderboard: [expect.objectContaining({ handle: 'viewer' })],
      }),
    ]);
  });

  test('shows a second reader what it knows without looking again', async () => {
    const { show, stage } = await watched();
    const looks = show.looks;
    const second = new Reader();
    stage.join(second);
    expect(second.take()).toEqual([expect.objectContaining({ kind: 'state' })]);
    expect(show.looks).toBe(looks);
  });

  test('looks at nothing while nobody watches', async () => {
    const { clock, show, stage, reader } = await watched();
    const looks = show.looks;
    stage.leave(reader);
    for (let fact = 0; fact < 50; fact += 1) stage.touch('queue', 'leaderboard');
    await clock.advance(60_000);
    expect(show.looks).toBe(looks);
    expect(clock.waiting).toBe(0);
    show.songs = songs(1);
    stage.join(reader);
    await clock.advance(PACE_MS);
    expect(reader.take()).toEqual([
      expect.objectContaining({ kind: 'state', queue: expect.objectContaining({ total: 1 }) }),
    ]);
  });

  test('looks ten times a second at most, however many facts come', async () => {
    const { clock, show, stage } = await watched();
    const looks = show.looks;
    for (let ms = 0; ms < 1_000; ms += 2) {
      stage.touch('queue');
      await clock.advance(2);
    }
    expect(show.looks - looks).toBeGreaterThanOrEqual(9);
    expect(show.looks - looks).toBeLessThanOrEqual(10);
  });

  test('tells a change within the pace and nothing when nothing is different', async () => {
    const { clock, show, stage, reader, shownMs } = await watched();
    await clock.advance(1_000);
    show.songs = songs(2);
    stage.touch('queue');
    await clock.advance(10);
    expect(reader.take()).toEqual([
      expect.objectContaining({ kind: 'change', queue: expect.objectContaining({ total: 2 }) }),
    ]);
    stage.touch('queue', 'leaderboard', 'player');
    await clock.advance(1_000);
    expect(reader.take()).toEqual([]);
    expect(Math.max(...shownMs)).toBeLessThanOrEqual(PACE_MS);
  });

  test('does not look into the store for what the player does', async () => {
    const { clock, show, stage, reader } = await watched();
    show.air = onAir(submission({ id: 9, publicId: 'NOWW' }));
    stage.touch('queue');
    await clock.advance(PACE_MS);
    reader.take();
    const looks = show.looks;
    show.status = { kind: 'playing', playId: 99, submissionId: 9, positionMs: 0, at: 0, durationMs: 1_000 };
    stage.touch('player');
    await clock.advance(PACE_MS);
    expect(reader.take()).toEqual([
      expect.objectContaining({
        nowPlaying: expect.objectContaining({ progress: expect.objectContaining({ state: 'playing' }) }),
      }),
    ]);
    expect(show.looks).toBe(looks);
  });

  test('says nothing when it cannot look, tries again with growing waits, and then tells what became different', async () => {
    const { clock, show, stage, reader, log } = await watched();
    show.trouble = new Error('the store is busy');
    show.songs = songs(1);
    stage.touch('queue');
    await clock.advance(30_000);
    expect(reader.take()).toEqual([]);
    expect(log.lines.length).toBeGreaterThan(3);
    expect(log.lines.length).toBeLessThan(12);
    show.trouble = null;
    await clock.advance(10_000);
    expect(reader.take()).toEqual([
      expect.objectContaining({ kind: 'change', queue: expect.objectContaining({ total: 1 }) }),
    ]);
  });

  test('brings a reader up to date that missed something', async () => {
    const { stage, reader } = await watched();
    stage.join(reader);
    expect(reader.take()).toEqual([expect.objectContaining({ kind: 'state' })]);
  });
});

describe('alerts', () => {
  test('of a gift that moves a song are one, naming both', async () => {
    const { clock, stage, reader } = await watched();
    stage.gift(gift({ count: 3 }));
    stage.moved(moved({ submissionId: 2, to: 'double-skip' }));
    await clock.advance(PACE_MS);
    expect(reader.take()).toEqual([
      expect.objectContaining({
        kind: 'alert',
        alert: expect.objectContaining({
          kind: 'move',
          by: 'gifter',
          gift: { name: 'Galaxy', count: 3 },
          song: expect.objectContaining({ id: 'BBBB', line: 'double-skip' }),
        }),
      }),
    ]);
  });

  test('of a gift alone name the song it counts towards', async () => {
    const { clock, show, stage, reader } = await watched();
    show.songOf = submission({ publicId: 'MINE' });
    stage.gift(gift({ handle: 'other', coins: 10 }));
    await clock.advance(PACE_MS);
    expect(reader.take()).toEqual([
      expect.objectContaining({
        alert: expect.objectContaining({ kind: 'gift', by: 'other', song: expect.objectContaining({ id: 'MINE' }) }),
      }),
    ]);
  });

  test('are few in a storm: the largest gifts, and moves before any', async () => {
    const { clock, stage, reader } = await watched();
    for (let coins = 1; coins <= 400; coins += 1) stage.gift(gift({ handle: `h${coins % 150}`, coins: coins % 150 }));
    stage.moved(moved({ submissionId: 1, cause: 'staff' }));
    await clock.advance(PACE_MS);
    const alerts = reader.take().flatMap((message) => (message.kind === 'alert' ? [message.alert] : []));
    expect(alerts.map(({ kind }) => kind)).toEqual(['move', 'gift', 'gift']);
    expect(alerts.flatMap((alert) => (alert.kind === 'gift' ? [alert.coins] : []))).toEqual([149, 148]);
  });

  test('have ids of their own and are told again to a reader that was away for a moment', async () => {
    const { clock, stage, reader } = await watched();
    stage.moved(moved({ submissionId: 1 }));
    stage.moved(moved({ submissionId: 2 }));
    await clock.advance(PACE_MS);
    reader.take();
    const second = new Reader();
    stage.join(second);
    const [state] = second.take();
    const ids = state?.kind === 'state' ? state.alerts.map(({ id }) => id) : [];
    expect(new Set(ids).size).toBe(2);
    await clock.advance(20_000);
    stage.join(second);
    expect(second.take()).toEqual([expect.objectContaining({ kind: 'state', alerts: [] })]);
  });

  test('of what happened long before anybody watched are not told', async () => {
    const { clock, stage, reader } = await watched();
    stage.leave(reader);
    stage.moved(moved({ submissionId: 1 }));
    await clock.advance(20_000);
    stage.moved(moved({ submissionId: 2 }));
    stage.join(reader);
    await clock.advance(PACE_MS);
    const [state] = reader.take();
    expect(state?.kind === 'state' ? state.alerts.map(({ song }) => song?.id) : []).toEqual(['BBBB']);
  });
});
