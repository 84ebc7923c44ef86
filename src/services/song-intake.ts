import type { Failure } from '../domain/failure.ts';
import { parseLink } from '../domain/link.ts';
import { PUBLIC_ID_LENGTH, randomPublicId } from '../domain/public-id.ts';
import type { Settings } from '../domain/setting.ts';
import { ASK_MS, type Submission, type SubmissionVia, TITLE_NOT_KNOWN, type Track } from '../domain/submission.ts';
import type { EventBus } from '../lib/event-bus.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { IncomingFile, MediaIntake } from '../ports/media-intake.ts';
import type { Store, StoreReads, StoreTx } from '../ports/store.ts';
import type { Facts } from './events.ts';
import { type GiftCredit, type MovedSong, tellMoves } from './gift-credit.ts';
import type { LinkTitles } from './link-titles.ts';
import { namedHandle } from './named-handle.ts';
import { explainPlace, paceOf } from './queue-reads.ts';
import { settingsFrom } from './setting-values.ts';
import type { SettingsService } from './settings-service.ts';
import type { PlaceExplained } from './snapshots.ts';
import { admission, duplicateOf, isSameTrack, withdrawSong } from './submission-rules.ts';
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
  /** Why the free line did not take it, while it is kept only if it is a paid skip. */
  readonly notFree: Failure | null;
  readonly explained: PlaceExplained;
  /** The owner has linked a TikTok handle. */
  readonly handleLinked: boolean;
}

export interface IntakePorts {
  readonly store: Store;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly intake: MediaIntake;
  readonly titles: Pick<LinkTitles, 'ask'>;
  /** Encodes stored files in the background. */
  readonly preparation: { enqueue(sha256: string): void };
  readonly credit: Pick<GiftCredit, 'apply'>;
  readonly bus: EventBus<Facts>;
  readonly clock: Clock;
}

/** A song read and checked, before it is known where it goes. */
interface Prepared {
  readonly request: SubmitRequest;
  readonly texts: SongTexts;
  readonly track: Track;
  /** The title when the member typed none; null = the link may tell later. */
  readonly foundTitle: string | null;
  /** The handle that counts for it; absent = the one that the request names. */
  readonly handleId?: number | null;
}

/** Tries with the usual length before public ids get longer. */
const ID_TRIES = 8;

/** From what a member sent to a song in the queue: read, checked, fetched if it is a file, then stored in one transaction. */
export class SongIntake {
  readonly #ports: IntakePorts;

  constructor(ports: IntakePorts) {
    this.#ports = ports;
  }

  async take(request: SubmitRequest): Promise<Result<Submitted, Failure>> {
    const texts = readTexts(request);
    if (!texts.ok) return texts;
    const settings = await this.#ports.settings.all(request.guildId);
    const source = await this.#source(request, settings);
    if (!source.ok) return source;
    return this.#store({ request, texts: texts.value, ...source.value });
  }

  /** A song of the member's own history once more, through all the same rules. */
  async takeAgain(song: Submission, ownerName: string): Promise<Result<Submitted, Failure>> {
    const { guildId, ownerId, track, artist, title, note, publicId } = song;
    const settings = await this.#ports.settings.all(guildId);
    if (track.kind === 'file') {
      const file = await this.#ports.store.read((reads) => reads.media.get(track.sha256));
      if (file === null || file.state === 'deleted') return err({ code: 'file-gone', publicId });
      // Only other bytes help: these would wait in the queue to be passed over.
      if (file.state === 'unplayable') return err({ code: 'file-broken' });
    } else {
      const link = parseLink(track.url, settings['submissions.hosts']);
      if (!link.ok) return link;
    }
    const isUntold = track.kind === 'link' && title === TITLE_NOT_KNOWN;
    const texts = { artist, title: isUntold ? '' : title, note: note ?? '' };
    const request = { guildId, ownerId, ownerName, via: 'again' as const, ...texts };
    // The handle that was named with it counts again while it is nobody's, which the score looks after.
    const handleId = settings['handles.policy'] === 'proven' ? null : song.handleId;
    return this.#store({ request, texts, track, foundTitle: isUntold ? null : title, handleId });
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

  async #store(prepared: Prepared): Promise<Result<Submitted, Failure>> {
    const { store, bus, clock, preparation, titles } = this.#ports;
    const { texts, track, foundTitle: found } = prepared;
    const { guildId } = prepared.request;
    const at = clock.now();
    const stored = await store.transaction(async (tx) => {
      // As they are now: a line may have been closed while the file was fetched.
      const rules = settingsFrom(await tx.settings.all(guildId));
      return this.#admit(tx, prepared, rules, at);
    });
    if (!stored.ok) return stored;
    const { submitted, moved } = stored.value;
    if (track.kind === 'file') preparation.enqueue(track.sha256);
    tellMoves(bus, guildId, moved);
    bus.emit('queue.changed', { guildId });
    if (texts.title === '' && found === null) titles.ask(submitted.submission);
    return ok(submitted);
  }

  async #admit(
    tx: StoreTx,
    { request, texts, track, foundTitle: title, handleId }: Prepared,
    settings: Settings,
    at: number,
  ): Promise<Result<{ readonly submitted: Submitted; readonly moved: readonly MovedSong[] }, Failure>> {
    const { guildId, ownerId } = request;
    const duplicate = await duplicateOf(tx, guildId, ownerId, track);
    if (duplicate !== null) return err({ code: 'already-waiting', publicId: duplicate.publicId });
    const admitted = await admission(tx, settings, guildId, ownerId, request.line);
    if (admitted.kind === 'refused') return err(admitted.failure);
    const handle = handleId === undefined ? await namedHandle(tx, settings, request) : ok(handleId);
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
    const { notFree } = submission.line === 'draft' ? admitted : { notFree: null };
    const asks = submission.askedUntil !== null;
    return ok({ submitted: { submission, asks, notFree, explained, handleLinked }, moved });
  }

  async #freePublicId(tx: StoreTx, guildId: string): Promise<string> {
    const random = () => this.#ports.clock.random();
    for (let tries = 0; ; tries += 1) {
      const id = randomPublicId(random, PUBLIC_ID_LENGTH + Math.floor(tries / ID_TRIES));
      if (!(await tx.submissions.isTaken(guildId, id))) return id;
    }
  }
}

async function refusalBefore(reads: StoreReads, request: SubmitRequest, settings: Settings): Promise<Failure | null> {
  const admitted = await admission(reads, settings, request.guildId, request.ownerId, request.line);
  return admitted.kind === 'refused' ? admitted.failure : null;
}
