import { EventBus } from '../src/lib/event-bus.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import type { LiveListener, LiveSource } from '../src/ports/live-source.ts';
import type { Facts } from '../src/services/events.ts';
import { GiftCredit } from '../src/services/gift-credit.ts';
import { HandleService } from '../src/services/handle-service.ts';
import { LiveService } from '../src/services/live-service.ts';
import { SessionReports } from '../src/services/session-report.ts';
import { SettingsService } from '../src/services/settings-service.ts';
import { openStore, type SqliteStore } from '../src/store/database.ts';
import { TikTokLiveSource } from '../src/tiktok/live-source.ts';
import { SignLimiter } from '../src/tiktok/sign-limiter.ts';
import type { Side } from './live-child.ts';
import { SILENT } from './silent.ts';

/** Viewers of these names own a waiting song each, so that their gifts move it. */
export const GIFTERS = 60;
export const gifterName = (index: number): string => `gifter${index}`;

/** The bot's LIVE side as it is: source, ingest, points, gifts and a database file. Events count when they are committed. */
export async function liveEngine(file: string, onMoved: (publicId: string) => void): Promise<Side> {
  const store = await openStore(file);
  const bus = new EventBus<Facts>((listener, error) => SILENT.error({ listener, error: String(error) }, 'listener'));
  const ports = { store, bus, clock: systemClock };
  const settings = new SettingsService(ports);
  const heard = { events: 0, onFirst: null as (() => void) | null };
  const service = new LiveService({
    ...ports,
    settings,
    proofs: new HandleService({ ...ports, settings, credit: new GiftCredit() }),
    log: SILENT,
    source: counted(realSource(), heard),
    recorder: { open: () => ({ write: () => undefined, close: async () => undefined }) },
    reports: new SessionReports(ports),
  });
  let guilds = 0;
  bus.on('song.moved', 'bench', ({ publicId }) => onMoved(publicId));
  return {
    connect: async (hosts) => {
      for (const host of hosts) {
        const guild = String(900_000_000_000_000_000n + BigInt(guilds));
        if (guilds === 0) await seed(store, guild);
        guilds += 1;
        const connected = await service.connect(guild, '300000000000000001', host, false);
        if (!connected.ok) throw new Error(`not connected: ${JSON.stringify(connected.error)}`);
      }
    },
    take: async (events, first) => {
      heard.onFirst = first;
      const until = heard.events + events;
      await new Promise<void>((resolve) => {
        const stop = bus.on('live.counted', 'bench count', () => {
          if (heard.events < until) return;
          stop();
          resolve();
        });
      });
      await service.flush();
    },
    stop: async () => {
      await service.stop();
      await store.close();
    },
  };
}

function realSource(): LiveSource {
  const { TIKTOK_SIGN_URL = '', TIKTOK_WEB_URL = '', TIKTOK_WEBCAST_URL = '' } = process.env;
  return new TikTokLiveSource(
    { signUrl: TIKTOK_SIGN_URL, webUrl: TIKTOK_WEB_URL, webcastUrl: TIKTOK_WEBCAST_URL, signApiKey: null },
    new SignLimiter({ perMinute: 10_000, perHour: 100_000, reserved: 0 }, systemClock),
    systemClock,
    SILENT,
  );
}

/** Counts what passes, nothing else. */
function counted(source: LiveSource, heard: { events: number; onFirst: (() => void) | null }): LiveSource {
  const listen = (listener: LiveListener): LiveListener => ({
    event: (event) => {
      heard.events += 1;
      listener.event(event);
    },
    unreadable: (frame) => listener.unreadable(frame),
    drift: (verdict) => listener.drift(verdict),
    raw: (name, message) => listener.raw(name, message),
    closed: (code) => listener.closed(code),
    alive: () => {
      heard.onFirst?.();
      heard.onFirst = null;
      listener.alive();
    },
  });
  return {
    find: (name, signal) => source.find(name, signal),
    isRunning: (roomId, signal) => source.isRunning(roomId, signal),
    open: (room, listener, signal) => source.open(room, listen(listener), signal),
  };
}

/** Members with a song each, whose handles are named and linked before they are ever seen. */
async function seed(store: SqliteStore, guild: string): Promise<void> {
  await store.transaction(async (tx) => {
    for (let index = 0; index < GIFTERS; index += 1) {
      const ownerId = String(400_000_000_000_000_000n + BigInt(index));
      const url = `https://soundcloud.com/bench/${index}`;
      const handle = await tx.handles.addUnseen(guild, gifterName(index));
      await tx.handles.setLink(handle.id, ownerId, false, Date.now());
      await tx.submissions.add({
        guildId: guild,
        publicId: gifterName(index).toUpperCase(),
        ownerId,
        ownerName: 'member',
        artist: 'Artist',
        title: 'Title',
        note: null,
        track: { kind: 'link', url, normalizedUrl: url, platform: 'soundcloud' },
        handleId: null,
        line: 'free',
        submittedAt: Date.now(),
        askedUntil: null,
        via: 'modal',
      });
    }
  });
}
