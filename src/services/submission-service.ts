import type { Failure } from '../domain/failure.ts';
import { parseLink } from '../domain/link.ts';
import { PUBLIC_ID_LENGTH, parsePublicId, randomPublicId } from '../domain/public-id.ts';
import { pageOf } from '../domain/queue.ts';
import type { Settings } from '../domain/setting.ts';
import {
  ASK_MS,
  isWaiting,
  type MediaState,
  type Submission,
  type SubmissionVia,
  TITLE_NOT_KNOWN,
  type Track,
} from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LinkResolver } from '../ports/link-resolver.ts';
import type { Logger } from '../ports/logger.ts';
import type { IncomingFile, MediaIntake } from '../ports/media-intake.ts';
import type { Store, StoreReads, StoreTx } from '../ports/store.ts';
import type { SuggestScope } from '../ports/submission-store.ts';
import type { Facts } from './events.ts';
import type { GiftCredit, MovedSong } from './gift-credit.ts';
import { namedHandle } from './named-handle.ts';
import { explainPlace, notWaiting, paceOf } from './queue-reads.ts';
import type { SettingsService } from './settings-service.ts';
import type { PlaceExplained } from './snapshots.ts';
import { admission, duplicateOf, isSameTrack, lineRefusal } from './submission-rules.ts';
import {
  foundTitle,
  ownerNameOf,
  readTexts,
  type SongTexts,
  shownFileName,
  titleFromFileName,
} from './submission-text.ts';

export interface SubmitRequest {
  readonly guildId: string;
  readonly ownerId: string;
  /** Display name. */
  readonly ownerName: string;
  readonly via: SubmissionVia;
  readonly link?: string;
  readonly file?: IncomingFile;
  /** Empty = the owner's display name. */
  readonly artist: string;
  /** Empty = what the file or link tells. */
  readonly title: string;
  readonly note: string;
  /** `name`, `@name` or a profile URL. */
  readonly handleName?: string;
  /** Absent = free if it may be, and the owner is asked whether it is a paid skip. */
  readonly line?: 'free' | 'pending';
}

export interface Submitted {
  readonly submission: Submission;
  /** The owner is to be asked whether it is a paid skip. */
  readonly asks: boolean;
  readonly explained: PlaceExplained;
  /** The owner has linked a TikTok handle. */
  readonly handleLinked: boolean;
}

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

export interface SubmissionPorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly intake: MediaIntake;
  readonly links: Pick<LinkResolver, 'describe'>;
  /** Encodes stored files in the background. */
  readonly preparation: { enqueue(sha256: string): void };
  readonly credit: GiftCredit;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A song read and checked, before it is known where it goes. */
interface Prepared {
  readonly request: SubmitRequest;
  readonly texts: SongTexts;
  readonly track: Track;
  /** The title when the member typed none; null = the link may tell later. */
  readonly foundTitle: string | null;
}

const OWN_PAGE = 10;
const HISTORY_SHOWN = 25;
const SUGGESTED = 25;
/** Tries with the usual length before public ids get longer. */
const ID_TRIES = 8;

/** Every way in, and what members do with their own songs. Each rule is enforced here, whatever the way. */
export class SubmissionService {
  readonly #ports: SubmissionPorts;
  /** Titles still asked for; a submission never waits for them. */
  readonly #describing = new Set<Promise<void>>();

  constructor(ports: SubmissionPorts) {
    this.#ports = ports;
  }

  async submit(request: SubmitRequest): Promise<Result<Submitted, Failure>> {
    const texts = readTexts(request);
    if (!texts.ok) return texts;
    const settings = await this.#ports.settings.all(request.guildId);
    const source = await this.#source(request, settings);
    if (!source.ok) return source;
    return this.#store({ request, texts: texts.value, ...source.value }, settings);
  }

  async submitAgain(
    guildId: string,
    submissionId: number,
    ownerId: string,
    ownerName: string,
  ): Promise<Result<Submitted, Failure>> {
    const own = await this.#own(guildId, submissionId, ownerId);
    if (!own.ok) return own;
    const { track, artist, title, note, publicId } = own.value;
    const settings = await this.#ports.settings.all(guildId);
    if (track.kind === 'file') {
      const file = await this.#ports.store.read((reads) => reads.media.get(track.sha256));
      if (file === null || file.state === 'deleted') return err({ code: 'file-gone', publicId });
    } else {
      const link = parseLink(track.url, settings['submissions.hosts']);
      if (!link.ok) return link;
    }
    const texts = { artist, title, note: note ?? '' };
    const request = { guildId, ownerId, ownerName, via: 'again' as const, ...texts };
    return this.#store({ request, texts, track, foundTitle: title }, settings);
  }

