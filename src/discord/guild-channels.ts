import {
  ChannelFlags,
  ChannelType,
  type Client,
  type Guild,
  type GuildBasedChannel,
  type Message,
  type OverwriteResolvable,
  OverwriteType,
  PermissionFlagsBits,
  PermissionsBitField,
} from 'discord.js';
import type { Failure } from '../domain/failure.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { Logger } from '../ports/logger.ts';
import type { Card } from './cards/card.ts';
import { type ChannelPurpose, PURPOSE } from './channel-purpose.ts';
import { permissionWords } from './panels/panel-wire.ts';
import { apiCode, asMessage, isOutage } from './send.ts';

const CATEGORY = 'Skipline';
/** Discord's limits. */
const CHANNELS_FULL = 30_013;
const NOT_ALLOWED: ReadonlySet<number> = new Set([50_001, 50_013]);

export interface NewChannels {
  /** Where the new ones go; null = a category is made. */
  readonly categoryId: string | null;
  readonly reviewerRoleId: string | null;
  /** Who asked for them, and shall see them. */
  readonly actor: string;
}

/** The channels of a server as setting up needs them: looked at, made, and tried out. */
export class GuildChannels {
  readonly #client: Client;
  readonly #log: Logger;

  constructor(client: Client, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /** @returns why the channel can't be used for that; null when it can */
  trouble(guildId: string, channelId: string, needs: bigint): Failure | null {
    const guild = this.#client.guilds.cache.get(guildId);
    const channel = guild?.channels.cache.get(channelId);
    if (guild === undefined || channel === undefined) return { code: 'channel-unusable', channelId, why: 'gone' };
    if (channel.type !== ChannelType.GuildText && channel.type !== ChannelType.GuildAnnouncement)
      return { code: 'channel-unusable', channelId, why: 'wrong-kind' };
    if (isHidden(guild, channel)) return { code: 'channel-unusable', channelId, why: 'hidden' };
    const granted = this.#granted(guild, channel);
    const missing = permissionWords(needs & ~granted);
    return missing.length === 0 ? null : { code: 'missing-permissions', channelId, permissions: missing };
  }

  /**
   * Asks Discord itself: discord.js takes a channel that somebody just chose into its cache again, also one that was
   * deleted between menu and click.
   */
  async verify(guildId: string, channelId: string, needs: bigint): Promise<Failure | null> {
    try {
      await this.#client.channels.fetch(channelId, { force: true });
    } catch (error) {
      const code = apiCode(error);
      if (code === 10_003) {
        this.#client.guilds.cache.get(guildId)?.channels.cache.delete(channelId);
        this.#client.channels.cache.delete(channelId);
        return { code: 'channel-unusable', channelId, why: 'gone' };
      }
      if (code !== null && NOT_ALLOWED.has(code)) return { code: 'channel-unusable', channelId, why: 'hidden' };
      if (!isOutage(error)) throw error;
      this.#log.warn({ err: error, guildId }, 'Discord did not say whether a channel exists');
      return { code: 'discord-unavailable' };
    }
    return this.trouble(guildId, channelId, needs);
  }

  exists(guildId: string, channelId: string): boolean {
    return this.#client.guilds.cache.get(guildId)?.channels.cache.has(channelId) === true;
  }

  roleExists(guildId: string, roleId: string): boolean {
    return this.#client.guilds.cache.get(guildId)?.roles.cache.has(roleId) === true;
  }

  /** False when that role is known not to see that channel. */
  roleSees(guildId: string, roleId: string, channelId: string): boolean {
    const guild = this.#client.guilds.cache.get(guildId);
    const [role, channel] = [guild?.roles.cache.get(roleId), guild?.channels.cache.get(channelId)];
    if (guild === undefined || role === undefined || channel === undefined || isHidden(guild, channel)) return true;
    return channel.permissionsFor(role).has(PermissionFlagsBits.ViewChannel);
  }

  /** A channel for one purpose, named and shut as it should be, in the bot's category. */
  async create(guildId: string, purpose: ChannelPurpose, into: NewChannels): Promise<Result<string, Failure>> {
    const guild = this.#client.guilds.cache.get(guildId);
    const own = guild?.members.me?.permissions;
    if (guild === undefined || own === undefined) return err({ code: 'guild-only' });
    const { made, needs } = PURPOSE[purpose];
    // Checked before anything is made: a channel that can't be used afterwards would only be in the way.
    const missing = permissionWords((needs | PermissionFlagsBits.ManageChannels) & ~effective(own.bitfield));
    if (missing.length > 0) return err({ code: 'missing-guild-permissions', permissions: missing });
    return this.#attempt(guildId, async () => {
      const parent = await this.#category(guild, into.categoryId);
      const channel = await guild.channels.create({
        name: made.name,
        type: ChannelType.GuildText,
        parent,
        permissionOverwrites: overwrites(guild, this.#client.user?.id ?? '', purpose, into, own.bitfield),
        reason: 'Skipline setup',
      });
      return channel.id;
    });
  }

