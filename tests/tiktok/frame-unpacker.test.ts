import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Live } from '../../sandbox/tiktok/live.ts';
import { startTikTok, type TikTok } from '../../sandbox/tiktok/tiktok.ts';
import type { LiveConnection } from '../../src/ports/live-source.ts';
import { Ear, enter, sourceFor } from './ear.ts';

let tiktok: TikTok;
let live: Live;
let ear: CountingEar;
let connection: LiveConnection;

/** Knows how many frames came that were not yet told as events. */
class CountingEar extends Ear {
  mostUnderWay = 0;

  override alive(): void {
    super.alive();
    this.mostUnderWay = Math.max(this.mostUnderWay, this.bytes - this.events.length);
  }
}

beforeEach(async () => {
  tiktok = await startTikTok();
  live = tiktok.host('djhost').goLive();
  ear = new CountingEar();
  connection = await enter(sourceFor(tiktok).source, 'djhost', ear);
  await live.waitForConnection();
});
afterEach(() => tiktok.stop());

describe('a burst', () => {
  it('is unpacked a few frames at a time, the others wait in the network; none is lost', async () => {
    const { messages } = await live.burst({ events: 4_000, seed: 2 });
    await ear.untilEvents(messages);
    expect(ear.events).toHaveLength(4_000);
    // As many as one read of the socket brings.
    expect(ear.mostUnderWay).toBeLessThan(600);
    await connection.close();
  });

  it('comes in order, though every frame is packed on its own', async () => {
    const vera = tiktok.viewer('vera');
    for (let index = 0; index < 400; index += 1) {
      live.giftFrames(vera, 'Rose', [{ repeatCount: index + 1, groupId: '700000' }]);
    }
    live.giftFrames(vera, 'Rose', [{ repeatCount: 400, repeatEnd: 1, groupId: '700000' }]);
    await ear.untilEvents(401);
    const counts = ear.events.map((event) => (event.kind === 'gift' ? event.repeatCount : 0));
    expect(counts).toEqual(counts.toSorted((a, b) => a - b));
    expect(ear.events.at(-1)).toMatchObject({ final: true });
    await connection.close();
  });

  it('leaves everything else in the process its turn', async () => {
    const sending = live.burst({ events: 4_000, seed: 4 });
    let mostInOneTurn = 0;
    let before = 0;
    while (ear.events.length < 4_000) {
      await setImmediate();
      mostInOneTurn = Math.max(mostInOneTurn, ear.events.length - before);
      before = ear.events.length;
    }
    expect(mostInOneTurn).toBeLessThan(600);
    await sending;
    await connection.close();
  });

  it('of frames that can not be unpacked keeps nobody waiting, and each is counted', async () => {
    for (let index = 0; index < 300; index += 1) live.malformed(index % 2 === 0 ? 'garbage-gzip' : 'truncated-gzip');
    live.comment(tiktok.viewer('vera'), 'still here');
    await ear.untilEvents(1);
    expect(ear.unread).toHaveLength(300);
    expect(ear.closes).toEqual([]);
    await connection.close();
  });

  it('of one frame that blows up to many megabytes is not unpacked', async () => {
    live.malformed('gzip-bomb');
    live.comment(tiktok.viewer('vera'), 'still here');
    await ear.untilEvents(1);
    expect(ear.unread).toEqual([{ method: 'frame', problem: 'undecodable' }]);
    await connection.close();
  });

  it('that a drop cuts short is a drop all the same', async () => {
    const sending = live.burst({ events: 4_000, seed: 3 });
    await ear.untilEvents(500);
    live.dropSockets();
    await ear.until(() => ear.closes.length > 0);
    expect(ear.closes).toEqual([1006]);
    await sending;
  });
});
