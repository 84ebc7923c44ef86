/** Everything that was heard from one client, frame by frame, across all its voice sessions in a guild. */
import { EventEmitter } from 'node:events';
import { oggOpus } from './ogg.ts';
import { isSilenceFrame, opusMs, SILENCE_FRAME } from './opus.ts';

export interface CapturedFrame {
  /** Counts from 0 when the capture begins; never reused. */
  readonly index: number;
  /** When the datagram arrived: monotonic ms of the sandbox's process. */
  readonly arrivedAt: number;
  /** Number of the voice session that carried it; a new identify makes a new one, a resume does not. */
  readonly session: number;
  readonly sequence: number;
  readonly timestamp: number;
  /** The Opus packet, after transport and end-to-end encryption. */
  readonly opus: Buffer;
  /** Discord's `F8 FF FE`. */
  readonly silence: boolean;
  readonly encryption: 'transport' | 'dave';
}

export const ANOMALIES = [
  'sequence-gap',
  'sequence-repeat',
  'timestamp-jump',
  'nonce-repeat',
  'ssrc-mismatch',
  'not-speaking',
  'wrong-source',
  'too-short',
  'wrong-version',
  'wrong-payload-type',
  'not-authentic',
  'dave-undecryptable',
] as const;
export type AnomalyKind = (typeof ANOMALIES)[number];

/** Something a real client or network would not have done. An unharmed run has none. */
export interface Anomaly {
  readonly kind: AnomalyKind;
  readonly at: number;
  readonly session: number;
  readonly detail: string;
}

export interface AudioGoal {
  /** Audio heard since `from`, silence frames not counted. */
  readonly ms?: number;
  readonly frames?: number;
  /** Frame index to count from; default 0, the whole capture. `capture.mark()` gives the present. */
  readonly from?: number;
}

export interface Patience {
  /** Default 10,000. */
  readonly timeoutMs?: number;
}

export interface OggChoice {
  /** `drop` leaves Discord's silence frames out, so the length is that of the sound alone. Default `keep`. */
  readonly silence?: 'keep' | 'drop';
  /** `fill` puts silence where nothing arrived for more than 40 ms, as a listener's clock saw it. Default `skip`. */
  readonly gaps?: 'skip' | 'fill';
}

interface CaptureEvents {
  readonly frame: [CapturedFrame];
  readonly anomaly: [Anomaly];
  readonly end: [];
}

const FRAMES_PER_MINUTE = 3000;
const MAX_ANOMALIES = 1000;
const DEFAULT_TIMEOUT_MS = 10_000;

export class VoiceCapture extends EventEmitter<CaptureEvents> {
  readonly guildId: string;
  readonly userId: string;
  readonly #now: () => number;
  readonly #maxFrames: number;
  #frames: CapturedFrame[] = [];
  #anomalies: Anomaly[] = [];
  #next = 0;
  #lastAudioAt: number | undefined;

  /** `maxMinutes` bounds the memory: the oldest frames go first. */
  constructor(guildId: string, userId: string, maxMinutes: number, now: () => number) {
    super();
    this.setMaxListeners(0);
    this.guildId = guildId;
    this.userId = userId;
    this.#maxFrames = Math.max(1, Math.round(maxMinutes * FRAMES_PER_MINUTE));
    this.#now = now;
  }

  /** Every frame still kept, oldest first. */
  get frames(): readonly CapturedFrame[] {
    return this.#frames;
  }

  /** The frames that carry sound. */
  get audio(): readonly CapturedFrame[] {
    return this.#frames.filter((frame) => !frame.silence);
  }

  get anomalies(): readonly Anomaly[] {
    return this.#anomalies;
  }

  /** Index the next frame will get. */
  mark(): number {
    return this.#next;
  }

  /** Frames from this index on, as far as they are still kept. */
  since(mark: number): readonly CapturedFrame[] {
    return this.#frames.filter((frame) => frame.index >= mark);
  }

  clear(): void {
    this.#frames = [];
    this.#anomalies = [];
  }

