import { SlashCommandBuilder } from 'discord.js';
import { parseHandleName } from '../../../domain/handle.ts';
import { cutText } from '../../../lib/text.ts';
import type { CommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { completeOwnHandle } from './own-handle-choices.ts';
import { ownHandleOption } from './own-handle-option.ts';
import { EMPTY_DRAFT, largestUpload, submitModal } from './submit-modal.ts';

/** `/submit`: the modal, which takes a link or a file. */
export function submitCommand(services: Pick<Services, 'handles' | 'settings'>): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('submit')
      .setDescription('Submit a song to the show: a link or a file')
      .addStringOption(ownHandleOption)
      .toJSON(),
    access: 'everyone',
    answer: 'modal',
    run: async (interaction) => {
      const handle = handleArgument(interaction.options.getString('tiktok_handle'));
      const maxBytes = await largestUpload(services.settings, interaction);
      return { kind: 'modal', modal: submitModal({ ...EMPTY_DRAFT, handle }, maxBytes) };
    },
    complete: completeOwnHandle(services),
  };
}

/** Into a custom id goes only what can be a handle; anything else is refused when the modal comes back. */
function handleArgument(typed: string | null): string {
  const text = (typed ?? '').trim();
  return parseHandleName(text) ?? cutText(text.replaceAll(':', ''), 30);
}