  /** The answer to "is this a paid skip?". */
  async answerSkip(
    guildId: string,
    submissionId: number,
    ownerId: string,
    isSkip: boolean,
  ): Promise<Result<PlaceExplained, Failure>> {
    const { store, clock } = this.#ports;
    const settings = await this.#ports.settings.all(guildId);
    const at = clock.now();
    const answered = await store.transaction(async (tx): Promise<Result<PlaceExplained, Failure>> => {
      const own = await ownSong(tx, guildId, submissionId, ownerId);
      if (!own.ok) return own;
      const song = own.value;
      const { publicId, askedUntil } = song;
      if (askedUntil === null || askedUntil < at) {
        if (song.line === 'draft') await withdrawSong(tx, song, null, at);
        return err({ code: 'question-expired', publicId });
      }
      const refused = isSkip
        ? await this.#claimSkip(tx, settings, song, at)
        : await this.#declineSkip(tx, settings, song, at);
      if (refused !== null) return err(refused);
      const after = (await tx.submissions.get(submissionId))?.submission ?? song;
      return ok(await explainPlace(tx, after, await paceOf(tx, guildId, at)));
    });
    this.#ports.bus.emit('queue.changed', { guildId });
    return answered;
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
      const entries: OwnEntry[] = [];
      for (const { submission, media } of songs) {
        const { place, etaMs } = await explainPlace(reads, submission, pace);
        entries.push({ submission, media, place, etaMs, playedAt: await playedAt(reads, submission) });
      }
      return { entries, page: where.page, pages: where.pages, total };
    });
  }

  /** The member's newest songs that do not wait any more, as one page, to send one again. */
  async history(guildId: string, ownerId: string): Promise<OwnPage> {
    return this.#ports.store.read(async (reads) => {
      const songs = await reads.submissions.ownPast(guildId, ownerId, HISTORY_SHOWN);
      const entries: OwnEntry[] = [];
      for (const { submission, media } of songs) {
        entries.push({ submission, media, place: null, etaMs: null, playedAt: await playedAt(reads, submission) });
      }
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

  /** Resolves when no title is being asked for any more. */
  async idle(): Promise<void> {
    while (this.#describing.size > 0) await Promise.all([...this.#describing]);
  }

  #own(guildId: string, submissionId: number, ownerId: string): Promise<Result<Submission, Failure>> {
    return this.#ports.store.read((reads) => ownSong(reads, guildId, submissionId, ownerId));
  }

  /** Reads the link, or fetches and stores the file: exactly one of them. */
  async #source(
    request: SubmitRequest,
    settings: Settings,
  ): Promise<Result<{ readonly track: Track; readonly foundTitle: string | null }, Failure>> {
    const link = request.link?.trim() ?? '';
    const { file } = request;
    if (link !== '' && file !== undefined) return err({ code: 'link-and-file' });
    if (file === undefined) {
      if (link === '') return err({ code: 'nothing-submitted' });
      const parsed = parseLink(link, settings['submissions.hosts']);
      return parsed.ok ? ok({ track: parsed.value, foundTitle: null }) : parsed;
    }
    // Nothing is fetched for somebody who would be refused anyway.
    const early = await this.#ports.store.read((reads) => refusalBefore(reads, request, settings));
    if (early !== null) return err(early);
    const stored = await this.#ports.intake.store(file, {
      maxBytes: settings['submissions.max-file-mb'] * 1_048_576,
      minMs: settings['submissions.min-seconds'] * 1_000,
      maxMs: settings['submissions.max-minutes'] * 60_000,
    });
    if (!stored.ok) return stored;
    const { sha256, tags } = stored.value;
    return ok({
      track: { kind: 'file', sha256, fileName: shownFileName(file.name) },
      foundTitle: foundTitle(tags.title) ?? titleFromFileName(file.name) ?? TITLE_NOT_KNOWN,
    });
  }

  async #store(prepared: Prepared, settings: Settings): Promise<Result<Submitted, Failure>> {
    const { store, bus, clock, preparation } = this.#ports;
    const { guildId } = prepared.request;
    const at = clock.now();
    const stored = await store.transaction((tx) => this.#admit(tx, prepared, settings, at));
    if (!stored.ok) return stored;
    const { submitted, moved } = stored.value;
    if (prepared.track.kind === 'file') preparation.enqueue(prepared.track.sha256);
    for (const each of moved) bus.emit('song.moved', { guildId, ...each, cause: 'gift' });
    bus.emit('queue.changed', { guildId });
    if (moved.length > 0) bus.emit('notice.stored', { guildId });
    this.#askForTitle(prepared, submitted.submission, settings);
    return ok(submitted);
  }

  async #admit(
    tx: StoreTx,
    { request, texts, track, foundTitle: title }: Prepared,
    settings: Settings,
    at: number,
  ): Promise<Result<{ readonly submitted: Submitted; readonly moved: readonly MovedSong[] }, Failure>> {
    const { guildId, ownerId } = request;
    const duplicate = await duplicateOf(tx, guildId, ownerId, track);
    if (duplicate !== null) return err({ code: 'already-waiting', publicId: duplicate.publicId });
    const admitted = await admission(tx, settings, guildId, ownerId, request.line);
    if (admitted.kind === 'refused') return err(admitted.failure);
    const handle = await namedHandle(tx, settings, request);
    if (!handle.ok) return handle;
    // The same song once more before its question was answered: the new question counts.
    for (const draft of await tx.submissions.draftsOf(guildId, ownerId)) {
      if (isSameTrack(draft.track, track)) await withdrawSong(tx, draft, null, at);
    }
    const ownerName = ownerNameOf(request.ownerName);
    const added = await tx.submissions.add({
      guildId,
      publicId: await this.#freePublicId(tx, guildId),
      ownerId,
      ownerName,
      artist: texts.artist || ownerName,
      title: texts.title || (title ?? TITLE_NOT_KNOWN),
      note: texts.note || null,
      track,
      handleId: handle.value,
      line: admitted.line,
      submittedAt: at,
      askedUntil: admitted.asks ? at + ASK_MS : null,
      via: request.via,
    });
    if (track.kind === 'file') await tx.media.touch(track.sha256, at);
    const moved = await this.#ports.credit.apply(tx, guildId, ownerId, at);
    const submission = (await tx.submissions.get(added.id))?.submission ?? added;
    const explained = await explainPlace(tx, submission, await paceOf(tx, guildId, at));
    const handleLinked = (await tx.handles.ofMember(guildId, ownerId)).length > 0;
    return ok({ submitted: { submission, asks: submission.askedUntil !== null, explained, handleLinked }, moved });
  }

  async #freePublicId(tx: StoreTx, guildId: string): Promise<string> {
    const random = () => this.#ports.clock.random();
    for (let tries = 0; ; tries += 1) {
      const id = randomPublicId(random, PUBLIC_ID_LENGTH + Math.floor(tries / ID_TRIES));
      if (!(await tx.submissions.isTaken(guildId, id))) return id;
    }
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

  #askForTitle({ texts, track, foundTitle: found }: Prepared, submission: Submission, settings: Settings): void {
    if (track.kind !== 'link' || texts.title !== '' || found !== null) return;
    const task: Promise<void> = this.#describe(submission, track.url, settings['submissions.hosts'])
      .catch((error: unknown) => this.#ports.log.warn({ err: error }, 'the title of a link could not be kept'))
      .finally(() => this.#describing.delete(task));
    this.#describing.add(task);
  }

  async #describe({ id, guildId }: Submission, url: string, hosts: readonly string[]): Promise<void> {
    const title = foundTitle((await this.#ports.links.describe(url, hosts))?.title);
    if (title === null) return;
    await this.#ports.store.transaction(async (tx) => {
      const song = await tx.submissions.get(id);
      if (song?.submission.title === TITLE_NOT_KNOWN) await tx.submissions.setTitle(id, title);
    });
    this.#ports.bus.emit('queue.changed', { guildId });
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

async function refusalBefore(reads: StoreReads, request: SubmitRequest, settings: Settings): Promise<Failure | null> {
  const admitted = await admission(reads, settings, request.guildId, request.ownerId, request.line);
  return admitted.kind === 'refused' ? admitted.failure : null;
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

/** @param actor null when the bot does it by itself */
export async function withdrawSong(
  tx: StoreTx,
  song: Submission,
  actor: string | null,
  at: number,
): Promise<Submission> {
  const after = await tx.submissions.finish(song.id, 'withdrawn');
  await tx.moves.add({
    guildId: song.guildId,
    submissionId: song.id,
    fromLine: song.line,
    fromRank: song.rank,
    toLine: 'withdrawn',
    toRank: after.rank,
    cause: 'withdraw',
    actor,
    at,
  });
  return after;
}

async function playedAt(reads: StoreReads, submission: Submission): Promise<number | null> {
  return submission.line === 'archive' ? ((await reads.plays.ofSubmission(submission.id))?.startedAt ?? null) : null;
}
