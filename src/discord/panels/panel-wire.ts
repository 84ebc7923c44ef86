import {
  ChannelFlags,
  type Client,
  Events,
  type Message,
  PermissionFlagsBits,
  PermissionsBitField,
  RateLimitError,
} from 'discord.js';
import type { Clock } from '../../ports/clock.ts';
import type { Card } from '../cards/card.ts';
import { filteredCard } from '../cards/filtered-card.ts';
import { apiCode, asEdit, asMessage, isBlocked, isOutage } from '../send.ts';

/** What became of one try to show a card. */
export type Shown =
  | { readonly kind: 'shown'; readonly messageId: string }
  | { readonly kind: 'message-gone' }
  | { readonly kind: 'channel-gone' }
  /** Also a channel that is hidden from the bot: that is not a deleted one. */
  | { readonly kind: 'forbidden'; readonly missing: readonly string[] }
  | { readonly kind: 'limited'; readonly retryAfterMs: number }
  | { readonly kind: 'outage' };

/** Panels as messages of Discord. Every call answers; only bugs (a refused payload) throw. */
export interface PanelWire {
  /** @param nonce the same again after an outage gives the message of the first try, if there is one */
  post(channelId: string, card: Card, nonce: string): Promise<Shown>;
  edit(channelId: string, messageId: string, card: Card): Promise<Shown>;
  remove(channelId: string, messageId: string): Promise<void>;
  /** Whether the message is still there, and the bot's own. */
  exists(channelId: string, messageId: string): Promise<Shown>;
  /**
   * How far Discord's time is ahead of the machine's, as Discord told last: a message's age is counted there. Null before
   * it told anything. ms
   */
  aheadMs(): number | null;
}

const { ViewChannel, SendMessages, ReadMessageHistory, AttachFiles } = PermissionFlagsBits;
const NEEDED = ViewChannel | SendMessages | ReadMessageHistory;
/** A card without a picture stands also where files are not allowed. */
const neededFor = (card: Card) => ((card.files ?? []).length === 0 ? NEEDED : NEEDED | AttachFiles);

/** Words of people for Discord's permission names: `ViewChannel` -> `View Channel`. */
export function permissionWords(bits: bigint): string[] {
  return new PermissionsBitField(bits).toArray().map((name) => name.replace(/([a-z])([A-Z])/g, '$1 $2'));
}

/** What a filter refuses is shown without the words of strangers. */
async function unblocked<T>(card: Card, send: (card: Card) => Promise<T>): Promise<T> {
  try {
    return await send(card);
  } catch (error) {
    if (!isBlocked(error)) throw error;
    return send(filteredCard(card));
  }
}

export function createPanelWire(client: Client<true>, clock: Pick<Clock, 'now'>): PanelWire {
  let aheadMs: number | null = null;
  const hear = (discordTime: number | null) => {
    if (discordTime !== null) aheadMs = discordTime - clock.now();
  };
  client.on(Events.InteractionCreate, ({ createdTimestamp }) => hear(createdTimestamp));

  /** What the bot lacks there; nothing is said about a channel that is not known. */
  const missing = (channelId: string, needed: bigint): readonly string[] => {
    const channel = client.channels.cache.get(channelId);
    if (channel === undefined || channel.isDMBased()) return [];
    if (channel.flags.has(ChannelFlags.ChannelObfuscated)) return ['View Channel'];
    return permissionWords(needed & ~(channel.permissionsFor(client.user)?.bitfield ?? 0n));
  };

  async function attempt(channelId: string, needed: bigint, send: () => Promise<string>): Promise<Shown> {
    const lacking = missing(channelId, needed);
    if (lacking.length > 0) return { kind: 'forbidden', missing: lacking };
    try {
      return { kind: 'shown', messageId: await send() };
    } catch (error) {
      return translate(error);
    }
  }

  function translate(error: unknown): Shown {
    if (error instanceof RateLimitError) return { kind: 'limited', retryAfterMs: Math.ceil(error.retryAfter) };
    switch (apiCode(error)) {
      case 10008:
      // Somebody else's: of another bot that had this database before.
      case 50005:
        return { kind: 'message-gone' };
      case 10003:
        return { kind: 'channel-gone' };
      case 50001:
      case 50013:
        return { kind: 'forbidden', missing: ['View Channel', 'Send Messages'] };
      default:
        if (isOutage(error)) return { kind: 'outage' };
        throw error;
    }
  }

  const messages = async (channelId: string) => {
    const channel = await client.channels.fetch(channelId);
    if (channel === null || !channel.isSendable()) throw new Error(`channel ${channelId} takes no messages`);
    return channel.messages;
  };

  return {
    aheadMs: () => aheadMs,
    post: (channelId, card, nonce) =>
      attempt(channelId, neededFor(card), async () => {
        const { channel } = await messages(channelId);
        if (!channel.isSendable()) throw new Error(`channel ${channelId} takes no messages`);
        const { id, createdTimestamp } = await unblocked<Message>(card, (shown) =>
          channel.send(asMessage(shown, nonce)),
        );
        hear(createdTimestamp);
        return id;
      }),
    edit: (channelId, messageId, card) =>
      attempt(channelId, neededFor(card), async () => {
        const own = await messages(channelId);
        const { id, editedTimestamp } = await unblocked(card, (shown) => own.edit(messageId, asEdit(shown)));
        hear(editedTimestamp);
        return id;
      }),
    exists: async (channelId, messageId) => {
      let own = true;
      const found = await attempt(channelId, NEEDED, async () => {
        const { id, author } = await (await messages(channelId)).fetch({ message: messageId, force: true });
        own = author.id === client.user.id;
        return id;
      });
      return found.kind === 'shown' && !own ? { kind: 'message-gone' } : found;
    },
    remove: async (channelId, messageId) => {
      try {
        await (await messages(channelId)).delete(messageId);
      } catch (error) {
        // Gone or out of reach already is as good as removed; anything unknown is thrown on.
        translate(error);
      }
    },
  };
}
