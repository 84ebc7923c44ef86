import type { Clock } from '../../../ports/clock.ts';
import { type Answer, type Caller, refusal, update } from '../../answer.ts';
import type { Card } from '../../cards/card.ts';
import { failureText } from '../../cards/failure-card.ts';
import { isSetupStep, type SetupStep, setupCard, setupDoneCard, testMessageCard } from '../../cards/setup-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import { CHANNEL_PURPOSES, type ChannelPurpose, isChannelPurpose, PURPOSE } from '../../channel-purpose.ts';
import type { GuildChannels } from '../../guild-channels.ts';
import type { Services } from '../services.ts';

/** The test message goes by itself. ms */
const TEST_MS = 60_000;

const ROLE_FIRST =
  '👤 First the role of your reviewers: channels for staff are made so that it sees them. Without one, only admins do.';

export interface SetupPorts {
  readonly services: Pick<Services, 'settings' | 'guilds'>;
  readonly desk: ChannelDesk;
  readonly channels: GuildChannels;
  readonly clock: Clock;
  /** Whether the bot may read messages. */
  readonly messageContent: boolean;
}

/** The pages of `/setup` and what can be done on them. Every choice is saved at once, and so is the page. */
export class SetupFlow {
  readonly #ports: SetupPorts;

  constructor(ports: SetupPorts) {
    this.#ports = ports;
  }

  /** The page where it was left, on another day or before a restart. */
  async resume(guildId: string): Promise<Card> {
    const stored: unknown = JSON.parse((await this.#ports.services.guilds.setupProgress(guildId)) ?? '{}');
    const step = typeof stored === 'object' && stored !== null && 'step' in stored ? stored.step : null;
    return this.#page(guildId, typeof step === 'string' && isSetupStep(step) ? step : 'start', null);
  }

  /** @param news what just happened, in one line */
  async turnTo({ guildId }: Caller, step: SetupStep, news: string | null = null): Promise<Answer> {
    await this.#ports.services.guilds.setSetupProgress(guildId, JSON.stringify({ step }));
    return update(await this.#page(guildId, step, news));
  }

  async pickRole(caller: Caller, roleId: string | null): Promise<Answer> {
    const key = 'role.reviewer';
    if (roleId === caller.guildId) {
      return refusal({ code: 'setting-invalid', key, why: 'everyone would run the show; choose another role' });
    }
    const saved = await this.#ports.services.settings.set(caller.guildId, caller.userId, key, roleId);
    return saved.ok ? this.turnTo(caller, 'role', '✅ Saved.') : refusal(saved.error);
  }

  async pickChannel(caller: Caller, purpose: ChannelPurpose, channelId: string): Promise<Answer> {
    const given = await this.#ports.desk.assign(caller.guildId, caller.userId, purpose, channelId);
    return given.ok ? this.turnTo(caller, purpose, '✅ Saved.') : refusal(given.error);
  }

  /** @param wanted a purpose, or anything else for all that are missing; `now` also without a reviewer role */
  async create(caller: Caller, wanted: string): Promise<Answer> {
    const one = isChannelPurpose(wanted) ? wanted : null;
    // The bot may not show them to a role later: that would take Manage Roles.
    if (one === null && wanted !== 'now' && (await this.#roleId(caller.guildId)) === null)
      return this.turnTo(caller, 'role', ROLE_FIRST);
    const purposes = one === null ? CHANNEL_PURPOSES : [one];
    const { assigned, failure } = await this.#ports.desk.create(caller.guildId, caller.userId, purposes);
    if (failure !== null && assigned.length === 0) return refusal(failure);
    const made = assigned.map(({ purpose, channelId }) => `${PURPOSE[purpose].label} <#${channelId}>`).join(', ');
    const news = [
      assigned.length === 0 ? 'Nothing was missing.' : `✨ Made: ${made}`,
      ...(failure === null ? [] : [`⚠️ ${failureText(failure)}`]),
    ].join('\n');
    return this.turnTo(caller, one ?? (failure === null ? 'check' : 'start'), news);
  }

  /** @param here where it was asked for, when no channel for staff is set yet */
  async test(caller: Caller, here: string | null): Promise<Answer> {
    const { services, channels, clock } = this.#ports;
    const all = await services.settings.all(caller.guildId);
    const channelId = all['channel.debug'] ?? all['channel.reviewer'] ?? here;
    if (channelId === null) {
      return refusal({ code: 'not-set-up', setting: 'channel.debug', command: '`/setdebugchannel`' });
    }
    const said = await channels.say(caller.guildId, channelId, testMessageCard());
    if (!said.ok) return refusal(said.error);
    clock.after(TEST_MS, () => void said.value());
    return this.turnTo(caller, 'check', `📨 The test message stands in <#${channelId}>.`);
  }

  async finish({ guildId }: Caller): Promise<Answer> {
    const { services, desk } = this.#ports;
    await services.guilds.setSetupProgress(guildId, null);
    const [purposes, unseen] = [await desk.overview(guildId), await desk.unseenByReviewers(guildId)];
    return update(setupDoneCard({ purposes, unseen }, (await services.settings.all(guildId))['submissions.open.free']));
  }

  /** Discord refuses a picker that names a role which is gone. */
  async #roleId(guildId: string): Promise<string | null> {
    const { services, channels } = this.#ports;
    const roleId = (await services.settings.all(guildId))['role.reviewer'];
    return roleId !== null && channels.roleExists(guildId, roleId) ? roleId : null;
  }

  async #page(guildId: string, step: SetupStep, news: string | null): Promise<Card> {
    const { desk, messageContent } = this.#ports;
    return setupCard({
      step,
      news,
      messageContent,
      purposes: await desk.overview(guildId),
      roleId: await this.#roleId(guildId),
      unseen: await desk.unseenByReviewers(guildId),
    });
  }
}
