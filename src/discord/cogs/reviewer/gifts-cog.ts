import { SlashCommandBuilder } from 'discord.js';
import { type Answer, type Cog, card, refusal, update } from '../../answer.ts';
import { ledgerCard, reversedCard, reverseQuestion } from '../../cards/gifts-card.ts';
import { idArgument } from '../../custom-id.ts';
import { isConfirmExpired } from '../confirm-window.ts';
import type { Services } from '../services.ts';

/** `/gifts`: the ledger, and taking a gift back. */
export function giftsCog({ gifts }: Pick<Services, 'gifts'>, now: () => number): Cog {
  async function ask(guildId: string, page: number, giftId: number | null): Promise<Answer> {
    const ledger = await gifts.ledger(guildId, page);
    const gift = ledger.gifts.find((each) => each.giftId === giftId);
    // New gifts push the page down while the menu is open: the ledger as it is now, to choose again.
    if (gift === undefined) return update(ledgerCard(ledger));
    if (gift.state === 'reversed') return refusal({ code: 'gift-already-reversed' });
    return update(reverseQuestion(gift, ledger.page, now()));
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('gifts')
          .setDescription('The ledger of gifts, newest first')
          .addIntegerOption((option) =>
            option.setName('page').setDescription('Page').setMinValue(1).setMaxValue(100_000),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, { guildId }) =>
          card(ledgerCard(await gifts.ledger(guildId, (interaction.options.getInteger('page') ?? 1) - 1))),
      },
    ],
    components: [
      {
        action: 'gifts.page',
        access: 'reviewer',
        answer: 'update',
        run: async (_press, { guildId }, [page]) =>
          update(ledgerCard(await gifts.ledger(guildId, idArgument(page) ?? 0))),
      },
      {
        action: 'gifts.pick',
        access: 'reviewer',
        answer: 'update',
        run: async (press, { guildId }, [page]) =>
          ask(guildId, idArgument(page) ?? 0, idArgument(press.isStringSelectMenu() ? press.values[0] : undefined)),
      },
      {
        action: 'gifts.reverse',
        access: 'reviewer',
        answer: 'update',
        run: async (_press, caller, [id, askedAt]) => {
          const giftId = idArgument(id);
          if (giftId === null) return refusal({ code: 'panel-outdated' });
          if (isConfirmExpired(askedAt, now())) return refusal({ code: 'confirm-expired' });
          const result = await gifts.reverse(caller.guildId, caller.userId, giftId);
          return result.ok ? update(reversedCard(result.value)) : refusal(result.error);
        },
      },
    ],
  };
}
