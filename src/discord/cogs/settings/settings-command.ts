import { isSettingKey, SETTINGS } from '../../../domain/setting.ts';
import { type Answer, type Caller, type Choice, type CommandModule, card, refusal } from '../../answer.ts';
import { settingCard, settingsCard } from '../../cards/settings-card.ts';
import type { Services } from '../services.ts';
import { settingsDefinition } from './settings-definition.ts';

type Settings = Services['settings'];

export function settingsCommand({ settings }: Pick<Services, 'settings'>): CommandModule {
  return {
    definition: settingsDefinition(),
    access: 'admin',
    answer: 'private',
    run: async ({ options }, caller) => {
      switch (options.getSubcommand()) {
        case 'set':
          return change(settings, caller, options.getString('key', true), options.getString('value', true));
        case 'reset':
          return change(settings, caller, options.getString('key', true), null);
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
async function change(
  settings: Settings,
  { guildId, userId }: Caller,
  key: string,
  value: string | null,
): Promise<Answer> {
  if (!isSettingKey(key)) return refusal({ code: 'setting-unknown', key });
  const result =
    value === null ? await settings.reset(guildId, userId, key) : await settings.set(guildId, userId, key, value);
  if (!result.ok) return refusal(result.error);
  const row = (await settings.list(guildId)).find((candidate) => candidate.key === key);
  return row === undefined ? refusal({ code: 'setting-unknown', key }) : card(settingCard(row, true));
}

function keyChoices(typed: string): readonly Choice[] {
  return Object.entries(SETTINGS)
    .filter(([key, { about }]) => key.includes(typed) || about.toLowerCase().includes(typed))
    .slice(0, 25)
    .map(([key, { about }]) => ({ name: `${key}: ${about}`.slice(0, 100), value: key }));
}
