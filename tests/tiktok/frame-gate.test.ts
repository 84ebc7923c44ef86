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
    // What one read of the socket brought comes on top of what closes the gate.
    expect(ear.mostUnderWay).toBeLessThan(600);
    await connection.close();
  });

  it('of frames that turn out to hold nothing keeps nobody waiting', async () => {
    for (let index = 0; index < 600; index += 1) live.malformed('empty-frame');
    live.comment(tiktok.viewer('vera'), 'still here');
    await ear.untilEvents(1);
    expect(ear.closes).toEqual([]);
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
