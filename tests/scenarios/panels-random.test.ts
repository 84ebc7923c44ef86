import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pagesShown, shown, stored } from '../../chaos/panels.ts';
import { ask, PushedClock, rows, set } from './desk.ts';
import { journalOf } from './panel-journal.ts';
import { PanelMemory, PanelMonkey, type Press, type Pressed } from './panel-monkey.ts';
import { PATIENCE, type Show, someLink, startShow, submit } from './show.ts';

const RUNS = 3;
/** So many presses of three reviewers in all runs together, the ones of listeners not counted. */
const ACTIONS = 500;
/** Turns of one run; some find nothing to press, some press twice. */
const TURNS = 190;
const HOUR = 3_600_000;

const ACTS = [
  'reviewer.next',
  'reviewer.undo',
  'reviewer.finish',
  'reviewer.page',
  'reviewer.pick',
  'voice.stop',
  'song.move',
  'song.play-next',
  'song.remove-now',
  'song.bookmark',
  'song.history',
  'pending.pick',
  'pending.approve',
  'pending.reject-now',
  'pending.decide',
  'room.open',
  'room.close',
];

let show: Show;
let memory: PanelMemory;
let reviewers: readonly PanelMonkey[];
let listener: PanelMonkey;
const clock = new PushedClock();
/** Songs that were taken in, by their public ids. */
const submitted = new Set<string>();

beforeAll(async () => {
  show = await startShow({ sandbox: { tiktok: false }, clock });
  await show.setUp();
  await set(show, 'submissions.free-limit', '10');
  await ask(show.nova, 'join', { channel: show.channels.studio });
  memory = new PanelMemory(show.sandbox.discord.world);
  const staff = ['rick', 'rosa'].map((name) =>
    show.people.human(show.guildId, name, { permissions: ['MANAGE_GUILD', 'VIEW_CHANNEL'] }),
  );
  const desk = [show.channels.review, show.channels.queue, show.channels.playing];
  reviewers = [show.nova, ...staff].map((who) => new PanelMonkey(who, memory, desk));
  listener = new PanelMonkey(show.people.human(show.guildId, 'fan'), memory, desk);
});
afterAll(async () => {
  memory.close();
  await show.stop();
});

const world = () => show.sandbox.discord.world;

/** Time passes, for the bot and for Discord alike. */
function pass(ms: number): void {
  world().advance(ms);
  clock.push(ms);
}

/** A song of one of many listeners, as a skip claim or free; none when submissions are closed just now. */
let fans = 0;
async function hand(claim: boolean): Promise<void> {
  fans += 1;
  const fan = show.people.human(show.guildId, `fan${fans}`);
  const seen = await submit(fan, { link: someLink(), artist: fan.name, title: `Song ${fans}` });
  const id = /#([2-9A-Z]{4,6})\b/.exec(seen.text)?.[1];
  if (id === undefined) return;
  submitted.add(id);
  await (await fan.click(seen, { label: claim ? "Yes, it's a skip" : 'No' })).final(PATIENCE);
}

const press: fc.Arbitrary<Press> = fc.record({
  where: fc.constantFrom('panel', 'panel', 'panel', 'answer'),
  // Control room, reviewer queue, pending skips, live queue, now playing.
  panel: fc.constantFrom(0, 0, 1, 1, 2, 3, 4),
  age: fc.constantFrom(0, 0, 0, 1, 2, 5),
  control: fc.nat(12),
  option: fc.nat(7),
  twice: fc.constantFrom(false, false, false, true),
  reason: fc.boolean(),
  decision: fc.nat(3),
  send: fc.constantFrom(true, true, false),
});
/** `pauseMs` 0: the next one happens in the same instant. */
const turn = fc.record({
  who: fc.nat(2),
  press,
  fan: fc.constantFrom('press', 'press', 'free', 'claim', ...Array.from({ length: 10 }, () => null)),
  pauseMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900 })),
});
type Turn = typeof turn extends fc.Arbitrary<infer T> ? T : never;

async function act({ who, press: pressed, fan }: Turn): Promise<void> {
  const both: Promise<void>[] = [reviewers[who]?.press(pressed) ?? Promise.resolve()];
  if (fan === 'press') both.push(listener.press(pressed));
  if (fan === 'free' || fan === 'claim') both.push(hand(fan === 'claim'));
  await Promise.all(both);
}

