import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { LinkOrigins } from './audio/audio-side.ts';
import { type Config, configSecrets } from './config.ts';
import { createClient, watchClient } from './discord/client.ts';
import { onDismissal } from './discord/dismissal.ts';
import { discordAnswers, listen, logIn, loginRefusal } from './discord/login.ts';
import { Registration, registerCommands, registerRefusal } from './discord/register.ts';
import { EventBus } from './lib/event-bus.ts';
import { Lifecycle } from './lib/lifecycle.ts';
import { systemClock } from './lib/system-clock.ts';
import { createLog } from './log.ts';
import { createParts, type Parts } from './parts.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';
import { type Store, StoreError } from './ports/store.ts';
import { BackupService } from './services/backup-service.ts';
import type { Facts } from './services/events.ts';
import { StartRefusal } from './start-refusal.ts';
import { BackupFolder } from './store/backup-folder.ts';
import { openStore, type SqliteStore } from './store/database.ts';
import { FolderLock } from './store/folder-lock.ts';
import { Meter } from './web/meter.ts';
import { meteredStore } from './web/metered-store.ts';
import { createWebServer } from './web/server.ts';

export interface App {
  readonly log: Logger;
  /** Resolves when the bot is ready. Rejects with `StartRefusal` when it can't run as it is configured. */
  start(): Promise<void>;
  /** Ends cleanly, as far as it had started. */
  stop(): Promise<void>;
  /** Resolves, in plain words, when Discord lets the running bot in no longer: there is nothing to do but to stop. */
  readonly dismissed: Promise<string>;
  /** Where its HTTP server listens, once started. */
  readonly httpPort: number | null;
}

/** What a test may own instead of the machine. */
export interface Edges {
  readonly clock?: Clock;
  /** Stands in for the platforms that songs are linked from. */
  readonly linkOrigins?: LinkOrigins;
}

/** Panels say "paused" within this time of a stop. ms */
const FAREWELL_MS = 3_000;

/** For a bot before this one that is just ending, which it gives itself nine seconds for. ms */
const TAKEOVER_MS = 12_000;

/** The whole bot for one configuration. Nothing happens before `start`. */
export function createApp(config: Config, edges: Edges = {}): App {
  const log = createLog({ level: config.logLevel, secrets: configSecrets(config) });
  const clock = edges.clock ?? systemClock;
  const life = new Lifecycle((part, err) => log.error({ err, part }, 'a part could not stop cleanly'));
  let httpPort: number | null = null;
  const { promise: dismissed, resolve: dismiss } = Promise.withResolvers<string>();
  return {
    log,
    dismissed,
    get httpPort() {
      return httpPort;
    },
    start: async () => {
      httpPort = await start(config, { ...edges, clock }, log, life, dismiss);
    },
    stop: () => life.stop(),
  };
}

/** Store and HTTP first, then Discord, then what is visible, then the show itself. @returns the HTTP port */
async function start(
  config: Config,
  { clock, linkOrigins }: Edges & { readonly clock: Clock },
  log: Logger,
  life: Lifecycle,
  dismiss: (words: string) => void,
): Promise<number> {
  const dataDir = resolve(config.dataDir);
  const store = await open(dataDir, life);
  const bus = new EventBus<Facts>((listener, err) => log.error({ err, listener }, 'a listener failed'));
  await life.add(
    'bus',
    () => undefined,
    () => bus.idle(),
  );
  const meter = new Meter();
  const client = createClient(config.discord, clock);
  watchClient(client, log, meter);
  let httpPort = 0;
  const publicUrl = () => config.http.publicUrl ?? (httpPort === 0 ? null : `http://127.0.0.1:${httpPort}`);
  const bot = await createParts({
    config,
    dataDir,
    store: meteredStore(store, meter, clock),
    bus,
    client,
    clock,
    log,
    meter,
    publicUrl,
    ...(linkOrigins === undefined ? {} : { linkOrigins }),
  });
  let ready = false;
  const web = await createWebServer({ log, meter, ready: () => ready, overlay: bot.overlay });
  await life.add(
    'web',
    async () => {
      httpPort = await listenHttp(web, config.http);
    },
    () => web.close(),
  );
  await life.add('meter', () => meter.start());
  const backups = new BackupService({
    backups: new BackupFolder(store, join(dataDir, 'backups')),
    clock,
    log: log.child({ name: 'backups' }),
    onFailing: () => bot.reports.backupsFail(client.guilds.cache.keys()),
  });
  await life.add(
    'backups',
    () => backups.start(),
    () => backups.stop(),
  );
  listen(client, {
    interaction: (interaction) => bot.router.handle(interaction),
    message: (message) => bot.passive.handle(message),
  });
  // Before the first message: where the channels stood tells what was missed.
  await life.add(
    'marks',
    () => bot.marks.load(),
    () => bot.marks.idle(),
  );
  const ending = new AbortController();
  await life.add(
    'discord',
    async () => {
      await discordAnswers(client.rest, config.discord.token, { clock, log, signal: ending.signal });
      await orRefused(logIn(client, config.discord.token), loginRefusal);
    },
    () => {
      ending.abort();
      return client.destroy();
    },
  );
  onDismissal(client, dismiss);
  for (const [name, start, stop] of partsInOrder(bot)) await life.add(name, start, stop);
  const guildId = config.discord.guildId ?? null;
  const target = () => ({ applicationId: client.application.id, guildId, guilds: [...client.guilds.cache.keys()] });
  const registration = new Registration(
    () => registerCommands(client.rest, target(), bot.cogs, memoryOf(store), log),
    clock,
    log,
  );
  await life.add(
    'commands',
    () => orRefused(registration.start(), (error) => registerRefusal(error, guildId)),
    () => registration.stop(),
  );
  ready = true;
  await life.add(
    'readiness',
    () => undefined,
    () => {
      ready = false;
    },
  );
  log.info({ guilds: client.guilds.cache.size, httpPort, messageContent: config.discord.messageContent }, 'ready');
  return httpPort;
}

