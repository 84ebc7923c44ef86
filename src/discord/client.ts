import {
  Client,
  GatewayIntentBits,
  type GuildMember,
  Options,
  Partials,
  type RateLimitData,
  type User,
} from 'discord.js';
import type { Config } from '../config.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { IdentifyPace } from './identify-pace.ts';

/** Uploads of pictures and CSVs on slow lines; discord.js counts the body into it. ms */
const REST_TIMEOUT_MS = 60_000;
/** Every interaction has a route of its own, whose queue discord.js keeps: for an hour, unless told otherwise. ms */
const IDLE_ROUTES_KEPT_MS = 5 * 60_000;

/**
 * Everybody who ever clicked would be remembered for as long as the process runs. Nothing of the bot reads them there; what
 * discord.js needs itself stays: the bot, and who is a bot in a voice channel.
 */
const peopleKept = {
  UserManager: { maxSize: 2_000, keepOverLimit: (user: User) => user.id === user.client.user.id },
  GuildMemberManager: {
    maxSize: 1_000,
    keepOverLimit: (member: GuildMember) => member.id === member.client.user.id || member.user.bot,
  },
};

/**
 * The bot's discord.js client, pointed where the environment says. Not logged in yet; typed as ready because nothing
 * that uses it is started before it is.
 */
export function createClient(config: Config['discord'], clock: Clock): Client<true> {
  const intents = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.GuildVoiceStates];
  if (config.messageContent) intents.push(GatewayIntentBits.MessageContent);
  const client: Client = new Client({
    intents,
    partials: [Partials.Channel, Partials.Message],
    allowedMentions: { parse: [] },
    enforceNonce: true,
    // Clicks that wait for a guild that never comes would be dead by then.
    waitGuildTimeout: 3_000,
    ws: { buildIdentifyThrottler: () => new IdentifyPace(clock) },
    makeCache: Options.cacheWithLimits({
      ...Options.DefaultMakeCacheSettings,
      MessageManager: 25,
      PresenceManager: 0,
      ReactionManager: 0,
      GuildStickerManager: 0,
      GuildScheduledEventManager: 0,
      ...peopleKept,
    }),
    rest: {
      timeout: REST_TIMEOUT_MS,
      handlerSweepInterval: IDLE_ROUTES_KEPT_MS,
      invalidRequestWarningInterval: 500,
      rejectOnRateLimit: isMessageEdit,
      ...(config.apiUrl === undefined ? {} : { api: config.apiUrl }),
      ...(config.cdnUrl === undefined ? {} : { cdn: config.cdnUrl, mediaProxy: config.cdnUrl }),
    },
  });
  return client as Client<true>;
}

/** A panel that may not be edited now is drawn anew when it may: an edit that waits in a queue would be old by then. */
function isMessageEdit({ method, route }: Pick<RateLimitData, 'method' | 'route'>): boolean {
  return method.toUpperCase() === 'PATCH' && route === '/channels/:id/messages/:id';
}

/** Named troubles of the wire, for the log; none of them ends the process. */
export function watchClient(client: Client, log: Logger, meter: { rest(status: number): void }): void {
  client.rest.on('response', (_request, response) => meter.rest(response.status));
  client.on('error', (error) => log.error({ err: error }, 'discord client error'));
  client.on('warn', (message) => log.warn({ detail: message }, 'discord client warning'));
  client.on('shardDisconnect', (event, shard) => log.warn({ code: event.code, shard }, 'gateway closed'));
  client.on('shardReconnecting', (shard) => log.info({ shard }, 'gateway reconnecting'));
  client.on('shardResume', (shard, replayed) => log.info({ shard, replayed }, 'gateway resumed'));
  client.rest.on('rateLimited', (limit) =>
    log.debug({ route: limit.route, retryAfterMs: limit.retryAfter, scope: limit.scope }, 'waiting for a rate limit'),
  );
  client.rest.on('invalidRequestWarning', (warning) => log.warn({ ...warning }, 'many invalid requests'));
}
