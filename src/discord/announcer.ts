import {
  ChannelFlags,
  type Client,
  DiscordAPIError,
  type Message,
  RateLimitError,
  type SendableChannels,
} from 'discord.js';
import type { Notice, NoticeTarget } from '../domain/notice.ts';
import type { SettingKey } from '../domain/setting.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { Delivery, Notifier } from '../ports/notifier.ts';
import type { PrivacyService } from '../services/privacy-service.ts';
import type { SettingsService } from '../services/settings-service.ts';
import type { SubmissionService } from '../services/submission-service.ts';
import type { Card } from './cards/card.ts';
import { bookmarkCard, dataExportCard, type NoticeView, noticeCard } from './cards/notice-card.ts';
import { numbersStand } from './posted-numbers.ts';
import { apiCode, asMessage, isOutage } from './send.ts';

/** How long a notice stays in the submissions channel when its owner takes no DMs. ms */
const PASSING_MS = 30_000;

/** This person can't be written to: closed DMs, no server in common, blocked content, an account that is gone. */
const DM_CLOSED: ReadonlySet<number> = new Set([50_007, 50_278, 20_009, 10_013]);
/** Opening DMs too fast. */
const DM_TOO_FAST = 40_003;

export interface AnnouncerPorts {
  readonly client: Client;
  readonly settings: Pick<SettingsService, 'all'>;
  readonly submissions: Pick<SubmissionService, 'find'>;
  readonly privacy: Pick<PrivacyService, 'export'>;
  /** The numbers of a show with picture and table; null when there is no such show. */
  readonly sessionCard: (guildId: string, sessionId: number) => Promise<Card | null>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What one try to send came to; `closed` is about DMs only. */
type Sent = { readonly kind: 'sent'; readonly message: Message } | { readonly kind: 'closed' | 'refused' | 'retry' };

/** Tells people by DM and channels by setting. Nothing it sends can ping. */
export class Announcer implements Notifier {
  readonly #ports: AnnouncerPorts;
  /** Messages that go by themselves, and how to let them go now. */
  readonly #passing = new Map<string, () => Promise<void>>();

  constructor(ports: AnnouncerPorts) {
    this.#ports = ports;
  }

  async deliver(
    guildId: string,
    target: NoticeTarget,
    notice: Notice,
    once?: string,
    triedSince: number | null = null,
  ): Promise<Delivery> {
    if (!this.#ports.client.isReady()) return 'retry';
    switch (target.kind) {
      case 'member':
        return this.#tellMember(guildId, target.userId, notice, once);
      case 'channel':
        return this.#tellChannel(guildId, target.setting, notice, once, triedSince);
      default:
        throw target satisfies never;
    }
  }

  /** A private card without a way around closed DMs. */
  async dm(userId: string, card: Card): Promise<Delivery> {
    if (!this.#ports.client.isReady()) return 'retry';
    const sent = await this.#sendDm(userId, card);
    return sent.kind === 'closed' ? 'refused' : sent.kind;
  }

  /** Takes the short-lived messages away at once. */
  async stop(): Promise<void> {
    await Promise.all([...this.#passing.values()].map((remove) => remove()));
  }

  async #tellMember(guildId: string, userId: string, notice: Notice, once?: string): Promise<Delivery> {
    const card = await this.#card(guildId, notice, 'private');
    if (card === null) return 'refused';
    const sent = await this.#sendDm(userId, card, once);
    if (sent.kind !== 'closed') return sent.kind;
    return this.#tellInPassing(guildId, userId, notice, once);
  }

  async #sendDm(userId: string, card: Card, once?: string): Promise<Sent> {
    return this.#attempt({ userId }, async () => {
      const channel = await this.#ports.client.users.createDM(userId);
      return channel.send(asMessage(card, once));
    });
  }

