import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { ask, counted, PushedClock, queueText, rows, set, startDesk, submitAs, until } from './desk.ts';
import { PATIENCE, publicId, type Show, someLink, submit, tone } from './show.ts';

let show: Show;
const clock = new PushedClock();
beforeAll(async () => {
  show = await startDesk({ clock, sandbox: { tiktok: {} } });
  await show.setUp();
  await set(show, 'notices.coming-up-at', '0');
  await set(show, 'submissions.free-limit', '10');
});
afterAll(() => show.stop());

/** Every cell of the database that holds this text. */
async function traces(text: string): Promise<string[]> {
  const found: string[] = [];
  for (const { name } of await rows(show, "SELECT name FROM sqlite_master WHERE type = 'table'")) {
    const table = String(name);
    for (const row of await rows(show, `SELECT * FROM "${table}"`)) {
      for (const [column, value] of Object.entries(row)) {
        if (String(value).includes(text)) found.push(`${table}.${column}: ${String(value)}`);
      }
    }
  }
  return found;
}

async function exported(who: Human): Promise<Record<string, unknown>> {
  const seen = await ask(who, 'privacy export');
  const dm = who.dms().at(-1);
  const [file] = seen.files.length > 0 ? seen.files : (dm?.files ?? []);
  expect(file?.name).toBe('skipline-data.json');
  return JSON.parse(new TextDecoder().decode(file?.bytes())) as Record<string, unknown>;
}
async function erase(who: Human): Promise<string> {
  const asked = await ask(who, 'privacy delete');
  return (await (await who.click(asked, { label: 'Delete my data' })).final(PATIENCE)).text;
}

describe('/privacy export', () => {
  it('sends the own data by DM as JSON, and nobody else’s', async () => {
    const id = await submitAs(show.ana, 'Mine To Keep', 'free');
    await submitAs(show.ben, 'Not In There', 'free');
    await ask(show.ana, 'link-tiktok', { tiktok_handle: 'ana.sings' });
    const data = await exported(show.ana);
    expect(data).toMatchObject({
      userId: show.ana.id,
      submissions: [{ public_id: id, title: 'Mine To Keep', owner_name: 'ana' }],
      handles: [{ name: 'ana.sings' }],
    });
    expect(JSON.stringify(data)).not.toMatch(/Not In There|"ben"/);
    expect((await ask(show.ana, 'privacy export')).text).toMatch(/in your direct messages/);
  });

  it('comes with the answer for a member who takes no DMs', async () => {
    const shy = show.people.human(show.guildId, 'shy', { dmsClosed: true });
    await submitAs(shy, 'Whispered', 'free');
    const seen = await ask(shy, 'privacy export');
    expect(seen.ephemeral).toBe(true);
    expect(seen.files.map(({ name }) => name)).toEqual(['skipline-data.json']);
    expect(show.ana.sees(show.channels.submissions).some(({ files }) => files.length > 0)).toBe(false);
  });
});

