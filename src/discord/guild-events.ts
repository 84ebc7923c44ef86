import { type Client, type ClientEvents, Events, type Guild, type NonThreadGuildBasedChannel } from 'discord.js';
import { SETTINGS, type SettingKey } from '../domain/setting.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { GuildService } from '../services/guild-service.ts';
import type { SettingsService } from '../services/settings-service.ts';
import { welcomeCard } from './cards/help-card.ts';
import type { MissedMessages } from './missed-messages.ts';
import type { PanelKeeper } from './panels/panel-keeper.ts';
import { PANEL_CHANNEL } from './panels/panel-kinds.ts';
import { apiCode, asMessage } from './send.ts';

/** Every panel is looked at this often, in case an event was missed. ms */
const HEAL_EVERY_MS = 5 * 60_000;

export interface GuildEventsPorts {
  readonly client: Client;
  readonly keeper: Pick<
    PanelKeeper,
    'messageDeleted' | 'channelDeleted' | 'permissionsChanged' | 'guildJoined' | 'guildLeft' | 'guilds' | 'heal'
  >;
  readonly guilds: Pick<GuildService, 'joined' | 'left' | 'reconcile'>;
  readonly settings: Pick<SettingsService, 'all' | 'set'>;
  /** Tells staff; the same key is told once. */
  readonly alert: (guildId: string, text: string, once: string) => Promise<void>;
  /** The bot is out of a guild: what runs for it (LIVE, voice) ends. */
  readonly farewell: (guildId: string) => Promise<void>;
  /** Messages that nobody heard. */
  readonly missed: Pick<MissedMessages, 'look' | 'lookAgain' | 'begin'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What happens to guilds, channels and messages around the bot. A fault in one event is logged and stops nothing else. */
export class GuildEvents {
  readonly #ports: GuildEventsPorts;
  readonly #undo: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();
  #open = false;

  constructor(ports: GuildEventsPorts) {
    this.#ports = ports;
  }

  /** Listens; call once the client is ready. Resolves when guilds that came or went meanwhile are known. */
  async start(): Promise<void> {
    this.#open = true;
    this.#listen();
    this.#every(HEAL_EVERY_MS, 'panels could not be checked', () => this.#heal());
    this.#every(HEAL_EVERY_MS, 'missed messages could not be looked at', () => this.#lookAgain());
    const { client, guilds, keeper, farewell, missed } = this.#ports;
    const present = [...client.guilds.cache.values()];
    // A guild in an outage is still in the cache: it has not removed the bot.
    for (const id of await guilds.reconcile(present.map(({ id }) => id))) await farewell(id);
    for (const id of keeper.guilds()) if (!client.guilds.cache.has(id)) keeper.guildLeft(id);
    for (const guild of present.filter(({ available }) => available)) {
      await this.#joined(guild);
      void this.#run('deletions that were missed', () => this.#missed(guild));
      void this.#run('messages that were missed', () => missed.look(guild));
    }
  }

  async stop(): Promise<void> {
    this.#open = false;
    for (const undo of this.#undo.splice(0)) undo();
    await this.idle();
  }

  /** Resolves when every event so far was handled. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all([...this.#running]);
  }

  #listen(): void {
    const { client, keeper, missed } = this.#ports;
    const on = <E extends keyof ClientEvents>(event: E, act: (...args: ClientEvents[E]) => Promise<void> | void) => {
      const listener = (...args: ClientEvents[E]) => void this.#run(event, async () => act(...args));
      client.on(event, listener);
      this.#undo.push(() => client.off(event, listener));
    };
    on(Events.MessageDelete, (message) => keeper.messageDeleted(message.id));
    on(Events.MessageBulkDelete, async (messages) => {
      for (const id of messages.keys()) await keeper.messageDeleted(id);
    });
    on(Events.ChannelDelete, (channel) => (channel.isDMBased() ? undefined : this.#channelDeleted(channel)));
    on(Events.ChannelUpdate, (_before, channel) => {
      if (!channel.isDMBased()) keeper.permissionsChanged(channel.guildId);
    });
    on(Events.GuildRoleUpdate, (_before, role) => keeper.permissionsChanged(role.guild.id));
    on(Events.GuildRoleDelete, (role) => this.#roleDeleted(role.guild.id, role.id));
    on(Events.GuildMemberUpdate, (_before, member) => {
      if (member.id === client.user?.id) keeper.permissionsChanged(member.guild.id);
    });
    on(Events.GuildCreate, async (guild) => {
      await this.#joined(guild);
      // Within 30 days everything is still known: the panels come back too.
      await keeper.guildJoined(guild.id);
      await Promise.all([missed.begin(guild), this.#missed(guild)]);
    });
    on(Events.GuildAvailable, async (guild) => {
      keeper.permissionsChanged(guild.id);
      await Promise.all([missed.look(guild), this.#missed(guild)]);
    });
    on(Events.GuildDelete, (guild) => this.#left(guild.id));
  }

  /** Panels first: the keeper clears their settings and tells staff. What is left are channels without a panel. */
  async #channelDeleted(channel: NonThreadGuildBasedChannel): Promise<void> {
    const { keeper, settings } = this.#ports;
    const { guildId } = channel;
    const before = await settings.all(guildId);
    const named = channelKeys().filter((key) => before[key] === channel.id);
    if (named.length === 0) return;
    await keeper.channelDeleted(channel.id);
    const after = await settings.all(guildId);
    await this.#clear(
      guildId,
      channel.id,
      named.filter((key) => after[key] === channel.id),
    );
  }

