import type { EventEmitter } from 'node:events';
import {
  createEulerClient,
  fetchRoomIdFromEulerRoute,
  fetchRoomInfoFromHtmlRoute,
  getRandomPresets,
  SignatureRateLimitError,
  SignConfig,
  TikTokLiveConnection,
  WebcastDeserializeConfig,
  WebcastEventMap,
  WebcastPushFrame,
} from 'tiktok-live-connector';
import type { LiveRefusal } from '../domain/live-refusal.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveConnection, LiveListener, LiveRoom, LiveSource, LiveTry } from '../ports/live-source.ts';
import type { Logger } from '../ports/logger.ts';
import { type FrameSocket, unpackFrames } from './frame-unpacker.ts';
import { HEARD_METHODS } from './normalise.ts';
import { pagesRefusal, refusalOf } from './refusal.ts';
import { RoomEar } from './room-ear.ts';
import { readEulerRoom, readHostAnswer, readHostPage, readRoomInfo } from './room-pages.ts';
import type { SignLimiter } from './sign-limiter.ts';

/** Where TikTok and the sign server are, as origins without a path. */
export interface LiveSourceOptions {
  readonly signUrl: string;
  readonly webUrl: string;
  readonly webcastUrl: string;
  readonly signApiKey: string | null;
  /** ms for one page; ms for the sign server; ms for a whole call. */
  readonly pageTimeoutMs?: number;
  readonly signTimeoutMs?: number;
  readonly deadlineMs?: number;
}

const PAGE_TIMEOUT_MS = 6_000;
const SIGN_TIMEOUT_MS = 15_000;
const DEADLINE_MS = 45_000;
const GOODBYE_MS = 300;
/** After "slow down" without a time. */
const SLOW_DOWN_MS = 30_000;

const CANCELLED: LiveRefusal = { kind: 'network', detail: 'cancelled' };
const TOO_SLOW: LiveRefusal = { kind: 'network', detail: 'timeout' };

type Euler = ReturnType<typeof createEulerClient>;
type WebOptions = NonNullable<NonNullable<ConstructorParameters<typeof TikTokLiveConnection>[1]>['webClientOptions']>;
interface Redirected {
  url?: string | URL | undefined;
  timeout: { request?: number | undefined };
}

/** TikTok LIVE through tiktok-live-connector: the only file that knows the library. */
export class TikTokLiveSource implements LiveSource {
  readonly #options: LiveSourceOptions;
  readonly #limiter: SignLimiter;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** One device for the whole process: a new one per request is what robots look like. */
  #device: ReturnType<typeof getRandomPresets> | undefined;
  #euler: Euler | undefined;

  constructor(options: LiveSourceOptions, limiter: SignLimiter, clock: Clock, log: Logger) {
    this.#options = options;
    this.#limiter = limiter;
    this.#clock = clock;
    this.#log = log;
  }

  find(name: string, signal: AbortSignal): Promise<Result<LiveRoom, LiveRefusal>> {
    return this.#within(signal, (cut) => this.#find(name, cut));
  }

