import type { LiveEvent } from '../../src/domain/live-event.ts';
import type { LiveRefusal } from '../../src/domain/live-refusal.ts';
import { EventBus } from '../../src/lib/event-bus.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import type { LiveRecorder, LiveRecording } from '../../src/ports/live-recorder.ts';
import type { LiveConnection, LiveListener, LiveRoom, LiveSource, LiveTry } from '../../src/ports/live-source.ts';
import type { Facts } from '../../src/services/events.ts';
import { GiftCredit } from '../../src/services/gift-credit.ts';
import { GiftService } from '../../src/services/gift-service.ts';
import { HandleService } from '../../src/services/handle-service.ts';
import { LiveService } from '../../src/services/live-service.ts';
import { SessionReports } from '../../src/services/session-report.ts';
import { SettingsService } from '../../src/services/settings-service.ts';
import type { LiveStatus } from '../../src/services/snapshots.ts';
import { KeptLog } from '../tiktok/ear.ts';
import { GUILD, LiveStage, liveUser, STAFF } from './live-stage.ts';
import { ManualClock } from './manual-clock.ts';

/** A TikTok whose every answer the test gives. */
export class ScriptedSource implements LiveSource {
  /** Answer to every `find`. */
  found: Result<LiveRoom, LiveRefusal> = err({ kind: 'offline' });
  running: Result<boolean, LiveRefusal> = ok(true);
  /** Answers to `open`, first to last; then it succeeds. */
  refusals: LiveRefusal[] = [];
  /** What the room's memory tells each time it is entered. */
  replay: readonly LiveEvent[] = [];
  readonly tries: LiveTry[] = [];
  finds = 0;
  asks = 0;
  closes = 0;
  ear: LiveListener | null = null;
  hostName = 'djhost';

  goLive(roomId = '70'): void {
    this.found = ok({ roomId, hostUserId: '9', hostName: this.hostName });
  }

  async find(): Promise<Result<LiveRoom, LiveRefusal>> {
    this.finds += 1;
    return this.found;
  }

  async isRunning(): Promise<Result<boolean, LiveRefusal>> {
    this.asks += 1;
    return this.running;
  }

  async open(room: LiveTry, listener: LiveListener, signal: AbortSignal): Promise<Result<LiveConnection, LiveRefusal>> {
    this.tries.push(room);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) return err(refusal);
    for (const event of this.replay) listener.event(event);
    if (signal.aborted) return err({ kind: 'network', detail: 'cancelled' });
    this.ear = listener;
    return ok({
      room: { roomId: room.roomId, hostUserId: '9', hostName: this.hostName },
      close: async () => {
        this.closes += 1;
        this.ear = null;
      },
    });
  }
}

class KeptRecorder implements LiveRecorder {
  readonly lines: string[] = [];
  closed = 0;

