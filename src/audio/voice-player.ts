import type { PlayerState, Song, SongSettings } from '../ports/audio-out.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { FrameClock, FrameSink } from './frame-clock.ts';
import type { TrackSource } from './track-source.ts';

/** Opens a song at a position; null when there is nothing to play there. */
export type OpenTrack = (
  song: Song,
  positionMs: number,
  settings: SongSettings,
  signal: AbortSignal,
) => Promise<TrackSource | null>;

/** A way to listeners. */
export interface PacketOutput {
  /** Packets can be sent now. */
  readonly isReady: boolean;
  /** Encrypts a packet; a packet that was prepared and not dispatched is replaced. */
  prepare(packet: Buffer): void;
  dispatch(): void;
  /** Tells that nothing is being sent any more. */
  hush(): void;
}

export interface VoicePlayerParts {
  readonly open: OpenTrack;
  readonly frames: FrameClock;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onChange: (state: PlayerState) => void;
  /** Played to its end; told before the change to idle. */
  readonly onEnd: (songId: string) => void;
}

type AnnouncedSong = Pick<Song, 'songId' | 'durationMs'>;

type State =
  | { readonly kind: 'idle' }
  | {
      readonly kind: 'loading';
      /** Without audio while that is still being made. */
      readonly song: Song | AnnouncedSong;
      readonly positionMs: number;
    }
  /** `recovering`: nobody can be sent to; the song waits where it is. */
  | { readonly kind: 'playing' | 'recovering'; readonly song: Song; readonly source: TrackSource }
  /** Without a source it is opened again on resume. */
  | { readonly kind: 'paused'; readonly song: Song; readonly positionMs: number; readonly source: TrackSource | null }
  | { readonly kind: 'failed'; readonly songId: string; readonly positionMs: number; readonly why: string };

interface Prepared {
  readonly key: string;
  readonly dropped: AbortController;
  readonly source: Promise<TrackSource | null>;
}

const SILENCE = Buffer.from([0xf8, 0xff, 0xfe]);
/** Sent behind the last packet, so that listeners' decoders do not guess on. */
const TAIL_FRAMES = 5;
/** 5 s without a packet: the source is dead. */
const MAX_MISSED_FRAMES = 250;
/** How far ahead a filtered song is opened while the old one plays on, ms of playing. */
const LEAD_MS = 400;
/** A source that breaks is opened again this often without getting on. */
const MAX_REOPENINGS = 3;
const PROGRESS_MS = 5_000;
const GONE = 'its audio is not there any more';

/** One guild's player: one state, changed in one place, which also closes what the new state does not hold. */
export class VoicePlayer implements FrameSink {
  readonly #parts: VoicePlayerParts;
  #output: PacketOutput | null = null;
  #state: State = { kind: 'idle' };
  #settings: SongSettings = { volume: 100, filters: [] };
  /** What is being opened right now; a later request cancels it. */
  #opening = new AbortController();
  #prepared: Prepared | null = null;
  #reopened = { times: 0, atMs: 0 };
  #missedFrames = 0;
  /** Silence still to be sent. */
  #tail = 0;

  constructor(parts: VoicePlayerParts) {
    this.#parts = parts;
  }

  /** Where packets go from now on; null while there is nobody. What is under way goes on there. */
  connect(output: PacketOutput | null): void {
    this.#output = output;
  }

