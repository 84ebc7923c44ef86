import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { err, ok, type Result } from '../../src/lib/result.ts';
import type { EncodeTrouble, MediaFiles } from '../../src/ports/media-files.ts';
import type { AudioFormat, EncodedMedia } from '../../src/ports/media-store.ts';
import { MediaService } from '../../src/services/media-service.ts';
import { CoreStage, GUILD, quietLog, STAFF, unwrap } from './core-stage.ts';
import { settle } from './manual-clock.ts';

const DAY = 86_400_000;
const ENCODED: EncodedMedia = { durationMs: 61_000, lufs: -9.1, truePeak: 0.2, peaks: [0, 128, 255], opusBytes: 9_000 };

type Encoded = Result<EncodedMedia, EncodeTrouble>;

/** Files that take as long as the test wants. */
class Files implements MediaFiles {
  readonly encoding: {
    readonly sha256: string;
    readonly urgent: boolean;
    readonly finish: (result: Encoded) => void;
  }[] = [];
  readonly removed: string[] = [];
  swept: ReadonlySet<string> | null = null;

  encode(sha256: string, _format: AudioFormat, urgent: boolean, signal: AbortSignal): Promise<Encoded> {
    return new Promise((finish) => {
      this.encoding.push({ sha256, urgent, finish });
      signal.addEventListener('abort', () => finish(err({ kind: 'cancelled' })));
    });
  }

  async remove(sha256: string): Promise<void> {
    this.removed.push(sha256);
  }

  async sweep(known: ReadonlySet<string>): Promise<{ readonly removed: number }> {
    this.swept = known;
    return { removed: 0 };
  }

  async waveform(peaks: readonly number[]): Promise<Uint8Array> {
    return Uint8Array.from(peaks);
  }
}

let stage: CoreStage;
let files: Files;
let media: MediaService;
let prepared: number[];
let owner = 500_000_000_000_000_000n;

beforeEach(async () => {
  stage = await CoreStage.open();
  files = new Files();
  const { store, bus, settings, clock } = stage;
  media = new MediaService({ store, bus, settings, clock, files, log: quietLog });
  prepared = [];
  bus.on('song.prepared', 'test', ({ submissionId }) => void prepared.push(submissionId));
});
afterEach(async () => {
  await media.stop();
  expect(stage.faults).toEqual([]);
  await stage.close();
});

async function upload(name: string, size = 1_000) {
  owner += 1n;
  const file = { url: `https://cdn.discordapp.com/${name}`, name, size };
  const song = await stage.submit(`${owner}`, { file });
  if (song.track.kind !== 'file') throw new Error('no file');
  return { song, sha256: song.track.sha256 };
}

const row = (sha256: string) => stage.store.read((reads) => reads.media.get(sha256));

/** The next call of the encoder. */
async function encoding(count: number) {
  const until = performance.now() + 5_000;
  while (files.encoding.length < count && performance.now() < until) await settle(1);
  const call = files.encoding[count - 1];
  if (call === undefined) throw new Error(`${files.encoding.length} encodings instead of ${count}`);
  return call;
}

describe('preparing', () => {
  test('stores what was measured, and tells every song that waits for it', async () => {
    const { song, sha256 } = await upload('a.mp3');
    const again = await upload('a.mp3');
    media.enqueue(sha256);
    (await encoding(1)).finish(ok(ENCODED));
    await media.idle();
    await stage.bus.idle();
    expect(await row(sha256)).toMatchObject({ state: 'ready', ...ENCODED });
    expect(prepared).toEqual([song.id, again.song.id]);
    expect(await media.waveform(sha256)).toEqual(Uint8Array.from([0, 128, 255]));
    media.enqueue(sha256);
    await media.idle();
    await stage.bus.idle();
    expect(files.encoding).toHaveLength(1);
    // Told again: somebody may have begun to wait a moment too late.
    expect(prepared).toEqual([song.id, again.song.id, song.id, again.song.id]);
  });

  test('happens one at a time, what is on air first', async () => {
    const [a, b, c] = [await upload('a.mp3'), await upload('b.mp3'), await upload('c.mp3')];
    for (const { sha256 } of [a, b, c]) media.enqueue(sha256);
    media.enqueue(c.sha256, true);
    const first = await encoding(1);
    await settle();
    expect(files.encoding.map(({ sha256 }) => sha256)).toEqual([a.sha256]);
    first.finish(ok(ENCODED));
    (await encoding(2)).finish(ok(ENCODED));
    (await encoding(3)).finish(ok(ENCODED));
    await media.idle();
    expect(files.encoding.map(({ sha256 }) => sha256)).toEqual([a, c, b].map(({ sha256 }) => sha256));
    expect(files.encoding.map(({ urgent }) => urgent)).toEqual([false, true, false]);
  });

  test('of bytes that cannot be played says why, to the owner too', async () => {
    const { song, sha256 } = await upload('a.mp3');
    media.enqueue(sha256);
    (await encoding(1)).finish(err({ kind: 'unplayable', why: 'it could not be decoded' }));
    await media.idle();
    expect(await row(sha256)).toMatchObject({ state: 'unplayable', reason: 'it could not be decoded' });
    const notices = await stage.notices();
    expect(notices).toMatchObject([
      { target: { userId: song.ownerId }, notice: { kind: 'unplayable', why: 'it could not be decoded' } },
    ]);
  });

  test.each([
    ['waits while the disk is full', 'disk-full'],
    ['that was cut off from outside is prepared again, and nobody is told that it is broken', 'cancelled'],
  ] as const)('%s', async (_what, kind) => {
    const { sha256 } = await upload('a.mp3');
    media.enqueue(sha256);
    (await encoding(1)).finish(err({ kind }));
    await media.idle();
    expect(await row(sha256)).toMatchObject({ state: 'preparing' });
    await stage.clock.advance(60_000);
    (await encoding(2)).finish(ok(ENCODED));
    await media.idle();
    expect(await row(sha256)).toMatchObject({ state: 'ready' });
  });

  test('that a stop interrupted is taken up at the next start, in the order of the queue', async () => {
    const [free, skip] = [await upload('free.mp3'), await upload('skip.mp3')];
    unwrap(await stage.queue.move(GUILD, STAFF, skip.song.id, 'skip'));
    media.enqueue(free.sha256);
    await encoding(1);
    await media.stop();
    expect(await row(free.sha256)).toMatchObject({ state: 'preparing' });
    await media.start();
    expect((await encoding(2)).sha256).toBe(skip.sha256);
    expect(files.swept).toEqual(new Set([free.sha256, skip.sha256]));
  });
});