  record(frame: Omit<CapturedFrame, 'index' | 'silence'>): CapturedFrame {
    const captured: CapturedFrame = { ...frame, index: this.#next, silence: isSilenceFrame(frame.opus) };
    this.#next += 1;
    this.#frames.push(captured);
    // In one cut now and then, so that a full capture costs no copy per frame.
    if (this.#frames.length > this.#maxFrames * 1.1) this.#frames = this.#frames.slice(-this.#maxFrames);
    if (!captured.silence) this.#lastAudioAt = captured.arrivedAt;
    this.emit('frame', captured);
    return captured;
  }

  note(kind: AnomalyKind, session: number, detail: string): void {
    const anomaly: Anomaly = { kind, at: this.#now(), session, detail };
    if (this.#anomalies.length < MAX_ANOMALIES) this.#anomalies.push(anomaly);
    this.emit('anomaly', anomaly);
  }

  /** The sandbox stops: whoever waits is told. */
  end(): void {
    this.emit('end');
  }

  /** Resolves with the audio frames that met the goal; rejects when time is up, saying what was heard instead. */
  waitForAudio(goal: AudioGoal = { frames: 1 }, patience: Patience = {}): Promise<readonly CapturedFrame[]> {
    const from = goal.from ?? 0;
    const heard: CapturedFrame[] = this.since(from).filter((frame) => !frame.silence);
    let heardMs = heard.reduce((sum, frame) => sum + opusMs(frame.opus), 0);
    const enough = (): boolean => heard.length >= (goal.frames ?? 1) && heardMs >= (goal.ms ?? 0);
    if (enough()) return Promise.resolve(heard);
    return this.#until(
      patience,
      () => `heard ${heard.length} frames, ${heardMs} ms`,
      (done) => {
        const onFrame = (frame: CapturedFrame): void => {
          if (frame.silence || frame.index < from) return;
          heard.push(frame);
          heardMs += opusMs(frame.opus);
          if (enough()) done(heard);
        };
        this.on('frame', onFrame);
        return () => this.off('frame', onFrame);
      },
    );
  }

  /** Resolves with the first frame to come that passes the test. */
  waitForFrame(test: (frame: CapturedFrame) => boolean, patience: Patience = {}): Promise<CapturedFrame> {
    return this.#until(
      patience,
      () => `${this.#next} frames in all`,
      (done) => {
        const onFrame = (frame: CapturedFrame): void => {
          if (test(frame)) done(frame);
        };
        this.on('frame', onFrame);
        return () => this.off('frame', onFrame);
      },
    );
  }

  /** Resolves once no sound has arrived for `quietMs` (default 200), counted from now at the earliest. */
  waitForSilence(options: { readonly quietMs?: number } & Patience = {}): Promise<void> {
    const quietMs = options.quietMs ?? 200;
    const began = this.#now();
    return this.#until(
      options,
      () => 'still playing',
      (done) => {
        const quietFor = (): number => this.#now() - Math.max(began, this.#lastAudioAt ?? began);
        const check = (): void => {
          if (quietFor() >= quietMs) done(undefined);
          else timer = setTimeout(check, quietMs - quietFor() + 1);
        };
        let timer = setTimeout(check, quietMs);
        return () => clearTimeout(timer);
      },
    );
  }

  /** An Ogg Opus file of these frames (default: all that are kept). */
  toOgg(choice: OggChoice = {}, frames: readonly CapturedFrame[] = this.#frames): Buffer {
    return framesToOgg(frames, choice);
  }

  #until<T>(patience: Patience, state: () => string, start: (done: (value: T) => void) => () => void): Promise<T> {
    const timeoutMs = patience.timeoutMs ?? DEFAULT_TIMEOUT_MS;
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        stop();
        this.off('end', onEnd);
        finish();
      };
      const fail = (why: string): void => settle(() => reject(new Error(`${why} (${this.guildId}: ${state()})`)));
      const onEnd = (): void => fail('the voice sandbox stopped');
      const timer = setTimeout(() => fail(`not within ${timeoutMs} ms`), timeoutMs);
      const stop = start((value) => settle(() => resolve(value)));
      this.once('end', onEnd);
    });
  }
}

/** A gap is noticed only beyond two frames: loopback jitter is not silence. */
const GAP_MS = 40;
const FRAME_MS = 20;

export function framesToOgg(frames: readonly CapturedFrame[], choice: OggChoice = {}): Buffer {
  const kept = choice.silence === 'drop' ? frames.filter((frame) => !frame.silence) : frames;
  if (choice.gaps !== 'fill') return oggOpus(kept.map((frame) => frame.opus));
  const packets: Buffer[] = [];
  let playedUntil = kept[0]?.arrivedAt ?? 0;
  for (const frame of kept) {
    const missingMs = frame.arrivedAt - playedUntil;
    if (missingMs > GAP_MS) {
      const missing = Math.round(missingMs / FRAME_MS);
      for (let count = 0; count < missing; count += 1) packets.push(SILENCE_FRAME);
      playedUntil += missing * FRAME_MS;
    }
    packets.push(frame.opus);
    playedUntil += opusMs(frame.opus);
  }
  return oggOpus(packets);
}
