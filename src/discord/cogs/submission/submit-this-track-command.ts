import { ApplicationCommandType } from 'discord.js';
import { type MessageCommandModule, refusal } from '../../answer.ts';
import { songIn } from '../../passive-song.ts';
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
      const song = songIn(targetMessage);
      if (song === null) return refusal({ code: 'no-song-in-message' });
      const result = await handIn(services, caller, {
        via: 'context-menu',
        draft: { ...EMPTY_DRAFT, link: song.kind === 'link' ? song.link : '' },
        file: song.kind === 'file' ? song.file : null,
      });
      return submitted(result);
    },
  };
}