describe('/privacy delete', () => {
  it('asks first, and a late Yes deletes nothing', async () => {
    const pat = show.people.human(show.guildId, 'pat');
    await submitAs(pat, 'Kept Song', 'free');
    const asked = await ask(pat, 'privacy delete');
    expect((await pat.click(asked, { label: 'Keep' })).text).toMatch(/Nothing was deleted/);
    const late = await ask(pat, 'privacy delete');
    clock.push(61_000);
    expect((await (await pat.click(late, { label: 'Delete my data' })).final(PATIENCE)).text).toMatch(/expired/);
    expect(await queueText(show)).toContain('Kept Song');
    const nobody = show.people.human(show.guildId, 'nobody');
    expect(await erase(nobody)).toMatch(/Nothing is stored about you/);
  });

  it('leaves no trace of a member anywhere in the database', async () => {
    const max = show.people.human(show.guildId, 'maximilian');
    const waiting = await submitAs(max, 'Max Waits', 'free');
    const claim = await submitAs(max, 'Max Claims', 'pending');
    const file = await submit(max, {
      file: { name: 'max-file.mp3', bytes: await tone(500) },
      title: 'Max File',
      note: 'max note',
    });
    await ask(show.nova, 'move', { song: claim, line: 'Skip', reason: 'for max' });
    await ask(show.nova, 'next');
    await ask(show.nova, 'remove', { song: publicId(file.text) });
    await ask(max, 'link-tiktok', { tiktok_handle: 'max.taken' });
    await ask(show.nova, 'admin-link', { tiktok_handle: 'max.forced', user: max });
    await ask(show.nova, 'admin-unlink', { tiktok_handle: 'max.taken' });
    await ask(show.nova, 'resetpoints', { user: max });
    await ask(max, 'notices off');
    await submit(max, { link: someLink(), title: 'Max Undecided' });
    expect(await erase(max)).toMatch(/Your data is deleted: 4 songs/);
    for (const word of [max.id, 'maximilian', 'Max ', 'max-file', 'max note']) {
      expect(await traces(word), word).toEqual([]);
    }
    expect(await queueText(show)).not.toContain('Max');
    expect((await ask(max, 'mysubmissions')).text).toMatch(/Nothing yet/);
    expect((await ask(show.nova, 'move', { song: waiting, line: 'Skip' })).text).toMatch(/does not wait|no song/);
    expect(await exported(max)).toMatchObject({ submissions: [], handles: [], staffActions: [] });
  });

  it('takes the files of the member too, and leaves those that somebody else has sent as well', async () => {
    const [gone, stays] = [show.people.human(show.guildId, 'gone'), show.people.human(show.guildId, 'stays')];
    const both = { name: 'both.mp3', bytes: await tone(510) };
    for (const who of [gone, stays]) await submit(who, { file: both });
    await submit(gone, { file: { name: 'alone.mp3', bytes: await tone(520) } });
    const files = async () =>
      (await readdir(join(show.dataDir, 'media'), { recursive: true })).filter((name) => name.endsWith('.mp3'));
    const [mine] = await rows(show, "SELECT sha256 FROM submission WHERE title = 'alone'");
    expect(mine?.sha256).toMatch(/^[0-9a-f]{64}$/);
    await until(
      async () => (await rows(show, "SELECT 1 FROM media WHERE state = 'preparing'")).length === 0,
      'all songs are prepared',
    );
    const before = await files();
    await erase(gone);
    clock.push(3_600_000);
    await until(async () => !(await files()).some((name) => name.includes(String(mine?.sha256))), 'the file is gone');
    const [theirs] = await rows(show, 'SELECT sha256 FROM submission WHERE owner_id = ?', stays.id);
    expect((await files()).some((name) => name.includes(String(theirs?.sha256)))).toBe(true);
    expect(before.length).toBeGreaterThan((await files()).length);
    await erase(stays);
  });

  it('of a member whose song is on air keeps the show going', async () => {
    const zed = show.people.human(show.guildId, 'zedekiah');
    const id = await submitAs(zed, 'On Air Now', 'free');
    await ask(show.nova, 'move', { song: id, line: 'Back-to-back' });
    await ask(show.nova, 'next');
    clock.push(10_000);
    await show.nova.waitToSee(show.channels.playing, /On Air Now/, PATIENCE);
    await erase(zed);
    clock.push(10_000);
    for (const where of [show.channels.playing, show.channels.review, show.channels.queue]) {
      await show.sandbox.discord.world.events.until(
        () => !show.nova.sees(where).some(({ text }) => text.includes('On Air Now')),
        { ...PATIENCE, what: 'the panels forget the song' },
      );
    }
    const desk = await show.nova.waitToSee(show.channels.review, 'Reviewer queue', PATIENCE);
    const undo = await (await show.nova.click(desk, { label: 'Undo' })).final(PATIENCE);
    expect(undo.answered === 'message' ? undo.text : (await undo.nextFollowUp(PATIENCE)).text).toMatch(
      /nothing to undo/,
    );
    expect(await rows(show, "SELECT 1 FROM submission WHERE owner_id = 'erased' AND priority < 9")).toEqual([]);
    expect((await ask(show.nova, 'next')).text).toMatch(/Before: #\w+ erased[\s\S]*🎙️/);
    expect(await traces(zed.id)).toEqual([]);
  });

  it('of a member of staff leaves no trace of who it was either', async () => {
    const rick = show.people.human(show.guildId, 'rickard', { permissions: ['MANAGE_GUILD'] });
    const id = await submitAs(show.ana, 'Touched By Rick', 'pending');
    await ask(rick, 'move', { song: id, line: 'Back-to-back' });
    await ask(rick, 'next');
    await set(show, 'points.join', '0');
    await ask(rick, 'settings set', { key: 'points.join', value: '1' });
    show.sandbox.tiktok?.host('rickhost').goLive();
    await ask(rick, 'tiktok connect', { unique_id: 'rickhost' });
    await ask(rick, 'tiktok disconnect');
    await erase(rick);
    expect(await traces(rick.id)).toEqual([]);
    expect(await traces('rickard')).toEqual([]);
  });
});

describe('the numbers of a past show', () => {
  it('stay what they were when a member’s data is deleted', async () => {
    const { tiktok } = show.sandbox;
    if (tiktok === undefined) throw new Error('no TikTok');
    const vic = show.people.human(show.guildId, 'victoria');
    await ask(vic, 'link-tiktok', { tiktok_handle: 'vic.views' });
    const live = tiktok.host('novalive').goLive();
    await ask(show.nova, 'tiktok connect', { unique_id: 'novalive' });
    await live.waitForConnection();
    await counted(show, () => live.gift(tiktok.viewer('vic.views'), 'Rose', {}));
    await counted(show, () => live.like(tiktok.viewer('vic.views'), 77));
    const id = await submitAs(vic, 'In The Show', 'free');
    await ask(show.nova, 'move', { song: id, line: 'Skip' });
    await ask(show.nova, 'next');
    await ask(show.nova, 'tiktok disconnect');
    const before = await ask(show.nova, 'metrics');
    expect(before.text).toMatch(/victoria/);
    await erase(vic);
    const after = await ask(show.nova, 'metrics');
    expect(after.text).not.toContain('victoria');
    const totals = (text: string) =>
      text.split(/victoria|vic\.views/)[0]?.replaceAll(/\d+ (seconds?|minutes?) ago/g, '');
    expect(totals(after.text)).toContain(totals(before.text)?.slice(0, 200));
    expect(after.text).toMatch(/77/);
  });
});
