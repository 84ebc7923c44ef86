import type { JsonObject } from '../json.ts';

/** One event for one session. */
export interface Dispatch {
  readonly t: string;
  readonly d: JsonObject;
  /** For sharding; null = shard 0. */
  readonly guildId: string | null;
}

export type Wanted = Dispatch & {
  /** Any of these bits lets it through; 0 = always. */
  readonly intent: number;
};

export const inGuildOrDm = (guildId: string | null, guild: number, direct: number): number =>
  guildId === null ? direct : guild;

export const inGuild = (guildId: string | null): JsonObject => (guildId === null ? {} : { guild_id: guildId });
