import type { World } from '../world.ts';

/** What mentions and timestamps turn into on a screen. */
export interface Names {
  user(id: string): string;
  role(id: string): string;
  channel(id: string): string;
  /** Unix ms, for relative times. */
  now(): number;
}

/** Names as members of this guild see them (nicknames first); null for private messages. */
export const namesIn = (world: World, guildId: string | null): Names => ({
  user: (id) => {
    const user = world.users.get(id);
    const nick = guildId === null ? null : (world.member(guildId, id)?.nick ?? null);
    return nick ?? user?.globalName ?? user?.username ?? 'unknown-user';
  },
  role: (id) => world.roles.get(id)?.name ?? 'deleted-role',
  channel: (id) => world.channels.get(id)?.name ?? 'unknown',
  now: () => world.now(),
});
