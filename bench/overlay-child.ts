import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBus } from '../src/lib/event-bus.ts';
import { systemClock } from '../src/lib/system-clock.ts';
import type { Logger } from '../src/ports/logger.ts';
import type { Facts } from '../src/services/events.ts';
import { GiftCredit } from '../src/services/gift-credit.ts';
import { HandleService } from '../src/services/handle-service.ts';
import { OverlayService } from '../src/services/overlay-service.ts';
import { QueueService } from '../src/services/queue-service.ts';
import { SettingsService } from '../src/services/settings-service.ts';
import { openStore, type SqliteStore } from '../src/store/database.ts';
import { Meter } from '../src/web/meter.ts';
import { newOverlayKey } from '../src/web/overlay-key.ts';
import { overlaySources } from '../src/web/overlay-sources.ts';
import { createWebServer } from '../src/web/server.ts';

/** What the bench asks of the bot's side. */
export type Ask = { readonly kind: 'next' } | { readonly kind: 'stop' };

/** And what it tells. Times are ms since the epoch, with fractions. */
export type Told =
  | { readonly kind: 'up'; readonly overlay: string }
  /** The song that went on air, and when its button was pressed: before the transaction. */
  | { readonly kind: 'pressed'; readonly publicId: string; readonly at: number; readonly cpuMs: number };

const GUILD = '900000000000000001';
const STAFF = '300000000000000001';
export const SONGS = 600;

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  error: (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`),
  child: () => quiet,
};

async function fill(store: SqliteStore): Promise<void> {
  await store.transaction(async (tx) => {
    await tx.guilds.join(GUILD, 1);
    for (let song = 0; song < SONGS; song += 1) {
      const url = `https://open.spotify.com/track/${song}`;
      await tx.submissions.add({
        guildId: GUILD,
        publicId: song.toString(36).toUpperCase().padStart(4, '0'),
        ownerId: String(400_000_000_000_000_000n + BigInt(song)),
        ownerName: `listener number ${song}`,
        artist: `An artist with a usual name ${song}`,
        title: `A song with a title of usual length ${song}`,
        note: null,
        track: { kind: 'link', url, normalizedUrl: url, platform: 'spotify' },
        handleId: null,
        line: 'free',
        submittedAt: song,
        askedUntil: null,
        via: 'modal',
      });
    }
  });
}

/** Store, services and HTTP as the bot has them, without Discord and TikTok. */
async function main(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'skipline-bench-'));
  const store = await openStore(join(folder, 'skipline.db'));
  await fill(store);
  const clock = systemClock;
  const bus = new EventBus<Facts>((listener, error) => quiet.error({ listener, error }, 'a listener failed'));
  const settings = new SettingsService({ store, bus, clock });
  const queue = new QueueService({ store, settings, bus, clock });
  const sources = overlaySources({
    store,
    queue,
    handles: new HandleService({ store, settings, credit: new GiftCredit(), bus, clock }),
    submissions: {
      get: async (_guildId, id) => (await store.read((reads) => reads.submissions.get(id)))?.submission ?? null,
    },
    playback: {
      status: (guildId) => ({
        guildId,
        voice: { kind: 'away', why: null },
        player: { kind: 'idle' },
        volume: 100,
        filters: [],
      }),
    },
  });
  const service = new OverlayService({ store, clock, newKey: newOverlayKey, publicUrl: () => null });
  const web = await createWebServer({
    log: quiet,
    meter: new Meter(),
    ready: () => true,
    overlay: { service, sources, bus, clock },
  });
  const origin = await web.listen({ port: 0, host: '127.0.0.1' });
  const tell = (told: Told): void => {
    process.send?.(told);
  };
  process.on('message', async (ask: Ask) => {
    if (ask.kind === 'stop') {
      await web.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
      process.disconnect();
      return;
    }
    const at = performance.timeOrigin + performance.now();
    const taken = await queue.next(GUILD, STAFF);
    if (!taken.ok) throw new Error(`no song was left: ${taken.error.code}`);
    const { user, system } = process.cpuUsage();
    tell({ kind: 'pressed', publicId: taken.value.onAir.submission.publicId, at, cpuMs: (user + system) / 1000 });
  });
  tell({ kind: 'up', overlay: `${origin}${(await service.links(GUILD)).path}` });
}

await main();
