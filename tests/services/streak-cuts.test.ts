import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveShow, live } from './live-show.ts';
import { GUILD, STAFF } from './live-stage.ts';

let show: LiveShow;
beforeEach(async () => {
  show = await LiveShow.open();
});
afterEach(() => show.close());

const coinsOf = async (sessionId: number) => (await show.reports.report(GUILD, sessionId))?.totals.coins;

/** The process ends and another one takes the session up. */
async function restarted(): Promise<LiveShow> {
  await show.service.stop();
  const next = new LiveShow(show.stage, show.source, show.clock);
  await next.service.start();
  await next.pass(100, () => next.active.recovering === null);
  return next;
}

describe('a streak without a group', () => {
  it('that is cut by a restart goes on as the same one', async () => {
    const sessionId = await show.goLive();
    const at = show.clock.now();
    await show.hear(live('gift', { repeatCount: 5, groupId: '0', at }));
    const next = await restarted();
    await next.hear(live('gift', { repeatCount: 8, final: true, groupId: '0', at }));
    await next.clock.advance(11_000);
    await next.service.flush();
    expect(await coinsOf(sessionId)).toBe(8);
    await next.service.stop();
  });

  it('whose last frames are told again after a restart counts once', async () => {
    const sessionId = await show.goLive();
    const at = show.clock.now();
    const frame = (repeatCount: number, final: boolean) => live('gift', { repeatCount, final, groupId: '0', at });
    const heard = [frame(1, false), frame(2, false), frame(3, true)];
    await show.hear(...heard);
    show.source.replay = heard.slice(1);
    const next = await restarted();
    await next.service.flush();
    expect(await coinsOf(sessionId)).toBe(3);
    await next.service.stop();
  });
});

describe('a streak that staff cut by leaving the room', () => {
  it('is paid once when they come back to the same room at once', async () => {
    const first = await show.goLive();
    await show.hear(live('gift', { repeatCount: 50 }));
    await show.service.disconnect(GUILD, STAFF);
    const second = await show.goLive();
    await show.hear(live('gift', { repeatCount: 50 }), live('gift', { repeatCount: 60, final: true }));
    expect([await coinsOf(first), await coinsOf(second)]).toEqual([50, 10]);
  });

  it('is paid once also when the process ends after that', async () => {
    const first = await show.goLive();
    await show.hear(live('gift', { repeatCount: 50 }));
    await show.service.disconnect(GUILD, STAFF);
    const second = await show.goLive();
    await show.hear(live('gift', { repeatCount: 60 }));
    const next = await restarted();
    await next.hear(live('gift', { repeatCount: 75, final: true }));
    expect([await coinsOf(first), await coinsOf(second)]).toEqual([50, 25]);
    await next.service.stop();
  });

  it('is another one in another room', async () => {
    await show.goLive('70');
    await show.hear(live('gift', { repeatCount: 50 }));
    await show.service.disconnect(GUILD, STAFF);
    const second = await show.goLive('71');
    await show.hear(live('gift', { repeatCount: 60, final: true }));
    expect(await coinsOf(second)).toBe(60);
  });
});

describe('a streak that is settled twice', () => {
  it('takes no points that a played song has used: nobody falls below nothing', async () => {
    await show.goLive();
    const tap = (repeatCount: number) => live('gift', { coinsEach: 1, repeatCount });
    await show.hear(tap(999));
    await show.clock.advance(11_000);
    await show.service.flush();
    const handle = await show.stage.store.read((tx) => tx.handles.byName(GUILD, 'viewer7'));
    const points = () => show.stage.points(handle?.id ?? 0);
    expect(await points()).toBe(1_998);
    await show.handles.reset(GUILD, STAFF, { kind: 'all' });
    await show.hear(tap(1_200));
    await show.clock.advance(11_000);
    await show.service.flush();
    expect(await points()).toBe(0);
    await show.hear(live('comment'));
    expect(await points()).toBe(2);
  });
});
