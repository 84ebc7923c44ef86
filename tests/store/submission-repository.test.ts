import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Submission } from '../../src/domain/submission.ts';
import type { SqliteStore } from '../../src/store/database.ts';
import { GUILD, liveUser, newSong, OTHER_GUILD, openMemory, T0, waitingSong } from './stage.ts';

let store: SqliteStore;

beforeEach(async () => {
  store = await openMemory();
});
afterEach(() => store.close());

async function order(): Promise<readonly number[]> {
  const songs = await store.read((reads) => reads.submissions.playable(GUILD, 0, 100));
  return songs.map(({ submission }) => submission.id);
}

async function now(id: number): Promise<Submission> {
  const song = await store.read((reads) => reads.submissions.get(id));
  if (song === null) throw new Error(`no song ${id}`);
  return song.submission;
}

describe('a submission', () => {
  test('comes back as it was stored', async () => {
    const song = newSong('1', { note: 'please', askedUntil: T0 + 9, handleId: null });
    const added = await store.transaction((tx) => tx.submissions.add(song));
    expect(added).toEqual({ ...song, id: added.id, rank: song.submittedAt, score: 0, bookmarked: false });
    expect(await now(added.id)).toEqual(added);
    const found = await store.read((reads) => reads.submissions.byPublicId(GUILD, song.publicId));
    expect(found).toEqual({ submission: added, media: { kind: 'link' } });
    expect(await store.read((reads) => reads.submissions.byPublicId(OTHER_GUILD, song.publicId))).toBeNull();
  });

  test('with a file tells how far its preparation is', async () => {
    const media = async (state: 'preparing' | 'ready' | 'unplayable') => {
      const sha256 = state.padEnd(64, '0');
      const song = await store.transaction(async (tx) => {
        await tx.media.add({ sha256, bytes: 9, format: 'mp3', durationMs: 1_000, tags: {} }, T0);
        if (state === 'ready') {
          await tx.media.setReady(sha256, { durationMs: 990, lufs: -14, truePeak: -1, peaks: [], opusBytes: 5 });
        }
        if (state === 'unplayable') await tx.media.setUnplayable(sha256, 'it is silent');
        return tx.submissions.add(newSong('1', { track: { kind: 'file', sha256, fileName: 'a.mp3' } }));
      });
      return (await store.read((reads) => reads.submissions.get(song.id)))?.media;
    };
    expect(await media('preparing')).toEqual({ kind: 'preparing' });
    expect(await media('ready')).toEqual({ kind: 'ready', durationMs: 990 });
    expect(await media('unplayable')).toEqual({ kind: 'unplayable', reason: 'it is silent' });
  });

  test('cannot take a public id that its guild ever gave out', async () => {
    const song = newSong('1');
    await store.transaction(async (tx) => {
      const { id } = await tx.submissions.add(song);
      await tx.submissions.finish(id, 'withdrawn');
      expect(await tx.submissions.isTaken(GUILD, song.publicId)).toBe(true);
      expect(await tx.submissions.isTaken(OTHER_GUILD, song.publicId)).toBe(false);
    });
    await expect(
      store.transaction((tx) => tx.submissions.add(newSong('2', { publicId: song.publicId }))),
    ).rejects.toThrow('UNIQUE');
  });
});

