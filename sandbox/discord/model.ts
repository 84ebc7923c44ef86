import type { JsonObject } from './json.ts';

/** Discord's channel types that the sandbox knows. */
export const ChannelType = { text: 0, dm: 1, voice: 2, category: 4, announcement: 5, stage: 13 } as const;
export type ChannelType = (typeof ChannelType)[keyof typeof ChannelType];

/** Message flags that change behaviour here. */
export const MessageFlag = {
  suppressEmbeds: 1 << 2,
  ephemeral: 1 << 6,
  loading: 1 << 7,
  suppressNotifications: 1 << 12,
  voiceMessage: 1 << 13,
  componentsV2: 1 << 15,
} as const;

export interface User {
  readonly id: string;
  readonly username: string;
  readonly globalName: string | null;
  readonly bot: boolean;
  /** The client language that interactions carry. */
  readonly locale: string;
  /** A user can refuse direct messages: the bot then gets 50007. */
  readonly dmsClosed: boolean;
  /** 0 none, 2 Nitro, 3 Nitro Basic: decides how large a file the person may upload. */
  readonly premiumType: 0 | 2 | 3;
}

export interface Guild {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly premiumTier: 0 | 1 | 2 | 3;
  readonly preferredLocale: string;
  /** An outage: the guild is announced as unavailable until it comes back. */
  readonly unavailable: boolean;
}

export interface Role {
  readonly id: string;
  readonly guildId: string;
  readonly name: string;
  readonly permissions: bigint;
  readonly position: number;
  readonly color: number;
  readonly mentionable: boolean;
  readonly managed: boolean;
}

export interface Member {
  readonly guildId: string;
  readonly userId: string;
  readonly nick: string | null;
  readonly roleIds: readonly string[];
  /** Unix ms. */
  readonly joinedAt: number;
  readonly mute: boolean;
  readonly deaf: boolean;
}

/** `type` 0 role, 1 member. */
export interface Overwrite {
  readonly id: string;
  readonly type: 0 | 1;
  readonly allow: bigint;
  readonly deny: bigint;
}

export interface Channel {
  readonly id: string;
  readonly type: ChannelType;
  /** null for direct messages. */
  readonly guildId: string | null;
  readonly name: string;
  readonly topic: string | null;
  readonly position: number;
  readonly parentId: string | null;
  readonly overwrites: readonly Overwrite[];
  readonly userLimit: number;
  readonly bitrate: number;
  readonly nsfw: boolean;
  readonly slowmodeSeconds: number;
  /** The person on the other side, for direct messages. */
  readonly recipientId: string | null;
  readonly voiceStatus: string | null;
  readonly lastMessageId: string | null;
}

export interface Attachment {
  readonly id: string;
  readonly channelId: string;
  readonly filename: string;
  /** The name before Discord normalised it. */
  readonly title: string | null;
  readonly contentType: string | null;
  readonly size: number;
  readonly description: string | null;
  /** Uploaded with a slash command or modal: lives under `/ephemeral-attachments/`. */
  readonly ephemeral: boolean;
  readonly spoiler: boolean;
  readonly durationSecs: number | null;
  readonly waveform: string | null;
}

export interface Reaction {
  readonly emoji: { readonly id: string | null; readonly name: string };
  readonly userIds: readonly string[];
}

/** Whom a message reached after allowed mentions were applied. */
export interface Pings {
  readonly everyone: boolean;
  readonly userIds: readonly string[];
  readonly roleIds: readonly string[];
}

export interface Message {
  readonly id: string;
  readonly channelId: string;
  readonly guildId: string | null;
  readonly authorId: string;
  readonly applicationId: string | null;
  /** 0 default, 6 pin notice, 19 reply, 20 slash command, 23 context menu. */
  readonly type: number;
  readonly content: string;
  readonly embeds: readonly JsonObject[];
  readonly components: readonly JsonObject[];
  readonly attachments: readonly Attachment[];
  readonly flags: number;
  /** Unix ms. */
  readonly createdAt: number;
  readonly editedAt: number | null;
  readonly pinnedAt: number | null;
  readonly reactions: readonly Reaction[];
  readonly pings: Pings;
  readonly replyToId: string | null;
  readonly nonce: string | number | null;
  readonly interaction: {
    readonly id: string;
    readonly userId: string;
    readonly name: string | null;
    readonly type: number;
  } | null;
  /** Only this person sees it. */
  readonly ephemeralFor: string | null;
}

export interface VoiceState {
  readonly guildId: string;
  readonly channelId: string | null;
  readonly userId: string;
  readonly sessionId: string;
  readonly selfMute: boolean;
  readonly selfDeaf: boolean;
  readonly mute: boolean;
  readonly deaf: boolean;
  /** Stage listeners are suppressed until they become speakers. */
  readonly suppress: boolean;
  /** Unix ms. */
  readonly requestToSpeakAt: number | null;
}

export interface Command {
  readonly id: string;
  /** null = global. */
  readonly guildId: string | null;
  readonly version: string;
  /** 1 slash, 2 user menu, 3 message menu. */
  readonly type: number;
  readonly name: string;
  /** The command as the API returns it (options, permissions, contexts, localisations). */
  readonly body: JsonObject;
}

/** A file as somebody hands it over. */
export interface FileInput {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
}
