import type { FastifyInstance } from 'fastify';
import type { PlayLine, Submission } from '../../src/domain/submission.ts';
import { EventBus } from '../../src/lib/event-bus.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Logger } from '../../src/ports/logger.ts';
import type { Facts } from '../../src/services/events.ts';
import type { LeaderboardRow, OnAir, PlayerStatus, QueueEntry, QueuePage } from '../../src/services/snapshots.ts';
import { Meter } from '../../src/web/meter.ts';
import type { OverlaySources } from '../../src/web/overlay-sources.ts';
import { createWebServer, type WebPorts } from '../../src/web/server.ts';

export const GUILD = '100000000000000001';
export const KEY = 'abcdefghijklmnopqrstuvwxyz012345';
/** Must never reach an overlay. */
export const SECRETS = [
  '700000000000000007',
  'a private note',
  'sha-of-the-file',
  'demo-secret.mp3',
  '800000000000000008',
];

const [OWNER, NOTE, SHA, FILE, ACTOR] = SECRETS as [string, string, string, string, string];

export function submission(change: Partial<Submission> & { readonly publicId: string }): Submission {
  return {
    id: 1,
    guildId: GUILD,
    ownerId: OWNER,
    ownerName: 'Owner',
    artist: 'Artist',
    title: 'Title',
    note: NOTE,
    track: { kind: 'file', sha256: SHA, fileName: FILE },
    handleId: 4711,
    line: 'free',
    rank: 1,
    score: 0,
    submittedAt: 0,
    askedUntil: null,
    bookmarked: false,
    via: 'modal',
    ...change,
  };
}

export function onAir(song: Submission, change: Partial<OnAir> = {}): OnAir {
  return {
    playId: 99,
    submission: song,
    media: { kind: 'ready', durationMs: 200_000 },
    fromLine: 'free',
    scoreThen: 0,
    points: {},
    handle: 'owner.tt',
    coins: 0,
    startedAt: 1_000,
    byUserId: ACTOR,
    ...change,
  };
}

export function queuePage(songs: readonly Submission[], air: OnAir | null = null): QueuePage {
  const entries = songs.map(
    (song, index): QueueEntry => ({
      submission: song,
      media: { kind: 'ready', durationMs: 200_000 },
      place: index + 1,
      etaMs: 60_000,
      handle: 'owner.tt',
      points: {},
      coins: 5,
    }),
  );
  return {
    guildId: GUILD,
    entries,
    page: 0,
    pages: 1,
    total: songs.length,
    pending: 0,
    lines: [],
    onAir: air,
    undoablePlayId: air?.playId ?? null,
    songMs: 180_000,
  };
}

export function rank(place: number, handle: string, points: number): LeaderboardRow {
  return { rank: place, handleId: place, handle, nickname: `Nick ${place}`, linkedUserId: OWNER, points };
}

export function moved(change: Partial<Facts['song.moved']> = {}): Facts['song.moved'] {
  return {
    guildId: GUILD,
    submissionId: 1,
    publicId: 'AAAA',
    from: 'free',
    to: 'skip',
    cause: 'gift',
    handle: 'gifter',
    coins: 1_000,
    ...change,
  };
}

export function gift(change: Partial<Facts['gift.settled']> = {}): Facts['gift.settled'] {
  return { guildId: GUILD, giftId: 1, handle: 'gifter', giftName: 'Galaxy', count: 1, coins: 1_000, ...change };
}

/** A show that a test directs: what services would answer. */
export class FakeShow implements OverlaySources {
  songs: Submission[] = [];
  air: OnAir | null = null;
  ranks: LeaderboardRow[] = [];
  status: PlayerStatus = { kind: 'idle' };
  wave: readonly number[] | null = null;
  songOf: Submission | null = null;
  /** Thrown by the next looks. */
  trouble: Error | null = null;
  looks = 0;

  async queue(): Promise<QueuePage> {
    this.looks += 1;
    if (this.trouble !== null) throw this.trouble;
    return queuePage(this.songs, this.air);
  }
  async leaderboard(): Promise<readonly LeaderboardRow[]> {
    return this.ranks;
  }
  player(): PlayerStatus {
    return this.status;
  }
  async peaks(): Promise<readonly number[] | null> {
    return this.wave;
  }
  async song(_guildId: string, submissionId: number): Promise<Submission | null> {
    return (
      [...this.songs, ...(this.air === null ? [] : [this.air.submission])].find(({ id }) => id === submissionId) ?? null
    );
  }
  async songOfHandle(): Promise<Submission | null> {
    return this.songOf;
  }
}

/** Songs AAAA, BBBB, … in this order. */
export function songs(count: number, line: PlayLine = 'free'): Submission[] {
  return Array.from({ length: count }, (_, index) => {
    const letter = String.fromCharCode(65 + (index % 26));
    return submission({ id: index + 1, publicId: letter.repeat(4), title: `Song ${index + 1}`, line });
  });
}

export class FakeLog implements Logger {
  readonly lines: { readonly level: string; readonly message: string; readonly facts: object }[] = [];
  debug(facts: object, message: string): void {
    this.lines.push({ level: 'debug', message, facts });
  }
  info(facts: object, message: string): void {
    this.lines.push({ level: 'info', message, facts });
  }
  warn(facts: object, message: string): void {
    this.lines.push({ level: 'warn', message, facts });
  }
  error(facts: object, message: string): void {
    this.lines.push({ level: 'error', message, facts });
  }
  child(): Logger {
    return this;
  }
}

/** The keys of one guild, without a store. */
export class FakeKeys {
  key = KEY;
  readonly #listeners = new Set<(guildId: string) => void>();

  async guildOf(key: string): Promise<string | null> {
    return key === this.key ? GUILD : null;
  }
  onReset(listener: (guildId: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  reset(key: string): void {
    this.key = key;
    for (const listener of this.#listeners) listener(GUILD);
  }
}

export interface TestWeb {
  readonly server: FastifyInstance;
  readonly bus: EventBus<Facts>;
  readonly show: FakeShow;
  readonly keys: FakeKeys;
  readonly log: FakeLog;
  readonly meter: Meter;
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  readonly overlay: string;
  close(): Promise<void>;
}

/** A real server on a free port (or the one given) over a directed show. */
export async function startWeb(
  more: {
    readonly clock?: Clock;
    readonly show?: FakeShow;
    readonly port?: number;
    readonly metricsToken?: string;
    readonly ready?: () => boolean;
  } = {},
): Promise<TestWeb> {
  const show = more.show ?? new FakeShow();
  const log = new FakeLog();
  const meter = new Meter();
  const keys = new FakeKeys();
  const bus = new EventBus<Facts>((listener, err) => log.error({ err, listener }, 'a listener failed'));
  const ports: WebPorts = {
    log,
    meter,
    ready: more.ready ?? (() => true),
    overlay: { service: keys, sources: show, bus, clock: more.clock ?? systemClock },
    metricsToken: more.metricsToken,
  };
  const server = await createWebServer(ports);
  const origin = await server.listen({ port: more.port ?? 0, host: '127.0.0.1' });
  return {
    server,
    bus,
    show,
    keys,
    log,
    meter,
    origin,
    overlay: `${origin}/overlay/${KEY}`,
    close: () => server.close(),
  };
}