describe('the order', () => {
  test('is that of the lines, then who entered first, then points, then time', async () => {
    const ids = await store.transaction(async (tx) => {
      const free = await waitingSong(tx, '1', 'free', T0 + 5);
      const setBack = await waitingSong(tx, '2', 'free', T0 + 1);
      const skip = await waitingSong(tx, '3', 'skip', T0 + 3);
      const skipEarlier = await waitingSong(tx, '4', 'skip', T0 + 2);
      const double = await waitingSong(tx, '5', 'double-skip', T0 + 9);
      const back = await waitingSong(tx, '6', 'back-to-back', T0 + 10);
      await waitingSong(tx, '7', 'pending', T0);
      return { free, setBack, skip, skipEarlier, double, back };
    });
    // "First" is who entered first: ranks and times follow the order of entering, also when the clock goes backwards.
    expect(await order()).toEqual(
      [ids.back, ids.double, ids.skip, ids.skipEarlier, ids.free, ids.setBack].map(({ id }) => id),
    );
  });

  test('of a line is that of entering even if the clock is set back', async () => {
    const [first, second] = await store.transaction(async (tx) => [
      await waitingSong(tx, '1', 'skip', T0 + 60_000),
      await waitingSong(tx, '2', 'skip', T0),
    ]);
    expect(second?.rank).toBeGreaterThan(first?.rank ?? 0);
    expect(await order()).toEqual([first?.id, second?.id]);
  });

  test('puts "play next" before everything, the newest first', async () => {
    await store.transaction(async (tx) => {
      const waiting = await waitingSong(tx, '1', 'back-to-back', T0);
      const a = await waitingSong(tx, '2', 'free', T0);
      const b = await waitingSong(tx, '3', 'free', T0);
      await tx.submissions.enterFirst(a.id, T0 + 1);
      await tx.submissions.enterFirst(b.id, T0 + 2);
      const songs = await tx.submissions.playable(GUILD, 0, 9);
      expect(songs.map(({ submission }) => submission.id)).toEqual([b.id, a.id, waiting.id]);
    });
  });

  test('counts per line, pages and places agree, and other guilds do not count', async () => {
    await store.transaction(async (tx) => {
      for (let n = 0; n < 5; n += 1) await waitingSong(tx, `${n}`, 'free', T0 + n);
      for (let n = 0; n < 3; n += 1) await waitingSong(tx, `${n}`, 'skip', T0 + n);
      await waitingSong(tx, '1', 'pending', T0);
      await tx.submissions.add(newSong('1', { guildId: OTHER_GUILD, publicId: 'OTHER' }));
      expect(await tx.submissions.counts(GUILD)).toEqual({
        'back-to-back': 0,
        'double-skip': 0,
        skip: 3,
        free: 5,
        pending: 1,
      });
      const all = await tx.submissions.playable(GUILD, 0, 100);
      expect(all).toHaveLength(8);
      const paged = [
        ...(await tx.submissions.playable(GUILD, 0, 3)),
        ...(await tx.submissions.playable(GUILD, 3, 100)),
      ];
      expect(paged).toEqual(all);
      const waiting = [...all, ...(await tx.submissions.pending(GUILD, 0, 9))];
      const ahead = await tx.submissions.ahead(waiting.map(({ submission }) => submission.id));
      expect(all.map(({ submission }) => ahead.get(submission.id))).toEqual(all.map((_, index) => index));
      expect(ahead.size).toBe(all.length);
      expect(await tx.submissions.first(GUILD)).toEqual(all[0]?.submission);
      expect((await tx.submissions.pending(GUILD, 0, 9)).map(({ submission }) => submission.line)).toEqual(['pending']);
    });
  });
});

describe('the score', () => {
  test('is the sum of all handles linked to the owner, and follows points and links at once', async () => {
    await store.transaction(async (tx) => {
      const song = await waitingSong(tx, '1', 'free', T0);
      const score = async () => (await tx.submissions.get(song.id))?.submission.score;
      const seen = await tx.handles.seen(GUILD, [liveUser('71', 'a'), liveUser('72', 'b')], T0);
      const [a, b] = [seen.get('71')?.id ?? 0, seen.get('72')?.id ?? 0];
      await tx.points.change(GUILD, [{ handleId: a, origin: 'like', points: 5 }], 'like', 'test', T0);
      expect(await score()).toBe(0);
      await tx.handles.setLink(a, '1', false, T0);
      expect(await score()).toBe(5);
      await tx.handles.setLink(b, '1', false, T0);
      await tx.points.change(GUILD, [{ handleId: b, origin: 'gift', points: 7 }], 'gift', 'test', T0);
      expect(await score()).toBe(12);
      await tx.handles.setLink(a, '2', false, T0);
      expect(await score()).toBe(7);
      await tx.handles.setLink(b, null, false, T0);
      expect(await score()).toBe(0);
    });
  });

  test('is that of the handle named with the song only while its owner has linked none and nobody has it', async () => {
    await store.transaction(async (tx) => {
      const named = (await tx.handles.seen(GUILD, [liveUser('71', 'a')], T0)).get('71')?.id ?? 0;
      const own = (await tx.handles.seen(GUILD, [liveUser('72', 'b')], T0)).get('72')?.id ?? 0;
      await tx.points.change(GUILD, [{ handleId: named, origin: 'like', points: 5 }], 'like', 'test', T0);
      const song = await tx.submissions.add(newSong('1', { handleId: named }));
      const score = async () => (await tx.submissions.get(song.id))?.submission.score;
      expect(song.score).toBe(5);
      await tx.points.change(GUILD, [{ handleId: named, origin: 'like', points: 1 }], 'like', 'test', T0);
      expect(await score()).toBe(6);
      await tx.handles.setLink(own, '1', false, T0);
      expect(await score()).toBe(0);
      await tx.handles.setLink(own, null, false, T0);
      expect(await score()).toBe(6);
      await tx.handles.setLink(named, '2', false, T0);
      expect(await score()).toBe(0);
    });
  });

  test('is right again when a song returns to the queue after points changed', async () => {
    await store.transaction(async (tx) => {
      const handle = (await tx.handles.seen(GUILD, [liveUser('71', 'a')], T0)).get('71')?.id ?? 0;
      await tx.handles.setLink(handle, '1', false, T0);
      const song = await waitingSong(tx, '1', 'free', T0);
      await tx.submissions.finish(song.id, 'archive');
      await tx.points.change(GUILD, [{ handleId: handle, origin: 'like', points: 5 }], 'like', 'test', T0);
      expect((await tx.submissions.restore(song.id, 'free', song.rank)).score).toBe(5);
    });
  });
});

