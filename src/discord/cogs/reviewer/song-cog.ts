import type { Cog } from '../../answer.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { pendingButtons } from './pending-buttons.ts';
import { songButtons } from './song-buttons.ts';
import { songMenus } from './song-menus.ts';

/** What can be done with one song of a panel. Ids come from custom ids: the services check guild and state again. */
export function songCog(services: Services, desk: PanelDesk, channels: Pick<ChannelDesk, 'overview'>): Cog {
  return {
    commands: [],
    components: [...songMenus(services), ...songButtons(services, desk, channels), ...pendingButtons(services, desk)],
  };
}
