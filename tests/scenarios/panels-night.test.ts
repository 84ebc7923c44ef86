import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shown, stored } from '../../chaos/panels.ts';
import type { Seen, SeenMessage } from '../../sandbox/discord/people/seen.ts';
import { type CogPorts, createCogs } from '../../src/discord/cogs/create-cogs.ts';
import { ask, PushedClock, rows, startDesk, write } from './desk.ts';
import { journalOf } from './panel-journal.ts';
import { PATIENCE, panel, type Show, submitFree } from './show.ts';

const SONGS = 10_000;

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  show.sandbox.discord.limits.enabled = true;
  await show.setUp();
  await submitFree(show.ana, 'The First');
  await submitFree(show.ben, 'The Second');
});
afterAll(() => show.stop());

/** So many more songs, written at once. */
const many = (guildId: string, ownerId: string) => `
  WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${SONGS})
  INSERT INTO submission (guild_id, public_id, owner_id, owner_name, artist, title, kind, url, normalized_url, platform,
    line, rank, submitted_at, via)
  SELECT '${guildId}', printf('%06X', i), '${ownerId}', 'Member ' || i, 'Artist ' || i, 'Title ' || i, 'link',
    'https://soundcloud.com/a/' || i, 'https://soundcloud.com/a/' || i, 'soundcloud',
    CASE WHEN i % 50 = 0 THEN 'skip' WHEN i % 50 = 1 THEN 'pending' ELSE 'free' END, i, 1760000000000 + i, 'modal' FROM n`;

const world = () => show.sandbox.discord.world;
const reviewerQueue = () => panel(show.nova, show.channels.review, 'Reviewer queue');
/** Time passes, for the bot and for Discord alike. */
function pass(ms: number): void {
  world().advance(ms);
  clock.push(ms);
}
const settled = async () => {
  pass(10_000);
  const right = JSON.stringify(await stored(show.dataDir, show.guildId));
  await world().events.until(() => JSON.stringify(shown(show)) === right, PATIENCE);
};
/** Everything the person reads in answer to it. */
const wordsOf = async (seen: Seen) => {
  const final = await seen.final(PATIENCE);
  return [final.text, ...final.followUps.map(({ text }) => text)].join('\n');
};

describe('a click', () => {
  it('is answered at once while Discord takes its time with an edit', async () => {
    await settled();
    const held = show.sandbox.discord.faults.rest({ method: 'PATCH', delayMs: 1_500 });
    await ask(show.nova, 'closesubmissions');
    const before = await reviewerQueue();
    const [taken, told] = await Promise.all([
      show.nova.click(before, { label: 'Next' }),
      show.nova.click(before, { label: 'Next' }),
    ]);
    held();
    for (const { firstAnswerMs } of [taken, told]) expect(firstAnswerMs).toBeLessThan(1_000);
    expect([await wordsOf(taken), await wordsOf(told)].join('\n')).toMatch(/was just played by/);
    await ask(show.nova, 'opensubmissions');
  });

  /** What no client sends, but anybody can: every action there is, with things that are no ids of this guild. */
  it('with a forged custom id is answered in words and changes nothing, whatever it claims', async () => {
    const cogs = createCogs({ services: {}, clock: { now: () => 0 }, messageContent: true } as unknown as CogPorts);
    const actions = cogs.flatMap(({ components }) => components).map(({ action }) => action);
    const stateless = /^(portal|privacy\.keep|reviewer\.(next|keep)|room|setup|submission\.retry|points\.keep|voice)/;
    const message = await reviewerQueue();
    const everything = async () =>
      JSON.stringify([
        await rows(show, 'SELECT public_id, owner_id, line, rank, bookmarked, hidden FROM submission'),
        await rows(show, 'SELECT * FROM play'),
      ]);
    const before = await everything();
    const answers: string[] = [];
    for (const action of actions.filter((name) => !stateless.test(name)))
      for (const args of [
        '',
        ':',
        ':999999999',
        ':-1:skip',
        ':1e3:free',
        `:${'9'.repeat(15)}:back-to-back`,
        ':__proto__:constructor',
      ]) {
        const seen = await show.nova.clickRaw(message, `v1:${action}${args}`);
        if ((await everything()) !== before) throw new Error(`${action}${args} changed something`);
        answers.push(`${action}${args}: ${seen.error ?? (seen.modal === null ? await wordsOf(seen) : 'a modal')}`);
      }
    for (const id of ['', 'v1', 'v1:', 'v1:nothing.such:1', 'v2:reviewer.next:0'])
      answers.push(await wordsOf(await show.nova.clickRaw(message, id)));
    expect(answers.filter((words) => /did not respond|interaction failed|went wrong|reference/.test(words))).toEqual(
      [],
    );
    expect(await everything()).toBe(before);
  });
});