  get state(): PlayerState {
    const state = this.#state;
    if (state.kind === 'idle' || state.kind === 'failed') return state;
    const { songId, durationMs } = state.song;
    const exact = 'positionMs' in state ? state.positionMs : state.source.position();
    const positionMs = Math.round(durationMs > 0 ? Math.min(exact, durationMs) : exact);
    return { kind: state.kind, songId, durationMs, positionMs, at: this.#parts.clock.now() };
  }

  get settings(): SongSettings {
    return this.#settings;
  }

  /** Its audio is not there yet; the caller loads it when it is. */
  announce(song: AnnouncedSong, positionMs: number): void {
    this.#cancelOpening();
    this.#enter({ kind: 'loading', song, positionMs });
  }

  fail(songId: string, why: string): void {
    this.#cancelOpening();
    this.#enter({ kind: 'failed', songId, positionMs: 0, why });
  }

  async load(song: Song, positionMs: number, settings: SongSettings, paused: boolean): Promise<void> {
    this.#settings = settings;
    this.#reopened = { times: 0, atMs: positionMs };
    if (paused) {
      this.#cancelOpening();
      this.#enter({ kind: 'paused', song, positionMs, source: null });
      return;
    }
    const prepared = this.#takePrepared(keyOf(song, positionMs, settings));
    const signal = this.#cancelOpening();
    this.#enter({ kind: 'loading', song, positionMs });
    await this.#start(song, positionMs, signal, prepared);
  }

  /** Opens what probably comes next. */
  expect(song: Song, settings: SongSettings): void {
    const key = keyOf(song, 0, settings);
    if (this.#prepared?.key === key) return;
    this.#takePrepared('');
    const dropped = new AbortController();
    this.#prepared = { key, dropped, source: this.#opened(song, 0, settings, dropped.signal) };
  }

  pause(): boolean {
    const state = this.#state;
    if (state.kind !== 'playing' && state.kind !== 'recovering') return false;
    this.#cancelOpening();
    const positionMs = state.source.position();
    // A filter would wait as a process.
    this.#enter({
      kind: 'paused',
      song: state.song,
      positionMs,
      source: state.source.isFiltered ? null : state.source,
    });
    return true;
  }

  resume(): boolean {
    const state = this.#state;
    if (state.kind !== 'paused') return false;
    const { song, source, positionMs } = state;
    if (source !== null) {
      this.#enter({ kind: 'playing', song, source });
      return true;
    }
    const signal = this.#cancelOpening();
    this.#enter({ kind: 'loading', song, positionMs });
    void this.#start(song, positionMs, signal);
    return true;
  }

  stop(): boolean {
    this.#cancelOpening();
    this.#takePrepared('');
    if (this.#state.kind === 'idle') return false;
    this.#enter({ kind: 'idle' });
    return true;
  }

  /** Another position, volume or sound. What plays goes on until the new source is ready, so there is hardly a gap. */
  async change(change: Partial<SongSettings> & { readonly positionMs?: number }): Promise<void> {
    const { positionMs, ...settings } = change;
    this.#settings = { ...this.#settings, ...settings };
    const state = this.#state;
    switch (state.kind) {
      case 'idle':
      case 'failed':
      case 'loading':
        // What is being opened is opened again with what is known now.
        if (state.kind === 'loading' && 'audio' in state.song) {
          await this.load(state.song, positionMs ?? state.positionMs, this.#settings, false);
        }
        return;
      case 'paused':
        this.#enter({ kind: 'paused', song: state.song, positionMs: positionMs ?? state.positionMs, source: null });
        return;
      case 'playing':
      case 'recovering':
        await this.#swap(state, positionMs);
        return;
    }
  }

  async #start(song: Song, positionMs: number, signal: AbortSignal, prepared: Prepared['source'] | null = null) {
    const source = (await prepared) ?? (await this.#opened(song, positionMs, this.#settings, signal));
    if (signal.aborted) source?.close();
    else if (source !== null) this.#enter({ kind: 'playing', song, source });
    // Behind the last packet there is nothing to hear: that is an end, not a failure.
    else if (positionMs > 0 && positionMs >= song.durationMs - 100) this.#end(song);
    else this.#enter({ kind: 'failed', songId: song.songId, positionMs, why: GONE });
  }

  async #swap(state: Extract<State, { source: TrackSource; kind: 'playing' | 'recovering' }>, seekMs?: number) {
    const { song, source } = state;
    const signal = this.#cancelOpening();
    const targetMs = seekMs ?? source.position() + LEAD_MS;
    const next = await this.#opened(song, Math.min(targetMs, song.durationMs), this.#settings, signal);
    if (signal.aborted) {
      next?.close();
      return;
    }
    if (next === null) {
      this.#cancelOpening();
      // A jump to the very end, or a change in the last moment: let it end.
      if (targetMs < song.durationMs - LEAD_MS) {
        this.#enter({ kind: 'failed', songId: song.songId, positionMs: targetMs, why: GONE });
      } else if (seekMs !== undefined) this.#end(song);
      return;
    }
    const waitMs = seekMs === undefined && this.#state.kind === 'playing' ? targetMs - source.position() : 0;
    if (waitMs > 0) await this.#parts.clock.sleep(waitMs);
    if (signal.aborted) {
      next.close();
      return;
    }
    if (seekMs === undefined) next.skipTo(source.position());
    this.#enter({ kind: 'playing', song, source: next });
  }

  /** Errors of the file system are told as "nothing to play"; the log has the rest. */
  async #opened(
    song: Song,
    positionMs: number,
    settings: SongSettings,
    signal: AbortSignal,
  ): Promise<TrackSource | null> {
    try {
      return await this.#parts.open(song, positionMs, settings, signal);
    } catch (error) {
      this.#parts.log.error({ err: error, songId: song.songId }, 'a song could not be opened');
      return null;
    }
  }

