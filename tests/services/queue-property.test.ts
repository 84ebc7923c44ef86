import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareWaiting, type WaitingKey } from '../../src/domain/queue.ts';
import { isPlayLine, isWaiting, WAITING_LINES } from '../../src/domain/submission.ts';
import { CoreStage, GUILD, STAFF } from './core-stage.ts';

/** What a night brings, in any order and as often as it likes. Numbers choose among what is there. */
const event = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('submit' as const), who: fc.nat(3), claim: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('points' as const), who: fc.nat(4), points: fc.nat(60) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('link' as const), who: fc.nat(3), handle: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('unlink' as const), handle: fc.nat(4) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      which: fc.nat(),
      line: fc.constantFrom(...WAITING_LINES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('play next' as const), which: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('next' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('undo' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('undo clear' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: -90_000, max: 90_000 }) }),
  },
);
type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

class Night {
  readonly stage: CoreStage;
  /** Every song ever submitted. */
  readonly songs: number[] = [];
  /** Songs taken and not undone, oldest first. */
  readonly played: number[] = [];
  batch = '';

  constructor(stage: CoreStage) {
    this.stage = stage;
  }

  async live(event: Event): Promise<void> {
    const { stage } = this;
    const which = 'which' in event ? (this.songs[event.which % Math.max(1, this.songs.length)] ?? 0) : 0;
    switch (event.do) {
      case 'submit': {
        const handle = event.who % 2 === 0 ? { handleName: `viewer${event.who}` } : {};
        const sent = await stage.trySubmit(`${event.who}`, { line: event.claim ? 'pending' : 'free', ...handle });
        if (sent.ok) this.songs.push(sent.value.submission.id);
        return;
      }
      case 'points':
        return stage.award(`viewer${event.who}`, event.points);
      case 'link':
        await stage.handles.link(GUILD, `${event.who}`, `viewer${event.handle}`);
        return;
      case 'unlink':
        await stage.handles.adminUnlink(GUILD, STAFF, `viewer${event.handle}`);
        return;
      case 'move':
        await stage.queue.move(GUILD, STAFF, which, event.line);
        return;
      case 'play next':
        await stage.queue.playNext(GUILD, STAFF, which);
        return;
      case 'next':
        return this.next();
      case 'undo':
        return this.undo();
      case 'withdraw':
        await stage.submissions.withdraw(GUILD, which, (await stage.submissions.get(GUILD, which))?.ownerId ?? '');
        return;
      case 'remove':
        await stage.queue.remove(GUILD, STAFF, which);
        return;
      case 'clear': {
        const cleared = await stage.queue.clearFree(GUILD, STAFF);
        if (cleared.ok) this.batch = cleared.value.batch;
        return;
      }
      case 'undo clear':
        await stage.queue.undoClear(GUILD, STAFF, this.batch);
        return;
      case 'wait':
        // Also backwards: somebody sets the machine's clock.
        stage.clock.jumpMs += event.ms;
        return;
    }
  }

  /** Takes exactly the song that was shown first, and none twice. */
  async next(): Promise<void> {
    const [expected] = await this.stage.order();
    const taken = await this.stage.queue.next(GUILD, STAFF);
    expect(taken.ok ? taken.value.onAir.submission.publicId : undefined).toBe(expected);
    if (!taken.ok) return;
    expect(this.played).not.toContain(taken.value.onAir.submission.id);
    this.played.push(taken.value.onAir.submission.id);
  }

  /** What next and undo in a row leave behind is what was there before. */
  async undo(): Promise<void> {
    const { queue } = this.stage;
    const before = await this.everything();
    const taken = await queue.next(GUILD, STAFF);
    if (taken.ok) {
      const undone = await queue.undo(GUILD, STAFF, taken.value.onAir.playId);
      expect(undone.ok).toBe(true);
      expect(await this.everything()).toEqual(before);
    }
    const newest = this.played.at(-1);
    const undone = await queue.undo(GUILD, STAFF);
    if (undone.ok) {
      expect(undone.value.restored.id).toBe(newest);
      this.played.pop();
    }
  }

  async everything() {
    const { queue, store, clock } = this.stage;
    const page = await queue.page(GUILD, 0, 1_000);
    const points = await store.read(async (reads) => {
      const board = await reads.handles.leaderboard(GUILD, 0, 100);
      return [...(await reads.points.of(board.map(({ id }) => id)))];
    });
    return { page, points, at: clock.now() };
  }