describe('cleaning up', () => {
  async function played(name: string, size = 1_000) {
    const uploaded = await upload(name, size);
    unwrap(await stage.queue.playNext(GUILD, STAFF, uploaded.song.id));
    unwrap(await stage.queue.next(GUILD, STAFF));
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    await stage.store.transaction((tx) => tx.media.touch(uploaded.sha256, stage.clock.now()));
    return uploaded;
  }

  test('deletes what was unused for longer than the setting, and nothing that waits or is on air', async () => {
    const old = await played('old.mp3');
    const waiting = await upload('waiting.mp3');
    const onAir = await upload('on-air.mp3');
    unwrap(await stage.queue.playNext(GUILD, STAFF, onAir.song.id));
    unwrap(await stage.queue.next(GUILD, STAFF));
    await stage.clock.advance(29 * DAY);
    const young = await played('young.mp3');
    unwrap(await stage.queue.undo(GUILD, STAFF));
    expect(await media.cleanup()).toBe(0);
    await stage.clock.advance(DAY);
    expect(await media.cleanup()).toBe(1);
    expect(files.removed).toEqual([old.sha256]);
    expect(await row(old.sha256)).toMatchObject({ state: 'deleted', reason: expect.any(String) });
    for (const kept of [waiting, onAir, young]) expect((await row(kept.sha256))?.state).not.toBe('deleted');
    expect(await stage.store.read((reads) => reads.media.has(old.sha256))).toBe(false);
  });

  test('counts from the last time a file was sent or played', async () => {
    const [sent, taken] = [await upload('sent.mp3'), await upload('taken.mp3')];
    unwrap(await stage.submissions.withdraw(GUILD, sent.song.id, sent.song.ownerId));
    await stage.clock.advance(25 * DAY);
    unwrap(await stage.queue.next(GUILD, STAFF));
    unwrap(await stage.queue.finishOnAir(GUILD, STAFF));
    const again = unwrap(await stage.submissions.submitAgain(GUILD, sent.song.id, sent.song.ownerId, 'x'));
    unwrap(await stage.submissions.withdraw(GUILD, again.submission.id, sent.song.ownerId));
    await stage.clock.advance(29 * DAY);
    expect(await media.cleanup()).toBe(0);
    await stage.clock.advance(2 * DAY);
    expect(await media.cleanup()).toBe(2);
    expect(new Set(files.removed)).toEqual(new Set([sent.sha256, taken.sha256]));
  });

  test('deletes the least recently used ones of a guild over its share of the disk', async () => {
    await stage.set('media.max-gb', 1);
    const first = await played('first.mp3', 600_000_000);
    await stage.clock.advance(2 * DAY);
    const second = await played('second.mp3', 500_000_000);
    const waiting = await upload('waiting.mp3', 300_000_000);
    expect(await media.cleanup()).toBe(1);
    expect(files.removed).toEqual([first.sha256]);
    expect(await row(second.sha256)).toMatchObject({ state: 'preparing' });
    expect(await row(waiting.sha256)).toMatchObject({ state: 'preparing' });
  });

  test('leaves a file alone that somebody sends again while it is being looked at', async () => {
    const old = await played('again.mp3');
    const other = await played('other.mp3');
    await stage.clock.advance(31 * DAY);
    // Between the look at what nobody needs and the deletion.
    const settings = {
      all: async (guildId: string) => {
        if ((await stage.submissions.own(GUILD, '77', 0)).total === 0) {
          await stage.submit('77', {
            file: { url: 'https://cdn.discordapp.com/again.mp3', name: 'x.mp3', size: 1_000 },
          });
        }
        return stage.settings.all(guildId);
      },
    };
    const { store, bus, clock } = stage;
    const cleaner = new MediaService({ store, bus, settings, clock, files, log: quietLog });
    expect(await cleaner.cleanup()).toBe(1);
    expect(files.removed).toEqual([other.sha256]);
    expect((await row(old.sha256))?.state).not.toBe('deleted');
  });

  test('leaves a file alone that was stored a moment ago and has no song yet', async () => {
    const orphan = { sha256: 'e'.repeat(64), bytes: 9, format: 'mp3' as const, durationMs: 6_000, tags: {} };
    await stage.store.transaction((tx) => tx.media.add(orphan, stage.clock.now()));
    expect(await media.cleanup()).toBe(0);
    await stage.clock.advance(DAY);
    expect(await media.cleanup()).toBe(1);
  });

  test('a deleted file that comes again is prepared again', async () => {
    const { sha256 } = await played('old.mp3');
    await stage.clock.advance(31 * DAY);
    await media.cleanup();
    await upload('old.mp3');
    expect(await row(sha256)).toMatchObject({ state: 'preparing', reason: null });
  });
});
