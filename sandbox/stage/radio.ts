import type { ServerResponse } from 'node:http';
import type { CapturedFrame } from '../voice/capture.ts';
import { OggOpusStream } from '../voice/ogg.ts';
import { opusMs, SILENCE_FRAME } from '../voice/opus.ts';
import type { VoiceSandbox } from '../voice/voice-sandbox.ts';

/** How often what was heard is handed on. ms */
const PAGE_MS = 60;
/** Where nothing arrives, silence is filled in up to this far behind the clock, so that a late frame still fits. ms */
const BEHIND_MS = 120;
const FRAME_MS = 20;
/** A browser that does not read is let go beyond this many unsent bytes. */
const MAX_UNSENT_BYTES = 1_000_000;

/** `ogg` is a file that every player knows; `packets` are bare Opus packets, each after its length in two bytes. */
export type RadioFormat = 'ogg' | 'packets';

interface Listener {
  readonly response: ServerResponse;
  /** undefined = bare packets: their reader has a clock of its own and needs no silence. */
  readonly ogg: OggOpusStream | undefined;
  readonly since: number;
  /** Sound and silence handed over so far. ms */
  sentMs: number;
  waiting: Buffer[];
}

/** What the voice channel sounds like, live, for any number of browsers and players. */
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
  listen(response: ServerResponse, format: RadioFormat): void {
    const ogg = format === 'ogg' ? new OggOpusStream() : undefined;
    const listener: Listener = { response, ogg, since: performance.now(), sentMs: 0, waiting: [] };
    response.writeHead(200, {
      'content-type': ogg === undefined ? 'application/octet-stream' : 'audio/ogg; codecs=opus',
      'cache-control': 'no-store',
    });
    if (ogg === undefined) response.flushHeaders();
    else response.write(ogg.start());
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
    const { ogg, response } = listener;
    if (ogg !== undefined) fillUp(listener);
    if (listener.waiting.length === 0) return;
    const packets = listener.waiting.splice(0);
    response.write(ogg === undefined ? Buffer.concat(packets.flatMap(withLength)) : ogg.page(packets));
    if (response.writableLength > MAX_UNSENT_BYTES) response.destroy();
  }
}

/** A file has to go on while nothing is played. */
function fillUp(listener: Listener): void {
  const clockMs = performance.now() - listener.since - BEHIND_MS;
  while (listener.sentMs + FRAME_MS <= clockMs) {
    listener.waiting.push(SILENCE_FRAME);
    listener.sentMs += FRAME_MS;
  }
}

function withLength(packet: Buffer): readonly Buffer[] {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(packet.byteLength);
  return [length, packet];
}
