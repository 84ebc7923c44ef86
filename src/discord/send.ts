import {
  AttachmentBuilder,
  DiscordAPIError,
  HTTPError,
  type InteractionEditReplyOptions,
  type InteractionReplyOptions,
  type InteractionUpdateOptions,
  type MessageCreateOptions,
  MessageFlags,
} from 'discord.js';
import type { Card } from './cards/card.ts';

/** Everything a message needs, new on each call: discord.js pushes into the arrays it is given. */
function parts(card: Card) {
  return {
    components: [...card.components],
    files: (card.files ?? []).map(
      (file) =>
        new AttachmentBuilder(Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength), {
          name: file.name,
        }),
    ),
    allowedMentions: { parse: [] },
  };
}

export function asReply(card: Card, ephemeral: boolean): InteractionReplyOptions {
  return {
    ...parts(card),
    flags: ephemeral ? MessageFlags.IsComponentsV2 | MessageFlags.Ephemeral : MessageFlags.IsComponentsV2,
  };
}

/** For edits, whose attachments are replaced: what the card does not bring is gone. */
export function asEdit(card: Card): InteractionEditReplyOptions & InteractionUpdateOptions {
  return { ...parts(card), attachments: [], flags: MessageFlags.IsComponentsV2 };
}

/** @param nonce at most 25 characters; a repeat with the same one gives the first message instead of a second */
export function asMessage(card: Card, nonce = nextNonce()): MessageCreateOptions {
  return { ...parts(card), flags: MessageFlags.IsComponentsV2, enforceNonce: true, nonce };
}

let nonceCount = 0;
/** Unique for the minutes in which Discord drops repeats, so that a retried request can't post twice. */
function nextNonce(): string {
  nonceCount = (nonceCount + 1) % 1_000_000;
  return `${Date.now().toString(36)}${process.pid.toString(36)}${nonceCount.toString(36)}`.slice(-25);
}

/** Discord's error code, or null when the error is something else. */
export function apiCode(error: unknown): number | null {
  return error instanceof DiscordAPIError && typeof error.code === 'number' ? error.code : null;
}

/** AutoMod of the server, and Discord's own filter of harmful links: what was written may not stand there. */
const BLOCKED: ReadonlySet<number | null> = new Set([200_000, 240_000]);

export function isBlocked(error: unknown): boolean {
  return BLOCKED.has(apiCode(error));
}

const AWAY =
  /ECONN|ETIMEDOUT|EPIPE|ENOTFOUND|EAI_AGAIN|ENETDOWN|ENETUNREACH|EHOSTUNREACH|UND_ERR_\w*TIMEOUT|other side closed|socket|fetch failed/i;

/** Discord itself is in trouble (5xx, timeout, socket): worth another try later. */
export function isOutage(error: unknown): boolean {
  if (error instanceof HTTPError) return true;
  if (!(error instanceof Error)) return false;
  // Discord has several addresses: when none of them can be reached, the error has a code and no words.
  const code = 'code' in error ? String(error.code) : '';
  return error.name === 'AbortError' || AWAY.test(`${code} ${error.message} ${String(error.cause ?? '')}`);
}
