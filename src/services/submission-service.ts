import type { Failure } from '../domain/failure.ts';
import { parsePublicId } from '../domain/public-id.ts';
import { pageOf } from '../domain/queue.ts';
import type { Settings } from '../domain/setting.ts';
import { isWaiting, type MediaState, type Submission } from '../domain/submission.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { StoreReads, StoreTx } from '../ports/store.ts';
import type { Song, SuggestScope } from '../ports/submission-store.ts';
import { type MovedSong, tellMoves } from './gift-credit.ts';
import { explainPlace, explainPlaces, notWaiting, paceOf } from './queue-reads.ts';
import { settingsFrom } from './setting-values.ts';
import type { PlaceExplained } from './snapshots.ts';
import { type IntakePorts, SongIntake, type SubmitRequest, type Submitted } from './song-intake.ts';
import { lineRefusal, withdrawSong } from './submission-rules.ts';

export type { SubmitRequest, Submitted } from './song-intake.ts';

export type SubmissionPorts = IntakePorts;

export interface OwnEntry {
  readonly submission: Submission;
  readonly place: number | null;
  readonly etaMs: number | null;
  readonly media: MediaState;
  /** ms; null when it was not played. */
  readonly playedAt: number | null;
}

export interface OwnPage {
  readonly entries: readonly OwnEntry[];
  readonly page: number;
  readonly pages: number;
  readonly total: number;
}

interface SkipAnswered {
  readonly explained: PlaceExplained;
  readonly moved: readonly MovedSong[];
}

const OWN_PAGE = 10;
const HISTORY_SHOWN = 25;
const SUGGESTED = 25;
/** Every way in, and what members do with their own songs. Each rule is enforced here, whatever the way. */
export class SubmissionService {
  readonly #ports: SubmissionPorts;
  readonly #intake: SongIntake;

  constructor(ports: SubmissionPorts) {
    this.#ports = ports;
    this.#intake = new SongIntake(ports);
  }

  submit(request: SubmitRequest): Promise<Result<Submitted, Failure>> {
    return this.#intake.take(request);
  }

  async submitAgain(
    guildId: string,
    submissionId: number,
    ownerId: string,
    ownerName: string,
  ): Promise<Result<Submitted, Failure>> {
    const own = await this.#ports.store.read((reads) => ownSong(reads, guildId, submissionId, ownerId));
    return own.ok ? this.#intake.takeAgain(own.value, ownerName) : own;
  }

  /** The answer to "is this a paid skip?". */
  async answerSkip(
    guildId: string,
    submissionId: number,
    ownerId: string,
    isSkip: boolean,
  ): Promise<Result<PlaceExplained, Failure>> {
    const { store, clock, bus } = this.#ports;
    const at = clock.now();
    const answered = await store.transaction(async (tx): Promise<Result<SkipAnswered, Failure>> => {
      const own = await ownSong(tx, guildId, submissionId, ownerId);
      if (!own.ok) return own;
      const song = own.value;
      const { publicId, askedUntil } = song;
      // A second press of the same button.
      if (askedUntil === null && song.line === (isSkip ? 'pending' : 'free')) {
        return ok({ explained: await explainPlace(tx, song, await paceOf(tx, guildId, at)), moved: [] });
      }
      if (askedUntil === null || askedUntil < at) {
        const { line } = song.line === 'draft' ? await withdrawSong(tx, song, null, at) : song;
        return err({ code: 'question-expired', publicId, line });
      }
      const settings = settingsFrom(await tx.settings.all(guildId));
      const refused = isSkip
        ? await this.#claimSkip(tx, settings, song, at)
        : await this.#declineSkip(tx, settings, song, at);
      if (refused !== null) return err(refused);
      // Only now there is a song for the coins that waited for one.
      const moved = song.line === 'draft' ? await this.#ports.credit.apply(tx, guildId, ownerId, at) : [];
      const after = (await tx.submissions.get(submissionId))?.submission ?? song;
      return ok({ explained: await explainPlace(tx, after, await paceOf(tx, guildId, at)), moved });
    });
    if (answered.ok) tellMoves(bus, guildId, answered.value.moved);
    bus.emit('queue.changed', { guildId });
    return answered.ok ? ok(answered.value.explained) : answered;
  }

  async withdraw(guildId: string, submissionId: number, ownerId: string): Promise<Result<Submission, Failure>> {
    const { store, clock, bus } = this.#ports;
    const withdrawn = await store.transaction(async (tx): Promise<Result<Submission, Failure>> => {
      const own = await ownSong(tx, guildId, submissionId, ownerId);
      if (!own.ok) return own;
      if (!isWaiting(own.value.line) && own.value.line !== 'draft') return err(await notWaiting(tx, own.value));
      return ok(await withdrawSong(tx, own.value, ownerId, clock.now()));
    });
    if (withdrawn.ok) bus.emit('queue.changed', { guildId });
    return withdrawn;
  }

