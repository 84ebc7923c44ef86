import type { Failure } from '../domain/failure.ts';
import { parseHandleName } from '../domain/handle.ts';
import { LIVE_POLICY, type LivePolicy } from '../domain/live-session.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { LiveRecorder } from '../ports/live-recorder.ts';
import type { LiveSource } from '../ports/live-source.ts';
import { waitedFor } from './live-book.ts';
import { GuildLive } from './live-guild.ts';
import type { IngestPorts } from './live-ingest.ts';
import type { SessionReports } from './session-report.ts';
import type { LiveStatus, SessionReport } from './snapshots.ts';

export interface LivePorts extends IngestPorts {
  readonly source: LiveSource;
  readonly recorder: LiveRecorder;
  readonly reports: Pick<SessionReports, 'report'>;
  /** Waits; the product's own when absent. */
  readonly policy?: LivePolicy;
}

const NOTHING: LiveStatus = { kind: 'disconnected', lastHost: null, lastRefusal: null };

/** TikTok LIVE of all guilds: each has its own host, session and connection, and none waits for another. */
export class LiveService {
  readonly #ports: LivePorts;
  readonly #guilds = new Map<string, GuildLive>();
  #unsubscribe: (() => void) | null = null;

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  /**
   * Resolves when the LIVE is entered, when it is refused for good, or (persistent) as soon as it must be waited for.
   * @param text `name`, `@name` or a profile URL
   * @param onProgress told of every change until the LIVE is entered or given up, also after this call has resolved
   */
  async connect(
    guildId: string,
    actor: string,
    text: string,
    persistent: boolean,
    onProgress?: (status: LiveStatus) => void,
  ): Promise<Result<LiveStatus, Failure>> {
    const host = parseHandleName(text);
    if (host === null) return err({ code: 'live-name-invalid', asked: text.trim().slice(0, 60) });
    return this.#guild(guildId).connect({ host, persistent, askedBy: actor }, onProgress ?? null);
  }

  /** Ends the session, or cancels the attempt. */
  async disconnect(guildId: string, actor: string): Promise<Result<{ readonly ended: SessionReport | null }, Failure>> {
    const guild = this.#guilds.get(guildId);
    if (guild === undefined) return err({ code: 'live-not-connected' });
    const ended = await guild.disconnect(actor);
    if (!ended.ok) return ended;
    return ok({ ended: ended.value === null ? null : await this.#ports.reports.report(guildId, ended.value) });
  }

  status(guildId: string): LiveStatus {
    return this.#guilds.get(guildId)?.status ?? NOTHING;
  }

  /** Takes up sessions and waits that were open when the last process ended. Resolves before it is known which still run. */
  async start(): Promise<void> {
    const { store, bus } = this.#ports;
    const stops = [
      bus.on('settings.changed', 'live', ({ guildId, keys }) =>
        keys.includes('live.record') ? this.#guilds.get(guildId)?.settingsChanged() : undefined,
      ),
      bus.on('gift.reversed', 'live', ({ guildId, sessionId, coins }) =>
        this.#guilds.get(guildId)?.reversed(sessionId, coins),
      ),
    ];
    this.#unsubscribe = () => {
      for (const stop of stops) stop();
    };
    const open = await store.read((reads) => reads.lives.openSessions());
    for (const session of open) await this.#guild(session.guildId).takeUp(session);
    for (const [guildId, target] of await store.read(waitedFor)) this.#guild(guildId).wait(target);
  }

  /** Leaves all rooms; sessions stay open for the next process. */
  async stop(): Promise<void> {
    this.#unsubscribe?.();
    await Promise.all([...this.#guilds.values()].map((guild) => guild.stop()));
  }

  /** Resolves when everything that arrived so far is stored. */
  async flush(): Promise<void> {
    await Promise.all([...this.#guilds.values()].map((guild) => guild.flush()));
  }

  #guild(guildId: string): GuildLive {
    const known = this.#guilds.get(guildId);
    if (known !== undefined) return known;
    const guild = new GuildLive({ ...this.#ports, policy: this.#ports.policy ?? LIVE_POLICY }, guildId);
    this.#guilds.set(guildId, guild);
    return guild;
  }
}
