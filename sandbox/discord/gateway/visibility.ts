import { botSees } from '../wire.ts';
import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';

const guildOf = (world: World, event: WorldEvent): string | undefined => {
  switch (event.type) {
    case 'role-updated':
    case 'role-deleted':
      return event.role.guildId;
    case 'member-updated':
      return event.member.userId === world.bot.id ? event.member.guildId : undefined;
    case 'voice-state':
      return event.state.userId === world.bot.id ? event.state.guildId : undefined;
    default:
      return undefined;
  }
};

/**
 * Remembers which channels the bot was shown, and names those whose real or hidden face has to be told anew after a
 * change of roles, of the bot's own membership, or of its place in voice.
 */
export class Visibility {
  #world: World;
  #seen = new Map<string, boolean>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Ids of channels that appeared or disappeared with this event, apart from those the event itself tells of. */
  changedBy(event: WorldEvent): readonly string[] {
    if (event.type === 'channel-created' || event.type === 'channel-updated') {
      this.#seen.set(event.channel.id, botSees(this.#world, event.channel));
      return [];
    }
    if (event.type === 'channel-deleted') {
      this.#seen.delete(event.channel.id);
      return [];
    }
    const guildId = guildOf(this.#world, event);
    if (guildId === undefined) return [];
    return this.#world.channelsOf(guildId).flatMap((channel) => {
      const now = botSees(this.#world, channel);
      const before = this.#seen.get(channel.id) ?? now;
      this.#seen.set(channel.id, now);
      return before === now ? [] : [channel.id];
    });
  }

  /** Takes stock of everything, when a session starts. */
  take(): void {
    for (const channel of this.#world.channels.values()) this.#seen.set(channel.id, botSees(this.#world, channel));
  }
}
