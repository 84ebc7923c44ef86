import type { Cog } from '../../answer.ts';
import type { Services } from '../services.ts';
import { mysubmissionsCommand } from './mysubmissions-command.ts';
import { ownSongsMenu } from './own-songs-menu.ts';
import { portalButtons } from './portal-buttons.ts';
import { skipQuestion } from './skip-question.ts';
import { submitCommand } from './submit-command.ts';
import { submitForm } from './submit-form.ts';
import { submitThisTrackCommand } from './submit-this-track-command.ts';
import { submitfileCommand } from './submitfile-command.ts';

/** Ways in by command, modal and menu, and one's own songs. */
export function submitCog(services: Services): Cog {
  return {
    commands: [submitCommand(services), submitfileCommand(services), mysubmissionsCommand(services)],
    messageCommands: [submitThisTrackCommand(services)],
    components: [
      ...submitForm(services),
      skipQuestion(services),
      ...ownSongsMenu(services),
      ...portalButtons(services),
    ],
  };
}
