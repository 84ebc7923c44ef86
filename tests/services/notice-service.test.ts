import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Notice, NoticeTarget } from '../../src/domain/notice.ts';
import type { Delivery, Notifier } from '../../src/ports/notifier.ts';
import { NoticeService } from '../../src/services/notice-service.ts';
import { CoreStage, GUILD, quietLog, STAFF, unwrap } from './core-stage.ts';

/** Whom the bot told what, and how that went. */
class Mouth implements Notifier {
  readonly told: {
    readonly target: NoticeTarget;
    readonly notice: Notice;
    readonly once: string;
    readonly triedSince: number | null;
  }[] = [];
  answer: (notice: Notice) => Delivery | Promise<Delivery> = () => 'sent';

  async deliver(
    _guildId: string,
    target: NoticeTarget,
    notice: Notice,
    once: string,
    triedSince: number | null,
  ): Promise<Delivery> {
    this.told.push({ target, notice, once, triedSince });
    return this.answer(notice);
  }

  toMember(userId: string): readonly Notice[] {
    return this.told.filter(({ target }) => target.kind === 'member' && target.userId === userId).map((t) => t.notice);
  }
}

let stage: CoreStage;
let mouth: Mouth;
let notices: NoticeService;
let folder: string | null = null;

function service(on: CoreStage, notifier: Notifier): NoticeService {
  const { store, settings, bus, clock } = on;
  return new NoticeService({ store, settings, notifier, bus, clock, log: quietLog });
}

beforeEach(async () => {
  stage = await CoreStage.open();
  mouth = new Mouth();
  notices = service(stage, mouth);
});
afterEach(async () => {
  await notices.stop();
  await stage.close();
  expect(stage.faults).toEqual([]);
  if (folder !== null) await rm(folder, { recursive: true });
  folder = null;
});

async function quiet(): Promise<void> {
  for (let n = 0; n < 5; n += 1) {
    await stage.bus.idle();
    await notices.idle();
  }
}

const dm = (userId: string): NoticeTarget => ({ kind: 'member', userId });
const proven: Notice = { kind: 'handle-proven', name: 'viewer' };

describe('a notice', () => {
  test('is delivered once, and not again by whatever wakes the outbox', async () => {
    await notices.start();
    await notices.tell(GUILD, dm('1'), 'key', proven);
    await notices.tell(GUILD, dm('1'), 'key', proven);
    await quiet();
    stage.bus.emit('notice.stored', { guildId: GUILD });
    await quiet();
    expect(mouth.told).toMatchObject([{ target: dm('1'), notice: proven }]);
  });

  test('stored while nobody delivers waits for the start', async () => {
    await notices.tell(GUILD, dm('1'), 'key', proven);
    expect(mouth.told).toEqual([]);
    await notices.start();
    await quiet();
    expect(mouth.told).toHaveLength(1);
  });

  test('comes to one person in the order of events', async () => {
    for (let n = 0; n < 30; n += 1) await notices.tell(GUILD, dm('1'), `${n}`, { kind: 'handle-proven', name: `${n}` });
    await notices.start();
    await quiet();
    expect(mouth.toMember('1').map((notice) => ('name' in notice ? notice.name : ''))).toEqual(
      Array.from({ length: 30 }, (_, n) => `${n}`),
    );
  });

  test('that Discord cannot take now is tried again later, less and less often, and given up in the end', async () => {
    mouth.answer = () => 'retry';
    await notices.start();
    await notices.tell(GUILD, dm('1'), 'key', proven);
    await quiet();
    expect(mouth.told).toHaveLength(1);
    for (let n = 0; n < 20; n += 1) {
      await stage.clock.advance(40 * 60_000);
      await quiet();
    }
    expect(mouth.told).toHaveLength(8);
    expect(await stage.notices()).toEqual([]);
  });

  test('that a person does not take is not tried again', async () => {
    mouth.answer = () => 'refused';
    await notices.start();
    await notices.tell(GUILD, dm('1'), 'key', proven);
    await quiet();
    await stage.clock.advance(24 * 3_600_000);
    await quiet();
    expect(mouth.told).toHaveLength(1);
  });

  test('whose wording has a bug holds up no other', async () => {
    mouth.answer = (notice) => {
      if (notice.kind === 'handle-lost') throw new Error('bug');
      return 'sent';
    };
    await notices.tell(GUILD, dm('1'), 'a', { kind: 'handle-lost', name: 'x', why: 'staff' });
    await notices.tell(GUILD, dm('1'), 'b', proven);
    await notices.start();
    await quiet();
    expect(mouth.told).toHaveLength(2);
    expect(await stage.notices()).toEqual([]);
  });

  test.each([
    ['a moment ago is sent again, with the name by which Discord knows it', 59_000, ['handle-proven', 'handle-lost']],
    ['minutes ago is not sent again; the ones behind it are', 61_000, ['handle-lost']],
    ['by a clock that was set back since is not sent again', -3_600_000, ['handle-lost']],
  ])('that was being sent when the process died %s', async (_when, laterMs, kinds) => {
    folder = await mkdtemp(join(tmpdir(), 'skipline-notices-'));
    const path = join(folder, 'skipline.db');
    const before = await CoreStage.open(path);
    const dying = new Mouth();
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<Delivery>();
    dying.answer = () => {
      reached.resolve();
      return held.promise;
    };
    const first = service(before, dying);
    await first.tell(GUILD, dm('1'), 'a', proven);
    await first.tell(GUILD, dm('1'), 'b', { kind: 'handle-lost', name: 'x', why: 'staff' });
    await first.start();
    await reached.promise;

    const after = await CoreStage.open(path);
    after.clock.jumpMs = laterMs;
    const second = service(after, mouth);
    await second.start();
    await second.idle();
    expect(mouth.told.map(({ notice }) => notice.kind)).toEqual(kinds);
    expect(new Set(mouth.told.map(({ once }) => once)).size).toBe(kinds.length);
    if (kinds.length === 2) expect(mouth.told[0]?.once).toBe(dying.told[0]?.once);
    await second.stop();
    await after.close();
    held.resolve('refused');
    await first.stop();
    await before.close();
  });
});