  async #clear(guildId: string, channelId: string, keys: readonly SettingKey[]): Promise<void> {
    const { settings, client, alert } = this.#ports;
    for (const key of keys) await settings.set(guildId, client.user?.id ?? guildId, key, null);
    if (keys.length === 0) return;
    const what = keys.map((key) => `**${SETTINGS[key].about}**`).join(', ');
    await alert(
      guildId,
      `A channel was deleted, so its setting is cleared: ${what}. Choose another one with \`/setup\`.`,
      `channel-deleted:${channelId}`,
    );
  }

  /** What was deleted while nobody listened. Channels of panels are left to the keeper, which finds out when it draws. */
  async #missed(guild: Guild): Promise<void> {
    const all = await this.#ports.settings.all(guild.id);
    const role = all['role.reviewer'];
    if (role !== null && !guild.roles.cache.has(role)) await this.#roleDeleted(guild.id, role);
    const keys = channelKeys().filter((key) => !PANEL_KEYS.has(key));
    const unseen = new Set(keys.map((key) => all[key]).filter((id) => typeof id === 'string'));
    for (const id of unseen) {
      if (guild.channels.cache.has(id) || !(await this.#isGone(id))) continue;
      await this.#clear(
        guild.id,
        id,
        keys.filter((key) => all[key] === id),
      );
    }
  }

  /** Asked of Discord itself: a channel that is not in the cache need not be deleted. */
  async #isGone(channelId: string): Promise<boolean> {
    try {
      await this.#ports.client.channels.fetch(channelId, { force: true });
      return false;
    } catch (error) {
      if (apiCode(error) === 10_003) return true;
      this.#ports.log.info({ err: error, channelId }, 'a channel of a setting could not be looked at');
      return false;
    }
  }

  async #roleDeleted(guildId: string, roleId: string): Promise<void> {
    const { keeper, settings, client, alert } = this.#ports;
    keeper.permissionsChanged(guildId);
    if ((await settings.all(guildId))['role.reviewer'] !== roleId) return;
    await settings.set(guildId, client.user?.id ?? guildId, 'role.reviewer', null);
    await alert(
      guildId,
      'The reviewer role was deleted, so only people with **Manage Server** can run the show. Choose another one with `/setup`.',
      `role-deleted:${roleId}`,
    );
  }

  async #joined(guild: Guild): Promise<void> {
    const { welcome } = await this.#ports.guilds.joined(guild.id);
    if (welcome) await this.#welcome(guild);
  }

  /** To the system channel, else to the owner; noted before it is sent, because twice would be worse than never. */
  async #welcome(guild: Guild): Promise<void> {
    const { log } = this.#ports;
    const card = welcomeCard();
    const { systemChannel } = guild;
    if (systemChannel !== null) {
      try {
        await systemChannel.send(asMessage(card));
        return;
      } catch (error) {
        log.info({ err: error, guildId: guild.id }, 'no welcome in the system channel; the owner gets it');
      }
    }
    try {
      const owner = await this.#ports.client.users.createDM(guild.ownerId);
      await owner.send(asMessage(card));
    } catch (error) {
      log.info({ err: error, guildId: guild.id }, 'nobody could be welcomed');
    }
  }

  async #left(guildId: string): Promise<void> {
    const { keeper, guilds, farewell } = this.#ports;
    keeper.guildLeft(guildId);
    await farewell(guildId);
    await guilds.left(guildId);
  }

  async #heal(): Promise<void> {
    const { client, keeper, log } = this.#ports;
    if (!client.isReady()) return;
    for (const guildId of keeper.guilds()) {
      if (client.guilds.cache.get(guildId)?.available !== true) continue;
      await this.#run(`panels of ${guildId}`, async () => {
        const lines = await keeper.heal(guildId);
        const mended = lines.filter(({ outcome }) => outcome !== 'fine');
        if (mended.length > 0) log.info({ guildId, panels: mended }, 'panels were looked after');
      });
    }
  }

  async #lookAgain(): Promise<void> {
    const { client, missed } = this.#ports;
    for (const guild of client.guilds.cache.filter(({ available }) => available).values())
      await this.#run(`messages of ${guild.id}`, () => missed.lookAgain(guild));
  }

  /** Again and again, each time after the last one has ended. */
  #every(ms: number, fault: string, task: () => Promise<void>): void {
    let cancel = (): void => undefined;
    const schedule = () => {
      if (!this.#open) return;
      cancel = this.#ports.clock.after(ms, () => void this.#run(fault, task, schedule));
    };
    schedule();
    this.#undo.push(() => cancel());
  }

  /** A fault in the work is logged: what is returned does not reject. */
  #run(name: string, work: () => Promise<void>, after: () => void = () => undefined): Promise<void> {
    const task: Promise<void> = work()
      .catch((error: unknown) => this.#ports.log.error({ err: error, event: name }, 'an event could not be handled'))
      .finally(() => {
        this.#running.delete(task);
        after();
      });
    this.#running.add(task);
    return task;
  }
}

const PANEL_KEYS: ReadonlySet<SettingKey> = new Set(Object.values(PANEL_CHANNEL));

/** Settings that name a channel. */
function channelKeys(): readonly SettingKey[] {
  return (Object.keys(SETTINGS) as SettingKey[]).filter((key) => SETTINGS[key].kind.type === 'channel');
}