  /** DMs are closed: a message in the submissions channel that names the person, pings nobody and goes by itself. */
  async #tellInPassing(guildId: string, userId: string, notice: Notice, once?: string): Promise<Delivery> {
    const card = await this.#card(guildId, notice, 'channel', userId);
    if (card === null) return 'refused';
    const channel = await this.#channelOf(guildId, 'channel.submissions');
    if (channel === null || channel === 'retry') return channel ?? 'refused';
    const there = await this.#isThere(guildId, userId);
    if (there !== true) return there === 'retry' ? 'retry' : 'refused';
    const sent = await this.#attempt({ guildId, channelId: channel.id }, () => channel.send(asMessage(card, once)));
    if (sent.kind === 'sent') this.#letPass(sent.message);
    return sent.kind === 'closed' ? 'refused' : sent.kind;
  }

  /** Asked anew: whoever leaves stays in the cache, because the bot does not hear of it. */
  async #isThere(guildId: string, user: string): Promise<boolean | 'retry'> {
    try {
      await this.#ports.client.guilds.cache.get(guildId)?.members.fetch({ user, force: true, cache: false });
      return true;
    } catch (error) {
      return this.#outcome(error, { guildId, user }).kind === 'retry' ? 'retry' : false;
    }
  }

  async #tellChannel(
    guildId: string,
    setting: SettingKey & NoticePlace,
    notice: Notice,
    once: string | undefined,
    triedSince: number | null,
  ): Promise<Delivery> {
    if (notice.kind === 'staff-alert') return this.#tellStaff(guildId, setting, notice, once);
    const card = await this.#card(guildId, notice, 'private');
    if (card === null) return 'refused';
    const channel = await this.#channelOf(guildId, setting);
    if (channel === 'retry') return 'retry';
    if (channel === null) {
      this.#ports.log.warn(
        { guildId, notice, setting },
        'nobody could be told: that channel is not set or out of reach',
      );
      await this.#tellMissing(guildId, setting, notice);
      return 'refused';
    }
    const place = { guildId, channelId: channel.id };
    if (notice.kind === 'metrics' && triedSince !== null) {
      const known = await this.#known(channel, notice.sessionId, triedSince, place);
      if (known !== 'unknown') return known;
    }
    const sent = await this.#attempt(place, () => channel.send(asMessage(card, once)));
    if (sent.kind === 'sent' || sent.kind === 'retry') return sent.kind;
    await this.#tellMissing(guildId, setting, notice);
    return 'refused';
  }

  /** What staff wants to find in a channel is not taken there: they hear of it where they are told of trouble. */
  async #tellMissing(guildId: string, setting: SettingKey, notice: Notice): Promise<void> {
    const channelId = (await this.#ports.settings.all(guildId))[setting];
    const what =
      notice.kind === 'metrics'
        ? 'the numbers of the show (`/metrics` shows them again)'
        : notice.kind === 'bookmark'
          ? `the bookmarked song \`#${notice.publicId}\``
          : null;
    if (what === null || typeof channelId !== 'string') return;
    const text = `I could not post ${what} in <#${channelId}>. \`/selfheal\` names what I'm missing there.`;
    await this.#tellStaff(guildId, 'channel.debug', { kind: 'staff-alert', text });
  }

  /** What became of an earlier try; `unknown`: it did not reach the channel, so the numbers are to be sent. */
  async #known(channel: SendableChannels, sessionId: number, since: number, place: object) {
    try {
      const stand = await numbersStand(channel, sessionId, since);
      // Told twice is worse than told never.
      if (stand === null) this.#ports.log.warn({ sessionId, ...place }, 'the numbers may stand there: not sent again');
      if (stand === null) return 'refused';
      return stand ? 'sent' : 'unknown';
    } catch (error) {
      return this.#outcome(error, place).kind === 'retry' ? 'retry' : 'refused';
    }
  }

  /** Into the first channel of staff that takes it: what staff has to hear may be that the bot can't write there. */
  async #tellStaff(guildId: string, setting: SettingKey, notice: StaffAlert, once?: string): Promise<Delivery> {
    const card = noticeCard(notice, { view: 'private' });
    for (const place of new Set<SettingKey>([setting, 'channel.reviewer'])) {
      const channel = await this.#channelOf(guildId, place);
      if (channel === 'retry') return 'retry';
      if (channel === null) continue;
      const sent = await this.#attempt({ guildId, channelId: channel.id }, () => channel.send(asMessage(card, once)));
      if (sent.kind === 'sent' || sent.kind === 'retry') return sent.kind;
    }
    return this.#tellOwner(guildId, notice);
  }

  /** No channel of staff takes it, or none was ever set: the owner reads it. */
  async #tellOwner(guildId: string, notice: StaffAlert): Promise<Delivery> {
    const guild = this.#ports.client.guilds.cache.get(guildId);
    if (guild === undefined) return 'refused';
    const sent = await this.#sendDm(guild.ownerId, noticeCard(notice, { view: 'private', guildName: guild.name }));
    if (sent.kind !== 'closed') return sent.kind;
    this.#ports.log.warn({ guildId, notice }, 'nobody could be told: no channel of staff, and no DMs to the owner');
    return 'refused';
  }

  /** Fetches what a notice shows. Null when that is gone, or is nothing for others to read. */
  async #card(guildId: string, notice: Notice, view: NoticeView, forUser?: string): Promise<Card | null> {
    const { client, submissions, privacy, sessionCard } = this.#ports;
    const guildName = client.guilds.cache.get(guildId)?.name;
    switch (notice.kind) {
      case 'metrics':
        return sessionCard(guildId, notice.sessionId);
      case 'bookmark': {
        const song = await submissions.find(guildId, notice.publicId);
        return song.ok ? bookmarkCard(song.value, notice.by) : null;
      }
      case 'data-export': {
        if (view === 'channel') return null;
        const kept = await privacy.export(guildId, notice.userId);
        return dataExportCard(JSON.stringify(kept, null, 2), guildName ?? guildId);
      }
      default:
        return noticeCard(notice, {
          view,
          ...(forUser === undefined ? {} : { forUser }),
          ...(view === 'private' && guildName !== undefined && isPersonal(notice) ? { guildName } : {}),
        });
    }
  }

  async #channelOf(guildId: string, setting: SettingKey): Promise<SendableChannels | 'retry' | null> {
    const id = (await this.#ports.settings.all(guildId))[setting];
    if (typeof id !== 'string') return null;
    try {
      const channel = await this.#ports.client.channels.fetch(id);
      if (channel === null || !channel.isSendable() || channel.flags.has(ChannelFlags.ChannelObfuscated)) return null;
      return channel;
    } catch (error) {
      return this.#outcome(error, { guildId, channelId: id }).kind === 'retry' ? 'retry' : null;
    }
  }

  async #attempt(place: object, send: () => Promise<Message>): Promise<Sent> {
    try {
      return { kind: 'sent', message: await send() };
    } catch (error) {
      return this.#outcome(error, place);
    }
  }

  /** Discord's codes as outcomes. A payload that it finds invalid is our bug: named in the log, never sent again. */
  #outcome(error: unknown, place: object): Exclude<Sent, { kind: 'sent' }> {
    if (error instanceof RateLimitError || isOutage(error)) return { kind: 'retry' };
    if (!(error instanceof DiscordAPIError)) throw error;
    const code = apiCode(error);
    if (code !== null && DM_CLOSED.has(code)) return { kind: 'closed' };
    if (code === DM_TOO_FAST || error.status === 429 || error.status >= 500 || error.status === 401)
      return { kind: 'retry' };
    const expected = error.status === 403 || error.status === 404;
    this.#ports.log[expected ? 'info' : 'error']({ err: error, ...place }, 'a notice was not taken');
    return { kind: 'refused' };
  }

  #letPass(message: Message): void {
    const remove = async () => {
      cancel();
      if (!this.#passing.delete(message.id)) return;
      try {
        await message.delete();
      } catch (error) {
        if (apiCode(error) !== 10_008)
          this.#ports.log.warn({ err: error, channelId: message.channelId }, 'a short-lived message stays');
      }
    };
    const cancel = this.#ports.clock.after(PASSING_MS, () => void remove());
    this.#passing.set(message.id, remove);
  }
}

type StaffAlert = Extract<Notice, { kind: 'staff-alert' }>;
type NoticePlace = Extract<NoticeTarget, { kind: 'channel' }>['setting'];

/** Notices for one member: they may be on several servers, so these say which one speaks. */
function isPersonal(notice: Notice): boolean {
  return !['live-connected', 'live-ended-unexpectedly', 'staff-alert'].includes(notice.kind);
}
