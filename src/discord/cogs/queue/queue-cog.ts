import type { Cog } from '../../answer.ts';
import type { Services } from '../services.ts';
import { queueCommand } from './queue-command.ts';
import { queuePages } from './queue-pages.ts';

/** `/queue`: what waits, and where one's own songs stand and why. */
export function queueCog(services: Services): Cog {
  return { commands: [queueCommand(services)], components: [queuePages(services)] };
}
