import { createHash } from 'node:crypto';
import type { Failure } from '../../src/domain/failure.ts';
import type { Submission } from '../../src/domain/submission.ts';
import { EventBus } from '../../src/lib/event-bus.ts';
import { ok, type Result } from '../../src/lib/result.ts';
import type { LinkDescription } from '../../src/ports/link-resolver.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { IncomingFile, IntakeLimits, MediaIntake, StoredFile } from '../../src/ports/media-intake.ts';
import type { StoredNotice } from '../../src/ports/outbox-store.ts';
import type { Facts } from '../../src/services/events.ts';
import { GiftCredit } from '../../src/services/gift-credit.ts';
import { HandleService } from '../../src/services/handle-service.ts';
import { LinkTitles } from '../../src/services/link-titles.ts';
import { QueueService } from '../../src/services/queue-service.ts';
import { SettingsService } from '../../src/services/settings-service.ts';
import { SubmissionService, type SubmitRequest, type Submitted } from '../../src/services/submission-service.ts';
import { openStore, type SqliteStore } from '../../src/store/database.ts';
import { liveUser } from '../store/stage.ts';
import { ManualClock } from './manual-clock.ts';

export const GUILD = '900000000000000001';
export const STAFF = '300000000000000001';

/** Chance that is different at every call and the same in every run. */
export class SeededClock extends ManualClock {
  #seed = 1;

  override random(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed / 2_147_483_647;
  }
}

/** Takes every file, as the bytes its URL stands for; or refuses as the test says. */
class Intake implements MediaIntake {
  refusal: Failure | null = null;
  tags: StoredFile['tags'] = {};
  readonly asked: { readonly file: IncomingFile; readonly limits: IntakeLimits }[] = [];
  readonly #store: SqliteStore;

  constructor(store: SqliteStore) {
    this.#store = store;
  }

  async store(file: IncomingFile, limits: IntakeLimits): Promise<Result<StoredFile, Failure>> {
    this.asked.push({ file, limits });
    if (this.refusal !== null) return { ok: false, error: this.refusal };
    const sha256 = createHash('sha256').update(file.url).digest('hex');
    const media = { sha256, bytes: file.size, format: 'mp3' as const, durationMs: 60_000, tags: this.tags };
    await this.#store.transaction((tx) => tx.media.add(media, 0));
    return ok(media);
  }
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silent,
};

export const quietLog = silent;

/** The core services over a real store in memory. */
export class CoreStage {
  readonly store: SqliteStore;
  readonly clock = new SeededClock();
  readonly bus: EventBus<Facts>;
  /** Faults of listeners: none in a good test. */
  readonly faults: unknown[] = [];
  readonly facts: (readonly [keyof Facts, unknown])[] = [];
  readonly intake: Intake;
  readonly prepared: string[] = [];
  /** What links tell about themselves. */
  describe: (url: string) => Promise<LinkDescription | null> = async () => null;
  readonly settings: SettingsService;
  readonly titles: LinkTitles;
  readonly submissions: SubmissionService;
  readonly queue: QueueService;
  readonly handles: HandleService;
  #links = 0;

  constructor(store: SqliteStore) {
    this.store = store;
    this.bus = new EventBus<Facts>((_listener, error) => this.faults.push(error));
    this.intake = new Intake(store);
    const { clock, bus } = this;
    const credit = new GiftCredit();
    this.settings = new SettingsService({ store, bus, clock });
    const { settings } = this;
    this.titles = this.newTitles();
    this.submissions = new SubmissionService({
      store,
      settings,
      intake: this.intake,
      titles: this.titles,
      preparation: { enqueue: (sha256) => this.prepared.push(sha256) },
      credit,
      bus,
      clock,
    });
    this.queue = new QueueService({ store, settings, bus, clock });
    this.handles = new HandleService({ store, settings, credit, bus, clock });
  }

  static async open(path = ':memory:'): Promise<CoreStage> {
    const stage = new CoreStage(await openStore(path));
    const kinds = ['queue.changed', 'on-air.changed', 'song.moved', 'notice.stored', 'settings.changed'] as const;
    for (const kind of kinds) stage.bus.on(kind, 'test', (fact) => void stage.facts.push([kind, fact]));
    return stage;
  }

  async close(): Promise<void> {
    await this.titles.idle();
    await this.bus.idle();
    await this.store.close();
  }

