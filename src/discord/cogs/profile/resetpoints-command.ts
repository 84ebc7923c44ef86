import { type ChatInputCommandInteraction, SlashCommandBuilder } from 'discord.js';
import type { Failure } from '../../../domain/failure.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { type CommandModule, card, refusal } from '../../answer.ts';
import { resetAllQuestion, resetCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';
import { handleChoices } from './handle-choices.ts';

type Asked =
  | { readonly kind: 'all' }
  | { readonly kind: 'member'; readonly userId: string }
  | { readonly kind: 'handle'; readonly text: string };

/** Discord can't say "exactly one of these options": this does. */
function askedFor({ options }: ChatInputCommandInteraction<'cached'>): Result<Asked, Failure> {
  const user = options.getUser('user');
  const text = options.getString('handle');
  const asked: readonly Asked[] = [
    ...(user === null ? [] : [{ kind: 'member', userId: user.id } as const]),
    ...(text === null ? [] : [{ kind: 'handle', text } as const]),
    ...(options.getBoolean('reset_all') === true ? [{ kind: 'all' } as const] : []),
  ];
  const [only, ...more] = asked;
  if (only === undefined || more.length > 0) {
    return err({ code: 'choose-one', options: ['user', 'handle', 'reset_all'] });
  }
  return ok(only);
}

/** Asks first when all points would be gone. */
export function resetpointsCommand({ handles }: Pick<Services, 'handles'>, now: () => number): CommandModule {
  return {
    definition: new SlashCommandBuilder()
      .setName('resetpoints')
      .setDescription('Set points back to 0: of a member, a handle, or all')
      .addUserOption((option) => option.setName('user').setDescription('The member and all linked handles'))
      .addStringOption((option) =>
        option.setName('handle').setDescription('One handle').setAutocomplete(true).setMaxLength(100),
      )
      .addBooleanOption((option) =>
        option.setName('reset_all').setDescription('Every handle of this server (asks first)'),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (interaction, { guildId, userId }) => {
      const asked = askedFor(interaction);
      if (!asked.ok) return refusal(asked.error);
      if (asked.value.kind === 'all') return card(resetAllQuestion(now()));
      const result = await handles.reset(guildId, userId, asked.value);
      return result.ok ? card(resetCard(result.value)) : refusal(result.error);
    },
    complete: async (interaction, { guildId }) =>
      handleChoices(await handles.suggestAny(guildId, interaction.options.getFocused())),
  };
}
