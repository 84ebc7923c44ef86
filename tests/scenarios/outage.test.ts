import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shown as onPanels, stored } from '../../chaos/panels.ts';
import type { Discord } from '../../sandbox/discord/discord.ts';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { ask, queueText, rows, submitAs, until } from './desk.ts';
import { PATIENCE, panel, type Show, startShow } from './show.ts';

let show: Show;
let discord: Discord;
let tiktok: TikTok;
const answers: { readonly method: string; readonly path: string; readonly status: number }[] = [];
/** Identify or resume, as the gateway got them. */
let entries = 0;
beforeAll(async () => {
  show = await startShow({ sandbox: { voice: false, discord: { heartbeatIntervalMs: 1_000 } } });
  discord = show.sandbox.discord;
  if (show.sandbox.tiktok === undefined) throw new Error('no TikTok');
  tiktok = show.sandbox.tiktok;
  discord.world.events.on('gateway-command', ({ op }) => {
    if (op === 2 || op === 6) entries += 1;
  });
  discord.world.events.on('request', ({ request }) => answers.push(request));
  await show.setUp();
});
afterAll(() => show.stop());
beforeEach(() => answers.splice(0));
afterEach(() => {
  discord.faults.clear();
  tiktok.faults.clear();
});

/** Ids of the songs that people were told are submitted. */
const acknowledged: string[] = [];
async function handIn(...song: Parameters<typeof submitAs>): Promise<string> {
  const id = await submitAs(...song);
  acknowledged.push(id);
  return id;
}

const failures = (status: number) => answers.filter((answer) => answer.status === status).length;

/** The public panel shows this song, as soon as Discord lets it. */
const shown = (title: string) => show.ana.waitToSee(show.channels.queue, title, PATIENCE);

