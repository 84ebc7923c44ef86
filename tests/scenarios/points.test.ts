import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import type { Live } from '../../sandbox/tiktok/live.ts';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { ask, auditLog, counted, PushedClock, rows, set, startDesk } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, submit } from './show.ts';

let show: Show;
let tiktok: TikTok;
let live: Live;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock, sandbox: { tiktok: {} } });
  if (show.sandbox.tiktok === undefined) throw new Error('no TikTok');
  tiktok = show.sandbox.tiktok;
  await ask(show.nova, 'setup-reviewer-channel', { channel: show.channels.review });
  await set(show, 'submissions.free-limit', '10');
  live = tiktok.host('novalive').goLive();
  await ask(show.nova, 'tiktok connect', { unique_id: 'novalive' });
  await live.waitForConnection();
});
afterAll(() => show.stop());

const like = (handle: string, hearts: number) => counted(show, () => live.like(tiktok.viewer(handle), hearts));
const link = (who: Human, handle: string) => ask(who, 'link-tiktok', { tiktok_handle: handle });
const points = async () =>
  Object.fromEntries(
    (await rows(show, 'SELECT name, points FROM handle WHERE points > 0 ORDER BY name')).map((row) => [
      row.name,
      row.points,
    ]),
  );
const balances = () => rows(show, 'SELECT handle_id, origin, points FROM handle_points ORDER BY handle_id, origin');
async function hand(who: Human, title: string, answer: 'No' | "Yes, it's a skip" = 'No'): Promise<string> {
  const seen = await submit(who, { link: someLink(), title });
  await (await who.click(seen, { label: answer })).final(PATIENCE);
  return publicId(seen.text);
}
/** Undo on the reviewer's panel, as soon as it shows the song on air. */
async function undo(title: string): Promise<string> {
  clock.push(10_000);
  const shown = new RegExp(`Reviewer queue[\\s\\S]*On air: .*${title}`);
  const desk = await show.nova.waitToSee(show.channels.review, shown, PATIENCE);
  return (await (await show.nova.click(desk, { label: 'Undo' })).final(PATIENCE)).text;
}

describe('a free song that is played', () => {
  it('costs its owner the points of every counted handle, and Undo gives back exactly those', async () => {
    await like('ana.one', 40);
    await counted(show, () => live.comment(tiktok.viewer('ana.one'), 'hi'));
    await like('ana.two', 5);
    await like('bystander', 9);
    await link(show.ana, 'ana.one');
    await link(show.ana, 'ana.two');
    const [before, split] = [await points(), await balances()];
    expect(before).toEqual({ 'ana.one': 42, 'ana.two': 5, bystander: 9 });
    const id = await hand(show.ana, 'Costs Points');
    await ask(show.nova, 'next');
    expect(await points()).toEqual({ bystander: 9 });
    expect((await ask(show.ana, 'mystats')).text).toMatch(/0 points[\s\S]*played 1/);
    expect(await undo('Costs Points')).toContain(`#${id}`);
    expect(await points()).toEqual(before);
    expect(await balances()).toEqual(split);
    await ask(show.nova, 'next');
    // Earned while the song is on air: the undo adds to it.
    await like('ana.one', 3);
    await undo('Costs Points');
    expect(await points()).toEqual({ ...before, 'ana.one': 45 });
    await ask(show.nova, 'next');
  });

  it('from a paid line costs nothing', async () => {
    await like('ben.beats', 12);
    await link(show.ben, 'ben.beats');
    const id = await hand(show.ben, 'Paid For', "Yes, it's a skip");
    await ask(show.nova, 'move', { song: id, line: 'Skip' });
    await ask(show.nova, 'next');
    expect(await points()).toMatchObject({ 'ben.beats': 12 });
  });

  it('of a member without a link costs the handle that was named with it', async () => {
    const who = show.people.human(show.guildId, 'loner');
    await like('named.one', 6);
    const seen = await submit(who, { link: someLink(), title: 'Named' }, { tiktok_handle: 'named.one' });
    await (await who.click(seen, { label: 'No' })).final(PATIENCE);
    await ask(show.nova, 'next');
    expect(await points()).not.toHaveProperty('named.one');
  });
});