  /** As the next process would have it. */
  newTitles(): LinkTitles {
    const { store, settings, bus } = this;
    return new LinkTitles({ store, settings, links: { describe: (url) => this.describe(url) }, bus, log: quietLog });
  }

  /** A link nobody sent yet. */
  link(): string {
    this.#links += 1;
    return `https://soundcloud.com/artist/track-${this.#links}`;
  }

  trySubmit(ownerId: string, more: Partial<SubmitRequest> = {}): Promise<Result<Submitted, Failure>> {
    return this.submissions.submit({
      guildId: GUILD,
      ownerId,
      ownerName: `Member ${ownerId}`,
      via: 'modal',
      artist: 'Artist',
      title: 'Title',
      note: '',
      ...(more.file === undefined ? { link: this.link() } : {}),
      ...more,
    });
  }

  async submit(ownerId: string, more: Partial<SubmitRequest> = {}): Promise<Submission> {
    return unwrap(await this.trySubmit(ownerId, more)).submission;
  }

  /** A song in some line, the way it gets there. */
  async inLine(ownerId: string, line: 'back-to-back' | 'double-skip' | 'skip' | 'pending'): Promise<Submission> {
    const song = await this.submit(ownerId, { line: 'pending' });
    if (line === 'pending') return song;
    return unwrap(await this.queue.approve(GUILD, STAFF, song.id, line)).submission;
  }

  async song(id: number): Promise<Submission> {
    const song = await this.submissions.get(GUILD, id);
    if (song === null) throw new Error(`no song ${id}`);
    return song;
  }

  /** An account seen in a LIVE. @returns its row id */
  async seen(
    name: string,
    tiktokId = `7${name.length}${[...name].map((c) => c.charCodeAt(0)).join('')}`,
  ): Promise<number> {
    const seen = await this.store.transaction((tx) =>
      tx.handles.seen(GUILD, [liveUser(tiktokId, name)], this.clock.now()),
    );
    return seen.get(tiktokId)?.id ?? 0;
  }

  /** Points out of thin air. */
  async award(handleName: string, points: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      const handle = (await tx.handles.byName(GUILD, handleName)) ?? (await tx.handles.addUnseen(GUILD, handleName));
      await tx.points.change(
        GUILD,
        [{ handleId: handle.id, origin: 'like', points }],
        'like',
        'test',
        this.clock.now(),
      );
    });
  }

  /** A running LIVE in which the handle has given coins that moved nothing yet. */
  async liveWithCoins(handleId: number, coins: number): Promise<void> {
    await this.store.transaction(async (tx) => {
      const at = this.clock.now();
      const session = { guildId: GUILD, hostName: 'host', hostUserId: null, roomId: '7', persistent: false };
      const { id } = await tx.lives.begin({ ...session, askedBy: STAFF, startedAt: at });
      const gift = { userId: '7', giftId: '5', giftName: 'Lion', coinsEach: coins, count: 1, openedAt: at, lastAt: at };
      await tx.lives.putGifts(GUILD, id, [{ ...gift, key: 'k', handleId, settled: { by: 'single', at } }]);
      const nothing = { likes: 0, comments: 0, shares: 0, follows: 0, subscribes: 0 };
      await tx.lives.addSums(id, {
        viewers: [{ handleId, firstAt: at, lastAt: at, ...nothing, gifts: 1, coins }],
        minutes: [],
        counts: [],
        messageIds: [],
        lastEventAt: at,
        likesRoomTotal: 0,
        viewersPeak: null,
        viewersLow: null,
        unreadable: 0,
        merged: 0,
      });
    });
  }

  async set(key: Parameters<SettingsService['set']>[2], value: string | boolean | number | null): Promise<void> {
    unwrap(await this.settings.set(GUILD, STAFF, key, value));
  }

  notices(): Promise<readonly StoredNotice[]> {
    return this.store.read((reads) => reads.outbox.due(Number.MAX_SAFE_INTEGER, 1_000));
  }

  /** Public ids of the playable songs in the order everybody sees. */
  async order(): Promise<readonly string[]> {
    const page = await this.queue.page(GUILD, 0, 1_000);
    return page.entries.map(({ submission }) => submission.publicId);
  }
}

export function unwrap<T>(result: Result<T, Failure>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The refusal's facts. */
export function refusal(result: Result<unknown, Failure>): Failure {
  if (result.ok) throw new Error(`not refused: ${JSON.stringify(result.value)}`);
  return result.error;
}
