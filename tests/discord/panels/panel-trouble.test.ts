import { describe, expect, test } from 'vitest';
import { GUILD, panelStage } from './panel-stage.ts';

const [QUEUE, REVIEW] = ['200000000000000001', '200000000000000002'];

describe('when Discord lost something', () => {
  test('a deleted message is posted again, once', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    const [messageId = ''] = wire.messages.keys();
    wire.messages.delete(messageId);
    await keeper.messageDeleted(messageId);
    await clock.advance(1_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: start (0)']);
    expect(wire.requests('post')).toHaveLength(2);
  });

  test('a message that is found gone by an edit is posted again in the same breath', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.messages.clear();
    state.word = 'new';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(1_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: new (0)']);
  });

  test('a message that is deleted right after an edit, before the edit is answered, is posted again', async () => {
    const { keeper, wire, place, clock, state, book } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.onEdited = (messageId) => {
      wire.messages.delete(messageId);
      void keeper.messageDeleted(messageId);
    };
    state.word = 'edited';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(5_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: edited (0)']);
    expect(wire.messages.has(book.get(`${GUILD}:live-queue`)?.messageId ?? '')).toBe(true);
  });

  test('a deleted channel clears the settings of all its panels and tells staff once', async () => {
    const { keeper, place, alerts, lost, book, clock, wire } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    await place('reviewer-queue', REVIEW);
    await place('live-queue', QUEUE);
    wire.gone.add(REVIEW);
    keeper.touch(GUILD, ['control-room', 'reviewer-queue'], 0);
    await keeper.channelDeleted(REVIEW);
    await clock.advance(10_000);
    expect(lost.sort()).toEqual([`control-room ${REVIEW}`, `reviewer-queue ${REVIEW}`]);
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain('**Control room**, **Reviewer queue** panels was deleted');
    expect([...book.values()].map(({ kind }) => kind)).toEqual(['live-queue']);
  });

  test('a channel that is found gone by an edit is the same, and a late event adds nothing', async () => {
    const { keeper, state, place, alerts, lost, clock, wire } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.gone.add(QUEUE);
    state.word = 'new';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(1_000);
    await keeper.channelDeleted(QUEUE);
    expect(lost).toEqual([`live-queue ${QUEUE}`]);
    expect(alerts).toHaveLength(1);
  });

  test('a lost permission is named once per channel, and the panels return when it is granted', async () => {
    const { keeper, wire, state, place, alerts, clock, book } = panelStage();
    await keeper.start();
    await place('control-room', REVIEW);
    await place('reviewer-queue', REVIEW);
    wire.forbidden.set(REVIEW, ['Send Messages']);
    for (let change = 0; change < 20; change += 1) {
      state.word = `change ${change}`;
      keeper.touch(GUILD, ['control-room', 'reviewer-queue'], 0);
      await clock.advance(1_000);
    }
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toContain('**Send Messages**');
    expect(book.size).toBe(2);
    wire.forbidden.clear();
    keeper.permissionsChanged(GUILD);
    await clock.advance(6_000);
    expect(wire.textsIn(REVIEW)).toEqual(['control-room: change 19 (0)', 'reviewer-queue: change 19 (0)']);
    expect([...book.values()].map(({ trouble }) => trouble)).toEqual([null, null]);
  });

  test('a permission that comes and goes is named each time it is lost', async () => {
    const { keeper, wire, place, alerts, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    for (let time = 0; time < 2; time += 1) {
      wire.forbidden.set(QUEUE, ['View Channel']);
      const healed = keeper.heal(GUILD);
      await clock.advance(1_000);
      expect(await healed).toMatchObject([{ outcome: 'forbidden', missing: ['View Channel'] }]);
      wire.forbidden.clear();
      keeper.permissionsChanged(GUILD);
      await clock.advance(6_000);
    }
    expect(alerts).toHaveLength(2);
  });

  test('an outage is sat out, and the latest state is shown afterwards', async () => {
    const { keeper, wire, state, place, alerts, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.outage = 'before';
    state.word = 'during';
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(30_000);
    wire.outage = 'none';
    state.word = 'after';
    await clock.advance(6_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: after (0)']);
    expect(alerts).toEqual([]);
  });

  test('a post whose answer was lost is not posted twice', async () => {
    const { keeper, wire, state, place, clock } = panelStage();
    await keeper.start();
    wire.outage = 'after';
    expect(await place('live-queue', QUEUE)).toEqual({ kind: 'outage' });
    state.word = 'later';
    wire.outage = 'none';
    await clock.advance(10_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: later (0)']);
    const nonces = new Set(wire.requests('post').map(({ nonce }) => nonce));
    expect(nonces.size).toBe(1);
    expect([...nonces][0]?.length).toBeLessThanOrEqual(25);
  });

  test('a card that cannot be drawn is tried again, and holds up no other panel', async () => {
    const { keeper, wire, state, place, clock, faults } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    state.fault = new Error('the store is away');
    keeper.touch(GUILD, ['live-queue'], 0);
    await clock.advance(1_000);
    expect(faults).toHaveLength(1);
    state.fault = null;
    state.word = 'back';
    await clock.advance(61_000);
    expect(wire.textsIn(QUEUE)).toEqual(['live-queue: back (0)']);
  });
});

describe('self-healing', () => {
  test('costs no edit when all is well', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    await place('control-room', REVIEW);
    const healed = keeper.heal(GUILD);
    await clock.advance(1_000);
    expect((await healed).map(({ outcome }) => outcome)).toEqual(['fine', 'fine']);
    expect(wire.requests('edit')).toHaveLength(0);
    expect(wire.requests('post')).toHaveLength(2);
  });

  test('posts what vanished unnoticed, and says so', async () => {
    const { keeper, wire, place, clock } = panelStage();
    await keeper.start();
    await place('live-queue', QUEUE);
    wire.messages.clear();
    const healed = keeper.heal(GUILD);
    await clock.advance(1_000);
    expect(await healed).toMatchObject([{ kind: 'live-queue', channelId: QUEUE, outcome: 'mended' }]);
    expect(wire.textsIn(QUEUE)).toHaveLength(1);
  });
});