  /** Every way to look at the queue tells the same story, and no song is lost. */
  async check(): Promise<void> {
    const { queue, submissions, store } = this.stage;
    const page = await queue.page(GUILD, 0, 1_000);
    const shown = page.entries.map(({ submission }) => submission);
    const keys = shown.map(waitingKey);
    expect(keys).toEqual(keys.toSorted(compareWaiting));
    for (const [index, entry] of page.entries.entries()) {
      const explained = await queue.explain(GUILD, entry.submission.id);
      expect(explained).toEqual({
        ok: true,
        value: { submission: entry.submission, place: index + 1, ahead: index, etaMs: entry.etaMs },
      });
      expect(entry.place).toBe(index + 1);
      const sum = Object.values(entry.points).reduce((a, b) => a + b, 0);
      expect(entry.submission.score).toBe(sum);
    }
    const pages = [await queue.page(GUILD, 0, 3), await queue.page(GUILD, 1, 3)].flatMap(({ entries }) => entries);
    const expected = page.entries.slice(0, Math.max(pages.length, Math.min(6, page.total)));
    expect(page.total > 3 ? pages : page.entries).toEqual(page.total > 3 ? expected : page.entries);
    const pending = await queue.pendingPage(GUILD, 0, 1_000);
    const all = await Promise.all(this.songs.map((id) => submissions.get(GUILD, id)));
    const waiting = all.flatMap((song) => (song !== null && isWaiting(song.line) ? [song] : []));
    const listed = [...shown, ...pending.entries.map(({ submission }) => submission)];
    expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(waiting.map(({ id }) => id)));
    expect(shown.every(({ line }) => isPlayLine(line))).toBe(true);
    for (const { line, waiting: told } of page.lines) expect(told).toBe(waiting.filter((s) => s.line === line).length);
    expect([page.total, page.pending]).toEqual([shown.length, pending.entries.length]);
    const archived = all.flatMap((song) => (song?.line === 'archive' ? [song.id] : []));
    expect(archived.sort((a, b) => a - b)).toEqual(this.played.toSorted((a, b) => a - b));
    const onAir = await store.read((reads) => reads.plays.onAir(GUILD));
    expect(onAir?.submissionId ?? this.played.at(-1)).toBe(this.played.at(-1));
  }
}

function waitingKey(song: { id: number; line: string; rank: number; score: number; submittedAt: number }): WaitingKey {
  const line = WAITING_LINES.find((each) => each === song.line);
  if (line === undefined) throw new Error(`${song.line} does not wait`);
  return { id: song.id, line, rank: song.rank, score: song.score, submittedAt: song.submittedAt };
}

test('whatever happens, lists, places, estimates and "next" agree, and no song is lost or played twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 5, maxLength: 40 }), async (events) => {
      const stage = await CoreStage.open();
      await stage.set('submissions.free-limit', 10);
      const night = new Night(stage);
      for (const each of events) {
        await night.live(each);
        await night.check();
      }
      await stage.close();
      expect(stage.faults).toEqual([]);
    }),
    { numRuns: 60 },
  );
}, 120_000);

test('ten presses at once never play a song twice or lose one, whatever the queue looks like', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 5, maxLength: 25 }),
      fc.array(fc.boolean(), { maxLength: 10 }),
      async (events, presses) => {
        const stage = await CoreStage.open();
        await stage.set('submissions.free-limit', 10);
        const night = new Night(stage);
        for (const each of events) await night.live(each);
        const shown = await stage.order();
        const before = night.played.length;
        const taken = await Promise.all(
          Array.from({ length: 10 }, async (_, n) => {
            // Somebody plays with the queue at the same moment.
            const others = presses[n] === true ? stage.award(`viewer${n % 5}`, 0) : Promise.resolve();
            const [result] = await Promise.all([stage.queue.next(GUILD, `staff${n}`), others]);
            return result.ok ? [result.value.onAir.submission] : [];
          }),
        );
        const songs = taken.flat();
        expect(songs.map(({ publicId }) => publicId).sort()).toEqual(shown.slice(0, 10).sort());
        night.played.push(...songs.map(({ id }) => id));
        expect(new Set(night.played).size).toBe(before + Math.min(10, shown.length));
        // The last one taken is on air, whichever press that was.
        const last = await stage.queue.onAir(GUILD);
        night.played.sort((a, b) => Number(a === last?.submission.id) - Number(b === last?.submission.id));
        await night.check();
        await stage.close();
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);
