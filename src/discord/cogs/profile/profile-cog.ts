import type { Cog } from '../../answer.ts';
import type { Services } from '../services.ts';
import { adminLinkCommands } from './admin-link-commands.ts';
import { leaderboardCommand } from './leaderboard-command.ts';
import { leaderboardPages } from './leaderboard-pages.ts';
import { linkTiktokCommand } from './link-tiktok-command.ts';
import { myTiktokHandlesCommand } from './my-tiktok-handles-command.ts';
import { mystatsCommand } from './mystats-command.ts';
import { portalLinkForm } from './portal-link-form.ts';
import { resetpointsButtons } from './resetpoints-buttons.ts';
import { resetpointsCommand } from './resetpoints-command.ts';
import { unlinkTiktokCommand } from './unlink-tiktok-command.ts';

/** TikTok handles, points and numbers of a member; staff's way to force a link or reset points. */
export function profileCog(services: Services, now: () => number): Cog {
  return {
    commands: [
      linkTiktokCommand(services),
      unlinkTiktokCommand(services),
      myTiktokHandlesCommand(services),
      mystatsCommand(services),
      leaderboardCommand(services),
      resetpointsCommand(services, now),
      ...adminLinkCommands(services),
    ],
    components: [leaderboardPages(services), ...resetpointsButtons(services, now), ...portalLinkForm(services)],
  };
}
