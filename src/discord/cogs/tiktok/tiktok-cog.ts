import type { Cog } from '../../answer.ts';
import type { Services } from '../services.ts';
import { tiktokCommand } from './tiktok-command.ts';

/** `/tiktok connect|status|disconnect`. Connecting edits its own answer through the states while the token lives. */
export function tiktokCog(services: Services, now: () => number): Cog {
  return { commands: [tiktokCommand(services, now)], components: [] };
}