  // ---- every 20 ms

  send(): void {
    this.#output?.dispatch();
  }

  prepare(): void {
    const state = this.#state;
    if (state.kind !== 'playing' && state.kind !== 'recovering') {
      this.#prepareTail();
      return;
    }
    if (this.#output?.isReady !== true) {
      if (state.kind === 'playing') this.#enter({ ...state, kind: 'recovering' });
      return;
    }
    if (state.kind === 'recovering') this.#enter({ ...state, kind: 'playing' });
    const packet = state.source.read();
    if (packet !== null) {
      this.#missedFrames = 0;
      this.#output.prepare(packet);
      return;
    }
    if (state.source.isFinished()) {
      this.#cancelOpening();
      this.#end(state.song);
      this.#prepareTail();
      return;
    }
    this.#missedFrames += 1;
    this.#output.prepare(SILENCE);
    if (this.#missedFrames > MAX_MISSED_FRAMES) this.#reopen(state.song, state.source.position());
  }

  broke(error: unknown): void {
    this.#parts.log.error({ err: error }, 'a packet could not be sent');
  }

  #prepareTail(): void {
    if (this.#tail > 0 && this.#output?.isReady === true) {
      this.#tail -= 1;
      this.#output.prepare(SILENCE);
      return;
    }
    this.#tail = 0;
    this.#output?.hush();
    this.#parts.frames.remove(this);
  }

  /** A source went silent in the middle of the song. */
  #reopen(song: Song, positionMs: number): void {
    const { log } = this.#parts;
    if (positionMs - this.#reopened.atMs > PROGRESS_MS) this.#reopened = { times: 0, atMs: positionMs };
    this.#reopened = { ...this.#reopened, times: this.#reopened.times + 1 };
    log.warn({ songId: song.songId, positionMs, times: this.#reopened.times }, 'a source ended too early');
    const signal = this.#cancelOpening();
    if (this.#reopened.times > MAX_REOPENINGS) {
      this.#enter({ kind: 'failed', songId: song.songId, positionMs, why: 'its audio broke off' });
      return;
    }
    this.#enter({ kind: 'loading', song, positionMs });
    void this.#start(song, positionMs, signal);
  }

  #end(song: Pick<Song, 'songId'>): void {
    this.#parts.onEnd(song.songId);
    this.#enter({ kind: 'idle' });
  }

  /** The one place where the state changes. */
  #enter(next: State): void {
    const before = this.#state;
    this.#state = next;
    const old = 'source' in before ? before.source : null;
    const kept = 'source' in next ? next.source : null;
    if (old !== null && old !== kept) old.close();
    this.#missedFrames = 0;
    this.#tail = isHeard(before) && !isHeard(next) ? TAIL_FRAMES : this.#tail;
    this.#parts.onChange(this.state);
    // Last: the first packet is prepared in there.
    if (isHeard(this.#state)) this.#parts.frames.add(this);
  }

  #cancelOpening(): AbortSignal {
    this.#opening.abort();
    this.#opening = new AbortController();
    return this.#opening.signal;
  }

  /** What was prepared, if it is this; anything else is closed. */
  #takePrepared(key: string): Prepared['source'] | null {
    const prepared = this.#prepared;
    this.#prepared = null;
    if (prepared?.key === key) return prepared.source;
    prepared?.dropped.abort();
    void prepared?.source.then((source) => source?.close());
    return null;
  }
}

function isHeard({ kind }: State): boolean {
  return kind === 'playing' || kind === 'recovering';
}

function keyOf(song: Song, positionMs: number, { volume, filters }: SongSettings): string {
  return JSON.stringify([song.audio, positionMs, volume, filters]);
}
