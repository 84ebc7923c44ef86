import type { CommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { handleChoices } from './handle-choices.ts';
import { handleDefinition } from './handle-definition.ts';
import { linkHandle } from './link-handle.ts';

export function linkTiktokCommand({ handles }: Pick<Services, 'handles'>): CommandModule {
  return {
    definition: handleDefinition(
      'link-tiktok',
      'Link your TikTok handle, so that your points and gifts count',
    ).toJSON(),
    access: 'everyone',
    answer: 'private',
    run: async (interaction, caller) =>
      linkHandle(handles, caller, interaction.options.getString('tiktok_handle', true)),
    complete: async (interaction, { guildId }) =>
      handleChoices(await handles.suggestUnlinked(guildId, interaction.options.getFocused())),
  };
}
