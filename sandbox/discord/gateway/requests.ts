import { asNumber, asString, type JsonObject, stringsIn } from '../json.ts';
import { memberJson } from '../wire.ts';
import type { World } from '../world.ts';
import { Intent } from './intents.ts';
import type { Session } from './session.ts';

/** All members of a guild can be asked for once in this time. */
const ALL_MEMBERS_INTERVAL_MS = 30_000;
const CHUNK = 1000;

/** What a client asks of the gateway: members (op 8) and voice channel statuses (op 43). */
export class GatewayRequests {
  #world: World;
  #lastFullRequest = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
  }

  members(session: Session, d: JsonObject): void {
    const world = this.#world;
    const guildId = asString(d.guild_id) ?? '';
    if (world.member(guildId, world.bot.id) === undefined) return;
    const userIds = typeof d.user_ids === 'string' ? [d.user_ids] : stringsIn(d.user_ids);
    const query = asString(d.query)?.toLowerCase();
    const wantsAll = userIds.length === 0 && query === '' && (asNumber(d.limit) ?? 0) === 0;
    if (wantsAll && (session.intents & Intent.guildMembers) === 0) return;
    if (wantsAll && this.#tooSoon(session, guildId, d)) return;
    const fits = (userId: string): boolean =>
      userIds.length > 0
        ? userIds.includes(userId)
        : world
            .user(userId)
            .username.toLowerCase()
            .startsWith(query ?? '');
    const found = world.membersOf(guildId).filter((member) => fits(member.userId));
    const limit = wantsAll ? found.length : asNumber(d.limit) || 100;
    const members = found.slice(0, limit).map((member) => memberJson(world, member));
    const chunks = Math.max(1, Math.ceil(members.length / CHUNK));
    for (let index = 0; index < chunks; index += 1) {
      session.dispatch('GUILD_MEMBERS_CHUNK', {
        guild_id: guildId,
        members: members.slice(index * CHUNK, (index + 1) * CHUNK),
        chunk_index: index,
        chunk_count: chunks,
        not_found: userIds.filter((id) => world.member(guildId, id) === undefined),
        ...(d.nonce === undefined ? {} : { nonce: d.nonce }),
      });
    }
  }

  channelInfo(session: Session, d: JsonObject): void {
    const guildId = asString(d.guild_id) ?? '';
    const channels = this.#world.channelsOf(guildId).filter((channel) => channel.voiceStatus !== null);
    session.dispatch('CHANNEL_INFO', {
      guild_id: guildId,
      channels: channels.map((channel) => ({ id: channel.id, status: channel.voiceStatus })),
    });
  }

  #tooSoon(session: Session, guildId: string, d: JsonObject): boolean {
    const now = this.#world.now();
    const waitMs = (this.#lastFullRequest.get(guildId) ?? Number.NEGATIVE_INFINITY) + ALL_MEMBERS_INTERVAL_MS - now;
    if (waitMs <= 0) {
      this.#lastFullRequest.set(guildId, now);
      return false;
    }
    session.dispatch('RATE_LIMITED', {
      opcode: 8,
      retry_after: waitMs / 1000,
      meta: { guild_id: guildId, nonce: d.nonce ?? null },
    });
    return true;
  }
}
