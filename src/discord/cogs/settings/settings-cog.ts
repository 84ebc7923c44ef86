import { SlashCommandBuilder } from 'discord.js';
import { isSettingKey, SETTINGS } from '../../../domain/setting.ts';
import { type Answer, type Caller, type Cog, card, refusal } from '../../answer.ts';
import { settingCard, settingsCard } from '../../cards/settings-card.ts';
import type { Services } from '../services.ts';

/** `/settings show|set|reset`: every value typed and checked, every change audited. */
export function settingsCog({ settings }: Services): Cog {
  async function show(caller: Caller, key: string | null): Promise<Answer> {
    const rows = await settings.list(caller.guildId);
    if (key === null) return card(settingsCard(rows));
    const row = rows.find((candidate) => candidate.key === key);
    return row === undefined ? refusal({ code: 'setting-unknown', key }) : card(settingCard(row, false));
  }

  async function change(caller: Caller, key: string, value: string | null): Promise<Answer> {
    if (!isSettingKey(key)) return refusal({ code: 'setting-unknown', key });
    const result =
      value === null
        ? await settings.reset(caller.guildId, caller.userId, key)
        : await settings.set(caller.guildId, caller.userId, key, value);
    if (!result.ok) return refusal(result.error);
    const row = (await settings.list(caller.guildId)).find((candidate) => candidate.key === key);
    return row === undefined ? refusal({ code: 'setting-unknown', key }) : card(settingCard(row, true));
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('settings')
          .setDescription('Settings of this server')
          .addSubcommand((sub) =>
            sub
              .setName('show')
              .setDescription('Show all settings, or one')
              .addStringOption((option) =>
                option.setName('key').setDescription('Setting').setAutocomplete(true).setMaxLength(100),
              ),
          )
          .addSubcommand((sub) =>
            sub
              .setName('set')
              .setDescription('Change a setting')
              .addStringOption((option) =>
                option
                  .setName('key')
                  .setDescription('Setting')
                  .setRequired(true)
                  .setAutocomplete(true)
                  .setMaxLength(100),
              )
              .addStringOption((option) =>
                option.setName('value').setDescription('New value').setRequired(true).setMaxLength(2_000),
              ),
          )
          .addSubcommand((sub) =>
            sub
              .setName('reset')
              .setDescription('Set a setting back to its default')
              .addStringOption((option) =>
                option
                  .setName('key')
                  .setDescription('Setting')
                  .setRequired(true)
                  .setAutocomplete(true)
                  .setMaxLength(100),
              ),
          )
          .toJSON(),
        access: 'admin',
        answer: 'private',
        run: async ({ options }, caller) => {
          switch (options.getSubcommand()) {
            case 'set':
              return change(caller, options.getString('key', true), options.getString('value', true));
            case 'reset':
              return change(caller, options.getString('key', true), null);
            default:
              return show(caller, options.getString('key'));
          }
        },
        complete: async (interaction) => {
          const typed = interaction.options.getFocused().toLowerCase();
          return Object.entries(SETTINGS)
            .filter(([key, { about }]) => key.includes(typed) || about.toLowerCase().includes(typed))
            .slice(0, 25)
            .map(([key, { about }]) => ({ name: `${key}: ${about}`.slice(0, 100), value: key }));
        },
      },
    ],
    components: [],
  };
}
