import { ApplicationCommandType } from 'discord.js';
import type { MessageCommandModule } from '../../answer.ts';
import type { Services } from '../services.ts';
import { handIn, submitted } from './hand-in.ts';
import { EMPTY_DRAFT } from './submit-modal.ts';

/** In the menu of a message: its file, else the first link in it. */
export function submitThisTrackCommand(services: Pick<Services, 'submissions'>): MessageCommandModule {
  return {
    definition: { name: 'Submit this track', type: ApplicationCommandType.Message },
    access: 'everyone',
    answer: 'private',
    run: async ({ targetMessage }, caller) => {
      const attachment = targetMessage.attachments.first();
      const link = /https?:\/\/\S+/.exec(targetMessage.content)?.[0] ?? '';
      const result = await handIn(services, caller, {
        via: 'context-menu',
        draft: { ...EMPTY_DRAFT, link: attachment === undefined ? link : '' },
        file:
          attachment === undefined
            ? null
            : { url: attachment.url, name: attachment.title ?? attachment.name, size: attachment.size },
      });
      return submitted(result);
    },
  };
}