describe('/resetpoints', () => {
  it('wants exactly one of its three options', async () => {
    expect((await ask(show.nova, 'resetpoints')).text).toMatch(/exactly one of user, handle, reset_all/);
    expect((await ask(show.nova, 'resetpoints', { user: show.ana, handle: 'x' })).text).toMatch(/exactly one/);
    expect((await ask(show.nova, 'resetpoints', { handle: 'never.heard' })).text).toMatch(/don't know a handle/);
  });

  it('resets a member with all linked handles, or one handle; links stay', async () => {
    await like('ana.one', 10);
    await like('ana.two', 20);
    expect((await ask(show.nova, 'resetpoints', { user: show.ana })).text).toMatch(/2 handles: 30 points/);
    expect(await points()).not.toHaveProperty('ana.one');
    await like('ana.one', 4);
    const one = await ask(show.nova, 'resetpoints', { handle: '@Ana.One' });
    expect(one.text).toMatch(/1 handle: 4 points/);
    expect((await ask(show.ana, 'my-tiktok-handles')).text).toMatch(/@ana\.one[\s\S]*@ana\.two/);
    expect((await ask(show.nova, 'resetpoints', { user: show.nova })).text).toMatch(
      /Nothing was reset: no linked handle/,
    );
    const log = await auditLog(show);
    expect(log).toContain(`points.reset-member ${show.ana.id}`);
    expect(log.some((line) => line.startsWith('points.reset-handle'))).toBe(true);
  });

  it('asks before all are reset, and a late Yes does nothing', async () => {
    const before = await points();
    expect(Object.keys(before)).not.toEqual([]);
    const asked = await ask(show.nova, 'resetpoints', { reset_all: true });
    expect((await show.nova.click(asked, { label: 'Keep' })).text).toMatch(/Nothing was reset/);
    const late = await ask(show.nova, 'resetpoints', { reset_all: true });
    clock.push(61_000);
    expect((await (await show.nova.click(late, { label: 'Reset all' })).final(PATIENCE)).text).toMatch(/expired/);
    expect(await points()).toEqual(before);
    const yes = await ask(show.nova, 'resetpoints', { reset_all: true });
    expect((await show.nova.click(yes, { label: 'Reset all' })).text).toMatch(/points taken back/);
    expect(await points()).toEqual({});
    expect(await auditLog(show)).toContain('points.reset-all null');
  });

  it('suggests handles', async () => {
    const { choices } = await show.nova.autocomplete('resetpoints', 'handle', 'ana');
    expect(choices.map(({ value }) => value)).toEqual(['ana.one', 'ana.two']);
  });
});

describe('the leaderboard and the own numbers', () => {
  it('rank handles by points, page by page, and name whose they are', async () => {
    expect((await ask(show.ana, 'leaderboard')).text).toMatch(/No points yet/);
    await counted(
      show,
      () => {
        for (let n = 1; n <= 23; n += 1) live.like(tiktok.viewer(`ranked${n}`), 100 + n);
      },
      23,
    );
    await like('ana.one', 200);
    const first = await ask(show.ana, 'leaderboard');
    expect(first.text).toMatch(/🥇 @ana\.one · @ana · 200[\s\S]*🥈 @ranked23 · 123[\s\S]*10\. @ranked15 · 115/);
    const second = await show.ana.click(first, { label: '▶' });
    expect(second.text).toMatch(/11\. @ranked14/);
    const last = await show.ana.clickRaw(second, 'v1:leaderboard.page:999');
    expect(last.text).toMatch(/24\. @ranked1 ·/);
    expect(last.text).toContain('[▶] (disabled)');
    const own = await ask(show.ana, 'mystats');
    expect(own.text).toMatch(/200 points · rank 1 · ❤️ 200[\s\S]*Submitted \d+ · played \d+/);
  });
});
