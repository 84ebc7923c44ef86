import { SlashCommandBuilder } from 'discord.js';
import type { Failure } from '../../../domain/failure.ts';
import { type Cog, type ComponentModule, card, refusal } from '../../answer.ts';
import { isSetupStep } from '../../cards/setup-card.ts';
import { isChannelPurpose } from '../../channel-purpose.ts';
import { SetupFlow, type SetupPorts } from './setup-flow.ts';

const OUTDATED: Failure = { code: 'panel-outdated' };

/** `/setup`: one guided, ephemeral flow that goes on where it was left. */
export function setupCog(ports: SetupPorts): Cog {
  const flow = new SetupFlow(ports);
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
        run: async (_interaction, { guildId }) => card(await flow.resume(guildId)),
      },
    ],
    components: [
      component('setup.step', async (_press, caller, [step = '']) =>
        isSetupStep(step) ? flow.turnTo(caller, step) : refusal(OUTDATED),
      ),
      component('setup.create', async (_press, caller, [wanted = '']) => flow.create(caller, wanted)),
      component('setup.role', async (press, caller) =>
        press.isRoleSelectMenu() ? flow.pickRole(caller, press.values[0] ?? null) : refusal(OUTDATED),
      ),
      component('setup.channel', async (press, caller, [purpose = '']) => {
        const channelId = press.isChannelSelectMenu() ? press.values[0] : undefined;
        return channelId === undefined || !isChannelPurpose(purpose)
          ? refusal(OUTDATED)
          : flow.pickChannel(caller, purpose, channelId);
      }),
      component('setup.test', async (press, caller) => flow.test(caller, press.channelId)),
      component('setup.finish', async (_press, caller) => flow.finish(caller)),
    ],
  };
}