describe('a clearing', () => {
  test('takes the free line only, and its undo leaves alone what was touched since', async () => {
    await store.transaction(async (tx) => {
      const skip = await waitingSong(tx, '1', 'skip', T0);
      const kept = await waitingSong(tx, '2', 'free', T0 + 1);
      const touched = await waitingSong(tx, '3', 'free', T0 + 2);
      const cleared = await tx.submissions.removeAllFree(GUILD);
      expect(cleared.map(({ id }) => id).sort()).toEqual([kept.id, touched.id]);
      const move = (id: number, batch: string | null) => ({
        guildId: GUILD,
        submissionId: id,
        fromLine: 'free' as const,
        fromRank: 5,
        toLine: 'removed' as const,
        toRank: 5,
        cause: 'clear' as const,
        at: T0,
        batch,
      });
      await tx.moves.addAll([move(kept.id, 'b1'), move(touched.id, 'b1')]);
      await tx.moves.add(move(touched.id, null));
      expect((await tx.submissions.restoreCleared(OTHER_GUILD, 'b1')).length).toBe(0);
      expect((await tx.submissions.restoreCleared(GUILD, 'b1')).map(({ id }) => id)).toEqual([kept.id]);
      const songs = await tx.submissions.playable(GUILD, 0, 9);
      expect(songs.map(({ submission }) => submission.id)).toEqual([skip.id, kept.id]);
      expect((await tx.submissions.restoreCleared(GUILD, 'b1')).length).toBe(0);
    });
  });
});

describe('autocomplete', () => {
  test('finds by the beginning of the id, else by a piece of artist or title, in the asked scope', async () => {
    await store.transaction(async (tx) => {
      const song = await tx.submissions.add(newSong('1', { publicId: '4F7K', title: 'Summer Rain' }));
      const other = await tx.submissions.add(newSong('2', { publicId: '4FZZ', title: 'Winter' }));
      const played = await tx.submissions.add(newSong('1', { publicId: '4FAA', title: 'Summer Sun' }));
      await tx.submissions.finish(played.id, 'archive');
      await tx.submissions.add(newSong('1', { publicId: '4FDD', line: 'draft', askedUntil: T0 }));
      const ids = async (scope: 'waiting' | 'own' | 'all' | 'pending', text: string) =>
        (await tx.submissions.suggest(GUILD, scope, text, '1', 25)).map(({ publicId }) => publicId);
      expect(await ids('waiting', '')).toEqual(['4F7K', '4FZZ']);
      expect(await ids('waiting', '4f7')).toEqual(['4F7K']);
      expect(await ids('waiting', 'summer')).toEqual(['4F7K']);
      expect(await ids('own', '')).toEqual(['4FAA', '4F7K']);
      expect(await ids('own', 'summer')).toEqual(['4FAA', '4F7K']);
      expect(await ids('all', '4F')).toEqual(['4F7K', '4FAA', '4FZZ']);
      expect(await ids('pending', '')).toEqual([]);
      await tx.submissions.enter(other.id, 'pending', T0);
      expect(await ids('pending', '')).toEqual(['4FZZ']);
      expect(await ids('waiting', '%')).toEqual([]);
      expect(song.publicId).toBe('4F7K');
    });
  });
});

test('questions run out by time, over all guilds', async () => {
  await store.transaction(async (tx) => {
    const early = await tx.submissions.add(newSong('1', { askedUntil: T0 + 1 }));
    await tx.submissions.add(newSong('1', { askedUntil: T0 + 9 }));
    await tx.submissions.add(newSong('1'));
    expect((await tx.submissions.expiredQuestions(T0 + 5, 9)).map(({ id }) => id)).toEqual([early.id]);
    await tx.submissions.setAskedUntil(early.id, null);
    expect(await tx.submissions.expiredQuestions(T0 + 5, 9)).toEqual([]);
  });
});

test('owners who come up are those of the first places who were not told', async () => {
  await store.transaction(async (tx) => {
    const songs = [];
    for (let n = 0; n < 4; n += 1) songs.push(await waitingSong(tx, `${n}`, 'free', T0 + n));
    await tx.submissions.setWarned([songs[0]?.id ?? 0]);
    const places = (await tx.submissions.unwarned(GUILD, 3)).map(({ submission, place }) => [submission.id, place]);
    expect(places).toEqual([
      [songs[1]?.id, 2],
      [songs[2]?.id, 3],
    ]);
  });
});
