import { SlashCommandBuilder } from 'discord.js';
import type { Clock } from '../../../ports/clock.ts';
import { type Answer, type Caller, type Cog, type ComponentModule, card, refusal, update } from '../../answer.ts';
import { failureText } from '../../cards/failure-card.ts';
import { isSetupStep, type SetupStep, setupCard, setupDoneCard, testMessageCard } from '../../cards/setup-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import { CHANNEL_PURPOSES, isChannelPurpose, PURPOSE } from '../../channel-purpose.ts';
import type { GuildChannels } from '../../guild-channels.ts';
import type { Services } from '../services.ts';

/** The test message goes by itself. ms */
const TEST_MS = 60_000;

export interface SetupCogPorts {
  readonly services: Pick<Services, 'settings' | 'guilds'>;
  readonly desk: ChannelDesk;
  readonly channels: GuildChannels;
  readonly clock: Clock;
  /** Whether the bot may read messages. */
  readonly messageContent: boolean;
}

/**
 * `/setup`: one guided, ephemeral flow. Every choice is saved at once, and so is the page, so that it goes on after a
 * restart or on another day where it stood.
 */
export function setupCog({ services, desk, channels, clock, messageContent }: SetupCogPorts): Cog {
  const { settings, guilds } = services;

  async function show(guildId: string, step: SetupStep, news: string | null) {
    const roleId = (await settings.all(guildId))['role.reviewer'];
    return setupCard({
      step,
      news,
      messageContent,
      purposes: await desk.overview(guildId),
      // Discord refuses a picker that names a role which is gone.
      roleId: roleId !== null && channels.roleExists(guildId, roleId) ? roleId : null,
    });
  }

  async function turnTo(caller: Caller, step: SetupStep, news: string | null = null): Promise<Answer> {
    await guilds.setSetupProgress(caller.guildId, JSON.stringify({ step }));
    return update(await show(caller.guildId, step, news));
  }

  async function storedStep(guildId: string): Promise<SetupStep> {
    const progress: unknown = JSON.parse((await guilds.setupProgress(guildId)) ?? '{}');
    const step = typeof progress === 'object' && progress !== null && 'step' in progress ? progress.step : null;
    return typeof step === 'string' && isSetupStep(step) ? step : 'start';
  }

  async function create(caller: Caller, wanted: string): Promise<Answer> {
    const one = isChannelPurpose(wanted) ? wanted : null;
    const { assigned, failure } = await desk.create(
      caller.guildId,
      caller.userId,
      one === null ? CHANNEL_PURPOSES : [one],
    );
    if (failure !== null && assigned.length === 0) return refusal(failure);
    const made = assigned.map(({ purpose, channelId }) => `${PURPOSE[purpose].label} <#${channelId}>`).join(', ');
    const news = [
      ...(assigned.length === 0 ? ['Nothing was missing.'] : [`✨ Made: ${made}`]),
      ...(failure === null ? [] : [`⚠️ ${failureText(failure)}`]),
    ].join('\n');
    return turnTo(caller, one ?? (failure === null ? 'role' : 'start'), news);
  }

  async function pickRole(caller: Caller, roleId: string | null): Promise<Answer> {
    if (roleId === caller.guildId) {
      const why = 'everyone would run the show; choose another role';
      return refusal({ code: 'setting-invalid', key: 'role.reviewer', why });
    }
    const saved = await settings.set(caller.guildId, caller.userId, 'role.reviewer', roleId);
    return saved.ok ? turnTo(caller, 'role', '✅ Saved.') : refusal(saved.error);
  }

  async function test(caller: Caller, here: string | null): Promise<Answer> {
    const all = await settings.all(caller.guildId);
    const channelId = all['channel.debug'] ?? all['channel.reviewer'] ?? here;
    if (channelId === null)
      return refusal({ code: 'not-set-up', setting: 'channel.debug', command: '`/setdebugchannel`' });
    const said = await channels.say(caller.guildId, channelId, testMessageCard());
    if (!said.ok) return refusal(said.error);
    clock.after(TEST_MS, () => void said.value());
    return turnTo(caller, 'check', `📨 The test message stands in <#${channelId}>.`);
  }

  const component = (action: string, run: ComponentModule['run']): ComponentModule => ({
    action,
    access: 'admin',
    answer: 'update',
    run,
  });

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('setup')
          .setDescription('Set this server up, step by step')
          .toJSON(),
        access: 'admin',
        answer: 'private',
        run: async (_interaction, { guildId }) => card(await show(guildId, await storedStep(guildId), null)),
      },
    ],
    components: [
      component('setup.step', async (_press, caller, [step = '']) =>
        isSetupStep(step) ? turnTo(caller, step) : refusal({ code: 'panel-outdated' }),
      ),
      component('setup.create', async (_press, caller, [wanted = '']) => create(caller, wanted)),
      component('setup.role', async (press, caller) =>
        press.isRoleSelectMenu() ? pickRole(caller, press.values[0] ?? null) : refusal({ code: 'panel-outdated' }),
      ),
      component('setup.channel', async (press, caller, [purpose = '']) => {
        const channelId = press.isChannelSelectMenu() ? press.values[0] : undefined;
        if (channelId === undefined || !isChannelPurpose(purpose)) return refusal({ code: 'panel-outdated' });
        const given = await desk.assign(caller.guildId, caller.userId, purpose, channelId);
        return given.ok ? turnTo(caller, purpose, '✅ Saved.') : refusal(given.error);
      }),
      component('setup.test', async (press, caller) => test(caller, press.channelId)),
      component('setup.finish', async (_press, caller) => {
        await guilds.setSetupProgress(caller.guildId, null);
        return update(setupDoneCard());
      }),
    ],
  };
}
