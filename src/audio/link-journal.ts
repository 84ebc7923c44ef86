import type { LinkTelemetry, VoiceMeter } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';

const CODES_KEPT = 10;
/** This many resumes within this time are no recovery. */
const RESUMES_AT_MOST = 5;
const RESUME_WINDOW_MS = 60_000;

/** What a voice link went through, for people and for deciding when enough is enough. */
export class LinkJournal {
  readonly #clock: Clock;
  readonly #meter: VoiceMeter;
  #codes: readonly { readonly code: number; readonly at: number }[] = [];
  readonly #byCode: Record<number, number> = {};
  #resumes: readonly number[] = [];
  #reconnects = 0;
  #lastReconnectMs: number | null = null;

  constructor(clock: Clock, meter: VoiceMeter) {
    this.#clock = clock;
    this.#meter = meter;
  }

  closed(code: number): void {
    this.#codes = [{ code, at: this.#clock.now() }, ...this.#codes].slice(0, CODES_KEPT);
    this.#byCode[code] = (this.#byCode[code] ?? 0) + 1;
    this.#meter.voiceClosed(code);
  }

  reconnected(ms: number): void {
    this.#reconnects += 1;
    this.#lastReconnectMs = Math.round(ms);
    this.#meter.voiceReconnected(ms);
  }

  /** @returns false when there were too many lately */
  mayResume(): boolean {
    const now = this.#clock.monotonic();
    this.#resumes = [...this.#resumes.filter((at) => now - at < RESUME_WINDOW_MS), now];
    return this.#resumes.length <= RESUMES_AT_MOST;
  }

  telemetry(now: Pick<LinkTelemetry, 'pingMs' | 'attempts' | 'coolDownUntil'>): LinkTelemetry {
    return {
      ...now,
      lastCloseCodes: this.#codes,
      reconnects: this.#reconnects,
      lastReconnectMs: this.#lastReconnectMs,
      closesByCode: { ...this.#byCode },
    };
  }
}
