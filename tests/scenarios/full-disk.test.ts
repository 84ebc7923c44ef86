import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/database.ts';
import { ask, counted, queueText, rows, startDesk, until } from './desk.ts';
import { refusedStart } from './refused-start.ts';
import { PATIENCE, type Show, someLink, submit, tone } from './show.ts';
import { type SmallDisk, smallDisk } from './small-disk.ts';

/** More than the bot leaves free for its database. */
const MEGABYTES = 80;
const REFUSED = /can't write to my disk right now, so nothing was changed/;

const tried = await smallDisk(1);
await tried?.remove();
if (tried === null)
  process.stderr.write(
    'Nothing may be mounted here: the disk of the whole bot is not filled (tests/store does it for the file).\n',
  );

async function mounted(megabytes: number): Promise<SmallDisk> {
  const disk = await smallDisk(megabytes);
  if (disk === null) throw new Error('the first disk could be mounted, this one not');
  return disk;
}

describe.skipIf(tried === null)('a disk that is full (needs the right to mount one)', () => {
  let show: Show;
  let room: SmallDisk;
  beforeAll(async () => {
    room = await mounted(MEGABYTES);
    show = await startDesk({ dataDir: room.path, sandbox: { tiktok: {} } });
    await show.setUp();
  });
  afterAll(async () => {
    await show.stop();
    await room.remove();
  });

  const files = async () =>
    (await readdir(join(room.path, 'media'), { recursive: true, withFileTypes: true })).filter((e) => e.isFile())
      .length;

  it('refuses a file in words, and leaves no half of it', async () => {
    await room.fill(32 * 2 ** 20);
    const file = { name: 'tone.mp3', bytes: await tone(440) };
    const seen = await submit(show.ana, { file, artist: 'Ana', title: 'Too Much' });
    expect(seen.text).toMatch(/disk of the bot is full, so the file could not be kept/);
    expect(await files()).toBe(0);
    expect(await rows(show, 'SELECT id FROM submission')).toEqual([]);
  });

  it('confirms nothing that is not stored, still answers, tells staff, and goes on when there is room', async () => {
    const live = show.sandbox.tiktok?.host('novalive').goLive();
    const viewer = show.sandbox.tiktok?.viewer('giver');
    if (live === undefined || viewer === undefined) throw new Error('no TikTok');
    await ask(show.nova, 'settings set', { key: 'submissions.free-limit', value: '10' });
    expect((await ask(show.nova, 'tiktok connect', { unique_id: '@novalive' })).text).toContain('Active');
    await room.fill(0);
    const [stored, refused]: [string[], string[]] = [[], []];
    const people = Array.from({ length: 60 }, (_, n) => show.people.human(show.guildId, `member${n}`));
    for (const [n, who] of people.entries()) {
      const { text } = await submit(who, { link: someLink(), artist: 'Artist', title: `Song ${n}` });
      (text.includes('Submitted') ? stored : refused).push(`Song ${n}`);
      if (!text.includes('Submitted')) expect(text).toMatch(REFUSED);
      if (refused.length === 3) break;
    }
    expect(refused, 'the disk was never full').toHaveLength(3);
    const titles = (await rows(show, 'SELECT title FROM submission ORDER BY id')).map(({ title }) => title);
    expect(titles).toEqual(stored);
    // Reading goes on.
    expect(await queueText(show)).toMatch(/waiting|Live queue|queue/i);
    await show.nova.waitToSee(show.channels.debug, /disk that my database is on is full: free some space/, PATIENCE);
    // The LIVE goes on as well, and waits for the disk.
    live.gift(viewer, 'Rose', { repeat: 5 });
    await room.free();
    expect((await submit(show.ana, { link: someLink(), artist: 'Ana', title: 'Room Again' })).text).toMatch(
      /Submitted/,
    );
    await until(
      async () => Number((await rows(show, "SELECT sum(count) AS n FROM gift WHERE state = 'settled'"))[0]?.n) === 5,
      'the gift of the time without room',
    );
    await counted(show, () => live.like(viewer, 3));
    const [sound] = await rows(show, 'PRAGMA integrity_check');
    expect(sound).toEqual({ integrity_check: 'ok' });
  });
});

describe.skipIf(tried === null)('a start (needs the right to mount a disk)', () => {
  it('on a full disk, or one that can only be read, is refused in words and changes nothing', async () => {
    const small = await mounted(4);
    await small.fill(0);
    expect(await refusedStart(small.path)).toMatch(/cannot grow: the disk is full\. Free some space/);
    await small.free();
    const store = await openStore(join(small.path, 'skipline.db'));
    await store.transaction((tx) => tx.notes.set('mark', 'kept'));
    await store.close();
    const before = await readFile(join(small.path, 'skipline.db'));
    await small.lock();
    expect(await refusedStart(small.path)).toMatch(
      /cannot be written\. Check the rights|cannot be opened\. Check that the folder/,
    );
    expect(await readFile(join(small.path, 'skipline.db'))).toEqual(before);
    await small.remove();
  });
});
