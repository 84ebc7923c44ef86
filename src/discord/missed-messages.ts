import type { Guild, GuildTextBasedChannel, Message } from 'discord.js';
import type { Logger } from '../ports/logger.ts';
import type { SettingsService } from '../services/settings-service.ts';
import type { MessageMarks } from './message-marks.ts';
import { apiCode } from './send.ts';

/** Of a hundred messages each: more than that nobody posts for a bot that is away. */
const PAGES = 5;
const PAGE = 100;
/** Messages of one person in one look that wait for no cool-down. */
const FREELY = 10;
/** Cannot be seen, may not be read, is gone. */
const CLOSED: ReadonlySet<number | null> = new Set([50_001, 50_013, 10_003]);
const LEFT_SERVER = 10_007;

export interface MissedMessagesPorts {
  readonly settings: Pick<SettingsService, 'all'>;
  readonly marks: MessageMarks;
  /**
   * Deals with one message that nobody heard.
   * @param isPatient its author was not too fast, but waited for the bot
   * @returns false when the bot is being stopped: the rest is for the next one
   */
  readonly take: (message: Message<true>, isPatient: boolean) => Promise<boolean>;
  readonly log: Logger;
  readonly messageContent: boolean;
}

/** Songs that were pasted while the bot was away, or lost on the way by a crash: taken when it is back, in their order. */
export class MissedMessages {
  readonly #ports: MissedMessagesPorts;
  /** Guilds whose look failed, with an outage for example. */
  readonly #owed = new Set<string>();

  constructor(ports: MissedMessagesPorts) {
    this.#ports = ports;
  }

  /** Call it at once when the bot listens again: what comes in by itself from then on is told apart from what was missed. */
  async look(guild: Guild): Promise<void> {
    const { marks, messageContent } = this.#ports;
    if (!messageContent) return;
    marks.stop((id) => guild.channels.cache.has(id));
    this.#owed.add(guild.id);
    const channel = await this.#channelOf(guild);
    const after = channel === null ? null : marks.of(channel.id);
    if (channel === null || after === null) await this.begin(guild);
    else if (await this.#lookThrough(channel, after)) marks.goOn(channel.id);
    this.#owed.delete(guild.id);
  }

  /** Looks once more where the last look failed. */
  async lookAgain(guild: Guild): Promise<void> {
    if (this.#owed.has(guild.id)) await this.look(guild);
  }

  /** The channel was chosen just now, or the bot let in: what stands there is older than its interest in it. */
  async begin(guild: Guild): Promise<void> {
    const channel = await this.#channelOf(guild);
    if (channel !== null) this.#ports.marks.begin(channel.id, channel.lastMessageId ?? channel.id);
  }

  async #channelOf(guild: Guild): Promise<GuildTextBasedChannel | null> {
    const channelId = (await this.#ports.settings.all(guild.id))['channel.submissions'];
    const channel = channelId === null ? undefined : guild.channels.cache.get(channelId);
    return channel?.isTextBased() === true ? channel : null;
  }

  /** @returns false when something is left */
  async #lookThrough(channel: GuildTextBasedChannel, since: string): Promise<boolean> {
    const { log } = this.#ports;
    let after = since;
    let found = 0;
    const byAuthor = new Map<string, number>();
    try {
      for (let page = 0; page < PAGES; page += 1) {
        const messages = await channel.messages.fetch({ after, limit: PAGE, cache: false });
        const inOrder = [...messages.values()].sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? -1 : 1));
        for (const message of inOrder) {
          const count = (byAuthor.get(message.author.id) ?? 0) + 1;
          byAuthor.set(message.author.id, count);
          if (!(await this.#take(message, count <= FREELY))) return false;
        }
        found += inOrder.length;
        after = inOrder.at(-1)?.id ?? after;
        if (inOrder.length < PAGE) break;
      }
    } catch (error) {
      if (!CLOSED.has(apiCode(error))) throw error;
      log.warn({ channelId: channel.id, code: apiCode(error) }, 'messages that were missed cannot be read');
    }
    if (found > 0) log.info({ channelId: channel.id, found }, 'looked at messages that were missed');
    return true;
  }

  async #take(message: Message<true>, isPatient: boolean): Promise<boolean> {
    if (message.author.bot || message.webhookId !== null) return true;
    try {
      // A message that is fetched does not tell who its author is in the server.
      await message.guild.members.fetch(message.author.id);
    } catch (error) {
      if (apiCode(error) === LEFT_SERVER) return true;
      throw error;
    }
    return this.#ports.take(message, isPatient);
  }
}
