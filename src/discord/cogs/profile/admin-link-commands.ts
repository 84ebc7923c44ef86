import { type CommandModule, card, refusal } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { unlinkedCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';
import { handleChoices } from './handle-choices.ts';
import { handleDefinition } from './handle-definition.ts';

/** `/admin-link` and `/admin-unlink`: links that the proof in the chat can't settle. */
export function adminLinkCommands({ handles }: Pick<Services, 'handles'>): readonly CommandModule[] {
  const complete: NonNullable<CommandModule['complete']> = async (interaction, { guildId }) =>
    handleChoices(await handles.suggestAny(guildId, interaction.options.getFocused()));

  return [
    {
      definition: handleDefinition('admin-link', 'Link a handle to a member by force')
        .addUserOption((option) => option.setName('user').setDescription('Who it belongs to').setRequired(true))
        .toJSON(),
      access: 'admin',
      answer: 'private',
      run: async ({ options }, { guildId, userId }) => {
        const owner = options.getUser('user', true);
        const result = await handles.adminLink(guildId, userId, owner.id, options.getString('tiktok_handle', true));
        if (!result.ok) return refusal(result.error);
        const name = result.value.name.replaceAll('_', '\\_');
        return card(textCard('good', `🔗 @${name} now belongs to <@${result.value.linkedUserId}>.`));
      },
      complete,
    },
    {
      definition: handleDefinition('admin-unlink', 'Unlink a handle by force').toJSON(),
      access: 'admin',
      answer: 'private',
      run: async ({ options }, { guildId, userId }) => {
        const result = await handles.adminUnlink(guildId, userId, options.getString('tiktok_handle', true));
        return result.ok ? card(unlinkedCard(result.value)) : refusal(result.error);
      },
      complete,
    },
  ];
}
