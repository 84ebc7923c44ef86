import { SlashCommandBuilder } from 'discord.js';
import type { Delivery } from '../../../ports/notifier.ts';
import { type Answer, type Caller, type Cog, card, refusal, update } from '../../answer.ts';
import { type Card, textCard } from '../../cards/card.ts';
import { dataExportCard } from '../../cards/notice-card.ts';
import { erasedCard, eraseQuestion, exportHereCard, exportSentCard, noticesCard } from '../../cards/privacy-card.ts';
import { isConfirmExpired } from '../confirm-window.ts';
import type { Services } from '../services.ts';

/** Writes to a member in private. */
export interface PrivateLine {
  dm(userId: string, card: Card): Promise<Delivery>;
}

/** A member's own data, and whether they want to be told things. */
export function privacyCog(
  { privacy, notices }: Pick<Services, 'privacy' | 'notices'>,
  line: PrivateLine,
  now: () => number,
): Cog {
  async function exportData({ guildId, userId }: Caller, guildName: string): Promise<Answer> {
    const file = dataExportCard(JSON.stringify(await privacy.export(guildId, userId), null, 2), guildName);
    return (await line.dm(userId, file)) === 'sent' ? card(exportSentCard()) : card(exportHereCard(file));
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('privacy')
          .setDescription('Your own data on this server')
          .addSubcommand((sub) => sub.setName('export').setDescription('Get a copy of it as a file'))
          .addSubcommand((sub) => sub.setName('delete').setDescription('Delete it (asks first)'))
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) =>
          interaction.options.getSubcommand() === 'delete'
            ? card(eraseQuestion(now()))
            : exportData(caller, interaction.guild.name),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('notices')
          .setDescription('Direct messages about your songs')
          .addSubcommand((sub) => sub.setName('on').setDescription('Tell me about my songs'))
          .addSubcommand((sub) => sub.setName('off').setDescription('Tell me nothing'))
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, { guildId, userId }) => {
          const on = interaction.options.getSubcommand() === 'on';
          await notices.setOptOut(guildId, userId, !on);
          return card(noticesCard(on));
        },
      },
    ],
    components: [
      {
        action: 'privacy.erase',
        access: 'everyone',
        answer: 'update',
        run: async (_press, { guildId, userId }, [askedAt]) => {
          if (isConfirmExpired(askedAt, now())) return refusal({ code: 'confirm-expired' });
          const erased = await privacy.erase(guildId, userId);
          return erased.ok ? update(erasedCard(erased.value.submissions)) : refusal(erased.error);
        },
      },
      {
        action: 'privacy.keep',
        access: 'everyone',
        answer: 'update',
        run: async () => update(textCard('quiet', 'Nothing was deleted.')),
      },
    ],
  };
}
