/** What happened on the voice server, for tests that wait and pages that watch. */

export type VoiceEvent =
  | { readonly kind: 'connected' }
  | { readonly kind: 'identified'; readonly guildId: string; readonly userId: string; readonly session: number }
  | { readonly kind: 'refused'; readonly guildId: string; readonly code: number; readonly reason: string }
  | { readonly kind: 'live'; readonly guildId: string; readonly session: number; readonly mode: string }
  | { readonly kind: 'resumed'; readonly guildId: string; readonly session: number }
  | { readonly kind: 'speaking'; readonly guildId: string; readonly session: number; readonly flags: number }
  | { readonly kind: 'heartbeat'; readonly guildId: string; readonly seqAck: number }
  | { readonly kind: 'group'; readonly channelId: string; readonly epoch: number; readonly members: readonly string[] }
  | { readonly kind: 'closed'; readonly guildId: string; readonly session: number; readonly code: number };

export type VoiceEventKind = VoiceEvent['kind'];
export type VoiceEventOf<K extends VoiceEventKind> = Extract<VoiceEvent, { readonly kind: K }>;
