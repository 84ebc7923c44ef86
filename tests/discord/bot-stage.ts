import { onTestFinished } from 'vitest';
import { type Discord, startDiscord } from '../../sandbox/discord/discord.ts';
import type { Channel, Guild } from '../../sandbox/discord/model.ts';
import type { Human } from '../../sandbox/discord/people/human.ts';
import { People } from '../../sandbox/discord/people/people.ts';
import { createClient } from '../../src/discord/client.ts';
import { listen, logIn } from '../../src/discord/login.ts';
import { SETTINGS, type SettingKey, type Settings } from '../../src/domain/setting.ts';
import { systemClock } from '../../src/lib/system-clock.ts';
import type { Logger } from '../../src/ports/logger.ts';

/** Generous: a busy machine is slow, and nothing waits when the answer is there. */
export const PATIENCE = { timeoutMs: 20_000 };

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly facts: object;
  readonly message: string;
}

/** A log that keeps what it is told. */
export function keptLog(): { readonly log: Logger; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: LogLine['level']) => (facts: object, message: string) => {
    lines.push({ level, facts, message });
  };
  const log: Logger = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  };
  return { log, lines };
}

/** Settings of every guild in memory: defaults until a test changes one. */
export class MemorySettings {
  readonly #changed = new Map<string, Map<SettingKey, unknown>>();
  readonly changes: {
    readonly guildId: string;
    readonly actor: string;
    readonly key: SettingKey;
    readonly value: unknown;
  }[] = [];

  readonly all = async (guildId: string): Promise<Settings> => {
    const defaults = Object.entries(SETTINGS).map(([key, { default: value }]) => [key, value] as const);
    return Object.fromEntries([...defaults, ...(this.#changed.get(guildId) ?? [])]) as unknown as Settings;
  };

  readonly set = async (guildId: string, actor: string, key: SettingKey, value: string | boolean | number | null) => {
    this.put(guildId, { [key]: value });
    this.changes.push({ guildId, actor, key, value });
    return { ok: true as const, value: await this.all(guildId) };
  };

  put(guildId: string, values: Partial<Record<SettingKey, unknown>>): void {
    const known = this.#changed.get(guildId) ?? new Map<SettingKey, unknown>();
    for (const [key, value] of Object.entries(values)) known.set(key as SettingKey, value);
    this.#changed.set(guildId, known);
  }
}

/** The bot's own client, logged in to a Discord on loopback, with a guild and people in it. */
export async function botStage(options: { readonly messageContent?: boolean; readonly botPermissions?: bigint } = {}) {
  const discord: Discord = await startDiscord({ identifyIntervalMs: 0 });
  const { world } = discord;
  const client = createClient(
    {
      token: world.token,
      apiUrl: discord.apiUrl,
      cdnUrl: discord.cdnUrl,
      messageContent: options.messageContent ?? true,
    },
    systemClock,
  );
  onTestFinished(async () => {
    await client.destroy();
    await discord.stop();
  });
  const people = new People(world);
  const guild: Guild = world.addGuild({
    name: 'Night Review',
    ownerId: world.addUser({ username: 'nova' }).id,
    ...(options.botPermissions === undefined ? {} : { botPermissions: options.botPermissions }),
  });
  const channel: Channel = world.addChannel(guild.id, { name: 'lobby' });
  const nova: Human = people.owner(guild);
  return {
    discord,
    world,
    client,
    people,
    guild,
    channel,
    nova,
    settings: new MemorySettings(),
    ...keptLog(),
    logIn: () => logIn(client, world.token),
    listen: (heard: Parameters<typeof listen>[1]) => listen(client, heard),
    addChannel: (name: string) => world.addChannel(guild.id, { name }),
  };
}

export type BotStage = Awaited<ReturnType<typeof botStage>>;
