import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Discord } from '../../sandbox/discord/discord.ts';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { ask, queueText, submitAs, until } from './desk.ts';
import { PATIENCE, type Show, startShow } from './show.ts';

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

const failures = (status: number) => answers.filter((answer) => answer.status === status).length;

/** The public panel shows this song, as soon as Discord lets it. */
const shown = (title: string) => show.ana.waitToSee(show.channels.queue, title, PATIENCE);

describe('Discord answers errors', () => {
  it.each([500, 502, 503])(
    '%i on every edit and post: the song is stored, and shown when it is over',
    async (status) => {
      const over = discord.faults.rest({ match: /^\/channels\//, status, body: '<html>upstream</html>' });
      const id = await submitAs(show.ana, `Storm ${status}`, 'pending');
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
    await submitAs(show.ben, 'Patience', 'free');
    await until(async () => failures(429) > 0, 'a request that is limited');
    await submitAs(show.ana, 'More Patience', 'free');
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

describe('the gateway', () => {
  const connected = () => until(async () => discord.gateway.connectedSessions().length === 1, 'a connection');

  it('a zombie that acknowledges no heartbeat is left, and commands are answered again', async () => {
    const [before] = discord.gateway.connectedSessions();
    discord.gateway.acknowledges = false;
    await until(async () => discord.gateway.connectedSessions().length === 0, 'leaving the zombie');
    discord.gateway.acknowledges = true;
    await connected();
    expect(before).toBeDefined();
    expect((await ask(show.nova, 'queue')).text).toContain('Patience');
  });

  it.each([true, false])('an invalid session (resumable: %s) is taken up or begun anew', async (resumable) => {
    const before = entries;
    discord.gateway.invalidate(resumable);
    await until(async () => entries > before, 'a new or resumed session');
    expect(entries).toBe(before + 1);
    await connected();
    expect((await ask(show.nova, 'queue')).text).toContain('Patience');
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
