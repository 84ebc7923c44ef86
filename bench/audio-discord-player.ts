import { createRequire } from 'node:module';
import { Client, GatewayIntentBits } from 'discord.js';
import { type Admit, type AudioBenchSide, BENCH_BOT, type BenchSongs, channelOf } from './audio-side.ts';

/** The little of discord-player that is used here; it is not a package of this project. */
interface PlayerModule {
  readonly Player: new (client: unknown) => DiscordPlayer;
}
interface DiscordPlayer {
  readonly extractors: { loadMulti(extractors: unknown): Promise<unknown> };
  readonly nodes: { create(guild: unknown, options: object): PlayerQueue; get(guildId: string): PlayerQueue | null };
  search(query: string, options: object): Promise<{ readonly tracks: readonly unknown[] }>;
}
interface PlayerQueue {
  connect(channel: unknown): Promise<unknown>;
  readonly node: { play(track: unknown): Promise<unknown>; stop(force: boolean): boolean };
}

/** discord-player 7 with its own defaults, on a client that never logged in and is told its guilds. */
export async function discordPlayerSide(songs: BenchSongs, admit: Admit): Promise<AudioBenchSide> {
  const load = createRequire(new URL('./rivals/package.json', import.meta.url));
  const { Player } = load('discord-player') as PlayerModule;
  const { DefaultExtractors } = load('@discord-player/extractor') as { readonly DefaultExtractors: unknown };
  const client = new Client({ intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildVoiceStates] });
  const inside = client as unknown as ClientInside;
  inside.user = { id: BENCH_BOT };
  inside.ws.shards.set(0, { id: 0, status: 0, send: (payload) => void letIn(inside, payload, admit) });
  const player = new Player(client);
  await player.extractors.loadMulti(DefaultExtractors);
  return {
    join: async (guildId) => {
      const guild = inside.guilds._add(guildOf(guildId));
      const queue = player.nodes.create(guild, { leaveOnEnd: false, leaveOnEmpty: false, leaveOnStop: false });
      await queue.connect(channelOf(guildId));
    },
    play: async (guildId) => {
      const found = await player.search(songs.original, { searchEngine: 'file' });
      await player.nodes.get(guildId)?.node.play(found.tracks[0]);
    },
    stop: (guildId) => void player.nodes.get(guildId)?.node.stop(false),
  };
}

/** Parts of discord.js that a login would fill. */
interface ClientInside {
  user: { readonly id: string };
  readonly ws: { readonly shards: Map<number, { id: number; status: number; send: (payload: VoicePayload) => void }> };
  readonly guilds: { _add(guild: object): unknown };
  readonly voice: {
    readonly adapters: Map<
      string,
      { onVoiceStateUpdate(event: object): void; onVoiceServerUpdate(event: object): void }
    >;
  };
}
interface VoicePayload {
  readonly d: { readonly guild_id: string; readonly channel_id: string | null };
}

async function letIn(client: ClientInside, { d }: VoicePayload, admit: Admit): Promise<void> {
  if (d.channel_id === null) return;
  const { token, endpoint, sessionId } = await admit(d.guild_id, d.channel_id);
  const state = { guild_id: d.guild_id, channel_id: d.channel_id, user_id: BENCH_BOT, session_id: sessionId };
  client.voice.adapters.get(d.guild_id)?.onVoiceStateUpdate(state);
  client.voice.adapters.get(d.guild_id)?.onVoiceServerUpdate({ token, guild_id: d.guild_id, endpoint });
}

function guildOf(guildId: string): object {
  const everyone = { id: guildId, name: '@everyone', permissions: '8', position: 0, color: 0, hoist: false };
  return {
    id: guildId,
    name: 'bench',
    shardId: 0,
    owner_id: BENCH_BOT,
    unavailable: false,
    roles: [everyone],
    channels: [
      {
        id: channelOf(guildId),
        type: 2,
        name: 'voice',
        guild_id: guildId,
        bitrate: 64_000,
        user_limit: 0,
        permission_overwrites: [],
      },
    ],
    members: [{ user: { id: BENCH_BOT, username: 'bot', discriminator: '0', bot: true }, roles: [] }],
  };
}
