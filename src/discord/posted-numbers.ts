import { PermissionFlagsBits, type SendableChannels, SnowflakeUtil } from 'discord.js';
import { sessionMark } from './cards/metrics-card.ts';

/** Messages looked through; a channel for numbers is a quiet one. */
const LOOKED_THROUGH = 100;
/** Discord's clock and ours need not agree. ms */
const LEEWAY_MS = 60_000;

/**
 * Whether the numbers of a show were posted in a channel since then. Answers to `/metrics` are no posts. Null when that
 * can't be told.
 */
export async function numbersStand(
  channel: SendableChannels,
  sessionId: number,
  since: number,
): Promise<boolean | null> {
  const { user } = channel.client;
  if (channel.isDMBased() || !channel.permissionsFor(user)?.has(PermissionFlagsBits.ReadMessageHistory)) return null;
  const after = String(SnowflakeUtil.generate({ timestamp: since - LEEWAY_MS }));
  const messages = await channel.messages.fetch({ limit: LOOKED_THROUGH, after, cache: false });
  // As it stands inside of a JSON text.
  const mark = JSON.stringify(sessionMark(sessionId)).slice(1, -1);
  return messages.some(
    ({ author, interactionMetadata, components }) =>
      author.id === user.id &&
      interactionMetadata === null &&
      JSON.stringify(components.map((each) => each.toJSON())).includes(mark),
  );
}