type Step = readonly [name: string, start: () => unknown, stop: () => unknown];

/** From what is shown to what comes in: stopped the other way round, so that nothing new arrives while parts end. */
function partsInOrder({ services, panels, announcer, guildEvents, passive, router }: Parts): readonly Step[] {
  const { media, titles, notices, playback, upkeep, live } = services;
  const ready = () => undefined;
  return [
    ['media', () => media.start(), () => media.stop()],
    ['titles', () => titles.start(), () => titles.stop()],
    ['notices', () => notices.start(), () => notices.stop()],
    ['announcer', ready, () => announcer.stop()],
    ['panels', () => panels.keeper.start(), () => panels.keeper.stop(FAREWELL_MS)],
    ['playback', () => playback.start(), () => playback.close()],
    ['upkeep', () => upkeep.start(), () => upkeep.stop()],
    ['live', () => live.start(), () => live.stop()],
    ['guilds', () => guildEvents.start(), () => guildEvents.stop()],
    ['passive intake', ready, () => passive.close()],
    ['interactions', ready, () => router.close()],
  ];
}

async function open(dataDir: string, life: Lifecycle): Promise<SqliteStore> {
  try {
    await mkdir(dataDir, { recursive: true });
    const lock = await FolderLock.take(dataDir, TAKEOVER_MS);
    if (lock === null)
      throw new StartRefusal(`Another bot runs on DATA_DIR (${dataDir}). Stop it first, or choose another folder.`);
    await life.add(
      'folder',
      () => undefined,
      () => lock.release(),
    );
    const store = await openStore(join(dataDir, 'skipline.db'));
    await life.add(
      'store',
      () => undefined,
      () => store.close(),
    );
    return store;
  } catch (error) {
    if (error instanceof StoreError)
      throw new StartRefusal(`${error.message}${await wayOut(error, dataDir)}`, { cause: error });
    if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
      throw new StartRefusal(
        `DATA_DIR (${dataDir}) can't be used: ${error.code}. Choose a folder that the bot may write to.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** A damaged database is named together with the copy that brings it back. */
async function wayOut({ trouble }: StoreError, dataDir: string): Promise<string> {
  if (trouble !== 'corrupt' && trouble !== 'not-a-database') return '';
  const newest = (await new BackupFolder({ backup: async () => undefined }, join(dataDir, 'backups')).list()).at(-1);
  if (newest === undefined) return ' There is no backup yet.';
  // To be copied into a shell.
  const word = /\s/.test(newest.file) ? `"${newest.file}"` : newest.file;
  return `\nThe newest backup is ${newest.file}. Bring it back with: npm run restore -- ${word}`;
}

/** @returns the port, chosen by the system when 0 was asked for */
async function listenHttp(
  web: Awaited<ReturnType<typeof createWebServer>>,
  { host, port }: Config['http'],
): Promise<number> {
  try {
    await web.listen({ port, host });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['EADDRINUSE', 'EACCES'].includes(code))
      throw new StartRefusal(
        `PORT ${port} on ${host} can't be used (${code}). Is another bot running? Choose another PORT.`,
        { cause: error },
      );
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL', 'ENOTFOUND', 'EAI_AGAIN'].includes(code))
      throw new StartRefusal(
        `HOST ${host} is no address of this machine (${code}). Leave it out, or use 0.0.0.0 to be reached from elsewhere.`,
        { cause: error },
      );
    throw error;
  }
  const address = web.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/** What Discord refuses because of the configuration is told in words. */
async function orRefused(work: Promise<void>, words: (error: unknown) => string | null): Promise<void> {
  try {
    await work;
  } catch (error) {
    const refusal = words(error);
    throw refusal === null ? error : new StartRefusal(refusal, { cause: error });
  }
}

function memoryOf(store: Store) {
  return {
    get: (key: string) => store.read((tx) => tx.notes.get(key)),
    set: (key: string, value: string) => store.transaction((tx) => tx.notes.set(key, value)),
  };
}
