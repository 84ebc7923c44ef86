import type { Cog } from '../../answer.ts';
import { type SettingsCommandPorts, settingsCommand } from './settings-command.ts';

/** `/settings show|set|reset`: every value typed and checked, every change audited. */
export function settingsCog(ports: SettingsCommandPorts): Cog {
  return { commands: [settingsCommand(ports)], components: [] };
}