  /** The category that holds a channel; null when it stands alone. */
  categoryOf(guildId: string, channelId: string): string | null {
    return this.#client.guilds.cache.get(guildId)?.channels.cache.get(channelId)?.parentId ?? null;
  }

  /** Writes one message. @returns how to take it away again; that never rejects */
  async say(guildId: string, channelId: string, card: Card): Promise<Result<() => Promise<void>, Failure>> {
    const said = await this.#attempt(guildId, async () => {
      const channel = await this.#client.channels.fetch(channelId);
      if (channel?.isSendable() !== true) throw new Error(`channel ${channelId} takes no messages`);
      return channel.send(asMessage(card));
    });
    if (said.ok) return ok(() => this.#unsay(said.value));
    return said.error.code === 'missing-guild-permissions'
      ? err({ code: 'missing-permissions', channelId, permissions: ['View Channel', 'Send Messages'] })
      : said;
  }

  async #unsay(message: Message): Promise<void> {
    try {
      await message.delete();
    } catch (error) {
      this.#log.info({ err: error, channelId: message.channelId }, 'a test message stays');
    }
  }

  #granted(guild: Guild, channel: GuildBasedChannel): bigint {
    const me = guild.members.me;
    return me === null ? 0n : channel.permissionsFor(me).bitfield;
  }

  async #category(guild: Guild, wanted: string | null): Promise<string> {
    const known = wanted === null ? undefined : guild.channels.cache.get(wanted);
    if (known?.type === ChannelType.GuildCategory) return known.id;
    const found = guild.channels.cache.find(
      ({ type, name }) => type === ChannelType.GuildCategory && name === CATEGORY,
    );
    if (found !== undefined) return found.id;
    const made = await guild.channels.create({
      name: CATEGORY,
      type: ChannelType.GuildCategory,
      reason: 'Skipline setup',
    });
    return made.id;
  }

  async #attempt<T>(guildId: string, work: () => Promise<T>): Promise<Result<T, Failure>> {
    try {
      return ok(await work());
    } catch (error) {
      const code = apiCode(error);
      if (code === CHANNELS_FULL) return err({ code: 'channels-full' });
      if (code !== null && NOT_ALLOWED.has(code))
        return err({ code: 'missing-guild-permissions', permissions: ['Manage Channels', 'Manage Roles'] });
      if (!isOutage(error) && code !== 10_003) throw error;
      this.#log.warn({ err: error, guildId }, 'Discord did not do what the setup asked for');
      return err({ code: 'discord-unavailable' });
    }
  }
}

function isHidden(guild: Guild, channel: GuildBasedChannel): boolean {
  if (channel.flags.has(ChannelFlags.ChannelObfuscated)) return true;
  const { me } = guild.members;
  return me !== null && !channel.permissionsFor(me).has(PermissionFlagsBits.ViewChannel);
}

const { ViewChannel, SendMessages, ReadMessageHistory, AttachFiles, CreatePublicThreads } = PermissionFlagsBits;

/** Administrators may everything. */
function effective(own: bigint): bigint {
  return (own & PermissionFlagsBits.Administrator) === 0n ? own : PermissionsBitField.All;
}

/** Only permissions that the bot has itself may be given or taken: Discord refuses the whole channel otherwise. */
function overwrites(
  guild: Guild,
  botId: string,
  purpose: ChannelPurpose,
  { reviewerRoleId, actor }: NewChannels,
  own: bigint,
): OverwriteResolvable[] {
  const mine = (bits: bigint) => bits & effective(own);
  const { needs, made } = PURPOSE[purpose];
  const bot = { id: botId, type: OverwriteType.Member, allow: mine(needs) };
  const audience: 'everybody' | 'read-only' | 'staff' = made.for;
  switch (audience) {
    case 'everybody':
      return [bot];
    case 'read-only':
      return [{ id: guild.id, type: OverwriteType.Role, deny: mine(SendMessages | CreatePublicThreads) }, bot];
    case 'staff': {
      const allow = mine(ViewChannel | SendMessages | ReadMessageHistory | AttachFiles);
      const known = reviewerRoleId !== null && guild.roles.cache.has(reviewerRoleId);
      // Administrators see everything; Manage Server alone opens no channel.
      const seesAll = guild.members.cache.get(actor)?.permissions.has(PermissionFlagsBits.Administrator) === true;
      return [
        { id: guild.id, type: OverwriteType.Role, deny: mine(ViewChannel) },
        bot,
        ...(known ? [{ id: reviewerRoleId, type: OverwriteType.Role, allow }] : []),
        ...(seesAll ? [] : [{ id: actor, type: OverwriteType.Member, allow }]),
      ];
    }
    default:
      throw audience satisfies never;
  }
}