  open(guildId: string, sessionId: number): LiveRecording {
    return {
      write: (name) => this.lines.push(`${guildId}/${sessionId} ${name}`),
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

let ids = 0;
/** An event with everything a test does not care about. */
export function live<K extends LiveEvent['kind']>(
  kind: K,
  more: Partial<Extract<LiveEvent, { kind: K }>> & { readonly by?: string } = {},
): LiveEvent {
  ids += 1;
  const { by, ...fields } = more;
  const base = {
    msgId: `msg${ids}`,
    at: 1_760_000_000_000,
    user: liveUser(by ?? '7'),
    text: 'hi',
    count: 1,
    roomTotal: null,
    totalJoined: null,
    giftId: '5655',
    giftName: 'Rose',
    coinsEach: 1,
    streakable: true,
    repeatCount: 1,
    final: false,
    groupId: 'g',
    suspended: false,
    title: '',
    action: 'other',
  };
  return { ...base, ...fields, kind } as unknown as LiveEvent;
}

/** A gift that comes once and is worth this much. */
export function bigGift(coins: number, by = '7', more: Partial<Extract<LiveEvent, { kind: 'gift' }>> = {}): LiveEvent {
  return live('gift', {
    ...{ by, giftId: '11046', giftName: 'Galaxy', coinsEach: coins, streakable: false, final: true, groupId: '0' },
    ...more,
  });
}

/** The LIVE services over a real store, a scripted TikTok and a clock that the test moves. */
export class LiveShow {
  readonly stage: LiveStage;
  readonly source: ScriptedSource;
  readonly clock: ManualClock;
  readonly log = new KeptLog();
  readonly recorder = new KeptRecorder();
  readonly facts: { readonly [K in keyof Facts]: { kind: K; fact: Facts[K] } }[keyof Facts][] = [];
  readonly bus: EventBus<Facts>;
  readonly settings: SettingsService;
  readonly handles: HandleService;
  readonly gifts: GiftService;
  readonly reports: SessionReports;
  readonly service: LiveService;
  readonly credit = new GiftCredit();
  readonly #checks = new Set<() => void>();

  constructor(stage: LiveStage, source = new ScriptedSource(), clock = new ManualClock()) {
    this.stage = stage;
    this.source = source;
    this.clock = clock;
    this.bus = new EventBus<Facts>((listener, error) => this.log.error({ listener, err: error }, 'listener'));
    const ports = { store: stage.store, bus: this.bus, clock };
    this.settings = new SettingsService(ports);
    this.handles = new HandleService({ ...ports, settings: this.settings, credit: this.credit });
    this.gifts = new GiftService(ports);
    this.reports = new SessionReports(ports);
    this.service = new LiveService({
      ...ports,
      settings: this.settings,
      proofs: this.handles,
      log: this.log,
      source,
      recorder: this.recorder,
      reports: this.reports,
    });
    for (const kind of [
      'live.changed',
      'live.counted',
      'session.ended',
      'gift.settled',
      'song.moved',
      'queue.changed',
      'notice.stored',
    ] as const) {
      this.bus.on(kind, 'test', (fact) => {
        this.facts.push({ kind, fact } as LiveShow['facts'][number]);
        for (const check of [...this.#checks]) check();
      });
    }
  }

  static async open(): Promise<LiveShow> {
    return new LiveShow(await LiveStage.open());
  }

  get status(): LiveStatus {
    return this.service.status(GUILD);
  }

  get active(): Extract<LiveStatus, { kind: 'active' }> {
    const { status } = this;
    if (status.kind !== 'active') throw new Error(`the LIVE is ${status.kind}`);
    return status;
  }

  of<K extends keyof Facts>(kind: K): readonly Facts[K][] {
    return this.facts.filter((each) => each.kind === kind).map(({ fact }) => fact as Facts[K]);
  }

  /** What was heard so far is not needed any more. */
  forgetFacts(): void {
    this.facts.length = 0;
  }

  /** Connects to a host who is live. @returns the session */
  async goLive(roomId = '70'): Promise<number> {
    this.source.goLive(roomId);
    const connected = await this.service.connect(GUILD, STAFF, '@djhost', false);
    if (!connected.ok) throw new Error(`not connected: ${connected.error.code}`);
    return this.active.sessionId;
  }

  /** These events happen, and are stored. */
  async hear(...events: readonly LiveEvent[]): Promise<void> {
    for (const event of events) this.source.ear?.event(event);
    await this.service.flush();
  }

  /** Resolves as soon as `holds` does, looked at after every fact. */
  until(holds: () => boolean): Promise<void> {
    if (holds()) return Promise.resolve();
    return new Promise((resolve) => {
      const check = () => {
        if (!holds()) return;
        this.#checks.delete(check);
        resolve();
      };
      this.#checks.add(check);
    });
  }

  /** Lets time pass in steps until `holds`; at most an hour. */
  async pass(stepMs: number, holds: () => boolean): Promise<void> {
    for (let passed = 0; passed <= 3_600_000 && !holds(); passed += stepMs) {
      await this.clock.advance(stepMs);
      await this.stage.store.read(async () => undefined);
      await this.clock.advance(0);
    }
    if (!holds()) throw new Error(`an hour passed; the LIVE is ${JSON.stringify(this.status)}`);
  }

  async outbox(): Promise<readonly { readonly kind: string; readonly [field: string]: unknown }[]> {
    const due = await this.stage.store.read((tx) => tx.outbox.due(Number.MAX_SAFE_INTEGER, 100));
    return due.map(({ notice }) => ({ ...notice }));
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.stage.close();
  }
}
