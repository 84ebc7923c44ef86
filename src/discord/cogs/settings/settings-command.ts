import type { Failure } from '../../../domain/failure.ts';
import { isSettingKey, SETTINGS, type SettingKey } from '../../../domain/setting.ts';
import { err, type Result } from '../../../lib/result.ts';
import { parseSetting } from '../../../services/setting-values.ts';
import { type Answer, type Caller, type Choice, type CommandModule, card, refusal } from '../../answer.ts';
import { settingCard, settingsCard } from '../../cards/settings-card.ts';
import type { ChannelDesk } from '../../channel-desk.ts';
import { CHANNEL_PURPOSES, PURPOSE } from '../../channel-purpose.ts';
import type { GuildChannels } from '../../guild-channels.ts';
import type { Services } from '../services.ts';
import { settingsDefinition } from './settings-definition.ts';

type Settings = Services['settings'];

export interface SettingsCommandPorts {
  readonly settings: Settings;
  readonly desk: Pick<ChannelDesk, 'assign'>;
  readonly channels: Pick<GuildChannels, 'roleExists'>;
}

export function settingsCommand(ports: SettingsCommandPorts): CommandModule {
  const { settings } = ports;
  return {
    definition: settingsDefinition(),
    access: 'admin',
    answer: 'private',
    run: async ({ options }, caller) => {
      switch (options.getSubcommand()) {
        case 'set':
          return change(ports, caller, options.getString('key', true), options.getString('value', true));
        case 'reset':
          return change(ports, caller, options.getString('key', true), null);
        default:
          return show(settings, caller, options.getString('key'));
      }
    },
    complete: async ({ options }) => keyChoices(options.getFocused().toLowerCase()),
  };
}

async function show(settings: Settings, { guildId }: Caller, key: string | null): Promise<Answer> {
  const rows = await settings.list(guildId);
  if (key === null) return card(settingsCard(rows));
  const row = rows.find((candidate) => candidate.key === key);
  return row === undefined ? refusal({ code: 'setting-unknown', key }) : card(settingCard(row, false));
}

/** @param value null = back to the default */
async function change(ports: SettingsCommandPorts, caller: Caller, key: string, value: string | null): Promise<Answer> {
  if (!isSettingKey(key)) return refusal({ code: 'setting-unknown', key });
  const { settings } = ports;
  const { guildId, userId } = caller;
  const result = value === null ? await settings.reset(guildId, userId, key) : await save(ports, caller, key, value);
  if (!result.ok) return refusal(result.error);
  const row = (await settings.list(guildId)).find((candidate) => candidate.key === key);
  return row === undefined ? refusal({ code: 'setting-unknown', key }) : card(settingCard(row, true));
}

/** What names a channel or a role must exist: a channel is given its purpose as by its own command. */
async function save(
  { settings, desk, channels }: SettingsCommandPorts,
  { guildId, userId }: Caller,
  key: SettingKey,
  typed: string,
): Promise<Result<unknown, Failure>> {
  const parsed = parseSetting(key, typed);
  if (!parsed.ok) return parsed;
  const purpose = CHANNEL_PURPOSES.find((each) => PURPOSE[each].setting === key);
  if (purpose !== undefined && typeof parsed.value === 'string') {
    return desk.assign(guildId, userId, purpose, parsed.value);
  }
  const isRole = SETTINGS[key].kind.type === 'role' && typeof parsed.value === 'string';
  if (isRole && !channels.roleExists(guildId, String(parsed.value))) {
    return err({ code: 'setting-invalid', key, why: 'there is no such role here' });
  }
  return settings.set(guildId, userId, key, typed);
}

function keyChoices(typed: string): readonly Choice[] {
  return Object.entries(SETTINGS)
    .filter(([key, { about }]) => key.includes(typed) || about.toLowerCase().includes(typed))
    .slice(0, 25)
    .map(([key, { about }]) => ({ name: `${key}: ${about}`.slice(0, 100), value: key }));
}
