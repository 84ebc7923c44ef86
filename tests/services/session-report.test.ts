import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveShow, live } from './live-show.ts';
import { GUILD, liveUser, STAFF } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

describe('the report of a show', () => {
  it('has a point for every minute, also the quiet ones, and an average in which every minute counts the same', async () => {
    const sessionId = await show.goLive();
    await show.hear(
      live('viewers', { count: 100, at: show.clock.now() }),
      live('viewers', { count: 200, at: show.clock.now() }),
    );
    for (let minute = 0; minute < 2; minute += 1) {
      for (let second = 0; second < 60; second += 20) {
        await show.clock.advance(20_000);
        show.source.ear?.alive();
      }
    }
    await show.hear(live('viewers', { count: 50, at: show.clock.now() }), live('comment', { at: show.clock.now() }));
    const report = await show.reports.report(GUILD, sessionId);
    expect(report?.minutes.map(({ viewers, engagement }) => [viewers, engagement])).toEqual([
      [150, 0],
      [null, 0],
      [50, 1],
    ]);
    expect(report?.viewers).toEqual({ peak: 200, average: 100, lowest: 50 });
  });

  it('lists the most engaged first, with what they did and how long they were there', async () => {
    const sessionId = await show.goLive();
    await show.stage.link(liveUser('9', 'gifter'), '400000000000000001');
    await show.hear(live('like', { by: '7', count: 30, at: show.clock.now() }));
    await show.clock.advance(30_000);
    await show.hear(
      live('comment', { by: '8', at: show.clock.now() }),
      live('like', { by: '7', count: 1, at: show.clock.now() }),
      live('gift', { user: liveUser('9', 'gifter'), repeatCount: 50, final: true, at: show.clock.now() }),
    );
    const report = await show.reports.report(GUILD, sessionId);
    expect(report?.handles).toMatchObject([
      { handle: 'gifter', linkedUserId: '400000000000000001', gifts: 50, coins: 50 },
      { handle: 'viewer7', likes: 31, watchMs: 30_000 },
      { handle: 'viewer8', comments: 1, watchMs: 0 },
    ]);
  });

  it('of a show nobody came to is empty, and of another guild there is none', async () => {
    const sessionId = await show.goLive();
    await show.service.disconnect(GUILD, STAFF);
    expect(await show.reports.report(GUILD, sessionId)).toMatchObject({
      viewers: null,
      handles: [],
      songs: [],
      gaps: [],
    });
    expect(await show.reports.report('900000000000000009', sessionId)).toBeNull();
    expect(await show.reports.sessions(GUILD, 10)).toMatchObject([{ sessionId, host: 'djhost' }]);
  });
});
