import type { Failure } from '../domain/failure.ts';
import { Mutex } from '../lib/mutex.ts';
import { err, ok, type Result } from '../lib/result.ts';
import type { SettingsService } from '../services/settings-service.ts';
import { CHANNEL_PURPOSES, type ChannelPurpose, PURPOSE } from './channel-purpose.ts';
import type { GuildChannels } from './guild-channels.ts';
import type { PanelKeeper } from './panels/panel-keeper.ts';
import type { Shown } from './panels/panel-wire.ts';

export interface Assigned {
  readonly purpose: ChannelPurpose;
  readonly channelId: string;
  /** Discord has trouble: the panels come by themselves as soon as it takes them. */
  readonly panelsLater: boolean;
}

export interface PurposeState {
  readonly purpose: ChannelPurpose;
  readonly channelId: string | null;
  readonly trouble: Failure | null;
}

export interface Created {
  readonly assigned: readonly Assigned[];
  /** What ended it before all were made. */
  readonly failure: Failure | null;
}

export interface ChannelDeskPorts {
  readonly settings: Pick<SettingsService, 'all' | 'set'>;
  readonly keeper: Pick<PanelKeeper, 'place'>;
  readonly channels: GuildChannels;
}

/** Gives channels their purpose: checks them, puts the panels there, then saves the setting. */
export class ChannelDesk {
  readonly #ports: ChannelDeskPorts;
  /** One at a time per guild: a double click must not make everything twice. */
  readonly #creating = new Map<string, Mutex>();

  constructor(ports: ChannelDeskPorts) {
    this.#ports = ports;
  }

  async assign(
    guildId: string,
    actor: string,
    purpose: ChannelPurpose,
    channelId: string,
  ): Promise<Result<Assigned, Failure>> {
    const { settings, keeper, channels } = this.#ports;
    const { setting, needs, panels } = PURPOSE[purpose];
    const trouble = await channels.verify(guildId, channelId, needs);
    if (trouble !== null) return err(trouble);
    let panelsLater = false;
    for (const kind of panels) {
      const shown = await keeper.place(guildId, kind, channelId);
      const failure = failureOf(shown, channelId);
      if (failure !== null) return err(failure);
      panelsLater ||= shown.kind !== 'shown';
    }
    const saved = await settings.set(guildId, actor, setting, channelId);
    return saved.ok ? ok({ purpose, channelId, panelsLater }) : saved;
  }

  /** How every purpose stands. */
  async overview(guildId: string): Promise<readonly PurposeState[]> {
    const { settings, channels } = this.#ports;
    const all = await settings.all(guildId);
    return CHANNEL_PURPOSES.map((purpose) => {
      const channelId = all[PURPOSE[purpose].setting];
      const trouble = channelId === null ? null : channels.trouble(guildId, channelId, PURPOSE[purpose].needs);
      return { purpose, channelId, trouble };
    });
  }

  /** The reviewer channel, when the reviewers' role can't see it: then nobody but admins can run the show. */
  async unseenByReviewers(guildId: string): Promise<string | null> {
    const { settings, channels } = this.#ports;
    const all = await settings.all(guildId);
    const [roleId, channelId] = [all['role.reviewer'], all['channel.reviewer']];
    return roleId === null || channelId === null || channels.roleSees(guildId, roleId, channelId) ? null : channelId;
  }

  /** Makes channels for those of the purposes that have none, and gives them over. */
  create(guildId: string, actor: string, purposes: readonly ChannelPurpose[]): Promise<Created> {
    const mutex = this.#creating.get(guildId) ?? new Mutex();
    this.#creating.set(guildId, mutex);
    return mutex.run(() => this.#createAll(guildId, actor, purposes));
  }

  async #createAll(guildId: string, actor: string, purposes: readonly ChannelPurpose[]): Promise<Created> {
    const { channels, settings } = this.#ports;
    const assigned: Assigned[] = [];
    for (const purpose of purposes) {
      const states = await this.overview(guildId);
      const known = states.find((state) => state.purpose === purpose)?.channelId ?? null;
      if (known !== null && channels.exists(guildId, known)) continue;
      const neighbour = assigned[0]?.channelId;
      const made = await channels.create(guildId, purpose, {
        categoryId: neighbour === undefined ? null : channels.categoryOf(guildId, neighbour),
        reviewerRoleId: (await settings.all(guildId))['role.reviewer'],
        actor,
      });
      if (!made.ok) return { assigned, failure: made.error };
      const given = await this.assign(guildId, actor, purpose, made.value);
      if (!given.ok) return { assigned, failure: given.error };
      assigned.push(given.value);
    }
    return { assigned, failure: null };
  }
}

/** A panel that only comes later is no failure. */
function failureOf(shown: Shown, channelId: string): Failure | null {
  switch (shown.kind) {
    case 'forbidden':
      return { code: 'missing-permissions', channelId, permissions: shown.missing };
    case 'channel-gone':
      return { code: 'channel-unusable', channelId, why: 'gone' };
    case 'shown':
    case 'message-gone':
    case 'limited':
    case 'outage':
      return null;
    default:
      throw shown satisfies never;
  }
}
