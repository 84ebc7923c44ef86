import { describe, expect, test } from 'vitest';
import { GUILD, panelStage, storedRow } from './panel-stage.ts';

const [QUEUE, REVIEW] = ['200000000000000001', '200000000000000002'];

describe('a panel', () => {
  test('is posted when it is placed, and shows a change within a second when it was quiet', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    expect(await place('live-queue', QUEUE)).toMatchObject({ kind: 'shown' });
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: start (0)']);
    state.word = 'new';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(1_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: new (0)']);
    expect(wire.requests('post')).toHaveLength(1);
  });

  test('is never edited when nothing changed', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    for (let i = 0; i < 50; i += 1) {
      keeper.touch(GUILD, ['live-queue'], 0);
      await clock.advance(1_000);
    }
    expect(wire.requests('edit')).toHaveLength(0);
  });

  test('is not edited again after a restart when it already shows what is right', async () => {
    const before = panelStage();
    await before.keeper.start();
    await before.place('live-queue', QUEUE);
    const after = panelStage([...before.book.values()]);
    await after.keeper.start();
    await after.clock.advance(10_000);
    expect(after.wire.sent).toEqual([]);
  });

  test('shows many changes at once with one edit', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    for (let i = 0; i < 20; i += 1) {
      state.word = `change ${i}`;
      keeper.touch(GUILD, ['live-queue'], 0);
    }
    await clock.advance(5_000);
    expect(wire.requests('edit')).toHaveLength(1);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: change 19 (0)']);
  });

  test('that may wait, waits, and a more urgent fact overtakes', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    state.word = 'counted';
    keeper.touch(GUILD, ['control-room'], 15_000);
    await clock.advance(10_000);
    expect(wire.requests('edit')).toHaveLength(0);
    keeper.touch(GUILD, ['control-room'], 0);
    await clock.advance(1_000);
    expect(wire.requests('edit')).toHaveLength(1);
    await clock.advance(30_000);
    expect(wire.requests('edit')).toHaveLength(1);
  });

  test('that moves by itself is drawn again and again, until it stands still', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    state.refreshMs = 10_000;
    await place('now-playing', QUEUE);
    for (let tick = 1; tick <= 3; tick += 1) {
      state.word = `tick ${tick}`;
      await clock.advance(10_000);
    }
    expect(wire.requests('edit')).toHaveLength(3);
    state.refreshMs = null;
    state.word = 'still';
    await clock.advance(60_000);
    expect(wire.requests('edit')).toHaveLength(4);
  });

  test('keeps its page, and a click that drew it costs no edit', async () => {
    const { keeper, wire, place, clock, book } = panelStage();
    await keeper.start();
    await place('reviewer-queue', REVIEW);
    const messageId = book.get(`${GUILD}:reviewer-queue`)?.messageId ?? '';
    const clicked = await keeper.clicked(messageId, 4);
    await clicked?.shown();
    keeper.touch(GUILD, ['reviewer-queue'], 0);
    await clock.advance(5_000);
    expect(wire.requests('edit')).toHaveLength(0);
    expect(book.get(`${GUILD}:reviewer-queue`)?.page).toBe(4);
  });

  test('that moves to another channel leaves no copy behind, though Discord reports the deletion first', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.onRemoved = (messageId) => void keeper.messageDeleted(messageId);
    await place('live-queue', REVIEW);
    await clock.advance(10_000);
    expect(wire.textsIn(QUEUE)).toEqual([]);
    expect(wire.textsIn(REVIEW)).toEqual(['live-queue: start (0)']);
  });

  test('that was moved while it was being posted leaves no copy behind either', async () => {
    const { keeper, wire, clock } = panelStage();
    await keeper.start();
    const first = keeper.place(GUILD, 'live-queue', QUEUE);
    await clock.advance(10);
    const second = keeper.place(GUILD, 'live-queue', REVIEW);
    await clock.advance(2_000);
    await Promise.all([first, second]);
    expect(wire.textsIn(QUEUE)).toEqual([]);
    expect(wire.textsIn(REVIEW)).toEqual(['live-queue: start (0)']);
  });

  test('that is taken away is gone for good', async () => {
    const { keeper, wire, place, clock, book } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    const taken = keeper.take(GUILD, 'live-queue');
    await clock.advance(1_000);
    await taken;
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(10_000);
    expect(wire.textsIn(QUEUE)).toEqual([]);
    expect(book.size).toBe(0);
  });
});

describe('in a storm', () => {
  test.each([
    ['fresh', 0],
    ['older than an hour', 2 * 3_600_000],
  ])('200 changes in 10 s on 5 %s panels in 2 channels stay within the pace and end right', async (_age, ageMs) => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    await place('reviewer-queue', REVIEW);
    await place('pending-skips', REVIEW);
    await place('live-queue', QUEUE);
    await place('now-playing', QUEUE);
    await clock.advance(ageMs + 10_000);
    const kinds = ['control-room', 'reviewer-queue', 'pending-skips', 'live-queue', 'now-playing'] as const;
    for (let change = 1; change <= 200; change += 1) {
      state.word = `change ${change}`;
      keeper.touch(GUILD, kinds, 0);
      await clock.advance(50);
    }
    await clock.advance(5_000);
    expect([...wire.textsIn(REVIEW), ...wire.textsIn(QUEUE)]).toEqual(kinds.map((kind) => `${kind}: change 200 (0)`));
    expect(wire.tooFast).toBe(0);
    expect(wire.mostAtOnce).toBe(1);
    const edits = wire.requests('edit').length;
    await clock.advance(60_000);
    expect(wire.requests('edit')).toHaveLength(edits);
  });

  test('a panel that nobody touches is not held up by its neighbours for ever', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    await place('pending-skips', REVIEW);
    await clock.advance(10_000);
    state.word = 'storm';
    keeper.touch(GUILD, ['pending-skips'], 0);
    for (let change = 0; change < 100; change += 1) {
      keeper.touch(GUILD, ['control-room'], 0);
      await clock.advance(50);
    }
    expect(wire.textsIn(REVIEW)).toContain('pending-skips: storm (0)');
  });
});