describe('the numbers of a show', () => {
  const numbers: Notice = { kind: 'metrics', sessionId: 1 };
  const place: NoticeTarget = { kind: 'channel', setting: 'channel.metrics' };
  const posted = async (on: CoreStage) => (await on.store.read((tx) => tx.lives.session(GUILD, 1)))?.numbersPostedAt;

  test('that were being sent when the process died long ago are looked for first, then posted, and known as posted', async () => {
    folder = await mkdtemp(join(tmpdir(), 'skipline-notices-'));
    const path = join(folder, 'skipline.db');
    const before = await CoreStage.open(path);
    await before.store.transaction((tx) =>
      tx.lives.begin({
        ...{ guildId: GUILD, hostName: 'nova', hostUserId: null, roomId: '7', persistent: false, askedBy: STAFF },
        startedAt: before.clock.now(),
      }),
    );
    const dying = new Mouth();
    const reached = Promise.withResolvers<void>();
    const held = Promise.withResolvers<Delivery>();
    dying.answer = () => {
      reached.resolve();
      return held.promise;
    };
    const first = service(before, dying);
    await first.tell(GUILD, place, 'metrics:1', numbers);
    const storedAt = before.clock.now();
    await first.start();
    await reached.promise;
    expect(dying.told.map(({ triedSince }) => triedSince)).toEqual([null]);

    const after = await CoreStage.open(path);
    after.clock.jumpMs = 3_600_000;
    const second = service(after, mouth);
    await second.start();
    await second.idle();
    expect(mouth.told).toMatchObject([{ notice: numbers, triedSince: storedAt }]);
    expect(await posted(after)).toBe(after.clock.now());
    await second.stop();
    const third = service(after, mouth);
    await third.start();
    await third.idle();
    expect(mouth.told).toHaveLength(1);
    await third.stop();
    await after.close();
    held.resolve('refused');
    await first.stop();
    await before.close();
  });
});

describe('a clock that is set', () => {
  test('back an hour delays no notice, and forwards a day tells none twice', async () => {
    mouth.answer = () => 'retry';
    await notices.start();
    await notices.tell(GUILD, dm('1'), 'key', proven);
    await quiet();
    stage.clock.jumpMs = -3_600_000;
    mouth.answer = () => 'sent';
    await notices.tell(GUILD, dm('2'), 'other', proven);
    await quiet();
    expect(mouth.told.map(({ target }) => target)).toEqual([dm('1'), dm('1'), dm('2')]);
    stage.clock.jumpMs = 24 * 3_600_000;
    await stage.clock.advance(3_600_000);
    await quiet();
    expect(mouth.told).toHaveLength(3);
  });
});

