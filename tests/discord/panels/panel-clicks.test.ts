import { describe, expect, test } from 'vitest';
import { GUILD, panelStage } from './panel-stage.ts';

const REVIEW = '200000000000000002';

/** A reviewer queue that stands, and clicks on it whose answers the test lets through. */
async function stage() {
  const panels = panelStage();
  const { keeper, wire, place, state, memory } = panels;
  await keeper.start();
  await place('reviewer-queue', REVIEW);
  const [messageId = ''] = wire.messages.keys();
  const row = () => memory.rows.get(`${GUILD}:reviewer-queue`);
  return {
    ...panels,
    messageId,
    row,
    /** An action that changes what is shown, and the card of its answer. */
    click: async (word: string, page?: number) => {
      state.word = word;
      keeper.touch(GUILD, ['reviewer-queue'], 0);
      const clicked = await keeper.clicked(messageId, page);
      if (clicked === null) throw new Error('that is no panel');
      const text = JSON.stringify(clicked.card).match(/reviewer-queue: [^"]*/)?.[0] ?? '';
      return {
        text,
        /** Discord takes the answer now, and says so. */
        arrive: async () => {
          const message = wire.messages.get(messageId);
          if (message !== undefined) message.text = text;
          await clicked.shown();
        },
      };
    },
  };
}

describe('a click on a panel', () => {
  test('costs no edit: its answer shows what it changed', async () => {
    const { click, wire, clock } = await stage();
    for (let turn = 0; turn < 5; turn += 1) {
      await (await click(`turn ${turn}`)).arrive();
      await clock.advance(5_000);
    }
    expect(wire.requests('edit')).toHaveLength(0);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: turn 4 (0)']);
  });

  test('whose answer takes its time is waited for', async () => {
    const { click, wire, clock } = await stage();
    const clicked = await click('slow');
    await clock.advance(1_000);
    await clicked.arrive();
    await clock.advance(5_000);
    expect(wire.requests('edit')).toHaveLength(0);
  });

  test('whose answer never arrived is shown by an edit', async () => {
    const { click, wire, clock } = await stage();
    await click('lost');
    await clock.advance(2_000);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: lost (0)']);
    expect(wire.requests('edit')).toHaveLength(1);
  });

  test.each([
    ['in their order', [0, 1], [0, 1]],
    ['the second one first', [1, 0], [1, 0]],
    ['in their order, and are heard of the other way round', [0, 1], [1, 0]],
    ['the second one first, and are heard of the other way round', [1, 0], [0, 1]],
  ])('that overlaps with another leaves what is right, when the answers arrive %s', async (_how, applied, heard) => {
    const { state, keeper, messageId, wire, clock } = await stage();
    const clicks: { readonly text: string; readonly shown: () => Promise<void> }[] = [];
    for (const word of ['first', 'second']) {
      state.word = word;
      keeper.touch(GUILD, ['reviewer-queue'], 0);
      const clicked = await keeper.clicked(messageId);
      if (clicked !== null) clicks.push({ text: `reviewer-queue: ${word} (0)`, shown: clicked.shown });
    }
    const message = wire.messages.get(messageId);
    for (const index of applied) if (message !== undefined) message.text = clicks[index]?.text ?? '';
    for (const index of heard) await clicks[index]?.shown();
    await clock.advance(5_000);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: second (0)']);
    expect(wire.requests('edit').length).toBeLessThanOrEqual(1);
  });

  test('that overlaps with an edit leaves what is right', async () => {
    const { click, state, keeper, wire, clock } = await stage();
    const clicked = await click('of the click');
    state.word = 'of a fact';
    keeper.touch(GUILD, ['reviewer-queue'], 0);
    await clock.advance(500);
    await clicked.arrive();
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: of the click (0)']);
    await clock.advance(5_000);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: of a fact (0)']);
  });

  test('whose change was undone before its answer arrived leaves what is right', async () => {
    const { click, state, keeper, wire, clock } = await stage();
    const clicked = await click('done');
    state.word = 'start';
    keeper.touch(GUILD, ['reviewer-queue'], 0);
    await clock.advance(500);
    await clicked.arrive();
    await clock.advance(5_000);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: start (0)']);
  });

  test('that turns the page while an edit is on its way is not turned back', async () => {
    const { state, keeper, clock, row, wire, click } = await stage();
    state.word = 'new';
    keeper.touch(GUILD, ['reviewer-queue'], 0);
    await clock.advance(125);
    expect(wire.requests('edit')).toHaveLength(1);
    await (await click('new', 3)).arrive();
    await clock.advance(5_000);
    expect(row()?.page).toBe(3);
    expect(wire.textsIn(REVIEW)).toEqual(['reviewer-queue: new (3)']);
  });

  test('on a message that is no panel is none of its business', async () => {
    const { keeper } = await stage();
    expect(await keeper.clicked('123')).toBeNull();
  });
});