  isRunning(roomId: string, signal: AbortSignal): Promise<Result<boolean, LiveRefusal>> {
    return this.#within(signal, async (cut) => {
      const info = readRoomInfo(await this.#library('room', cut).fetchRoomInfo(roomId));
      switch (info.kind) {
        case 'running':
          return ok(true);
        case 'over':
          return ok(false);
        case 'restricted':
          return err({ kind: 'age-restricted' });
        case 'unclear':
          return err({ kind: 'network', detail: 'unusable answer' });
      }
    });
  }

  open(room: LiveTry, listener: LiveListener, signal: AbortSignal): Promise<Result<LiveConnection, LiveRefusal>> {
    return this.#within(signal, (cut) => this.#enter(room, listener, cut));
  }

  async #find(name: string, cut: AbortSignal): Promise<Result<LiveRoom, LiveRefusal>> {
    const library = this.#library(name, cut);
    const { webClient } = library;
    const errors: unknown[] = [];
    const pages = [
      async () => readHostPage(await fetchRoomInfoFromHtmlRoute({ webClient, uniqueId: name })),
      async () => {
        const asked = { ...webClient.clientParams, uniqueId: name, sourceType: '54' };
        return readHostAnswer(await webClient.getJsonObjectFromTikTokApi('api-live/user/room/', asked));
      },
    ];
    for (const read of pages) {
      try {
        const answer = await read();
        if (answer !== null) return answer;
      } catch (error) {
        if (cut.aborted) throw error;
        errors.push(error);
      }
    }
    const refusal = pagesRefusal(errors);
    if (refusal.kind !== 'blocked' || this.#options.signApiKey === null || this.#limiter.take(false) > 0) {
      return err(refusal);
    }
    const { apiClient } = library;
    return readEulerRoom(await fetchRoomIdFromEulerRoute({ webClient, apiClient, uniqueId: name })) ?? err(refusal);
  }

  async #enter(room: LiveTry, listener: LiveListener, cut: AbortSignal): Promise<Result<LiveConnection, LiveRefusal>> {
    const library = this.#library(room.host, cut);
    const info = readRoomInfo(await library.fetchRoomInfo(room.roomId));
    if (info.kind === 'over') return err({ kind: 'offline' });
    // The library would connect to such a room and hear nothing.
    if (info.kind === 'restricted') return err({ kind: 'age-restricted' });
    const wait = this.#limiter.take(room.urgent);
    if (wait > 0) return err({ kind: 'rate-limited', retryAfterMs: wait });
    const log = this.#log.child({ name: 'live-source', host: room.host, roomId: room.roomId });
    const ear = new RoomEar(emitterOf(library), listener, knowsMethod, this.#clock, log);
    const abandon = (): void => {
      ear.mute();
      // `disconnect()` while connecting cancels nothing; cutting the socket does.
      socketOf(library)?.terminate();
    };
    ear.listen();
    emitterOf(library).on('websocketConnected', (socket: FrameSocket) => unpackFrames(socket, WebcastPushFrame));
    cut.addEventListener('abort', abandon, { once: true });
    try {
      await library.connect(room.roomId);
    } catch (error) {
      ear.mute();
      return err(ear.ended ? { kind: 'offline' } : this.#refusal(error));
    } finally {
      cut.removeEventListener('abort', abandon);
    }
    if (cut.aborted || ear.ended) {
      // Cancelled too late to matter to the library, or the stream's end was among the first messages: the library
      // stays connected to nothing.
      ear.mute();
      await this.#leave(library);
      return err(ear.ended ? { kind: 'offline' } : CANCELLED);
    }
    return ok({
      room: { roomId: room.roomId, hostUserId: info.hostUserId, hostName: info.hostName },
      close: async () => {
        ear.mute();
        await this.#leave(library);
      },
    });
  }

  /** Says goodbye; a half-open socket does not answer that and is cut. */
  async #leave(library: TikTokLiveConnection): Promise<void> {
    const socket = socketOf(library);
    const stop = this.#clock.after(GOODBYE_MS, () => socket?.terminate());
    await library.disconnect();
    stop();
  }

  /** Ends every call in time, whatever the library does, and turns its failures into refusals. */
  async #within<T>(
    signal: AbortSignal,
    work: (cut: AbortSignal) => Promise<Result<T, LiveRefusal>>,
  ): Promise<Result<T, LiveRefusal>> {
    const late = new AbortController();
    const stop = this.#clock.after(this.#options.deadlineMs ?? DEADLINE_MS, () => late.abort());
    const cut = AbortSignal.any([signal, late.signal]);
    const refusedBySignal = () => err(signal.aborted ? CANCELLED : TOO_SLOW);
    const aborted = new Promise<Result<T, LiveRefusal>>((resolve) => {
      if (cut.aborted) resolve(refusedBySignal());
      else cut.addEventListener('abort', () => resolve(refusedBySignal()), { once: true });
    });
    try {
      return await Promise.race([work(cut), aborted]);
    } catch (error) {
      return cut.aborted ? refusedBySignal() : err(this.#refusal(error));
    } finally {
      stop();
    }
  }

  #refusal(error: unknown): LiveRefusal {
    const refusal = refusalOf(error, this.#clock.now());
    if (refusal.kind === 'rate-limited') {
      const toldToWait = error instanceof SignatureRateLimitError && refusal.retryAfterMs > 0;
      this.#limiter.block(toldToWait ? refusal.retryAfterMs : SLOW_DOWN_MS);
    }
    this.#log.info({ refusal, err: error }, 'TikTok LIVE refused');
    return refusal;
  }

  #library(name: string, cut: AbortSignal): TikTokLiveConnection {
    this.#device ??= getRandomPresets();
    this.#euler ??= this.#eulerClient();
    const web = {
      signal: cut,
      retry: { limit: 1, backoffLimit: 500 },
      hooks: { beforeRequest: [(request: Redirected) => this.#redirect(request)] },
    };
    return new TikTokLiveConnection(name, {
      fetchRoomInfoOnConnect: false,
      processInitialData: true,
      clientPresets: this.#device,
      eulerApiInstance: this.#euler,
      // The library brings its own cookie jar, though its type asks for one.
      webClientOptions: web as unknown as WebOptions,
    });
  }

  /** The library asks over plain http; the configured origins decide scheme, host and port instead. */
  #redirect(request: Redirected): void {
    // Here because the library drops the `timeout` of its web options.
    request.timeout.request = this.#options.pageTimeoutMs ?? PAGE_TIMEOUT_MS;
    const url = new URL(String(request.url));
    const origin = { 'www.tiktok.com': this.#options.webUrl, 'webcast.tiktok.com': this.#options.webcastUrl }[
      url.hostname
    ];
    if (origin === undefined) return;
    const { protocol, host } = new URL(origin);
    url.protocol = protocol;
    url.host = host;
    request.url = url;
  }

  /** The library's client is made from global settings and kept globally; ours is our own, so several sources can be. */
  #eulerClient(): Euler {
    WebcastDeserializeConfig.includeMessageTypes = [...HEARD_METHODS];
    WebcastDeserializeConfig.showBase64OnDecodeError = false;
    SignConfig.basePath = this.#options.signUrl.replace(/\/+$/, '');
    SignConfig.baseOptions = { ...SignConfig.baseOptions, timeout: this.#options.signTimeoutMs ?? SIGN_TIMEOUT_MS };
    if (this.#options.signApiKey !== null) SignConfig.apiKey = this.#options.signApiKey;
    delete SignConfig.cachedInstance;
    const client = createEulerClient();
    delete SignConfig.cachedInstance;
    return client;
  }
}

function knowsMethod(method: string): boolean {
  return Object.hasOwn(WebcastEventMap, method);
}

/** The library's own types lose the socket it extends. */
function socketOf(library: TikTokLiveConnection): { terminate(): void } | null {
  return library.wsClient as unknown as { terminate(): void } | null;
}

/** The library's own types lose the emitter it extends. */
function emitterOf(library: TikTokLiveConnection): EventEmitter {
  return library as unknown as EventEmitter;
}