describe('a member who wants no notices', () => {
  test('gets none, but still the answers to what they did a moment ago', async () => {
    await notices.setOptOut(GUILD, '1', true);
    await notices.start();
    await notices.tell(GUILD, dm('1'), 'a', proven);
    await notices.tell(GUILD, dm('1'), 'b', { kind: 'data-export', userId: '1' });
    await notices.tell(GUILD, dm('1'), 'c', {
      kind: 'stored-passive',
      publicId: '4F7K',
      title: 'x',
      place: 1,
      extras: 0,
    });
    await notices.tell(GUILD, dm('2'), 'd', proven);
    await quiet();
    expect(mouth.toMember('1').map(({ kind }) => kind)).toEqual(['data-export', 'stored-passive']);
    expect(mouth.toMember('2')).toHaveLength(1);
    await notices.setOptOut(GUILD, '1', false);
    await notices.tell(GUILD, dm('1'), 'e', proven);
    await quiet();
    expect(mouth.toMember('1')).toHaveLength(3);
  });
});

describe('"you are next"', () => {
  const comingUp = () =>
    mouth.told.flatMap(({ target, notice }) =>
      notice.kind === 'coming-up' && target.kind === 'member' ? [[target.userId, notice.place]] : [],
    );

  /** Without a LIVE, a show is on as soon as a song was played. */
  async function showBegins(): Promise<void> {
    await stage.submit('9', { line: 'free' });
    unwrap(await stage.queue.next(GUILD, STAFF));
  }

  test('is not told before the show, and made up for when it begins', async () => {
    await notices.start();
    await stage.submit('1', { line: 'free' });
    await quiet();
    expect(comingUp()).toEqual([]);
    await stage.store.transaction((tx) =>
      tx.lives.begin({
        ...{ guildId: GUILD, hostName: 'nova', hostUserId: null, roomId: '7', persistent: false, askedBy: STAFF },
        startedAt: stage.clock.now(),
      }),
    );
    stage.bus.emit('live.changed', { guildId: GUILD });
    await quiet();
    expect(comingUp()).toEqual([['1', 1]]);
  });

  test('is not told after the show either, of songs that came too late for it', async () => {
    await notices.start();
    await showBegins();
    await stage.clock.advance(13 * 3_600_000);
    await stage.submit('1', { line: 'free' });
    await quiet();
    expect(comingUp()).toEqual([]);
  });

  test('is told once per song, at the set place, whatever brought it there', async () => {
    await stage.set('notices.coming-up-at', 2);
    await showBegins();
    await notices.start();
    for (const owner of ['1', '2', '3', '4']) await stage.submit(owner, { line: 'free' });
    await quiet();
    expect(comingUp()).toEqual([
      ['1', 1],
      ['2', 2],
    ]);
    unwrap(await stage.queue.next(GUILD, STAFF));
    await quiet();
    expect(comingUp().slice(2)).toEqual([['3', 2]]);
    unwrap(await stage.queue.undo(GUILD, STAFF));
    unwrap(await stage.queue.next(GUILD, STAFF));
    await quiet();
    expect(comingUp()).toHaveLength(3);
    unwrap(await stage.handles.link(GUILD, '4', 'four'));
    await stage.award('four', 100);
    stage.bus.emit('queue.changed', { guildId: GUILD });
    await quiet();
    expect(comingUp().slice(3)).toEqual([['4', 1]]);
  });

  test('is made up for after a restart, and never told when switched off', async () => {
    await stage.set('notices.coming-up-at', 0);
    await showBegins();
    await stage.submit('1', { line: 'free' });
    await stage.store.transaction((tx) => tx.guilds.join(GUILD, 0));
    await notices.start();
    await quiet();
    expect(comingUp()).toEqual([]);
    await notices.stop();
    await stage.set('notices.coming-up-at', 3);
    await notices.start();
    await quiet();
    expect(comingUp()).toEqual([['1', 1]]);
  });
});

test('that a song is on air is not told when Discord takes it half an hour later', async () => {
  await stage.set('notices.coming-up-at', 0);
  await notices.start();
  mouth.answer = () => 'retry';
  await stage.submit('1', { line: 'free' });
  unwrap(await stage.queue.next(GUILD, STAFF));
  await quiet();
  const tried = mouth.told.length;
  expect(mouth.toMember('1').map(({ kind }) => kind)).toEqual(['on-air']);
  mouth.answer = () => 'sent';
  // Not step by step: one of the tries on the way would be in time.
  stage.clock.jumpMs += 30 * 60_000;
  await stage.clock.advance(60_000);
  await quiet();
  expect(mouth.told).toHaveLength(tried);
});

test('the owner is told when the song goes on air', async () => {
  await stage.set('notices.coming-up-at', 0);
  await notices.start();
  const song = await stage.submit('1', { line: 'free', title: 'Mine' });
  unwrap(await stage.queue.next(GUILD, STAFF));
  await quiet();
  expect(mouth.toMember('1')).toEqual([{ kind: 'on-air', publicId: song.publicId, title: 'Mine' }]);
});
