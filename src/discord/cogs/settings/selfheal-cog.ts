import { SlashCommandBuilder } from 'discord.js';
import { type Cog, card } from '../../answer.ts';
import { healCard } from '../../cards/heal-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import { PURPOSE } from '../../channel-purpose.ts';
import type { GuildChannels } from '../../guild-channels.ts';
import type { HealLine, PanelKeeper } from '../../panels/panel-keeper.ts';
import type { Services } from '../services.ts';

export interface SelfhealCogPorts {
  readonly services: Pick<Services, 'settings'>;
  readonly keeper: Pick<PanelKeeper, 'heal' | 'place' | 'channelOf'>;
  readonly desk: ChannelDesk;
  readonly channels: GuildChannels;
  readonly messageContent: boolean;
}

/** `/selfheal`: looks at everything now, mends what it can and says what it can't. */
export function selfhealCog({ services, keeper, desk, channels, messageContent }: SelfhealCogPorts): Cog {
  /** Panels whose channel is set but that do not exist, for example after a restored backup. */
  async function placeMissing(guildId: string): Promise<readonly HealLine[]> {
    const placed: HealLine[] = [];
    for (const { purpose, channelId, trouble } of await desk.overview(guildId)) {
      if (channelId === null || trouble !== null) continue;
      for (const kind of PURPOSE[purpose].panels) {
        if (keeper.channelOf(guildId, kind) !== null) continue;
        const shown = await keeper.place(guildId, kind, channelId);
        const outcome = shown.kind === 'shown' ? 'mended' : shown.kind;
        placed.push({ kind, channelId, outcome, missing: shown.kind === 'forbidden' ? shown.missing : [] });
      }
    }
    return placed;
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('selfheal')
          .setDescription('Check all panels and channels now, and mend them')
          .toJSON(),
        access: 'admin',
        answer: 'private',
        run: async (_interaction, { guildId }) => {
          const healed = await keeper.heal(guildId);
          const placed = await placeMissing(guildId);
          const roleId = (await services.settings.all(guildId))['role.reviewer'];
          return card(
            healCard({
              panels: [...healed, ...placed],
              purposes: await desk.overview(guildId),
              unseen: await desk.unseenByReviewers(guildId),
              reviewerRoleGone: roleId !== null && !channels.roleExists(guildId, roleId),
              messageContent,
            }),
          );
        },
      },
    ],
    components: [],
  };
}
