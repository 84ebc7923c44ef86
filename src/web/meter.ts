import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

/** What the process counts about itself, in Prometheus' terms. One per app: no global registry. */
export class Meter {
  readonly registry = new Registry();
  readonly #interactions: Counter<'name' | 'result'>;
  readonly #interactionSeconds: Histogram<'name'>;
  readonly #panels: Counter<'kind' | 'outcome'>;
  readonly #rest: Counter<'status'>;
  readonly #liveEvents: Gauge<'kind'>;

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
      help: 'Discord REST responses by status class',
      labelNames: ['status'],
      registers,
    });
    this.#liveEvents = new Gauge({
      name: 'skipline_live_events',
      help: 'Events of the running sessions by kind',
      labelNames: ['kind'],
      registers,
    });
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

  liveEvents(kind: string, count: number): void {
    this.#liveEvents.set({ kind }, count);
  }
}
