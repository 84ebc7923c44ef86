import type { Failure } from '../domain/failure.ts';
import { type PlayLine, type Submission, WAITING_LINES, type WaitingLine } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { clearFreeLine, relocate, type StaffCause, undoClearing, waitingSong } from './moving-songs.ts';
import {
  explainPlace,
  justPlayed,
  lineStates,
  onAirOf,
  ownPlaces,
  paceOf,
  playOnAir,
  queueEntries,
  queuePage,
} from './queue-reads.ts';
import type { SettingsService } from './settings-service.ts';
import type { LineState, OnAir, PlaceExplained, QueueEntry, QueuePage } from './snapshots.ts';
import { audit, reasonOf, recordMove } from './staff-record.ts';
import { takeNext, undoNewest } from './taking-songs.ts';

export interface QueuePorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all' | 'setMany'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

const HISTORY_SHOWN = 25;

/** What staff does to the queue, and what everybody sees of it. Who may do it is decided before. */
export class QueueService {
  readonly #ports: QueuePorts;

  constructor(ports: QueuePorts) {
    this.#ports = ports;
  }

  /**
   * Takes the song that plays next, and ends the one on air.
   * @param expectedPlayId what the pressed button showed to be on air: when that is not true any more, nothing is taken
   */
  async next(
    guildId: string,
    actor: string,
    expectedPlayId?: number | null,
  ): Promise<Result<{ readonly onAir: OnAir; readonly previous: OnAir | null }, Failure>> {
    const { store, clock, bus } = this.#ports;
    const taken = await store.transaction((tx) => takeNext(tx, guildId, actor, clock.now(), expectedPlayId));
    if (!taken.ok) return taken;
    bus.emit('on-air.changed', { guildId, playId: taken.value.onAir.playId });
    bus.emit('queue.changed', { guildId });
    bus.emit('notice.stored', { guildId });
    return taken;
  }

  /** Puts the newest song back exactly where it stood, and the one it had ended on air again. */
  async undo(
    guildId: string,
    actor: string,
    expectedPlayId?: number,
  ): Promise<Result<{ readonly restored: Submission; readonly onAir: OnAir | null }, Failure>> {
    const { store, clock, bus } = this.#ports;
    const undone = await store.transaction((tx) => undoNewest(tx, guildId, actor, clock.now(), expectedPlayId));
    if (!undone.ok) return undone;
    bus.emit('on-air.changed', { guildId, playId: undone.value.onAir?.playId ?? null });
    bus.emit('queue.changed', { guildId });
    return undone;
  }

  /**
   * Ends the song on air; nothing is on air then.
   * @param expectedPlayId what the pressed button showed to be on air: another song is left alone
   */
  async finishOnAir(guildId: string, actor: string, expectedPlayId?: number): Promise<Result<OnAir, Failure>> {
    const { store, clock, bus } = this.#ports;
    const ended = await store.transaction(async (tx): Promise<Result<OnAir, Failure>> => {
      const play = await tx.plays.onAir(guildId);
      if (play === null) return err({ code: 'nothing-playing' });
      const onAir = await onAirOf(tx, play);
      if (expectedPlayId !== undefined && play.id !== expectedPlayId) return err(justPlayed(onAir));
      await tx.plays.end(play.id, clock.now());
      await audit(tx, guildId, actor, 'queue.stop', onAir.submission.publicId, null, null, clock.now());
      return ok(onAir);
    });
    if (!ended.ok) return ended;
    bus.emit('on-air.changed', { guildId, playId: null });
    bus.emit('queue.changed', { guildId });
    return ended;
  }

