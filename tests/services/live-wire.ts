import type { Live } from '../../sandbox/tiktok/live.ts';
import type { TikTok } from '../../sandbox/tiktok/tiktok.ts';
import { LIVE_POLICY, type LivePolicy } from '../../src/domain/live-session.ts';
import { EventBus } from '../../src/lib/event-bus.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Facts } from '../../src/services/events.ts';
import { GiftCredit } from '../../src/services/gift-credit.ts';
import { HandleService } from '../../src/services/handle-service.ts';
import { LiveService } from '../../src/services/live-service.ts';
import { SessionReports } from '../../src/services/session-report.ts';
import { SettingsService } from '../../src/services/settings-service.ts';
import type { LiveStatus, SessionReport } from '../../src/services/snapshots.ts';
import { KeptLog, sourceFor } from '../tiktok/ear.ts';
import { GUILD, LiveStage, STAFF } from './live-stage.ts';

/** The product's waits, a hundred times shorter. */
export const QUICK: LivePolicy = {
  ...LIVE_POLICY,
  offlineMs: 40,
  offlineLaterMs: 80,
  troubleMs: 30,
  troubleMaxMs: 60,
  blockedMs: 40,
  blockedMaxMs: 80,
  rateLimitedMs: 50,
  recoverMs: 20,
  recoverMaxMs: 100,
  silentMs: 500,
  eventlessMs: 900,
  endConfirmMs: 60,
};

/** The LIVE services as the bot has them, over the local TikTok and a real store. */
export class LiveWire {
  readonly tiktok: TikTok;
  readonly stage: LiveStage;
  readonly log = new KeptLog();
  readonly bus = new EventBus<Facts>((listener, error) => this.log.error({ listener, err: error }, 'listener'));
  readonly settings: SettingsService;
  readonly reports: SessionReports;
  readonly service: LiveService;
  readonly #checks = new Set<() => void>();

  constructor(tiktok: TikTok, stage: LiveStage, more: { readonly clock?: Clock; readonly policy?: LivePolicy } = {}) {
    this.tiktok = tiktok;
    this.stage = stage;
    const ports = { store: stage.store, bus: this.bus, clock: more.clock ?? systemClock };
    this.settings = new SettingsService(ports);
    this.reports = new SessionReports(ports);
    this.service = new LiveService({
      ...ports,
      settings: this.settings,
      proofs: new HandleService({ ...ports, settings: this.settings, credit: new GiftCredit() }),
      log: this.log,
      source: sourceFor(tiktok).source,
      recorder: { open: () => ({ write: () => undefined, close: async () => undefined }) },
      reports: this.reports,
      policy: more.policy ?? QUICK,
    });
    for (const kind of ['live.changed', 'live.counted', 'session.ended', 'gift.settled', 'song.moved'] as const) {
      this.bus.on(kind, 'test', () => {
        for (const check of [...this.#checks]) check();
      });
    }
  }

  static async open(tiktok: TikTok, policy = QUICK): Promise<LiveWire> {
    return new LiveWire(tiktok, await LiveStage.open(), { policy });
  }

  get status(): LiveStatus {
    return this.service.status(GUILD);
  }

  get active(): Extract<LiveStatus, { kind: 'active' }> {
    const { status } = this;
    if (status.kind !== 'active') throw new Error(`the LIVE is ${JSON.stringify(status)}`);
    return status;
  }

  /** Follows a host who is live; resolves when the socket is in the room. @returns the session */
  async follow(live: Live, host = 'djhost'): Promise<number> {
    const connected = await this.service.connect(GUILD, STAFF, host, false);
    if (!connected.ok) throw new Error(`not connected: ${JSON.stringify(connected.error)}`);
    await live.waitForConnection();
    return this.active.sessionId;
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

  /** Resolves when this many events were heard and stored. */
  async heard(events: number): Promise<void> {
    const count = () => Object.values(this.active.events).reduce((sum, each) => sum + each, 0);
    await this.until(() => this.status.kind === 'active' && count() >= events);
    await this.service.flush();
  }

  async report(sessionId: number): Promise<SessionReport> {
    const report = await this.reports.report(GUILD, sessionId);
    if (report === null) throw new Error(`no session ${sessionId}`);
    return report;
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.stage.close();
  }
}
