import type { ServerResponse } from 'node:http';
import type { CapturedFrame } from '../voice/capture.ts';
import { OggOpusStream } from '../voice/ogg.ts';
import { opusMs, SILENCE_FRAME } from '../voice/opus.ts';
import type { VoiceSandbox } from '../voice/voice-sandbox.ts';

/** How often what was heard is handed on. ms */
const PAGE_MS = 100;
/** Where nothing arrives, silence is filled in up to this far behind the clock, so that a late frame still fits. ms */
const BEHIND_MS = 120;
const FRAME_MS = 20;
/** A browser that does not read is let go beyond this many unsent bytes. */
const MAX_UNSENT_BYTES = 1_000_000;

interface Listener {
  readonly response: ServerResponse;
  readonly stream: OggOpusStream;
  readonly since: number;
  /** Sound and silence handed over so far. ms */
  sentMs: number;
  waiting: Buffer[];
}

/** What the voice channel sounds like, live, as an endless Ogg Opus file for any number of `<audio>` elements. */
export class Radio {
  readonly #voice: VoiceSandbox;
  readonly #guildId: string;
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;

  constructor(voice: VoiceSandbox, guildId: string) {
    this.#voice = voice;
    this.#guildId = guildId;
  }

  start(): void {
    this.#voice.on('frame', this.#hear);
    this.#timer = setInterval(() => {
      for (const listener of this.#listeners) this.#flush(listener);
    }, PAGE_MS);
  }

  stop(): void {
    this.#voice.off('frame', this.#hear);
    clearInterval(this.#timer);
    for (const { response } of this.#listeners) response.destroy();
    this.#listeners.clear();
  }

  /** Answers one request, for as long as the browser listens. */
  listen(response: ServerResponse): void {
    const listener: Listener = {
      response,
      stream: new OggOpusStream(),
      since: performance.now(),
      sentMs: 0,
      waiting: [],
    };
    response.writeHead(200, { 'content-type': 'audio/ogg; codecs=opus', 'cache-control': 'no-store' });
    response.write(listener.stream.start());
    this.#listeners.add(listener);
    response.once('close', () => this.#listeners.delete(listener));
  }

  readonly #hear = (frame: CapturedFrame, capture: { readonly guildId: string }): void => {
    if (capture.guildId !== this.#guildId) return;
    for (const listener of this.#listeners) {
      listener.waiting.push(frame.opus);
      listener.sentMs += opusMs(frame.opus);
    }
  };

  #flush(listener: Listener): void {
    const clockMs = performance.now() - listener.since - BEHIND_MS;
    while (listener.sentMs + FRAME_MS <= clockMs) {
      listener.waiting.push(SILENCE_FRAME);
      listener.sentMs += FRAME_MS;
    }
    if (listener.waiting.length === 0) return;
    listener.response.write(listener.stream.page(listener.waiting.splice(0)));
    if (listener.response.writableLength > MAX_UNSENT_BYTES) listener.response.destroy();
  }
}
