import type { Cog } from '../../answer.ts';
import type { Services } from '../services.ts';
import { settingsCommand } from './settings-command.ts';

/** `/settings show|set|reset`: every value typed and checked, every change audited. */
export function settingsCog(services: Services): Cog {
  return { commands: [settingsCommand(services)], components: [] };
}
