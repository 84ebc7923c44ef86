import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, PushedClock, queueText, rows, startDesk, submitAs } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, submit } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
});
afterAll(() => show.stop());

const YES = { label: "Yes, it's a skip" };
const NO = { label: 'No' };
const MINUTE = 60_000;
const lineOf = async (id: string) => (await rows(show, 'SELECT line FROM submission WHERE public_id = ?', id))[0]?.line;

let members = 0;
/** Somebody whose one free place is taken. */
async function full(): Promise<Human> {
  members += 1;
  const who = show.people.human(show.guildId, `full${members}`);
  await submitAs(who, 'First', 'free');
  return who;
}

describe('a song over the free limit', () => {
  it('is asked about, and with Yes waits for the reviewer', async () => {
    const who = await full();
    const seen = await submit(who, { link: someLink(), title: 'Paid' });
    expect(seen.text).toMatch(
      /One question about[\s\S]*already have 1 song in the free line[\s\S]*Is this a paid skip\?/,
    );
    expect(seen.text).not.toMatch(/Submitted as/);
    expect(await queueText(show)).not.toContain('Paid');
    expect((await ask(who, 'mysubmissions')).text).not.toContain('Paid');
    const yes = await (await who.click(seen, YES)).final(PATIENCE);
    expect(yes.text).toMatch(/claims a skip/);
    expect(await lineOf(publicId(seen.text))).toBe('pending');
  });

  it('with No is refused with the reason, and nothing of it stays', async () => {
    const who = await full();
    const link = someLink();
    const seen = await submit(who, { link, title: 'Not Paid' });
    const no = await (await who.click(seen, NO)).final(PATIENCE);
    expect(no.text).toMatch(/already have 1 song in the free line.*the limit is 1/);
    expect(no.text).toContain(`#${publicId(seen.text)} was not kept`);
    expect((await ask(who, 'mysubmissions')).text).not.toContain('Not Paid');
    expect((await ask(who, 'mystats')).text).toContain('Submitted 1');
    const late = await (await who.clickRaw(seen, `v1:submission.skip:${await rowId(publicId(seen.text))}:yes`)).final(
      PATIENCE,
    );
    expect(late.text).not.toMatch(/stays where it is/);
    expect(await lineOf(publicId(seen.text))).toBe('withdrawn');
    // The same link may be tried again at once.
    expect((await submit(who, { link, title: 'Not Paid' })).text).toMatch(/paid skip\?/);
  });

  it('unanswered for five minutes is gone, and its buttons say so', async () => {
    const who = await full();
    const seen = await submit(who, { link: someLink(), title: 'Silence' });
    clock.push(5 * MINUTE + 1);
    const late = await (await who.click(seen, YES)).final(PATIENCE);
    expect(late.text).toMatch(/expired.*not kept/);
    expect(await lineOf(publicId(seen.text))).toBe('withdrawn');
    expect((await ask(who, 'mysubmissions')).text).not.toContain('Silence');
  });

  it('submitted twice is one question, not two songs', async () => {
    const who = await full();
    const link = someLink();
    const [one, two] = [await submit(who, { link }), await submit(who, { link })];
    await (await who.click(two, YES)).final(PATIENCE);
    const old = await (await who.click(one, YES)).final(PATIENCE);
    expect(old.text).toMatch(/expired/);
    expect(await rows(show, "SELECT 1 FROM submission WHERE owner_id = ? AND line = 'pending'", who.id)).toHaveLength(
      1,
    );
  });
});

describe('a song in the free line', () => {
  it('stays free when nobody answers, and Yes comes too late after five minutes', async () => {
    const who = show.people.human(show.guildId, 'slow');
    const seen = await submit(who, { link: someLink(), title: 'Slow Answer' });
    expect(await queueText(show)).toContain('Slow Answer');
    clock.push(5 * MINUTE + 1);
    const late = await (await who.click(seen, YES)).final(PATIENCE);
    expect(late.text).toMatch(/expired.*stays where it is/);
    expect(await lineOf(publicId(seen.text))).toBe('free');
  });

  it('keeps its place when its owner says No, and moves once when Yes is pressed twice', async () => {
    const who = show.people.human(show.guildId, 'twice');
    const seen = await submit(who, { link: someLink(), title: 'Double Yes' });
    const answers = await Promise.all([who.click(seen, YES), who.click(seen, YES)]);
    for (const answer of answers) expect((await answer.final(PATIENCE)).text).toMatch(/claims a skip/);
    const id = publicId(seen.text);
    expect(await lineOf(id)).toBe('pending');
    const moves = await rows(show, "SELECT 1 FROM move WHERE cause = 'answer' AND submission_id = ?", await rowId(id));
    expect(moves).toHaveLength(1);
  });

  it('stays free, and that is said, when no claims are taken any more', async () => {
    const who = show.people.human(show.guildId, 'unlucky');
    const seen = await submit(who, { link: someLink(), title: 'Claim Too Late' });
    await ask(show.nova, 'closesubmissions', { line: 'Pending skip' });
    const yes = await (await who.click(seen, YES)).final(PATIENCE);
    expect(yes.text).toMatch(new RegExp(`closed right now[\\s\\S]*#${publicId(seen.text)} stays in the .*Free line`));
    expect(await lineOf(publicId(seen.text))).toBe('free');
    await ask(show.nova, 'opensubmissions', { line: 'Pending skip' });
  });

  it('is asked after a restart of the bot too', async () => {
    const who = show.people.human(show.guildId, 'patient');
    const seen = await submit(who, { link: someLink(), title: 'Over Restart' });
    await show.restart();
    const yes = await (await who.click(seen, YES)).final(PATIENCE);
    expect(yes.text).toMatch(/claims a skip/);
  });
});

async function rowId(id: string): Promise<string> {
  return String((await rows(show, 'SELECT id FROM submission WHERE public_id = ?', id))[0]?.id);
}
