import { SlashCommandBuilder } from 'discord.js';
import type { OverlayService } from '../../../services/overlay-service.ts';
import { type Cog, card } from '../../answer.ts';
import { overlayCard } from '../../cards/overlay-card.ts';

/** `/overlay show|reset`: the secret address of the on-stream overlay, told in private. */
export function overlayCog({ overlay }: { readonly overlay: Pick<OverlayService, 'links' | 'reset'> }): Cog {
  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('overlay')
          .setDescription('The overlay for your stream')
          .addSubcommand((sub) => sub.setName('show').setDescription('Its address for OBS or TikTok LIVE Studio'))
          .addSubcommand((sub) =>
            sub.setName('reset').setDescription('A new address; the old one ends at once, on stream too'),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async ({ options }, caller) =>
          options.getSubcommand() === 'reset'
            ? card(overlayCard(await overlay.reset(caller.guildId, caller.userId), true))
            : card(overlayCard(await overlay.links(caller.guildId), false)),
      },
    ],
    components: [],
  };
}
