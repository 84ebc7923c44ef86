import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { READERS_PER_GUILD } from '../../src/web/overlay-hub.ts';
import { BEAT_MS } from '../../src/web/protocol.ts';
import { ManualClock } from '../services/manual-clock.ts';
import { EventReader } from './event-reader.ts';
import { FakeShow, GUILD, KEY, moved, onAir, songs, startWeb, submission, type TestWeb } from './overlay-fixture.ts';

const open: TestWeb[] = [];
afterEach(async () => {
  for (const web of open.splice(0)) await web.close();
});

async function web(more: Parameters<typeof startWeb>[0] = {}): Promise<TestWeb> {
  const started = await startWeb(more);
  open.push(started);
  return started;
}

describe('the events of an overlay', () => {
  test('begin with the whole picture and go on with numbered changes', async () => {
    const { overlay, bus, show } = await web();
    show.songs = songs(2);
    const reader = await EventReader.open(`${overlay}/events`);
    expect((await reader.next('state')).queue.total).toBe(2);
    show.songs = songs(3);
    bus.emit('queue.changed', { guildId: GUILD });
    expect((await reader.next('change')).queue?.total).toBe(3);
    show.air = onAir(submission({ publicId: 'NOWW' }));
    bus.emit('on-air.changed', { guildId: GUILD, playId: 99 });
    expect((await reader.next('change')).nowPlaying?.song.id).toBe('NOWW');
    bus.emit('song.moved', moved());
    expect((await reader.next('alert')).alert.song?.id).toBe('AAAA');
    expect(reader.numbers).toEqual(reader.messages.map((_, index) => index + 1));
    reader.close();
  });

  test('of other guilds stay with them', async () => {
    const { overlay, bus, show } = await web();
    const reader = await EventReader.open(`${overlay}/events`);
    await reader.next('state');
    const { looks } = show;
    bus.emit('queue.changed', { guildId: '100000000000000002' });
    bus.emit('song.moved', moved({ guildId: '100000000000000002' }));
    show.songs = songs(1);
    bus.emit('queue.changed', { guildId: GUILD });
    await reader.next('change');
    expect(show.looks).toBe(looks + 1);
    reader.close();
  });

  test('beat while nothing happens', async () => {
    const clock = new ManualClock();
    const { overlay } = await web({ clock });
    const reader = await EventReader.open(`${overlay}/events`);
    await clock.advance(100);
    await reader.next('state');
    await clock.advance(BEAT_MS);
    await reader.next('beat');
    await clock.advance(BEAT_MS);
    await reader.next('beat');
    reader.close();
  });

  test('end with a goodbye when the bot stops, and begin anew when it is back', async () => {
    const show = new FakeShow();
    show.songs = songs(1);
    const first = await startWeb({ show });
    const reader = await EventReader.open(`${first.overlay}/events`);
    await reader.next('state');
    await first.close();
    expect((await reader.next('bye')).reason).toBe('restart');
    await reader.ended;
    const port = Number(new URL(first.origin).port);
    const second = await web({ show, port });
    const again = await EventReader.open(`${second.overlay}/events`);
    expect((await again.next('state')).queue.total).toBe(1);
    expect(again.numbers).toEqual([1]);
    again.close();
  });

  test('end at once when the address is reset; only the new one opens', async () => {
    const { overlay, origin, keys } = await web();
    const reader = await EventReader.open(`${overlay}/events`);
    await reader.next('state');
    keys.reset('another-key-that-nobody-knows-yet');
    expect((await reader.next('bye')).reason).toBe('revoked');
    await reader.ended;
    expect((await fetch(`${overlay}/events`)).status).toBe(404);
    const next = await EventReader.open(`${origin}/overlay/another-key-that-nobody-knows-yet/events`);
    await next.next('state');
    next.close();
  });

  test('are refused past the limit of readers, and taken again when one left', async () => {
    const { overlay, meter } = await web();
    const readers = await Promise.all(
      Array.from({ length: READERS_PER_GUILD }, () => EventReader.open(`${overlay}/events`)),
    );
    await Promise.all(readers.map((reader) => reader.next('state')));
    const refused = await fetch(`${overlay}/events`);
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(await meter.registry.getSingleMetricAsString('skipline_overlay_readers')).toContain(
      `readers ${READERS_PER_GUILD}`,
    );
    for (const reader of readers) reader.close();
    await Promise.all(readers.map(({ ended }) => ended));
  });
});

/** A client that opens the stream and then reads nothing. */
async function sleepyReader(origin: string): Promise<Socket> {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`GET /overlay/${KEY}/events HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await once(socket, 'readable');
  return socket;
}

describe('a reader that is too slow', () => {
  /** Every song new each time, with the longest texts: some 25 kB per change. */
  function stir(show: FakeShow, turn: number): void {
    show.songs = songs(20).map((song) => ({ ...song, title: `${turn} ${'🎧'.repeat(290)}`, artist: '🎧'.repeat(300) }));
  }

  test('costs others nothing, is left out, and gets the whole picture when it reads again', async () => {
    const clock = new ManualClock();
    const { origin, overlay, bus, show, meter } = await web({ clock });
    const sleepy = await sleepyReader(origin);
    const lively = await EventReader.open(`${overlay}/events`);
    await clock.advance(100);
    await lively.next('state');
    const leftOut = async () =>
      Number((await meter.registry.getSingleMetricAsString('skipline_overlay_left_out')).split(' ').at(-1));
    let turn = 0;
    for (; turn < 1_000 && (await leftOut()) < 3; turn += 1) {
      stir(show, turn);
      bus.emit('queue.changed', { guildId: GUILD });
      await clock.advance(100);
      expect((await lively.next('change')).queue?.songs[0]?.title.startsWith(`${turn} `)).toBe(true);
    }
    expect(await leftOut()).toBeGreaterThanOrEqual(3);
    const text: string[] = [];
    sleepy.on('data', (chunk: Buffer) => text.push(chunk.toString()));
    sleepy.resume();
    // Whatever lay in between: the last thing it hears is the newest state.
    const isThere = () =>
      text
        .join('')
        .split('\ndata: ')
        .some((part) => part.startsWith('{"kind":"state"') && part.includes(`"title":"${turn - 1} `));
    while (!isThere()) {
      await once(sleepy, 'data');
      await clock.advance(100);
    }
    sleepy.destroy();
    lively.close();
  }, 20_000);

  test('is cut off when it takes nothing for half a minute', async () => {
    const clock = new ManualClock();
    const { origin, overlay, bus, show } = await web({ clock });
    const sleepy = await sleepyReader(origin);
    const lively = await EventReader.open(`${overlay}/events`);
    await clock.advance(100);
    await lively.next('state');
    const closed = once(sleepy, 'close');
    sleepy.on('error', () => undefined);
    let isClosed = false;
    void closed.then(() => {
      isClosed = true;
    });
    for (let turn = 0; turn < 1_000 && !isClosed; turn += 1) {
      stir(show, turn);
      bus.emit('queue.changed', { guildId: GUILD });
      await clock.advance(turn < 400 ? 100 : BEAT_MS);
      await lively.next('change');
      // A socket that nobody reads does not notice its end.
      if (turn >= 410) sleepy.resume();
    }
    await closed;
    lively.close();
  }, 20_000);
});
