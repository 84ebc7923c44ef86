import type { Cog } from '../../answer.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { filterCommand } from './filter-command.ts';
import { joinCommand } from './join-command.ts';
import { leaveCommand } from './leave-command.ts';
import { nowplayingCommand } from './nowplaying-command.ts';
import { playbackCommands } from './playback-commands.ts';
import { seekCommand } from './seek-command.ts';
import { voiceButtons } from './voice-buttons.ts';
import { voicestatusCommand } from './voicestatus-command.ts';
import { volumeCommand } from './volume-command.ts';

/** Voice by command and by the buttons of the now-playing panel. */
export function voiceCog(services: Services, desk: PanelDesk, now: () => number): Cog {
  return {
    commands: [
      joinCommand(services, now),
      leaveCommand(services),
      ...playbackCommands(services, now),
      seekCommand(services, now),
      volumeCommand(services, now),
      filterCommand(services, now),
      nowplayingCommand(services, now),
      voicestatusCommand(services, now),
    ],
    components: voiceButtons(services, desk, now),
  };
}
