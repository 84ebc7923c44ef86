import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, counted, rows, startDesk, submitAs } from './desk.ts';
import { PATIENCE, panel, type Show } from './show.ts';

let show: Show;
beforeAll(async () => {
  show = await startDesk({ sandbox: { tiktok: {} } });
  await show.setUp();
});
afterAll(() => show.stop());

it('everything that staff does stands in the audit log: who, what, to what, before and after', async () => {
  const { tiktok } = show.sandbox;
  if (tiktok === undefined) throw new Error('no TikTok');
  const rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
  const one = await submitAs(show.ana, 'One', 'free');
  const two = await submitAs(show.ben, 'Two', 'pending');
  const live = tiktok.host('novalive').goLive();
  await ask(rick, 'tiktok connect', { unique_id: 'novalive' });
  await live.waitForConnection();
  await counted(show, () => live.gift(tiktok.viewer('giver'), 'Rose', {}));

  await ask(rick, 'move', { song: two, line: 'Skip', reason: 'why not' });
  await ask(rick, 'next');
  await ask(rick, 'remove', { song: one, reason: 'bye' });
  await submitAs(show.ana, 'Three', 'free');
  const cleared = await rick.click(await ask(rick, 'clearfree'), { label: 'Clear' });
  await (await rick.click(cleared, { label: 'Undo' })).final(PATIENCE);
  await ask(rick, 'closesubmissions', { line: 'Free' });
  await ask(rick, 'settings set', { key: 'points.like', value: '3' });
  await ask(rick, 'settings reset', { key: 'points.like' });
  await ask(rick, 'admin-link', { tiktok_handle: 'giver', user: show.ana });
  await ask(rick, 'resetpoints', { handle: 'giver' });
  await ask(rick, 'resetpoints', { user: show.ana });
  await (await rick.click(await ask(rick, 'resetpoints', { reset_all: true }), { label: 'Reset all' })).final(PATIENCE);
  await ask(rick, 'admin-unlink', { tiktok_handle: 'giver' });
  await ask(rick, 'overlay reset');
  const ledger = await ask(rick, 'gifts');
  const question = await (await rick.select(ledger, { index: 0 }, '1')).final(PATIENCE);
  await (await rick.click(question, { label: /Reverse|Take back/ })).final(PATIENCE);
  const desk = await panel(rick, show.channels.review, 'Reviewer queue');
  await (await rick.clickRaw(desk, 'v1:reviewer.undo:1')).final(PATIENCE);
  await ask(rick, 'tiktok disconnect');

  const log = await rows(
    show,
    'SELECT action, target, before, after, at FROM audit WHERE actor = ? ORDER BY id',
    rick.id,
  );
  expect(log.map(({ action, target }) => `${String(action)} ${String(target)}`)).toEqual([
    'live.connect novalive',
    `queue.move ${two}`,
    `queue.next ${two}`,
    `queue.remove ${one}`,
    expect.stringMatching(/^queue\.clear-free /),
    expect.stringMatching(/^queue\.undo-clear /),
    'setting.set submissions.open.free',
    'setting.set points.like',
    'setting.reset points.like',
    'handle.link giver',
    'points.reset-handle giver',
    `points.reset-member ${show.ana.id}`,
    'points.reset-all null',
    'handle.unlink giver',
    expect.stringMatching(/^overlay\.reset/),
    expect.stringMatching(/^gift\.reverse/),
    `queue.undo ${two}`,
    'live.disconnect novalive',
  ]);
  const of = (action: string) => {
    const entry = log.find((row) => row.action === action);
    return { before: JSON.parse(String(entry?.before)) as unknown, after: JSON.parse(String(entry?.after)) as unknown };
  };
  expect(of('queue.move')).toEqual({ before: { line: 'pending' }, after: { line: 'skip', reason: 'why not' } });
  expect(of('setting.set')).toEqual({ before: true, after: false });
  expect(of('setting.reset')).toEqual({ before: 3, after: 1 });
  expect(of('handle.link')).toEqual({ before: { userId: null }, after: { userId: show.ana.id } });
});
