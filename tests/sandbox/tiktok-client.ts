import type { EventEmitter } from 'node:events';
import { SignConfig, TikTokLiveConnection } from 'tiktok-live-connector';
import type { TikTokEnv } from '../../sandbox/tiktok/tiktok.ts';

export interface Heard {
  readonly event: string;
  readonly payload: Payload;
}

/** Event payloads as the library hands them over; read by path in the tests. */
export type Payload = Readonly<Record<string, unknown>>;

const EVENTS = [
  'chat',
  'gift',
  'like',
  'member',
  'follow',
  'share',
  'social',
  'subNotify',
  'superFan',
  'superFanJoin',
  'barrage',
  'roomUser',
  'controlMessage',
  'streamEnd',
  'pollMessage',
  'linkMicBattle',
  'linkMicArmies',
  'envelope',
  'emote',
  'questionNew',
  'connected',
  'disconnected',
  'error',
  'enterRoom',
  'websocketData',
] as const;
type EventName = (typeof EVENTS)[number];

type Options = NonNullable<ConstructorParameters<typeof TikTokLiveConnection>[1]>;
type HttpOptions = NonNullable<Options['webClientOptions']>;

/** The unmodified library, pointed at the sandbox by its own settings only. */
export class LibraryClient {
  readonly connection: TikTokLiveConnection;
  readonly heard: Heard[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(connection: TikTokLiveConnection) {
    this.connection = connection;
  }

  listen(): void {
    // The library's own types lose the emitter it extends, and type each event differently.
    const emitter = this.connection as unknown as EventEmitter;
    for (const event of EVENTS) {
      emitter.on(event, (payload: Payload) => {
        this.heard.push({ event, payload });
        for (const check of [...this.#waiting]) check();
      });
    }
  }

  of(event: EventName): readonly Payload[] {
    return this.heard.filter((each) => each.event === event).map((each) => each.payload);
  }

  /** The first `count` payloads of an event, as soon as they have come. */
  async until(event: EventName, count = 1): Promise<readonly Payload[]> {
    if (this.of(event).length < count) {
      await new Promise<void>((resolve) => {
        const check = (): void => {
          if (this.of(event).length < count) return;
          this.#waiting.delete(check);
          resolve();
        };
        this.#waiting.add(check);
      });
    }
    return this.of(event).slice(0, count);
  }

  async first(event: EventName): Promise<Payload> {
    const [payload] = await this.until(event);
    if (payload === undefined) throw new Error(`no ${event}`);
    return payload;
  }
}

export interface Sandbox {
  readonly env: TikTokEnv;
}

/** `timeoutMs` bounds every HTTP request; got's own retries are off, they only cost time here. */
export function libraryClient(tiktok: Sandbox, handle: string, options: Options = {}, timeoutMs = 3000): LibraryClient {
  SignConfig.basePath = tiktok.env.TIKTOK_SIGN_URL;
  SignConfig.baseOptions = { ...SignConfig.baseOptions, timeout: timeoutMs };
  delete SignConfig.cachedInstance;
  const origins = new Map([
    ['www.tiktok.com', new URL(tiktok.env.TIKTOK_WEB_URL)],
    ['webcast.tiktok.com', new URL(tiktok.env.TIKTOK_WEBCAST_URL)],
  ]);
  // The library takes got's timeout from here only: `webClientOptions.timeout` is dropped.
  process.env.TIKTOK_CLIENT_TIMEOUT = String(timeoutMs);
  const http: Omit<HttpOptions, 'cookieJar'> = {
    retry: { limit: 0 },
    hooks: {
      beforeRequest: [
        (request) => {
          const url = new URL(String(request.url));
          const origin = origins.get(url.hostname);
          if (origin === undefined) return;
          url.protocol = origin.protocol;
          url.host = origin.host;
          request.url = url;
        },
      ],
    },
  };
  // The types demand a cookie jar, which the library then replaces by its own.
  const connection = new TikTokLiveConnection(handle, { ...options, webClientOptions: http as HttpOptions });
  const client = new LibraryClient(connection);
  client.listen();
  return client;
}

/** Reads `a.b.0.c` without trusting anything on the way. */
export function at(payload: unknown, path: string): unknown {
  let here: unknown = payload;
  for (const step of path.split('.')) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[step];
  }
  return here;
}
