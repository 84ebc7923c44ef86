import { type Discord, type DiscordOptions, startDiscord } from './discord/discord.ts';
import { startTikTok, type TikTok, type TikTokOptions } from './tiktok/tiktok.ts';
import { startVoice, type VoiceOptions, type VoiceSandbox } from './voice/voice-sandbox.ts';

/** Ports not named here are any free ones. */
export interface SandboxPorts {
  readonly discord?: number;
  readonly cdn?: number;
  readonly voice?: number;
  readonly tiktokWeb?: number;
  readonly tiktokWebcast?: number;
  readonly tiktokSign?: number;
}

export interface SandboxOptions {
  readonly ports?: SandboxPorts;
  readonly discord?: Omit<DiscordOptions, 'port' | 'cdnPort'>;
  /** `false` = no voice server: a join then gets a voice state and never a server. */
  readonly voice?: Omit<VoiceOptions, 'port'> | false;
  /** `false` = no TikTok. */
  readonly tiktok?: Omit<TikTokOptions, 'ports'> | false;
}

/** Discord, its voice server and TikTok LIVE on loopback, and the environment that points a bot at them. */
export interface Sandbox {
  /** Exactly the variables of the environment contract that concern the outside; add DATA_DIR, PORT and so on. */
  readonly env: Readonly<Record<string, string>>;
  readonly discord: Discord;
  readonly voice: VoiceSandbox | undefined;
  readonly tiktok: TikTok | undefined;
  /** Stops everything; safe to call twice. */
  stop(): Promise<void>;
}

interface Part {
  stop(): Promise<void>;
}

/** Stops in reverse order of starting and reports every failure, not only the first. */
const stopAll = async (parts: Part[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const part of parts.splice(0).reverse()) await part.stop().catch((error: unknown) => failures.push(error));
  if (failures.length > 0) throw new AggregateError(failures, 'the sandbox did not stop cleanly');
};

const tiktokPorts = (ports: SandboxPorts): TikTokOptions['ports'] => ({
  ...(ports.tiktokWeb === undefined ? {} : { web: ports.tiktokWeb }),
  ...(ports.tiktokWebcast === undefined ? {} : { webcast: ports.tiktokWebcast }),
  ...(ports.tiktokSign === undefined ? {} : { sign: ports.tiktokSign }),
});

export const startSandbox = async (options: SandboxOptions = {}): Promise<Sandbox> => {
  const ports = options.ports ?? {};
  const parts: Part[] = [];
  const started = <T extends Part>(part: T): T => {
    parts.push(part);
    return part;
  };
  try {
    const discord = started(
      await startDiscord({ ...options.discord, port: ports.discord ?? 0, cdnPort: ports.cdn ?? 0 }),
    );
    const voice =
      options.voice === false ? undefined : started(await startVoice({ ...options.voice, port: ports.voice ?? 0 }));
    const tiktok =
      options.tiktok === false
        ? undefined
        : started(await startTikTok({ ...options.tiktok, ports: tiktokPorts(ports) ?? {} }));
    if (voice !== undefined) discord.world.voice.backend = voice;
    return {
      discord,
      voice,
      tiktok,
      env: {
        DISCORD_TOKEN: discord.world.token,
        DISCORD_CLIENT_ID: discord.world.application.id,
        DISCORD_API_URL: discord.apiUrl,
        DISCORD_CDN_URL: discord.cdnUrl,
        ...(voice === undefined ? {} : { NODE_EXTRA_CA_CERTS: voice.certPath }),
        ...tiktok?.env,
      },
      stop: () => stopAll(parts),
    };
  } catch (error) {
    await stopAll(parts);
    throw error;
  }
};
