import { randomBytes } from 'node:crypto';
import type { Channel, VoiceState } from './model.ts';
import { ChannelType } from './model.ts';
import { has } from './permissions.ts';
import type { VoiceBackend } from './voice-backend.ts';
import type { World } from './world.ts';

/** Op 4 of the main gateway. */
export interface VoiceRequest {
  readonly guildId: string;
  readonly channelId: string | null;
  readonly selfMute: boolean;
  readonly selfDeaf: boolean;
}

const key = (guildId: string, userId: string): string => `${guildId}:${userId}`;

/** Who sits in which voice channel, and the bot's way in. */
export class Voice {
  backend: VoiceBackend | undefined;
  #world: World;
  #states = new Map<string, VoiceState>();

  constructor(world: World) {
    this.#world = world;
  }

  state(guildId: string, userId: string): VoiceState | undefined {
    return this.#states.get(key(guildId, userId));
  }

  /** Everybody in voice in a guild. */
  statesOf(guildId: string): readonly VoiceState[] {
    return [...this.#states.values()].filter((state) => state.guildId === guildId);
  }

  membersIn(channelId: string): readonly string[] {
    return [...this.#states.values()].filter((state) => state.channelId === channelId).map((state) => state.userId);
  }

  /** A person joins or moves. Permissions are the caller's business. */
  join(
    guildId: string,
    userId: string,
    channelId: string,
    mode: Partial<Pick<VoiceState, 'selfMute' | 'selfDeaf'>> = {},
  ): VoiceState {
    const state = this.state(guildId, userId);
    return this.#put({
      ...(state ?? this.#fresh(guildId, userId)),
      ...mode,
      channelId,
      suppress: this.#world.channel(channelId).type === ChannelType.stage,
    });
  }

  /** Leaves, is kicked, or was not there at all. For the bot this is a moderator's disconnect: voice closes with 4014. */
  leave(guildId: string, userId: string): void {
    const state = this.state(guildId, userId);
    if (state === undefined || state.channelId === null) return;
    this.#put({ ...state, channelId: null });
    if (userId === this.#world.bot.id) this.backend?.disconnect(guildId, 4014);
  }

  /** Changes mute, deaf, suppress or raised hand. */
  update(
    guildId: string,
    userId: string,
    change: Partial<Omit<VoiceState, 'guildId' | 'userId' | 'channelId'>>,
  ): VoiceState | undefined {
    const state = this.state(guildId, userId);
    return state === undefined ? undefined : this.#put({ ...state, ...change });
  }

  /** A moderator drags the bot into another channel: new state, then a new server. */
  moveBot(guildId: string, channelId: string): void {
    const state = this.state(guildId, this.#world.bot.id);
    if (state === undefined) return;
    this.#put({ ...state, channelId });
    this.#announceServer(guildId, channelId, state.sessionId);
  }

  /** The voice server goes away (endpoint null) until `reissue`. */
  loseServer(guildId: string): void {
    this.#world.events.emit('voice-server', { guildId, token: '', endpoint: null });
  }

  /** Another voice server takes over the bot's connection. */
  reissue(guildId: string): void {
    const state = this.state(guildId, this.#world.bot.id);
    if (state?.channelId != null) this.#announceServer(guildId, state.channelId, state.sessionId);
  }

  /**
   * Op 4 from the bot. A channel that is unknown, full, or closed to the bot is answered with nothing at all, as Discord
   * does; the same channel again only updates the state.
   */
  request(request: VoiceRequest, sessionId: string): void {
    const { guildId, channelId } = request;
    const botId = this.#world.bot.id;
    if (this.#world.member(guildId, botId) === undefined) return;
    const current = this.state(guildId, botId);
    const flags = { selfMute: request.selfMute, selfDeaf: request.selfDeaf, sessionId };
    if (channelId === null) {
      if (current === undefined || current.channelId === null) return;
      this.#put({ ...current, ...flags, channelId: null });
      this.backend?.disconnect(guildId, 4014);
      return;
    }
    const channel = this.#world.channels.get(channelId);
    if (channel === undefined || !this.#mayJoin(channel, guildId)) return;
    const base = current ?? this.#fresh(guildId, botId);
    const suppress = channel.type === ChannelType.stage && (current?.channelId !== channelId || current.suppress);
    this.#put({ ...base, ...flags, channelId, suppress });
    this.#announceServer(guildId, channelId, sessionId);
  }

  /** The bot's main session is gone for good: its voice goes with it. */
  dropBot(sessionId: string): void {
    for (const state of [...this.#states.values()]) {
      if (state.userId === this.#world.bot.id && state.sessionId === sessionId) this.leave(state.guildId, state.userId);
    }
  }

  /** A deleted channel empties itself; the voice server closes with 4022. */
  closeChannel(channel: Channel): void {
    if (channel.guildId === null) return;
    const inside = this.statesOf(channel.guildId).filter((state) => state.channelId === channel.id);
    if (inside.length === 0) return;
    this.backend?.onChannelDeleted(channel.guildId, channel.id);
    for (const state of inside) this.#put({ ...state, channelId: null });
  }

  setStatus(channelId: string, status: string | null): void {
    const channel = this.#world.channel(channelId);
    if (channel.guildId === null) return;
    this.#world.channels.set(channelId, { ...channel, voiceStatus: status });
    this.#world.events.emit('voice-status', { channelId, guildId: channel.guildId, status });
  }

  #mayJoin(channel: Channel, guildId: string): boolean {
    const isVoice = channel.type === ChannelType.voice || channel.type === ChannelType.stage;
    if (channel.guildId !== guildId || !isVoice) return false;
    const permissions = this.#world.permissionsIn(this.#world.bot.id, channel.id);
    if (!has(permissions, 'CONNECT')) return false;
    const others = this.membersIn(channel.id).filter((id) => id !== this.#world.bot.id).length;
    return channel.userLimit === 0 || others < channel.userLimit || has(permissions, 'MOVE_MEMBERS');
  }

  #announceServer(guildId: string, channelId: string, sessionId: string): void {
    const stage = this.#world.channel(channelId).type === ChannelType.stage;
    const issued = this.backend?.issue({ guildId, channelId, userId: this.#world.bot.id, sessionId, stage });
    if (issued === undefined) return;
    this.#world.events.emit('voice-server', { guildId, token: issued.token, endpoint: issued.endpoint });
    this.backend?.setMembers(guildId, channelId, this.membersIn(channelId));
  }

  #put(state: VoiceState): VoiceState {
    const id = key(state.guildId, state.userId);
    const previous = this.#states.get(id);
    if (state.channelId === null) this.#states.delete(id);
    else this.#states.set(id, state);
    this.#world.events.emit('voice-state', { state, previous });
    const botChannel = this.state(state.guildId, this.#world.bot.id)?.channelId;
    if (botChannel != null && [state.channelId, previous?.channelId].includes(botChannel)) {
      this.backend?.setMembers(state.guildId, botChannel, this.membersIn(botChannel));
    }
    return state;
  }

  #fresh(guildId: string, userId: string): VoiceState {
    return {
      guildId,
      channelId: null,
      userId,
      sessionId: randomBytes(16).toString('hex'),
      selfMute: false,
      selfDeaf: false,
      mute: false,
      deaf: false,
      suppress: false,
      requestToSpeakAt: null,
    };
  }
}
