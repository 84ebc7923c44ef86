import type { EventEmitter } from 'node:events';
import { SignConfig, TikTokLiveConnection } from 'tiktok-live-connector';
import type { Side } from './live-child.ts';

const COUNTED = ['chat', 'gift', 'like', 'member', 'follow', 'share', 'roomUser', 'subNotify'] as const;

/** The unmodified library: decodes and counts, nothing else. */
export function bareLibrary(): Side {
  const { TIKTOK_SIGN_URL = '', TIKTOK_WEB_URL = '', TIKTOK_WEBCAST_URL = '' } = process.env;
  const origins = new Map([
    ['www.tiktok.com', new URL(TIKTOK_WEB_URL)],
    ['webcast.tiktok.com', new URL(TIKTOK_WEBCAST_URL)],
  ]);
  const redirect = (request: { url?: string | URL | undefined }): void => {
    const url = new URL(String(request.url));
    const origin = origins.get(url.hostname);
    if (origin === undefined) return;
    url.protocol = origin.protocol;
    url.host = origin.host;
    request.url = url;
  };
  SignConfig.basePath = TIKTOK_SIGN_URL;
  const connections: TikTokLiveConnection[] = [];
  let onFirst: (() => void) | null = null;
  let left = 0;
  let onLast: () => void = () => undefined;
  const count = (): void => {
    left -= 1;
    if (left === 0) onLast();
  };
  return {
    connect: async (hosts) => {
      for (const host of hosts) {
        const web = { hooks: { beforeRequest: [redirect] } };
        const connection = new TikTokLiveConnection(host, { webClientOptions: web as never });
        // The library's own types lose the emitter it extends.
        const emitter = connection as unknown as EventEmitter;
        for (const event of COUNTED) emitter.on(event, count);
        emitter.on('websocketData', () => {
          onFirst?.();
          onFirst = null;
        });
        await connection.connect();
        connections.push(connection);
      }
    },
    take: (events, first) =>
      new Promise((resolve) => {
        left = events;
        onFirst = first;
        onLast = resolve;
      }),
    stop: async () => {
      for (const connection of connections) await connection.disconnect();
    },
  };
}
