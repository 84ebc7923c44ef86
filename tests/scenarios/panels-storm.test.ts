import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shown, stored } from '../../chaos/panels.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { ask, PushedClock, rows, set } from './desk.ts';
import { journalOf } from './panel-journal.ts';
import { PATIENCE, panel, type Show, startShow, submitFree } from './show.ts';

const CHANGES = 200;
const STORM_MS = 10_000;
const HOUR = 3_600_000;

let show: Show;
const clock = new PushedClock();
let passing: Seen;
/** Five panels in two channels. */
const QUEUE_CHANNEL = () => show.channels.queue;
beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false, voice: false }, clock });
  await show.setUp();
  await ask(show.nova, 'setnowplayingchannel', { channel: QUEUE_CHANNEL() });
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
  const first = await submitFree(show.ana, 'Song 0');
  for (let song = 1; song < 6; song += 1) await submitFree(song % 2 === 0 ? show.ana : show.ben, `Song ${song}`);
  pass(10_000);
  const menu = await show.nova.waitToSee(show.channels.review, /Reviewer queue[\s\S]*6 songs waiting/, PATIENCE);
  passing = await (await show.nova.select(menu, { index: 0 }, `1. #${first} Song 0`)).final(PATIENCE);
});
afterAll(() => show.stop());

const world = () => show.sandbox.discord.world;

/** Time passes, for the bot and for Discord alike. */
function pass(ms: number): void {
  world().advance(ms);
  clock.push(ms);
}

const LINES = ['skip', 'back-to-back', 'free', 'double-skip'] as const;

/** One real change by a reviewer, of a kind that differs from the last: lines, and now and then Next and its Undo. */
async function change(songs: readonly number[], step: number, lines: readonly string[]): Promise<void> {
  const [play] = await rows(show, 'SELECT id FROM play WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1');
  const press =
    step % 20 === 18
      ? `reviewer.next:${play?.id ?? 0}`
      : step % 20 === 19
        ? `reviewer.undo:${play?.id ?? 0}`
        : `song.move:${songs[step % songs.length]}:${lines[step % lines.length]}`;
  const seen = await show.nova.clickRaw(passing, `v1:${press}`);
  if (!/ line|🎙️|back where it stood|already stands/.test(seen.text)) throw new Error(`${press}: ${seen.text}`);
}

/** Resolves when the panels show what is stored. @returns how long that took, ms of sandbox time */
async function settled(since: number): Promise<number> {
  const right = JSON.stringify(await stored(show.dataDir, show.guildId));
  await world().events.until(() => JSON.stringify(shown(show)) === right, { ...PATIENCE, what: `not ${right}` });
  return world().now() - since;
}

/**
 * Of old messages Discord takes 3 edits in 6 s and channel: when three panels of one channel change all the time, the
 * last of them comes round every 6 s, whatever a bot does; see tests/discord/panels/panel-storm.test.ts.
 */
describe.each([
  ['fresh panels', 0, [...LINES, 'pending'], 5_000, 40],
  ['panels older than an hour', 2 * HOUR, LINES, 5_000, 24],
  ['panels older than an hour, all of one channel changing', 2 * HOUR, [...LINES, 'pending'], 6_500, 24],
])('200 changes in 10 s on five %s', (_age, ageMs, lines, boundMs, mostEdits) => {
  it('break no limit, cost few edits, and end right in time', async () => {
    // Messages grow old in Discord's time; the machine's own clock may say something else.
    world().advance(ageMs);
    pass(10_000);
    await settled(world().now());
    pass(10_000);
    const songs = (await rows(show, 'SELECT id FROM submission WHERE priority < 9')).map(({ id }) => Number(id));
    const journal = journalOf(show);
    for (let step = 0; step < CHANGES; step += 1) {
      const from = performance.now();
      await change(songs, step, lines);
      pass(Math.max(0, Math.round(STORM_MS / CHANGES - (performance.now() - from))));
    }
    const settledMs = await settled(world().now());
    expect(journal.limited()).toEqual([]);
    expect(settledMs).toBeLessThan(boundMs);
    const edits = journal.edits().length;

    expect(edits).toBeGreaterThan(4);
    expect(edits).toBeLessThan(mostEdits);
    expect(journal.refused()).toEqual([]);
  });
});

describe('a quiet panel', () => {
  it('shows a change within a second, on every panel, however old it is', async () => {
    pass(10_000);
    await settled(world().now());
    const [mark, from] = [world().events.mark(), world().now()];
    await submitFree(show.ana, 'A Quiet Change');
    for (const heading of ['Control room', 'Reviewer queue', 'Live queue']) {
      const edited = await world().events.waitFor(
        'message-edited',
        ({ message }) => JSON.stringify(message.components).includes(heading),
        { ...PATIENCE, since: mark },
      );
      expect(edited.at - from).toBeLessThan(1_000);
    }
  });

  it('is not edited when nothing changed: settings of other things, looks after all panels, an hour of silence', async () => {
    pass(10_000);
    await settled(world().now());
    // Whatever was still to be drawn is drawn before this has looked at every panel.
    await ask(show.nova, 'selfheal');
    const journal = journalOf(show);
    await set(show, 'notices.coming-up-at', '3');
    await set(show, 'notices.coming-up-at', '0');
    for (let minutes = 0; minutes < 60; minutes += 5) pass(5 * 60_000);
    await ask(show.nova, 'selfheal');
    expect(journal.edits()).toEqual([]);
    // Elsewhere somebody may still be told what happened before.
    const { review, queue } = show.channels;
    expect([review, queue].flatMap((channel) => journal.posts(channel))).toEqual([]);
  });

  it('that is clicked is drawn by the answer: the click costs no edit of it', async () => {
    pass(10_000);
    const before = await panel(show.nova, show.channels.review, 'Reviewer queue');
    const journal = journalOf(show);
    const seen = await show.nova.click(before, { label: 'Next' });
    expect(seen.answered).toBe('update');
    await settled(world().now());
    pass(10_000);
    await settled(world().now());
    expect(journal.edits(show.channels.review).map(({ path }) => path.split('/').at(-1))).not.toContain(
      before.message.id,
    );
    expect(journal.edits(show.channels.review)).toHaveLength(1);
  });
});
