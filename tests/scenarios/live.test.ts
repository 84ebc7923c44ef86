import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { ask, PushedClock, rows, until } from './desk.ts';
import { PATIENCE, type Show, startShow, submitFree } from './show.ts';

const clock = new PushedClock();
let show: Show;
let tiktok: TikTok;
beforeAll(async () => {
  show = await startShow({ sandbox: { voice: false }, clock });
  if (show.sandbox.tiktok === undefined) throw new Error('no TikTok');
  tiktok = show.sandbox.tiktok;
  await show.setUp();
});
afterAll(() => show.stop());

const tiktokCommand = async (sub: string, options = {}) =>
  (await show.nova.slash(`tiktok ${sub}`, options)).final({ timeoutMs: 60_000 });

describe('/tiktok connect', () => {
  it('says that nobody of that name is known', async () => {
    const seen = await tiktokCommand('connect', { unique_id: 'nobody_here' });
    expect(seen.text).toMatch(/can't find a TikTok LIVE/);
    expect((await tiktokCommand('status')).text).toMatch(/Disconnected/);
  });

  it('says that the host is not live', async () => {
    tiktok.host('sleepy');
    const seen = await tiktokCommand('connect', { unique_id: 'https://www.tiktok.com/@sleepy' });
    expect(seen.text).toMatch(/is not live|can't find/);
  });

  it('refuses what can not be a name', async () => {
    expect((await tiktokCommand('connect', { unique_id: 'no spaces allowed!' })).text).toMatch(
      /can't be a TikTok name/,
    );
  });

  it('waits for a host who is offline when asked to, and /tiktok disconnect cancels that', async () => {
    tiktok.host('later').goLive();
    tiktok.host('later').endLive();
    const seen = await tiktokCommand('connect', { unique_id: '@later', persistent: true });
    expect(seen.text).toMatch(/In progress/);
    expect((await tiktokCommand('disconnect')).text).toMatch(/cancelled/);
  });
});

describe('a show', () => {
  it('counts points and gifts, moves songs, and posts its numbers at the end', async () => {
    const link = await (await show.ben.slash('link-tiktok', { tiktok_handle: 'benbeats' })).final(PATIENCE);
    expect(link.text).toContain('@benbeats');
    const [first, second] = [await submitFree(show.ana, 'Ana One'), await submitFree(show.ben, 'Ben One')];
    const live = tiktok.host('novalive').goLive();
    const seen = await tiktokCommand('connect', { unique_id: 'novalive', persistent: true });
    expect(seen.text).toMatch(/Active: @novalive/);
    await live.waitForConnection();
    const ben = tiktok.viewer('benbeats');
    const cleo = tiktok.viewer('cleo');
    live.viewers(42);
    live.comment(cleo, 'hello');
    live.like(ben, 10);
    await show.nova.waitToSee(show.channels.queue, /1\. .*Ben One[\s\S]*2\. .*Ana One/, PATIENCE);

    const streak = live.gift(ben, 'Corgi', { repeat: 4, end: true });
    expect(streak.groupId).not.toBe('');
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*⏭️ #${second}`), PATIENCE);
    expect((await show.ben.nextDm(PATIENCE)).text).toMatch(new RegExp(`#${second}`));

    show.sandbox.discord.gateway.drop();
    live.dropSockets();
    await live.waitForConnection();
    live.gift(ben, 'Galaxy', {});
    await show.nova.waitToSee(show.channels.review, new RegExp(`Reviewer queue[\\s\\S]*⏩ #${second}`), PATIENCE);

    tiktok.host('novalive').endLive();
    const numbers = await show.nova.waitToSee(show.channels.numbers, /benbeats/, PATIENCE);
    expect(numbers.text).toMatch(/2,196/);
    expect(numbers.files.map(({ name }) => name).join()).toMatch(/png.*csv|csv.*png/);
    expect(first).not.toBe(second);
  });

  it('whose bot dies between the end and the post has its numbers posted by the next one, exactly once', async () => {
    const live = tiktok.host('shortshow').goLive();
    await tiktokCommand('connect', { unique_id: 'shortshow' });
    await live.waitForConnection();
    live.comment(tiktok.viewer('dora'), 'hi');
    const { faults } = show.sandbox.discord;
    faults.rest({ match: `/channels/${show.channels.numbers.id}/messages`, method: 'POST', status: 503 });
    tiktok.host('shortshow').endLive();
    const due = "SELECT 1 FROM outbox WHERE state = 'waiting' AND attempts > 0 AND notice ->> 'kind' = 'metrics'";
    await until(async () => (await rows(show, due)).length === 1, 'the numbers were refused once');
    const numbers = () => show.nova.sees(show.channels.numbers).filter(({ text }) => text.includes('@shortshow'));
    await show.restart(() => {
      expect(numbers()).toEqual([]);
      faults.clear();
      clock.push(60_000);
    });
    await show.nova.waitToSee(show.channels.numbers, /@shortshow[\s\S]*dora/, PATIENCE);
    const posted = 'SELECT 1 FROM session WHERE metrics_posted_at IS NOT NULL AND host_name = ?';
    await until(async () => (await rows(show, posted, 'shortshow')).length === 1, 'it is known that they stand there');
    expect(numbers()).toHaveLength(1);
  });

  it('that begins while the bot that waits for its host restarts is followed', async () => {
    const host = tiktok.host('later');
    expect((await tiktokCommand('connect', { unique_id: 'later', persistent: true })).text).toMatch(/In progress/);
    let live: ReturnType<typeof host.goLive> | undefined;
    await show.restart(() => {
      live = host.goLive();
    });
    await live?.waitForConnection();
    await until(async () => /Active: @later/.test((await tiktokCommand('status')).text), 'the show is followed');
    expect((await tiktokCommand('disconnect')).text).toMatch(/session with @later has ended.*numbers go to #numbers/);
  });

  it('that staff end says where its numbers are, also when no channel is set for them', async () => {
    await ask(show.nova, 'settings set', { key: 'channel.metrics', value: 'none' });
    const live = tiktok.host('_dj_nova_').goLive();
    await tiktokCommand('connect', { unique_id: '_dj_nova_' });
    await live.waitForConnection();
    const ended = await tiktokCommand('disconnect');
    expect(ended.text).toMatch(/session with @_dj_nova_ has ended/);
    expect(ended.text).toMatch(/\/metrics shows the numbers/);
  });
});
