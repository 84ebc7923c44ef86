import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EventBus } from '../lib/event-bus.ts';
import type { Facts } from '../services/events.ts';
import type { MeterSources, Observed } from './meter-sources.ts';

/** What the process counts about itself, in Prometheus' terms. One per app: no global registry. No guild is named. */
export class Meter {
  readonly registry = new Registry();
  readonly #interactions: Counter<'name' | 'result'>;
  readonly #interactionSeconds: Histogram<'name'>;
  readonly #panels: Counter<'kind' | 'outcome'>;
  readonly #rest: Counter<'status'>;
  readonly #facts: Counter<'kind'>;
  readonly #storeSeconds: Histogram<'kind'>;
  readonly #storeErrors: Counter<'kind'>;
  readonly #overlaySeconds: Histogram;
  readonly #voiceCloses: Counter<'code'>;
  readonly #voiceReconnectSeconds: Histogram;

  constructor() {
    const registers = [this.registry];
    this.#interactions = new Counter({
      name: 'skipline_interactions_total',
      help: 'Interactions by command or action, and result',
      labelNames: ['name', 'result'],
      registers,
    });
    this.#interactionSeconds = new Histogram({
      name: 'skipline_interaction_seconds',
      help: 'From arrival to answer',
      labelNames: ['name'],
      buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
      registers,
    });
    this.#panels = new Counter({
      name: 'skipline_panel_draws_total',
      help: 'Posts and edits of panels by outcome',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#rest = new Counter({
      name: 'skipline_discord_responses_total',
      help: 'Discord REST responses by status class; 429 on its own',
      labelNames: ['status'],
      registers,
    });
    this.#facts = new Counter({
      name: 'skipline_facts_total',
      help: 'Facts told after a commit, by kind',
      labelNames: ['kind'],
      registers,
    });
    this.#storeSeconds = new Histogram({
      name: 'skipline_store_seconds',
      help: 'From asking the store to its answer, waiting for the turn included',
      labelNames: ['kind'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
      registers,
    });
    this.#storeErrors = new Counter({
      name: 'skipline_store_errors_total',
      help: 'Transactions and reads that failed',
      labelNames: ['kind'],
      registers,
    });
    this.#overlaySeconds = new Histogram({
      name: 'skipline_overlay_change_seconds',
      help: 'From the first fact to the message to every overlay of the guild',
      buckets: [0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1],
      registers,
    });
    this.#voiceCloses = new Counter({
      name: 'skipline_voice_closes_total',
      help: 'Voice connections closed by Discord or the network, by close code',
      labelNames: ['code'],
      registers,
    });
    this.#voiceReconnectSeconds = new Histogram({
      name: 'skipline_voice_reconnect_seconds',
      help: 'From losing voice to sound being possible again; its count is the number of reconnects',
      buckets: [0.25, 0.5, 1, 2, 5, 10, 30, 120, 300],
      registers,
    });
  }

  /** @param code as Discord closed the connection, or what the network made of it */
  voiceClosed(code: number): void {
    this.#voiceCloses.inc({ code: `${code}` });
  }

  voiceReconnected(ms: number): void {
    this.#voiceReconnectSeconds.observe(ms / 1000);
  }

  /** Process figures (memory, CPU, event-loop delay). They start a timer, so not in the constructor. */
  start(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  interaction(name: string, result: string, ms: number): void {
    this.#interactions.inc({ name, result });
    this.#interactionSeconds.observe({ name }, ms / 1000);
  }

  panel(kind: string, outcome: string): void {
    this.#panels.inc({ kind, outcome });
  }

  rest(status: number): void {
    this.#rest.inc({ status: status === 429 ? '429' : `${Math.floor(status / 100)}xx` });
  }

  /** Counts every fact from now on. */
  hear(bus: EventBus<Facts>): void {
    for (const kind of FACT_KINDS) bus.on(kind, 'meter', () => this.#facts.inc({ kind }));
  }

  store(kind: 'transaction' | 'read', ms: number, failed: boolean): void {
    this.#storeSeconds.observe({ kind }, ms / 1000);
    if (failed) this.#storeErrors.inc({ kind });
  }

  overlayChange(ms: number): void {
    this.#overlaySeconds.observe(ms / 1000);
  }

  /** How many overlays are connected, and messages left out for slow ones. Looked up when somebody asks. */
  watchOverlays(hub: { readonly readers: number; readonly leftOut: number }): void {
    const registers = [this.registry];
    new Gauge({
      name: 'skipline_overlay_readers',
      help: 'Overlays that are connected',
      registers,
      collect() {
        this.set(hub.readers);
      },
    });
    new Gauge({
      name: 'skipline_overlay_left_out',
      help: 'Messages left out because an overlay was too slow; it got the whole picture later',
      registers,
      collect() {
        this.set(hub.leftOut);
      },
    });
  }

  /** Sizes and states of the running show, summed over all guilds. Looked up when somebody asks. */
  watch(sources: MeterSources): void {
    const registers = [this.registry];
    const failures = new Counter({
      name: 'skipline_scrape_errors_total',
      help: 'Sizes and states that could not be looked up',
      registers,
    });
    let running: Promise<Observed | null> | null = null;
    // All gauges of one scrape share one look.
    const look = () => {
      running ??= sources
        .observe()
        .catch(() => {
          failures.inc();
          return null;
        })
        .finally(() => {
          running = null;
        });
      return running;
    };
    for (const [name, { help, label }] of Object.entries(GAUGES)) {
      new Gauge({
        name: `skipline_${name}`,
        help,
        labelNames: label === null ? [] : [label],
        registers,
        async collect() {
          const observed = await look();
          this.reset();
          if (observed === null) return;
          for (const [value, count] of Object.entries(observed[name as keyof Observed])) {
            if (label === null) this.set(count);
            else this.set({ [label]: value }, count);
          }
        },
      });
    }
  }
}

const FACT_KINDS = Object.keys({
  'queue.changed': true,
  'settings.changed': true,
  'on-air.changed': true,
  'song.prepared': true,
  'live.changed': true,
  'live.counted': true,
  'session.ended': true,
  'gift.settled': true,
  'gift.reversed': true,
  'song.moved': true,
  'playback.changed': true,
  'notice.stored': true,
} satisfies Record<keyof Facts, true>) as readonly (keyof Facts)[];

/** Each counts by the values of one label, or has a single count. */
const GAUGES = {
  guilds: { help: 'Guilds that the bot serves', label: null },
  waiting_songs: { help: 'Waiting songs by line', label: 'line' },
  live_sessions: { help: 'TikTok connections by state', label: 'state' },
  live_events: { help: 'Events of the running sessions by kind', label: 'kind' },
  live_viewers: { help: 'Viewers of the running sessions', label: null },
  live_unreadable: { help: 'Frames of the running sessions that could not be understood', label: null },
  voice_links: { help: 'Voice connections by state', label: 'state' },
  voice_players: { help: 'Players by state', label: 'state' },
} as const satisfies Record<keyof Observed, { readonly help: string; readonly label: string | null }>;