  /** As the last one to enter that line. Staff may, also into a closed line: closing is about new songs. */
  async move(
    guildId: string,
    actor: string,
    submissionId: number,
    to: WaitingLine,
    options: { readonly reason?: string } = {},
  ): Promise<Result<PlaceExplained, Failure>> {
    return this.#relocate(guildId, actor, submissionId, 'staff', options.reason, async (tx, song, at) => {
      if (song.line === to) return err({ code: 'song-already-there', publicId: song.publicId, line: to });
      return ok(await tx.submissions.enter(song.id, to, at));
    });
  }

  /** To the head of back-to-back. */
  async playNext(guildId: string, actor: string, submissionId: number): Promise<Result<PlaceExplained, Failure>> {
    return this.#relocate(guildId, actor, submissionId, 'staff', undefined, async (tx, song, at) => {
      const first = await tx.submissions.first(guildId);
      if (first?.id === song.id && song.line === 'back-to-back') {
        return err({ code: 'song-already-there', publicId: song.publicId, line: song.line });
      }
      return ok(await tx.submissions.enterFirst(song.id, at));
    });
  }

  async approve(
    guildId: string,
    actor: string,
    submissionId: number,
    to: PlayLine,
    reason?: string,
  ): Promise<Result<PlaceExplained, Failure>> {
    return this.#relocate(guildId, actor, submissionId, 'approve', reason, async (tx, song, at) =>
      song.line === 'pending'
        ? ok(await tx.submissions.enter(song.id, to, at))
        : err({ code: 'song-not-pending', publicId: song.publicId, line: song.line }),
    );
  }

  /** The claim is refused: the song goes to the free line, also past its owner's limit there. */
  async reject(
    guildId: string,
    actor: string,
    submissionId: number,
    reason?: string,
  ): Promise<Result<PlaceExplained, Failure>> {
    return this.#relocate(guildId, actor, submissionId, 'reject', reason, async (tx, song, at) =>
      song.line === 'pending'
        ? ok(await tx.submissions.enter(song.id, 'free', at))
        : err({ code: 'song-not-pending', publicId: song.publicId, line: song.line }),
    );
  }

  async remove(
    guildId: string,
    actor: string,
    submissionId: number,
    reason?: string,
  ): Promise<Result<Submission, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const removed = await store.transaction(async (tx): Promise<Result<Submission, Failure>> => {
      const found = await waitingSong(tx, guildId, submissionId);
      if (!found.ok) return found;
      const song = found.value;
      const after = await tx.submissions.finish(song.id, 'removed');
      const kept = reasonOf(reason);
      const moveId = await recordMove(tx, song, after, 'remove', actor, kept, at);
      await audit(tx, guildId, actor, 'queue.remove', song.publicId, { line: song.line }, { reason: kept }, at);
      await tx.outbox.add({
        guildId,
        dedupeKey: `move:${moveId}`,
        target: { kind: 'member', userId: song.ownerId },
        notice: { kind: 'removed', publicId: song.publicId, title: song.title, reason: kept },
        at,
      });
      return ok(after);
    });
    if (!removed.ok) return removed;
    bus.emit('queue.changed', { guildId });
    bus.emit('notice.stored', { guildId });
    return removed;
  }

  /** Removes every free song; one step, undone by its batch. Owners are not told. */
  async clearFree(
    guildId: string,
    actor: string,
  ): Promise<Result<{ readonly count: number; readonly batch: string }, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const batch = `${at.toString(36)}${Math.floor(clock.random() * 36 ** 4).toString(36)}`;
    const cleared = await store.transaction((tx) => clearFreeLine(tx, guildId, actor, batch, at));
    if (cleared === 0) return err({ code: 'nothing-to-clear' });
    bus.emit('queue.changed', { guildId });
    return ok({ count: cleared, batch });
  }

  /** Brings back the songs of one clearing that nobody touched since, each exactly where it stood. */
  async undoClear(guildId: string, actor: string, batch: string): Promise<Result<{ readonly count: number }, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const restored = await store.transaction((tx) => undoClearing(tx, guildId, actor, batch, at));
    // Pressed twice, or every one of them was touched since.
    if (restored === 0) return err({ code: 'nothing-to-undo' });
    bus.emit('queue.changed', { guildId });
    return ok({ count: restored });
  }

  /** Posts a song to the bookmark channel, once. */
  async bookmark(guildId: string, actor: string, submissionId: number): Promise<Result<Submission, Failure>> {
    const { store, clock, bus, settings } = this.#ports;
    if ((await settings.all(guildId))['channel.bookmarks'] === null) {
      return err({ code: 'not-set-up', setting: 'channel.bookmarks', command: '/setbookmarkchannel' });
    }
    const at = clock.now();
    const marked = await store.transaction(async (tx): Promise<Result<Submission, Failure>> => {
      const song = await tx.submissions.get(submissionId);
      if (song === null || song.submission.guildId !== guildId || song.submission.line === 'draft') {
        return err({ code: 'no-such-song', asked: String(submissionId) });
      }
      const { publicId, bookmarked } = song.submission;
      if (bookmarked) return ok(song.submission);
      await tx.submissions.setBookmarked(submissionId);
      await audit(tx, guildId, actor, 'queue.bookmark', publicId, null, null, at);
      await tx.outbox.add({
        guildId,
        dedupeKey: `bookmark:${submissionId}`,
        target: { kind: 'channel', setting: 'channel.bookmarks' },
        notice: { kind: 'bookmark', publicId, by: actor },
        at,
      });
      return ok({ ...song.submission, bookmarked: true });
    });
    if (!marked.ok) return marked;
    const play = await store.read((reads) => playOnAir(reads, guildId, submissionId));
    if (play !== null) bus.emit('on-air.changed', { guildId, playId: play.id });
    bus.emit('queue.changed', { guildId });
    bus.emit('notice.stored', { guildId });
    return marked;
  }

  /** The playable songs in the one order. @param page zero-based, clamped */
  async page(guildId: string, page: number, size: number): Promise<QueuePage> {
    return this.#page(guildId, page, size, 'playable');
  }

  /** A page for one member: with the places of their own waiting songs, all as of the same moment. */
  async pageFor(
    guildId: string,
    userId: string,
    page: number,
    size: number,
  ): Promise<{ readonly page: QueuePage; readonly own: readonly PlaceExplained[] }> {
    const now = this.#ports.clock.now();
    const settings = await this.#ports.settings.all(guildId);
    return this.#ports.store.read(async (reads) => ({
      page: await queuePage(reads, settings, guildId, 'playable', page, size, now),
      own: await ownPlaces(reads, guildId, userId, now),
    }));
  }

  async pendingPage(guildId: string, page: number, size: number): Promise<QueuePage> {
    return this.#page(guildId, page, size, 'pending');
  }

  async onAir(guildId: string): Promise<OnAir | null> {
    return this.#ports.store.read(async (reads) => {
      const play = await reads.plays.onAir(guildId);
      return play === null ? null : onAirOf(reads, play);
    });
  }

  /** One waiting song as lists show it. */
  async entry(guildId: string, submissionId: number): Promise<Result<QueueEntry, Failure>> {
    const now = this.#ports.clock.now();
    return this.#ports.store.read(async (reads): Promise<Result<QueueEntry, Failure>> => {
      const found = await waitingSong(reads, guildId, submissionId);
      if (!found.ok) return found;
      const song = await reads.submissions.get(submissionId);
      const pace = await paceOf(reads, guildId, now);
      const { place } = await explainPlace(reads, found.value, pace);
      const [entry] = await queueEntries(reads, guildId, song === null ? [] : [song], place, pace);
      return entry === undefined ? err({ code: 'no-such-song', asked: String(submissionId) }) : ok(entry);
    });
  }

  async explain(guildId: string, submissionId: number): Promise<Result<PlaceExplained, Failure>> {
    const now = this.#ports.clock.now();
    return this.#ports.store.read(async (reads): Promise<Result<PlaceExplained, Failure>> => {
      const song = await reads.submissions.get(submissionId);
      if (song === null || song.submission.guildId !== guildId) {
        return err({ code: 'no-such-song', asked: String(submissionId) });
      }
      return ok(await explainPlace(reads, song.submission, await paceOf(reads, guildId, now)));
    });
  }

  /** Opens or closes lines for new songs. */
  async setOpen(
    guildId: string,
    actor: string,
    line: WaitingLine | 'all',
    open: boolean,
  ): Promise<Result<readonly LineState[], Failure>> {
    const { store, settings } = this.#ports;
    const lines = line === 'all' ? WAITING_LINES : [line];
    const changed = await settings.setMany(
      guildId,
      actor,
      lines.map((each) => [`submissions.open.${each}` as const, open] as const),
    );
    if (!changed.ok) return changed;
    const counts = await store.read((reads) => reads.submissions.counts(guildId));
    return ok(lineStates(changed.value, counts));
  }

  /** A member's newest songs, for staff. */
  history(guildId: string, ownerId: string): Promise<readonly Submission[]> {
    return this.#ports.store.read((reads) => reads.submissions.history(guildId, ownerId, HISTORY_SHOWN));
  }

  async #page(guildId: string, asked: number, size: number, which: 'playable' | 'pending'): Promise<QueuePage> {
    const now = this.#ports.clock.now();
    const settings = await this.#ports.settings.all(guildId);
    return this.#ports.store.read((reads) => queuePage(reads, settings, guildId, which, asked, size, now));
  }

  /** A change of line by staff: the song, its move, the audit and the notice to its owner are one transaction. */
  async #relocate(
    guildId: string,
    actor: string,
    submissionId: number,
    cause: StaffCause,
    reason: string | undefined,
    place: (tx: StoreTx, song: Submission, at: number) => Promise<Result<Submission, Failure>>,
  ): Promise<Result<PlaceExplained, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const request = { guildId, actor, submissionId, cause, reason: reasonOf(reason), at };
    const done = await store.transaction((tx) => relocate(tx, request, (song) => place(tx, song, at)));
    if (!done.ok) return done;
    bus.emit('song.moved', { guildId, ...done.value.fact, cause, handle: null, coins: null });
    bus.emit('queue.changed', { guildId });
    bus.emit('notice.stored', { guildId });
    return ok(done.value.explained);
  }
}
