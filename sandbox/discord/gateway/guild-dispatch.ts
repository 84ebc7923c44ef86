import {
  gatewayChannelJson,
  guildCreateJson,
  guildJson,
  memberJson,
  roleJson,
  userJson,
  voiceStateJson,
} from '../wire.ts';
import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';
import { Intent } from './intents.ts';
import type { Wanted } from './wanted.ts';

const memberEvent = (
  world: World,
  event: Extract<WorldEvent, { type: 'member-added' | 'member-updated' | 'member-removed' }>,
): Wanted => {
  const { guildId, userId } = event.member;
  const head = { guildId, intent: Intent.guildMembers };
  const d = { guild_id: guildId, ...memberJson(world, event.member) };
  switch (event.type) {
    case 'member-removed':
      return { ...head, t: 'GUILD_MEMBER_REMOVE', d: { guild_id: guildId, user: userJson(world.user(userId)) } };
    case 'member-added':
      return { ...head, t: 'GUILD_MEMBER_ADD', d };
    case 'member-updated':
      // Changes of the bot's own member need no intent.
      return { ...head, t: 'GUILD_MEMBER_UPDATE', d, intent: userId === world.bot.id ? 0 : Intent.guildMembers };
  }
};

const channelEvent = (
  world: World,
  event: Extract<WorldEvent, { type: 'channel-created' | 'channel-updated' | 'channel-deleted' }>,
): Wanted => {
  const NAMES = {
    'channel-created': 'CHANNEL_CREATE',
    'channel-updated': 'CHANNEL_UPDATE',
    'channel-deleted': 'CHANNEL_DELETE',
  };
  const { channel, type } = event;
  return { t: NAMES[type], d: gatewayChannelJson(world, channel), guildId: channel.guildId, intent: Intent.guilds };
};

/** Guilds and what is in them. */
export const guildDispatches = (world: World, event: WorldEvent, intents: number): readonly Wanted[] => {
  const intent = Intent.guilds;
  switch (event.type) {
    case 'guild-created': {
      const d = guildCreateJson(world, event.guild, { presences: (intents & Intent.guildPresences) !== 0 });
      return [{ t: 'GUILD_CREATE', d, guildId: event.guild.id, intent }];
    }
    case 'guild-updated':
      return [{ t: 'GUILD_UPDATE', d: guildJson(world, event.guild), guildId: event.guild.id, intent }];
    case 'guild-deleted': {
      const d = { id: event.guild.id, ...(event.unavailable ? { unavailable: true } : {}) };
      return [{ t: 'GUILD_DELETE', d, guildId: event.guild.id, intent }];
    }
    case 'role-created':
    case 'role-updated': {
      const { role } = event;
      const t = event.type === 'role-created' ? 'GUILD_ROLE_CREATE' : 'GUILD_ROLE_UPDATE';
      return [{ t, d: { guild_id: role.guildId, role: roleJson(role) }, guildId: role.guildId, intent }];
    }
    case 'role-deleted': {
      const { id, guildId } = event.role;
      return [{ t: 'GUILD_ROLE_DELETE', d: { guild_id: guildId, role_id: id }, guildId, intent }];
    }
    case 'channel-created':
    case 'channel-updated':
    case 'channel-deleted':
      return [channelEvent(world, event)];
    case 'member-added':
    case 'member-updated':
    case 'member-removed':
      return [memberEvent(world, event)];
    case 'user-updated':
      return event.user.id === world.bot.id
        ? [{ t: 'USER_UPDATE', d: userJson(event.user), guildId: null, intent: 0 }]
        : [];
    default:
      return [];
  }
};

/** Voice, and interactions. */
export const voiceDispatches = (world: World, event: WorldEvent): readonly Wanted[] => {
  switch (event.type) {
    case 'voice-state': {
      const { state } = event;
      const d = voiceStateJson(world, state);
      return [{ t: 'VOICE_STATE_UPDATE', d, guildId: state.guildId, intent: Intent.guildVoiceStates }];
    }
    case 'voice-server': {
      const { guildId, token, endpoint } = event;
      return [{ t: 'VOICE_SERVER_UPDATE', d: { guild_id: guildId, token, endpoint }, guildId, intent: 0 }];
    }
    case 'voice-status': {
      const { guildId, channelId, status } = event;
      const d = { guild_id: guildId, id: channelId, status };
      return [{ t: 'VOICE_CHANNEL_STATUS_UPDATE', d, guildId, intent: Intent.guilds }];
    }
    case 'interaction-created': {
      const guildId = world.interactions.byId(event.interactionId)?.guildId ?? null;
      return [{ t: 'INTERACTION_CREATE', d: event.payload, guildId, intent: 0 }];
    }
    default:
      return [];
  }
};