  /** Deletes a song from the owner's own history; a waiting one must be withdrawn first. */
  async hide(guildId: string, submissionId: number, ownerId: string): Promise<Result<Submission, Failure>> {
    return this.#ports.store.transaction(async (tx): Promise<Result<Submission, Failure>> => {
      const own = await ownSong(tx, guildId, submissionId, ownerId);
      if (!own.ok) return own;
      // The menu that offered this is older than the song's return to the queue.
      if (isWaiting(own.value.line)) return err({ code: 'panel-outdated' });
      await tx.submissions.setHidden(submissionId);
      return own;
    });
  }

  async own(guildId: string, ownerId: string, page: number): Promise<OwnPage> {
    const now = this.#ports.clock.now();
    return this.#ports.store.read(async (reads) => {
      const total = await reads.submissions.ownTotal(guildId, ownerId);
      const where = pageOf(page, OWN_PAGE, total);
      const songs = await reads.submissions.own(guildId, ownerId, where.offset, OWN_PAGE);
      const pace = await paceOf(reads, guildId, now);
      const played = await playedAt(reads, songs);
      const entries: OwnEntry[] = [];
      const explained = await explainPlaces(
        reads,
        songs.map(({ submission }) => submission),
        pace,
      );
      for (const [index, { submission, media }] of songs.entries()) {
        const { place = null, etaMs = null } = explained[index] ?? {};
        entries.push({ submission, media, place, etaMs, playedAt: played.get(submission.id) ?? null });
      }
      return { entries, page: where.page, pages: where.pages, total };
    });
  }

  /** The member's newest songs that do not wait any more, as one page, to send one again. */
  async history(guildId: string, ownerId: string): Promise<OwnPage> {
    return this.#ports.store.read(async (reads) => {
      const songs = await reads.submissions.ownPast(guildId, ownerId, HISTORY_SHOWN);
      const played = await playedAt(reads, songs);
      const entries = songs.map(
        ({ submission, media }): OwnEntry => ({
          submission,
          media,
          place: null,
          etaMs: null,
          playedAt: played.get(submission.id) ?? null,
        }),
      );
      return { entries, page: 0, pages: 1, total: entries.length };
    });
  }

  /** By `#4F7K` or `4f7k`. Drafts are nobody's business but their owner's. */
  async find(guildId: string, text: string): Promise<Result<Submission, Failure>> {
    const publicId = parsePublicId(text);
    const song =
      publicId === null
        ? null
        : await this.#ports.store.read((reads) => reads.submissions.byPublicId(guildId, publicId));
    if (song === null || song.submission.line === 'draft') {
      return err({ code: 'no-such-song', asked: text.trim().replace(/^#/, '').slice(0, 12) });
    }
    return ok(song.submission);
  }

  /** For autocomplete: by public id, or by a piece of artist or title. */
  suggest(
    guildId: string,
    prefix: string,
    scope: SuggestScope,
    userId: string | null = null,
  ): Promise<readonly Submission[]> {
    const text = prefix.trim().replace(/^#/, '').slice(0, 100);
    return this.#ports.store.read((reads) => reads.submissions.suggest(guildId, scope, text, userId, SUGGESTED));
  }

  async get(guildId: string, submissionId: number): Promise<Submission | null> {
    const song = await this.#ports.store.read((reads) => reads.submissions.get(submissionId));
    return song !== null && song.submission.guildId === guildId ? song.submission : null;
  }

  async #claimSkip(tx: StoreTx, settings: Settings, song: Submission, at: number): Promise<Failure | null> {
    // A gift was faster: it is in a skip line already.
    if (song.line !== 'free' && song.line !== 'draft') {
      await tx.submissions.setAskedUntil(song.id, null);
      return null;
    }
    const refused = await lineRefusal(tx, settings, song.guildId, song.ownerId, 'pending');
    if (refused !== null) return refused;
    await enterByAnswer(tx, song, 'pending', at);
    return null;
  }

  async #declineSkip(tx: StoreTx, settings: Settings, song: Submission, at: number): Promise<Failure | null> {
    if (song.line !== 'draft') {
      await tx.submissions.setAskedUntil(song.id, null);
      return null;
    }
    const refused = await lineRefusal(tx, settings, song.guildId, song.ownerId, 'free');
    if (refused === null) await enterByAnswer(tx, song, 'free', at);
    else await withdrawSong(tx, song, null, at);
    return refused;
  }
}

async function ownSong(
  reads: StoreReads,
  guildId: string,
  submissionId: number,
  ownerId: string,
): Promise<Result<Submission, Failure>> {
  const song = await reads.submissions.get(submissionId);
  if (song === null || song.submission.guildId !== guildId) {
    return err({ code: 'no-such-song', asked: String(submissionId) });
  }
  const { submission } = song;
  return submission.ownerId === ownerId ? ok(submission) : err({ code: 'not-yours', publicId: submission.publicId });
}

async function enterByAnswer(tx: StoreTx, song: Submission, to: 'free' | 'pending', at: number): Promise<void> {
  const after = await tx.submissions.enter(song.id, to, at);
  await tx.moves.add({
    guildId: song.guildId,
    submissionId: song.id,
    fromLine: song.line,
    fromRank: song.rank,
    toLine: to,
    toRank: after.rank,
    cause: 'answer',
    actor: song.ownerId,
    at,
  });
}

async function playedAt(reads: StoreReads, songs: readonly Song[]): Promise<ReadonlyMap<number, number>> {
  return reads.plays.startedAt(songs.flatMap(({ submission: { id, line } }) => (line === 'archive' ? [id] : [])));
}