describe('a clean stop', () => {
  let before: SeenMessage;
  const paused: string[] = [];
  it('leaves "paused" on every panel, and a click meanwhile fails without a trace', async () => {
    await settled();
    pass(10_000);
    before = await reviewerQueue();
    let away: Seen | undefined;
    await show.restart(async () => {
      for (const channel of [show.channels.review, show.channels.queue, show.channels.playing])
        paused.push(...show.ben.sees(channel).map(({ text }) => text));
      away = await show.nova.clickRaw(before, 'v1:reviewer.next:0');
      await write(show, many(show.guildId, show.ben.id));
    });
    expect(paused).toHaveLength(5);
    for (const text of paused) expect(text).toMatch(/Paused: the bot is being restarted/);
    expect(away?.error).toBe('This interaction failed');
  });

  it('is over 3 s after the start: every panel shows what is stored, 10,000 songs by now', async () => {
    const identified = world().events.history('gateway-identified').at(-1)?.at ?? 0;
    const journal = journalOf(show);
    const right = JSON.stringify(await stored(show.dataDir, show.guildId));
    await world().events.until(() => JSON.stringify(shown(show)) === right, PATIENCE);
    const drawn = world().events.history('message-edited').at(-1)?.at ?? 0;
    expect(drawn - identified).toBeLessThan(3_000);
    expect(journal.limited()).toEqual([]);
    expect(journal.refused()).toEqual([]);
    expect((await panel(show.nova, show.channels.review, 'Control room')).text).toMatch(/Free 9,\d\d\d/);
  });

  it('kills no button: those of before it work', async () => {
    const next = await show.nova.clickRaw(
      before,
      /v1:reviewer\.next:\d+/.exec(JSON.stringify(before.message.components))?.[0] ?? '',
    );
    expect(await wordsOf(next)).toMatch(/On air: /);
  });
});

describe('10,000 songs', () => {
  it('are turned page by page, to the last, as fast as ten', async () => {
    const first = await reviewerQueue();
    expect(first.text).toMatch(/Page 1 of 1,2\d\d/);
    const second = await show.nova.click(first, { label: '▶' });
    expect(await wordsOf(second)).toMatch(/Page 2 of 1,2\d\d/);
    const last = await show.nova.clickRaw(first, 'v1:reviewer.page:999999');
    expect(await wordsOf(last)).toMatch(/Page (1,2\d\d) of \1/);
    const listed = await ask(show.ana, 'queue');
    for (const { firstAnswerMs } of [second, last, listed]) expect(firstAnswerMs).toBeLessThan(1_000);
  });

  it('take a Next, a move and an undo each within a second, and the panels follow', async () => {
    const back = await show.nova.clickRaw(await reviewerQueue(), 'v1:reviewer.page:0');
    const [song] = await rows(show, "SELECT id FROM submission WHERE line = 'free' ORDER BY id DESC LIMIT 1");
    const taken = await show.nova.click(back, { label: 'Next' });
    const moved = await show.nova.clickRaw(back, `v1:song.play-next:${song?.id}`);
    const undone = await show.nova.click(back, { label: 'Undo' });
    for (const { firstAnswerMs, error } of [taken, moved, undone]) {
      expect(error).toBeUndefined();
      expect(firstAnswerMs).toBeLessThan(1_000);
    }
    await settled();
    expect((await reviewerQueue()).text).toMatch(/1\. \S+ #00270F /);
  });
});
