/**
 * The voice server as Discord's main gateway sees it. The gateway decides who may join and tells the bot the token and
 * endpoint; the backend answers the voice websocket and UDP. Calls arrive in the order of the state changes.
 */
export interface VoiceBackend {
  /**
   * A voice connection for the bot was allowed. Every call makes a fresh token; the endpoint is `host:port` without a
   * scheme. Called again on a move to another channel of the same guild.
   */
  issue(request: VoiceSessionRequest): { readonly token: string; readonly endpoint: string };
  /** The channel is gone: everybody in it is closed with 4022. */
  onChannelDeleted(guildId: string, channelId: string): void;
  /** Close the bot's connection in a guild with this code (4014 kicked or main session lost). No connection: nothing. */
  disconnect(guildId: string, code: number): void;
  /** Everybody who is in the bot's channel now, the bot included. Called at every change (join, leave, move). */
  setMembers(guildId: string, channelId: string, userIds: readonly string[]): void;
}

export interface VoiceSessionRequest {
  readonly guildId: string;
  readonly channelId: string;
  readonly userId: string;
  /** The main gateway's session id, which the voice identify must repeat. */
  readonly sessionId: string;
  /** Stage channels are exempt from DAVE. */
  readonly stage: boolean;
}
