import { SETTINGS, type SettingKey } from '../../domain/setting.ts';
import { type Card, clip, textCard } from './card.ts';
import { plain } from './words.ts';

export interface SettingRow {
  readonly key: SettingKey;
  readonly value: number | boolean | string | readonly string[] | null;
  readonly isDefault: boolean;
  readonly about: string;
}

/** Characters of one value where all settings stand side by side. */
const SHORT = 300;
/** Alone, a list is shown whole: whoever changes it types it whole. */
const WHOLE = 3_600;

function settingValueText(row: Pick<SettingRow, 'key' | 'value'>, max: number): string {
  const { kind } = SETTINGS[row.key];
  if (row.value === null) return '*not set*';
  if (kind.type === 'channel') return `<#${String(row.value)}>`;
  if (kind.type === 'role') return `<@&${String(row.value)}>`;
  if (kind.type === 'switch') return row.value === true ? 'on' : 'off';
  if (kind.type === 'integer') return `${Number(row.value).toLocaleString('en-US')} ${kind.unit}`;
  if (Array.isArray(row.value) && row.value.length === 0) return '*none*';
  return clip(
    Array.isArray(row.value) ? row.value.map((item) => plain(String(item), 60)).join(', ') : plain(String(row.value)),
    max,
  );
}

/** All settings grouped by their first word. */
export function settingsCard(rows: readonly SettingRow[]): Card {
  const groups = Map.groupBy(rows, ({ key }) => key.split('.')[0] ?? key);
  const blocks = [...groups].map(([group, members]) => {
    const lines = members.map((row) => `\`${row.key}\` ${settingValueText(row, SHORT)}${row.isDefault ? '' : ' ✏️'}`);
    return `**${group}**\n${lines.join('\n')}`;
  });
  return textCard(
    'brand',
    clip(
      `### ⚙️ Settings\n${blocks.join('\n')}\n-# ✏️ changed here · \`/settings show\` with a key tells what it is for`,
      3_900,
    ),
  );
}

export function settingCard(row: SettingRow, saved: boolean): Card {
  return textCard(
    saved ? 'good' : 'brand',
    `${saved ? '✅ Saved: ' : ''}\`${row.key}\` = ${settingValueText(row, WHOLE)}\n-# ${row.about}`,
  );
}