describe('start and stop', () => {
  test('everything is brought up to date within 3 s', async () => {
    const rows = (['control-room', 'reviewer-queue', 'pending-skips'] as const).map((kind) =>
      storedRow({ kind, channelId: REVIEW, messageId: `m-${kind}`, contentHash: 'old', postedAt: 0 }),
    );
    const { keeper, wire, clock } = panelStage(rows);
    for (const row of rows) wire.messages.set(row.messageId ?? '', { channelId: REVIEW, text: 'old', postedAt: 0 });
    await keeper.start();
    await clock.advance(3_000);
    expect(wire.textsIn(REVIEW).every((text) => text.endsWith(': start (0)'))).toBe(true);
    expect(wire.tooFast).toBe(0);
  });

  /** Three panels two hours old are stopped, and a new keeper takes them up a moment later. */
  async function restarted(wrongByMs: number, awayMs: number) {
    const before = panelStage();
    await before.keeper.start();
    for (const kind of ['pending-skips', 'reviewer-queue', 'control-room'] as const) await before.place(kind, REVIEW);
    before.wire.ahead = wrongByMs;
    await before.clock.advance(2 * 3_600_000 - wrongByMs);
    const stopped = before.keeper.stop(3_000);
    await before.clock.advance(200);
    await stopped;
    const stoppedAt = before.clock.now();
    await before.clock.advance(awayMs);
    const after = panelStage([...before.book.values()], before.clock.now());
    after.memory.edits = before.memory.edits;
    after.wire.ahead = wrongByMs;
    after.wire.told = false;
    for (const [id, message] of before.wire.messages) after.wire.messages.set(id, message);
    after.wire.sent.push(...before.wire.sent);
    await after.keeper.start();
    return { ...after, stoppedAt };
  }

  test.each([
    ['a right clock', 0],
    ['a clock two hours behind', 2 * 3_600_000],
  ])('edits of just before a restart still count, on a machine with %s', async (_what, wrongByMs) => {
    const { wire, clock, keeper } = await restarted(wrongByMs, 0);
    keeper.touch(GUILD, ['control-room'], 0);
    await clock.advance(7_000);
    expect(wire.textsIn(REVIEW)).toEqual(
      ['pending-skips', 'reviewer-queue', 'control-room'].map((kind) => `${kind}: start (0)`),
    );
    expect(wire.tooFast).toBe(0);
  });

  test('after a quick one the reviewer’s desk comes first, and old panels are all back 6.3 s after the stop', async () => {
    const { wire, clock, stoppedAt } = await restarted(0, 3_000);
    await clock.advance(stoppedAt + 6_300 - clock.now());
    const drawn = wire.requests('edit').filter(({ text }) => text.includes('start'));
    expect(drawn.map(({ text }) => text.split(':')[0])).toEqual(['control-room', 'reviewer-queue', 'pending-skips']);
    expect(wire.tooFast).toBe(0);
  });

  test('panels of a guild that removed the bot meanwhile are left alone, until it is back', async () => {
    const { keeper, wire, state, clock, book } = panelStage([
      storedRow({ kind: 'live-queue', channelId: QUEUE, messageId: 'm1' }),
    ]);
    wire.messages.set('m1', { channelId: QUEUE, text: 'old', postedAt: 0 });
    state.away.push(GUILD);
    await keeper.start();
    await clock.advance(10_000);
    expect(wire.sent).toEqual([]);
    expect(book.size).toBe(1);
    await keeper.guildJoined(GUILD);
    await clock.advance(1_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: start (0)']);
  });

  test('a panel of another release is left alone', async () => {
    const { keeper, wire, clock } = panelStage([storedRow({ kind: 'fireworks', channelId: QUEUE, messageId: 'm1' })]);
    await keeper.start();
    await clock.advance(10_000);
    expect(wire.sent).toEqual([]);
  });

  test('stopping says "paused" on every panel but the portal, within the pace, and the next start draws them anew', async () => {
    const { keeper, wire, place, clock, book } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    await place('reviewer-queue', REVIEW);
    await place('portal', QUEUE);
    const stopped = keeper.stop(5_000);
    await clock.advance(5_000);
    await stopped;
    expect(wire.textsIn(REVIEW)).toEqual(['control-room: paused', 'reviewer-queue: paused']);
    expect(wire.textsIn(QUEUE)).toEqual(['portal: start (0)']);
    expect(wire.tooFast).toBe(0);
    expect(book.get(`${GUILD}:control-room`)?.contentHash).toBeNull();
  });

  test('stopping takes no longer than it is given, whatever Discord does', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    wire.latencyMs = 60_000;
    const stopped = keeper.stop(3_000);
    await clock.advance(3_000);
    await stopped;
  });

  test('after stopping nothing is drawn any more', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    state.refreshMs = 10_000;
    await place('now-playing', QUEUE);
    const stopped = keeper.stop(3_000);
    await clock.advance(3_000);
    await stopped;
    const before = wire.sent.length;
    keeper.touch(GUILD, ['now-playing'], 0);
    await clock.advance(60_000);
    expect(wire.sent).toHaveLength(before);
  });

  test('a guild that comes back has its panels back', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    keeper.guildLeft(GUILD);
    state.word = 'later';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(10_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: start (0)']);
    await keeper.guildJoined(GUILD);
    await clock.advance(1_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: later (0)']);
  });
});
