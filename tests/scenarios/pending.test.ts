import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, auditLog, PushedClock, queueText, rows, set, startDesk, submitAs } from './desk.ts';
import { PATIENCE, panel, type Show } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock });
  await ask(show.nova, 'setup-reviewer-channel', { channel: show.channels.review });
  await set(show, 'notices.coming-up-at', '0');
});
afterAll(() => show.stop());

const lineOf = async (id: string) => (await rows(show, 'SELECT line FROM submission WHERE public_id = ?', id))[0]?.line;
/** A channel is edited four times in five seconds at most; here those pass at once. */
const nextEdit = () => clock.push(10_000);
const pendingPanel = (who: Human) => panel(who, show.channels.review, 'Pending skips');

/** Picks a song in the menu of the pending panel. @returns its buttons */
async function pick(who: Human, id: string) {
  nextEdit();
  const seen = await who.waitToSee(show.channels.review, new RegExp(`Pending skips[\\s\\S]*#${id}`), PATIENCE);
  return (await who.select(seen, { placeholder: 'Approve or reject a song…' }, await optionOf(id))).final(PATIENCE);
}
const optionOf = async (id: string) =>
  String((await rows(show, 'SELECT id FROM submission WHERE public_id = ?', id))[0]?.id);

describe('a claimed skip', () => {
  it.each([
    ['Approve: Back-to-back', 'back-to-back'],
    ['Approve: Double skip', 'double-skip'],
    ['Approve: Skip', 'skip'],
  ])('is approved with "%s", and its owner is told', async (label, line) => {
    const id = await submitAs(show.ana, `For ${line}`, 'pending');
    expect(await queueText(show)).not.toContain(`For ${line}`);
    const song = await pick(show.nova, id);
    expect(song.ephemeral).toBe(true);
    const done = await (await show.nova.click(song, { label })).final(PATIENCE);
    expect(done.text).toMatch(new RegExp(`#${id}[\\s\\S]*${label.slice('Approve: '.length)} line`));
    expect(await lineOf(id)).toBe(line);
    expect((await show.ana.nextDm(PATIENCE)).text).toMatch(new RegExp(`skip of #${id} is approved`));
    expect(await auditLog(show)).toContain(`queue.approve ${id}`);
  });

  it('is rejected with a reason, which its owner reads; the song is free then', async () => {
    const id = await submitAs(show.ben, 'No Gift', 'pending');
    const modal = await show.nova.click(await pick(show.nova, id), { label: 'Reject' });
    const done = await (await show.nova.fillModal(modal, { Reason: 'No gift was seen' })).final(PATIENCE);
    expect(done.text).toMatch(/Free line/);
    expect((await show.ben.nextDm(PATIENCE)).text).toMatch(/not approved[\s\S]*No gift was seen/);
    expect(await lineOf(id)).toBe('free');
    expect(await auditLog(show)).toContain(`queue.reject ${id}`);
  });

  it('is rejected past its owner’s limit, and without a reason', async () => {
    const id = await submitAs(show.ben, 'Over The Limit', 'pending');
    const modal = await show.nova.click(await pick(show.nova, id), { label: 'Reject' });
    await (await show.nova.fillModal(modal, {})).final(PATIENCE);
    expect((await show.ben.nextDm(PATIENCE)).text).toMatch(/not approved; the song waits in the 🎵 Free line/);
    expect(await lineOf(id)).toBe('free');
  });

  it.each([
    ['Approve: Double skip', 'double-skip', /approved[\s\S]*Thanks for the lion/],
    ['Reject to the free line', 'free', /not approved[\s\S]*Thanks for the lion/],
  ])('is decided with a reason in one form: %s', async (decision, line, words) => {
    const id = await submitAs(show.ana, `Decided ${line}`, 'pending');
    const modal = await show.nova.click(await pick(show.nova, id), { label: 'With a reason…' });
    const done = await show.nova.fillModal(modal, { Decision: decision, Reason: 'Thanks for the lion' });
    await done.final(PATIENCE);
    expect(await lineOf(id)).toBe(line);
    expect((await show.ana.nextDm(PATIENCE)).text).toMatch(words);
  });

  it('is decided once when two reviewers press at the same time', async () => {
    const rick = show.people.human(show.guildId, 'rick', { permissions: ['MANAGE_GUILD'] });
    const id = await submitAs(show.ana, 'Two Hands', 'pending');
    const [one, two] = [await pick(show.nova, id), await pick(rick, id)];
    const answers = await Promise.all([
      show.nova.click(one, { label: 'Approve: Skip' }),
      rick.click(two, { label: 'Approve: Back-to-back' }),
    ]);
    const texts = await Promise.all(answers.map(async (answer) => (await answer.final(PATIENCE)).text));
    expect(texts.filter((text) => /not waiting for approval any more/.test(text))).toHaveLength(1);
    expect(['skip', 'back-to-back']).toContain(await lineOf(id));
    expect(await show.ana.nextDm(PATIENCE)).toMatchObject({ text: expect.stringMatching(/is approved/) });
    const decided = await rows(show, "SELECT 1 FROM audit WHERE action = 'queue.approve' AND target = ?", id);
    expect(decided).toHaveLength(1);
  });

  it('that its owner withdrew is named as such when a reviewer decides', async () => {
    const id = await submitAs(show.ana, 'Changed My Mind', 'pending');
    const song = await pick(show.nova, id);
    const own = await ask(show.ana, 'mysubmissions');
    await (await show.ana.select(own, { index: 0 }, `Withdraw #${id}`)).final(PATIENCE);
    const seen = await (await show.nova.click(song, { label: 'Approve: Skip' })).final(PATIENCE);
    expect(seen.text).toMatch(new RegExp(`#${id} does not wait any more \\(withdrawn\\)`));
    nextEdit();
    await show.nova.waitToSee(show.channels.review, /Pending skips[\s\S]*No skip claims are waiting/, PATIENCE);
  });
});

describe('the pending panel', () => {
  it('turns its pages and keeps the oldest claim first', async () => {
    await set(show, 'submissions.pending-limit', '20');
    const ids: string[] = [];
    for (let n = 0; n < 9; n += 1) ids.push(await submitAs(n % 2 === 0 ? show.ana : show.ben, `Claim ${n}`, 'pending'));
    nextEdit();
    await show.nova.waitToSee(show.channels.review, /Pending skips[\s\S]*Claim 7/, PATIENCE);
    const first = await pendingPanel(show.nova);
    expect(first.text.indexOf(ids[0] ?? '?')).toBeLessThan(first.text.indexOf(ids[7] ?? '?'));
    const second = await show.nova.click(first, { label: '▶' });
    expect((await second.final(PATIENCE)).text).toContain(`#${ids[8]}`);
  });

  it('holds the limit of claims', async () => {
    await set(show, 'submissions.pending-limit', '5');
    const seen = await ask(show.ana, 'submitfile', {
      file: { name: 'a.mp3', bytes: new Uint8Array(64) },
      artist: 'a',
      title: 't',
      skip: true,
    });
    expect(seen.text).toMatch(/5 songs in the pending skip line.*limit is 5/);
  });
});
