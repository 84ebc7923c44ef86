import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ask, PushedClock, queueText, rows, set, startDesk, until } from './desk.ts';
import { PATIENCE, publicId, type Show, submit } from './show.ts';

let show: Show;
let platform: Server;
/** What the platform answers, and what it was asked. */
let answer: (response: ServerResponse) => void;
const asked: string[] = [];
const clock = new PushedClock();

beforeAll(async () => {
  platform = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(response);
  });
  await new Promise<void>((resolve) => platform.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  show = await startDesk({
    clock,
    linkOrigins: { trusted: new Set([origin]), redirect: (url) => `${origin}/${encodeURIComponent(url)}` },
  });
  await ask(show.nova, 'set-submission-channel', { channel: show.channels.submissions });
  await set(show, 'submissions.free-limit', '10');
  await set(show, 'notices.coming-up-at', '0');
});
afterAll(async () => {
  await show.stop();
  platform.closeAllConnections();
  platform.close();
});
beforeEach(() => {
  asked.length = 0;
});

let count = 0;
const link = () => {
  count += 1;
  return `https://soundcloud.com/artist/song-${count}`;
};
const says = (body: unknown) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
};
const titleOf = async (id: string) =>
  (await rows(show, 'SELECT title FROM submission WHERE public_id = ?', id))[0]?.title;

describe('a link without a title', () => {
  it('is in the queue at once, and called what its platform calls it a moment later', async () => {
    answer = says({ title: 'Real Name by Artist', author_name: 'Artist' });
    const url = link();
    const seen = await submit(show.ana, { link: url });
    expect(seen.text).toMatch(/Submitted as/);
    await until(async () => (await titleOf(publicId(seen.text))) === 'Real Name', 'the title came');
    expect(await queueText(show)).toContain('Real Name');
    expect(decodeURIComponent(decodeURIComponent(asked.join()))).toContain(url);
  });

  it('that was pasted gets its title too', async () => {
    answer = says({ title: '  Pasted\u202E\u0007 \n Name ' });
    await show.ben.say(show.channels.submissions, link());
    expect((await show.ben.nextDm(PATIENCE)).text).toMatch(/Your song is in/);
    await until(async () => (await queueText(show)).includes('Pasted Name'), 'the title came');
  });

  it.each([
    ['nonsense', says('<html>no</html>')],
    ['an error', (response: ServerResponse) => response.writeHead(500).end()],
    ['nothing of use', says({ title: '', author_name: 7 })],
    ['far too much', says('x'.repeat(400_000))],
    [
      'a way to somewhere else',
      (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
    ],
    ['nothing at all', (response: ServerResponse) => response.destroy()],
  ])('stays "Not Known" when the platform answers with %s', async (_name, how) => {
    const first = asked.length;
    answer = how;
    const who = show.people.human(show.guildId, 'fan');
    const seen = await submit(who, { link: link() });
    expect(seen.text).toMatch(/Submitted as/);
    await until(async () => asked.length > first, 'the platform was asked');
    // The next one is described after it; by then the first has ended.
    answer = says({ title: 'A Mark' });
    const mark = await submit(who, { link: link() });
    await until(async () => (await titleOf(publicId(mark.text))) === 'A Mark', 'the mark has its title');
    expect(await titleOf(publicId(seen.text))).toBe('Not Known');
  });

  it('is not kept waiting by a platform that never answers', async () => {
    answer = () => undefined;
    const seen = await submit(show.ana, { link: link() });
    expect(seen.text).toMatch(/Submitted as/);
    await until(async () => asked.length === 1, 'the platform was asked');
    await (await show.ana.click(seen, { label: 'No' })).final(PATIENCE);
    clock.push(5_000);
    expect(await titleOf(publicId(seen.text))).toBe('Not Known');
  });
});

describe('a link whose platform had not answered when the bot was restarted', () => {
  it('is asked again, once, and called what the platform calls it', async () => {
    answer = () => undefined;
    const told = await submit(show.ana, { link: link() });
    const mute = await submit(show.people.human(show.guildId, 'fan'), { link: link() });
    await until(async () => asked.length === 2, 'the platform was asked');
    await show.restart(() => {
      asked.length = 0;
      answer = (response) =>
        decodeURIComponent(decodeURIComponent(asked.at(-1) ?? '')).includes(`song-${count - 1}`)
          ? says({ title: 'Told Later' })(response)
          : response.writeHead(404).end();
    });
    await until(async () => (await titleOf(publicId(told.text))) === 'Told Later', 'the title came');
    await until(async () => asked.some((url) => url.includes(`song-${count}`)), 'the other one was asked');
    expect(await titleOf(publicId(mute.text))).toBe('Not Known');
    const marked = async () =>
      Number((await rows(show, "SELECT value FROM kv WHERE key = 'link-titles.resumed'"))[0]?.value);
    const { id } = (await rows(show, 'SELECT max(id) AS id FROM submission'))[0] ?? {};
    await until(async () => (await marked()) === id, 'both were looked at');
    await show.restart(() => {
      asked.length = 0;
      answer = says({ title: 'A Mark' });
    });
    const mark = await submit(show.ben, { link: link() });
    await until(async () => (await titleOf(publicId(mark.text))) === 'A Mark', 'the mark has its title');
    expect(asked).toHaveLength(1);
  });
});

describe('a link with a title', () => {
  it('asks nobody', async () => {
    answer = says({ title: 'Never Read' });
    const seen = await submit(show.ana, { link: link(), title: 'Typed Name' });
    expect(await titleOf(publicId(seen.text))).toBe('Typed Name');
    expect(asked).toEqual([]);
  });
});
