import { Client, type ClientOptions, Events, GatewayIntentBits, type Interaction, Partials } from 'discord.js';
import { onTestFinished } from 'vitest';
import { type Discord, type DiscordOptions, startDiscord } from '../../sandbox/discord/discord.ts';
import { asNumber, asObject, type JsonObject } from '../../sandbox/discord/json.ts';
import type { Channel, Guild, User } from '../../sandbox/discord/model.ts';
import type { World } from '../../sandbox/discord/world.ts';

export interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly code: number | undefined;
  readonly headers: Headers;
}

/** A guild with an owner, a listener, and a text channel. */
export interface Stage {
  readonly discord: Discord;
  readonly world: World;
  readonly guild: Guild;
  readonly owner: User;
  readonly listener: User;
  readonly channel: Channel;
  /** A request as the bot, without discord.js in between. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export const stage = async (
  options: DiscordOptions & { readonly botPermissions?: bigint; readonly premiumTier?: Guild['premiumTier'] } = {},
): Promise<Stage> => {
  const discord = await startDiscord(options);
  onTestFinished(() => discord.stop());
  const { world } = discord;
  const owner = world.addUser({ username: 'rey' });
  const listener = world.addUser({ username: 'lis', globalName: 'Lis' });
  const { botPermissions, premiumTier = 0 } = options;
  const guild = world.addGuild({
    name: 'Reviews',
    ownerId: owner.id,
    premiumTier,
    ...(botPermissions === undefined ? {} : { botPermissions }),
  });
  world.addMember(guild.id, listener.id);
  const channel = world.addChannel(guild.id, { name: 'general' });
  return {
    discord,
    world,
    guild,
    owner,
    listener,
    channel,
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(`${discord.apiUrl}/v10${path}`, {
        method,
        headers: {
          authorization: `Bot ${world.token}`,
          ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const parsed: unknown = text === '' ? {} : JSON.parse(text);
      const json = asObject(parsed) ?? { list: parsed as JsonObject[string] };
      return { status: response.status, body: json, code: asNumber(json.code), headers: response.headers };
    },
  };
};

const INTENTS = [
  GatewayIntentBits.Guilds,
  GatewayIntentBits.GuildMessages,
  GatewayIntentBits.GuildVoiceStates,
  GatewayIntentBits.DirectMessages,
  GatewayIntentBits.MessageContent,
];

export const makeClient = (discord: Discord, options: Partial<ClientOptions> = {}): Client => {
  const client = new Client({
    intents: INTENTS,
    partials: [Partials.Channel],
    ...options,
    rest: { api: discord.apiUrl, cdn: discord.cdnUrl, ...options.rest },
  });
  onTestFinished(() => client.destroy());
  return client;
};

/** An unmodified discord.js, logged in and ready. */
export const login = async (discord: Discord, options: Partial<ClientOptions> = {}): Promise<Client<true>> => {
  const client = makeClient(discord, options);
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(discord.world.token);
  return ready;
};

/** Runs a handler for every interaction; what it throws is collected. */
export const onInteraction = (client: Client, handle: (interaction: Interaction) => Promise<unknown>): unknown[] => {
  const failures: unknown[] = [];
  client.on(Events.InteractionCreate, (interaction) => {
    handle(interaction).catch((error: unknown) => failures.push(error));
  });
  return failures;
};
