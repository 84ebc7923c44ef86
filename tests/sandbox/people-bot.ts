import {
  type ApplicationCommandDataResolvable,
  Client,
  Events,
  GatewayIntentBits,
  type Interaction,
  type MessageCreateOptions,
  Partials,
} from 'discord.js';
import { type Discord, startDiscord } from '../../sandbox/discord/discord.ts';
import type { Channel, Guild, Message } from '../../sandbox/discord/model.ts';
import { People } from '../../sandbox/discord/people/people.ts';

/** A guild with a text channel, a real discord.js bot in it, and people to come. */
export interface Stage {
  readonly discord: Discord;
  readonly guild: Guild;
  readonly channel: Channel;
  readonly people: People;
  readonly client: Client<true>;
  /** Takes the place of whatever answered interactions before. */
  answer(listener: (interaction: Interaction) => Promise<unknown>): void;
  /** A message of the bot in its channel. */
  post(payload: MessageCreateOptions): Promise<Message>;
  /** What went wrong inside the bot since the last look. */
  failures(): readonly unknown[];
  stop(): Promise<void>;
}

export const startStage = async (commands: readonly ApplicationCommandDataResolvable[]): Promise<Stage> => {
  const discord = await startDiscord({ identifyIntervalMs: 0 });
  const { world } = discord;
  // Rate limits are not what these tests are about.
  discord.limits.enabled = false;
  const guild = world.addGuild({ name: 'Studio', ownerId: world.addUser({ username: 'boss' }).id });
  const channel = world.addChannel(guild.id, { name: 'general' });
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.MessageContent,
      GatewayIntentBits.DirectMessages,
    ],
    partials: [Partials.Channel],
    rest: { api: discord.apiUrl, cdn: discord.cdnUrl },
  });
  const failures: unknown[] = [];
  let listener: (interaction: Interaction) => Promise<unknown> = async () => undefined;
  client.on('error', (error) => failures.push(error));
  client.on(Events.InteractionCreate, (interaction) => {
    listener(interaction).catch((error: unknown) => failures.push(error));
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(world.token);
  const bot = await ready;
  await bot.application.commands.set([...commands], guild.id);
  return {
    discord,
    guild,
    channel,
    people: new People(world),
    client: bot,
    answer: (next) => {
      listener = next;
    },
    post: async (payload) => {
      const there = await bot.channels.fetch(channel.id);
      if (there?.isSendable() !== true) throw new Error('the bot cannot write');
      const sent = await there.send(payload);
      return world.messages.require(channel.id, sent.id);
    },
    failures: () => failures.splice(0),
    stop: async () => {
      await client.destroy();
      await discord.stop();
    },
  };
};
