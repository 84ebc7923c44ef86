import type { Cog } from '../../answer.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { clearfreeButtons } from './clearfree-buttons.ts';
import { clearfreeCommand } from './clearfree-command.ts';
import { moveCommand } from './move-command.ts';
import { nextButtons } from './next-buttons.ts';
import { nextCommand } from './next-command.ts';
import { openingCommands } from './opening-commands.ts';
import { removeCommand } from './remove-command.ts';

/** The show by command: next, move, remove, clear, open and close. */
export function reviewerCog(services: Services, desk: PanelDesk, now: () => number): Cog {
  return {
    commands: [
      nextCommand(services),
      moveCommand(services),
      removeCommand(services),
      clearfreeCommand(services, now),
      ...openingCommands(services),
    ],
    components: [...clearfreeButtons(services, now), ...nextButtons(services, desk)],
  };
}
