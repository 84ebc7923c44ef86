import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Seen } from '../../sandbox/discord/people/seen.ts';
import { THROTTLE } from '../../src/discord/throttle.ts';
import { ask, rows, startDesk } from './desk.ts';
import { PATIENCE, panel, type Show, someLink, submitFree } from './show.ts';

/** Discord takes a first answer for so long. ms */
const DEADLINE_MS = 3_000;
const RAIDERS = 500;
/** Forms that are on their way at the same time. The other half of the raiders pastes, all in one go. */
const LANES = 50;

let show: Show;
let raiders: readonly Human[];
beforeAll(async () => {
  show = await startDesk();
  await show.setUp();
  raiders = Array.from({ length: RAIDERS }, (_, index) => show.people.human(show.guildId, `raider${index}`));
});
afterAll(() => show.stop());

const stored = async () => Number((await rows(show, 'SELECT count(*) AS n FROM submission'))[0]?.n);

/** `/submit`, the form, and what comes of it. */
async function submitForm(who: Human): Promise<Seen> {
  const form = await who.slash('submit');
  return (await who.fillModal(form, { Link: someLink(), Artist: who.name, Title: 'Raid' })).final({
    timeoutMs: 60_000,
  });
}

/** Half of the raiders, every so many of them one after the other: what people at a keyboard do at once. */
async function handInAll(lane: number): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (let index = lane; index < RAIDERS / 2; index += LANES) {
    const who = raiders[index];
    if (who !== undefined) seen.push(await submitForm(who));
  }
  return seen;
}

describe('five hundred accounts at once', () => {
  it('are all answered in friendly words, and the reviewer is answered in time all along', async () => {
    for (const who of [show.ana, show.ben]) await submitFree(who, `Before ${who.name}`);
    const desk = await panel(show.nova, show.channels.review, 'Before ben');
    const before = await stored();
    const { events } = show.sandbox.discord.world;
    let over = false;
    const raid = Promise.all(Array.from({ length: LANES }, (_, lane) => handInAll(lane))).finally(() => {
      over = true;
    });
    for (const who of raiders.slice(RAIDERS / 2)) await who.say(show.channels.submissions, someLink());
    const waits: number[] = [];
    for (let turn = 0; !over || turn < 3; turn += 1) {
      const click = await show.nova.click(desk, { label: 'Next' });
      expect(click.answered).not.toBe('failed');
      waits.push(click.firstAnswerMs);
      const asked = await ask(show.nova, 'queue');
      expect(asked.text).toMatch(/queue|waiting/i);
      waits.push(asked.firstAnswerMs);
    }
    const answers = (await raid).flat();
    expect(answers).toHaveLength(RAIDERS / 2);
    // Their messages go one by one, at the pace of Discord; the songs do not wait for that.
    while ((await stored()) - before < RAIDERS) await events.waitFor('message-deleted', () => true, PATIENCE);
    expect(Math.max(...waits)).toBeLessThan(DEADLINE_MS);
    for (const { text } of answers) expect(text).toContain('Submitted as #');
    expect((await stored()) - before).toBe(RAIDERS);
  });
});

describe('a flood', () => {
  it('of one member is told to wait, costs the others nothing, and staff nothing at all', async () => {
    const [loud, quiet] = raiders;
    if (loud === undefined || quiet === undefined) throw new Error('nobody came');
    const { actions } = THROTTLE.command.member;
    const flood = async (who: Human) => {
      const seen: string[] = [];
      for (let turn = 0; turn < actions + 20; turn += 1) seen.push((await ask(who, 'mystats')).text);
      return seen.filter((text) => text.includes('That was quick! Please wait')).length;
    };
    expect(await flood(loud)).toBeGreaterThan(0);
    expect((await ask(quiet, 'mystats')).text).not.toContain('That was quick');
    expect(await flood(show.nova)).toBe(0);
  });
});
