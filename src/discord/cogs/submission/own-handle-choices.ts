import type { CommandModule } from '../../answer.ts';
import { handleChoices } from '../profile/handle-choices.ts';
import type { Services } from '../services.ts';

/** Suggests the caller's own handles first, then those that nobody has linked yet. */
export function completeOwnHandle({ handles }: Pick<Services, 'handles'>): NonNullable<CommandModule['complete']> {
  return async (interaction, { guildId, userId }) => {
    const typed = interaction.options.getFocused();
    const [own, unlinked] = await Promise.all([
      handles.suggestOwn(guildId, userId, typed),
      handles.suggestUnlinked(guildId, typed),
    ]);
    return handleChoices([...own, ...unlinked].slice(0, 25));
  };
}
