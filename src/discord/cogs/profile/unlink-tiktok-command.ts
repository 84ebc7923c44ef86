import { type CommandModule, card, refusal } from '../../answer.ts';
import { unlinkedCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';
import { handleChoices } from './handle-choices.ts';
import { handleDefinition } from './handle-definition.ts';

export function unlinkTiktokCommand({ handles }: Pick<Services, 'handles'>): CommandModule {
  return {
    definition: handleDefinition('unlink-tiktok', 'Unlink one of your TikTok handles').toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async ({ options }, { guildId, userId }) => {
      const result = await handles.unlink(guildId, userId, options.getString('tiktok_handle', true));
      return result.ok ? card(unlinkedCard(result.value)) : refusal(result.error);
    },
    complete: async (interaction, { guildId, userId }) =>
      handleChoices(await handles.suggestOwn(guildId, userId, interaction.options.getFocused())),
  };
}