/** Every song in one place, none played twice, and at most one on air. */
async function nothingLost(): Promise<void> {
  const songs = await rows(
    show,
    `SELECT s.public_id, s.line, count(p.id) AS plays FROM submission s
     LEFT JOIN play p ON p.submission_id = s.id AND p.undone_at IS NULL GROUP BY s.id`,
  );
  const wrong = songs.filter(({ line, plays }) => plays !== (line === 'archive' ? 1 : 0));
  expect(wrong).toEqual([]);
  const onAir = await rows(show, 'SELECT id FROM play WHERE undone_at IS NULL AND ended_at IS NULL');
  expect(onAir.length).toBeLessThanOrEqual(1);
  for (const id of submitted) if (!songs.some(({ public_id }) => public_id === id)) throw new Error(`#${id} is lost`);
}

/** Resolves when the panels show what is stored. */
async function settled(): Promise<void> {
  const deadline = world().now() + 15_000;
  for (;;) {
    const right = JSON.stringify(await stored(show.dataDir, show.guildId, pagesShown(show)));
    if (JSON.stringify(shown(show)) === right) return;
    if (world().now() > deadline) throw new Error(`${JSON.stringify(shown(show))}\nis not\n${right}`);
    await world()
      .events.waitFor('request', () => true, { timeoutMs: 60 })
      .then(
        () => undefined,
        () => undefined,
      );
    pass(250);
  }
}

const wordsOf = ({ seen }: Pressed) => [seen.text, ...seen.followUps.map(({ text }) => text)].join('\n');
const REFUSED = /was just played by|queue is empty|nothing to undo|can't be put back|Nothing is playing|older version/;

const isTaken = (one: Pressed) => !REFUSED.test(wordsOf(one));
const presses = (action: string) => reviewers.flatMap(({ pressed }) => pressed).filter((one) => one.action === action);

describe('three reviewers who press anything at random, and a listener among them', () => {
  it('play no song twice, lose none, and leave panels that show what is stored', async () => {
    const journal = journalOf(show);
    let runs = 0;
    const turns = fc.array(fc.noBias(turn), { minLength: TURNS, maxLength: TURNS });
    await fc.assert(
      fc.asyncProperty(turns, async (all) => {
        runs += 1;
        // Old messages are edited by stricter rules, and a bot that was started anew knows old buttons too.
        if (runs === 2) world().advance(2 * HOUR);
        if (runs === 3) await show.restart();
        for (let song = 0; song < 8; song += 1) await hand(song % 3 === 0);
        let together: Promise<void>[] = [];
        for (const [number, each] of all.entries()) {
          together.push(act(each));
          if (each.pauseMs === 0) continue;
          await Promise.all(together);
          together = [];
          await nothingLost();
          pass(each.pauseMs);
          if (number % 30 === 29) await settled();
        }
        await Promise.all(together);
        await nothingLost();
        await settled();
      }),
      { seed: 9, numRuns: RUNS, endOnFailure: true },
    );
    const pressed = reviewers.flatMap((monkey) => monkey.pressed);
    expect(pressed.length).toBeGreaterThanOrEqual(ACTIONS);
    for (const { seen } of [...pressed, ...listener.pressed]) expect(seen.error).toBeUndefined();
    expect(
      [...pressed, ...listener.pressed].map(wordsOf).filter((words) => /went wrong|reference/.test(words)),
    ).toEqual([]);
    expect(journal.limited()).toEqual([]);
    expect(journal.refused()).toEqual([]);
    // Something of everything, and what was answered is what was done: each Next took the song after the one it was drawn for.
    for (const action of ACTS) expect(presses(action).filter(isTaken).length, action).toBeGreaterThan(0);
    const taken = presses('reviewer.next').filter(isTaken);
    const plays = await rows(show, 'SELECT coalesce(replaced_play_id, 0) AS after FROM play');
    expect(plays).toHaveLength(taken.length);
    for (const { after } of plays.filter(({ after: id }) => id !== 0))
      expect(taken.map(({ customId }) => customId)).toContain(`v1:reviewer.next:${after}`);
    const [undone] = await rows(show, 'SELECT count(*) AS n FROM play WHERE undone_at IS NOT NULL');
    expect(presses('reviewer.undo').filter(isTaken)).toHaveLength(Number(undone?.n));
    for (const { seen } of listener.pressed) expect(seen.text).toMatch(/Only reviewers|Queue|older version/);
  });
});