describe('Discord answers errors', () => {
  it.each([500, 502, 503])(
    '%i on every edit and post: the song is stored, and shown when it is over',
    async (status) => {
      const over = discord.faults.rest({ match: /^\/channels\//, status, body: '<html>upstream</html>' });
      const id = await handIn(show.ana, `Storm ${status}`, 'pending');
      await until(async () => failures(status) > 0, `a request that is answered ${status}`);
      expect(failures(status)).toBeLessThan(40);
      over();
      expect(await queueTextOf(id)).toContain(`Storm ${status}`);
      await show.nova.waitToSee(show.channels.review, `Storm ${status}`, PATIENCE);
    },
  );

  it('429 with Retry-After: it waits as long as it is told, and shows the newest state then', async () => {
    const over = discord.faults.rest({
      match: /^\/channels\/\d+\/messages/,
      method: 'PATCH',
      status: 429,
      headers: { 'Retry-After': '2', 'X-RateLimit-Scope': 'user' },
      body: { message: 'You are being rate limited.', retry_after: 2, global: false },
    });
    await handIn(show.ben, 'Patience', 'free');
    await until(async () => failures(429) > 0, 'a request that is limited');
    await handIn(show.ana, 'More Patience', 'free');
    expect(failures(429)).toBeLessThan(15);
    over();
    await shown('More Patience');
    expect((await queueText(show)).includes('More Patience')).toBe(true);
  });
});

/** What `/mysubmissions` tells the owner about a song. */
async function queueTextOf(id: string): Promise<string> {
  const text = (await ask(show.ana, 'mysubmissions')).text;
  expect(text).toContain(id);
  return text;
}

/** A command is answered, and the queue is as it was. */
const answered = async () => expect((await ask(show.nova, 'queue')).text).toMatch(/songs? waiting/);

describe('Discord answers errors to everything but interactions', () => {
  const OTHERS = /^\/(?!interactions|webhooks)/;

  it('a global limit is waited for by everything, answers to people go on, and nothing is lost', async () => {
    const over = discord.faults.rest({
      match: OTHERS,
      status: 429,
      headers: { 'Retry-After': '1', 'X-RateLimit-Global': 'true', 'X-RateLimit-Scope': 'global' },
      body: { message: 'You are being rate limited.', retry_after: 1, global: true },
    });
    const ids: string[] = [];
    for (const title of ['Global one', 'Global two', 'Global three']) {
      ids.push(await handIn(show.ben, title, 'pending'));
      await answered();
    }
    await until(async () => failures(429) > 0, 'a request that is limited');
    expect(failures(429)).toBeLessThan(12);
    over();
    await show.nova.waitToSee(show.channels.review, 'Global three', PATIENCE);
    const waiting = await rows(show, "SELECT public_id FROM submission WHERE title LIKE 'Global %' ORDER BY id");
    expect(waiting.map(({ public_id }) => public_id)).toEqual(ids);
  });

  it('answers that come after two and a half seconds are in time, for a command, a form and a button', async () => {
    discord.faults.rest({ match: /^\/interactions\//, delayMs: 2_450 });
    const desk = await panel(show.nova, show.channels.review, 'Reviewer queue');
    const [queue, form, next] = await Promise.all([
      ask(show.nova, 'queue'),
      show.ana.slash('submit'),
      show.nova.click(desk, { label: 'Next' }),
    ]);
    expect(queue.text).toMatch(/songs? waiting/);
    expect(form).toBeDefined();
    expect((await next.final(PATIENCE)).text).not.toMatch(/went wrong/);
  });
});

describe('the gateway', () => {
  const connected = () => until(async () => discord.gateway.connectedSessions().length === 1, 'a connection');
  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;

  it('a zombie that acknowledges no heartbeat is left, and commands are answered again', async () => {
    const [before] = discord.gateway.connectedSessions();
    discord.gateway.acknowledges = false;
    await until(async () => discord.gateway.connectedSessions().length === 0, 'leaving the zombie');
    discord.gateway.acknowledges = true;
    await connected();
    expect(before).toBeDefined();
    await answered();
  });

  it.each([true, false])('an invalid session (resumable: %s) is taken up or begun anew', async (resumable) => {
    const before = entries;
    discord.gateway.invalidate(resumable);
    await until(async () => entries > before, 'a new or resumed session');
    expect(entries).toBe(before + 1);
    await connected();
    await answered();
    const starts = discord.world.sessionStarts;
    for (const [index, at] of starts.entries()) expect(at - (starts[index - 1] ?? 0)).toBeGreaterThanOrEqual(4_990);
  });

  it.each([
    ['op 7', () => discord.gateway.askToReconnect()],
    ['a cut', () => discord.gateway.drop()],
    ['4000', () => discord.gateway.close(4000)],
    ['4002', () => discord.gateway.close(4002)],
  ])('%s resumes the session, and what was said meanwhile is answered', async (_name, happen) => {
    const before = { entries, starts: discord.world.sessionStarts.length };
    happen();
    // Into the gap: Discord replays it when the session is taken up.
    await answered();
    await connected();
    expect(entries).toBe(before.entries + 1);
    expect(discord.world.sessionStarts).toHaveLength(before.starts);
  });

  it('4008 begins a new session, and the panels are right afterwards', async () => {
    const before = discord.world.sessionStarts.length;
    discord.gateway.close(4008);
    await until(async () => discord.world.sessionStarts.length > before, 'a new session');
    await connected();
    await handIn(show.people.human(show.guildId, 'after'), 'After 4008', 'free');
    await shown('After 4008');
  });

  it('that refuses connections is tried at most twice a second, and nothing piles up', async () => {
    const [before, refused] = [timers(), discord.gateway.refusedAt.length];
    discord.gateway.accepts = false;
    discord.gateway.drop();
    await until(async () => discord.gateway.refusedAt.length >= refused + 4, 'four tries');
    const [first = 0, , , fourth = 0] = discord.gateway.refusedAt.slice(refused);
    expect(fourth - first).toBeGreaterThan(1_400);
    discord.gateway.accepts = true;
    await connected();
    await answered();
    await until(async () => timers() <= before + 3, 'timers as many as before');
  });
});

describe('the sign server of TikTok is down', () => {
  it('is asked a few times and not hammered, and the LIVE is entered when it is back', async () => {
    const live = tiktok.host('signless').goLive();
    tiktok.faults.set(['sign', 'sign-url'], { kind: 'status', status: 503 });
    const asking = show.nova.slash('tiktok connect', { unique_id: 'signless', persistent: true });
    await tiktok.waitForRequest(({ route }) => route === 'sign', PATIENCE.timeoutMs);
    await (await asking).final(PATIENCE);
    expect(tiktok.countRequests('sign')).toBeLessThanOrEqual(4);
    tiktok.faults.clear();
    await live.waitForConnection(1, PATIENCE.timeoutMs);
  });
});

describe('after all of it', () => {
  it('nothing that was acknowledged is missing, and the panels show what is stored', async () => {
    const kept = await rows(show, 'SELECT public_id FROM submission ORDER BY id');
    expect(kept.map(({ public_id }) => public_id)).toEqual(acknowledged);
    const truth = await stored(show.dataDir, show.guildId);
    expect(truth.counts.reduce((sum, each) => sum + each)).toBeGreaterThan(5);
    await until(async () => isDeepStrictEqual(onPanels(show), truth), 'panels that show what is stored');
  });

  it('a limit of ten minutes on one channel: asked once, not again, and other channels go on', async () => {
    const channel = show.channels.review.id;
    discord.faults.rest({
      match: (_method, path) => path.startsWith(`/channels/${channel}/`),
      status: 429,
      headers: { 'Retry-After': '600', 'X-RateLimit-Scope': 'user' },
      body: { message: 'You are being rate limited.', retry_after: 600, global: false },
    });
    for (const title of ['Ten Minutes', 'Later', 'Latest']) {
      await handIn(show.people.human(show.guildId, title.replace(' ', '')), title, 'free');
      await shown(title);
    }
    await until(async () => failures(429) > 0, 'a request that is limited');
    expect(failures(429)).toBeLessThanOrEqual(2);
    // A click brings its own way to the message: what it shows is new in spite of the limit.
    const seen = await show.nova.click(await panel(show.nova, show.channels.review, 'Reviewer queue'), {
      label: 'Next',
    });
    expect((await seen.final(PATIENCE)).text).not.toMatch(/went wrong/);
  });

  it('fewer than a hundred requests were invalid, of which 10,000 in ten minutes are one too many', () => {
    expect(discord.limits.invalidRequests()).toBeLessThan(100);
  });
});
