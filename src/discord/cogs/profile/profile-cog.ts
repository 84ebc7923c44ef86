import { SlashCommandBuilder } from 'discord.js';
import type { Handle } from '../../../domain/handle.ts';
import { type Answer, type Caller, type Choice, type Cog, card, refusal, update } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import {
  handlesCard,
  leaderboardCard,
  linkedCard,
  resetAllQuestion,
  resetCard,
  statsCard,
  unlinkedCard,
} from '../../cards/profile-card.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

const CONFIRM_MS = 60_000;

const choices = (handles: readonly Handle[]): readonly Choice[] =>
  handles.map((handle) => ({ name: `@${handle.name}`, value: handle.name }));

/** TikTok handles, points and numbers of a member; staff's way to force a link or reset points. */
export function profileCog({ handles }: Services, now: () => number): Cog {
  async function link(caller: Caller, typed: string): Promise<Answer> {
    const result = await handles.link(caller.guildId, caller.userId, typed);
    return result.ok ? card(linkedCard(result.value.handle, result.value.proof)) : refusal(result.error);
  }

  const handleCommand = (name: string, about: string) =>
    new SlashCommandBuilder()
      .setName(name)
      .setDescription(about)
      .addStringOption((option) =>
        option
          .setName('tiktok_handle')
          .setDescription('@name')
          .setRequired(true)
          .setAutocomplete(true)
          .setMaxLength(100),
      );

  async function reset(caller: Caller, userId: string | null, handle: string | null, all: boolean): Promise<Answer> {
    if ([userId !== null, handle !== null, all].filter(Boolean).length !== 1) {
      return refusal({ code: 'choose-one', options: ['user', 'handle', 'reset_all'] });
    }
    if (all) return card(resetAllQuestion(now()));
    const target =
      userId !== null ? ({ kind: 'member', userId } as const) : ({ kind: 'handle', text: handle ?? '' } as const);
    const result = await handles.reset(caller.guildId, caller.userId, target);
    return result.ok ? card(resetCard(result.value)) : refusal(result.error);
  }

  return {
    commands: [
      {
        definition: handleCommand(
          'link-tiktok',
          'Link your TikTok handle, so that your points and gifts count',
        ).toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) => link(caller, interaction.options.getString('tiktok_handle', true)),
        complete: async (interaction, caller) =>
          choices(await handles.suggestUnlinked(caller.guildId, interaction.options.getFocused())),
      },
      {
        definition: handleCommand('unlink-tiktok', 'Unlink one of your TikTok handles').toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (interaction, caller) => {
          const result = await handles.unlink(
            caller.guildId,
            caller.userId,
            interaction.options.getString('tiktok_handle', true),
          );
          return result.ok ? card(unlinkedCard(result.value)) : refusal(result.error);
        },
        complete: async (interaction, caller) =>
          choices(await handles.suggestOwn(caller.guildId, caller.userId, interaction.options.getFocused())),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('my-tiktok-handles')
          .setDescription('Your linked TikTok handles')
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (_interaction, caller) => card(handlesCard(await handles.ofMember(caller.guildId, caller.userId))),
      },
      {
        definition: new SlashCommandBuilder().setName('mystats').setDescription('Your points, rank and songs').toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (_interaction, caller) => card(statsCard(await handles.stats(caller.guildId, caller.userId))),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('leaderboard')
          .setDescription('Handles with the most points')
          .toJSON(),
        access: 'everyone',
        answer: 'private',
        run: async (_interaction, caller) => card(leaderboardCard(await handles.leaderboard(caller.guildId, 0))),
      },
      {
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
        run: async ({ options }, caller) =>
          reset(
            caller,
            options.getUser('user')?.id ?? null,
            options.getString('handle'),
            options.getBoolean('reset_all') ?? false,
          ),
        complete: async (interaction, caller) =>
          choices(await handles.suggestAny(caller.guildId, interaction.options.getFocused())),
      },
      {
        definition: handleCommand('admin-link', 'Link a handle to a member by force')
          .addUserOption((option) => option.setName('user').setDescription('Who it belongs to').setRequired(true))
          .toJSON(),
        access: 'admin',
        answer: 'private',
        run: async ({ options }, caller) => {
          const result = await handles.adminLink(
            caller.guildId,
            caller.userId,
            options.getUser('user', true).id,
            options.getString('tiktok_handle', true),
          );
          return result.ok
            ? card(
                textCard(
                  'good',
                  `🔗 @${result.value.name.replaceAll('_', '\\_')} now belongs to <@${result.value.linkedUserId}>.`,
                ),
              )
            : refusal(result.error);
        },
        complete: async (interaction, caller) =>
          choices(await handles.suggestAny(caller.guildId, interaction.options.getFocused())),
      },
      {
        definition: handleCommand('admin-unlink', 'Unlink a handle by force').toJSON(),
        access: 'admin',
        answer: 'private',
        run: async ({ options }, caller) => {
          const result = await handles.adminUnlink(
            caller.guildId,
            caller.userId,
            options.getString('tiktok_handle', true),
          );
          return result.ok ? card(unlinkedCard(result.value)) : refusal(result.error);
        },
        complete: async (interaction, caller) =>
          choices(await handles.suggestAny(caller.guildId, interaction.options.getFocused())),
      },
    ],
    components: [
      {
        action: 'leaderboard.page',
        access: 'everyone',
        answer: 'update',
        run: async (_press, caller, [page]) =>
          update(leaderboardCard(await handles.leaderboard(caller.guildId, idArgument(page) ?? 0))),
      },
      {
        action: 'points.reset-all',
        access: 'reviewer',
        answer: 'update',
        run: async (_press, caller, [askedAt]) => {
          if (now() - (idArgument(askedAt) ?? 0) > CONFIRM_MS) return refusal({ code: 'confirm-expired' });
          const result = await handles.reset(caller.guildId, caller.userId, { kind: 'all' });
          return result.ok ? update(resetCard(result.value)) : refusal(result.error);
        },
      },
      {
        action: 'points.keep',
        access: 'reviewer',
        answer: 'update',
        run: async () => update(textCard('quiet', 'Nothing was reset.')),
      },
      {
        action: 'portal.link',
        access: 'everyone',
        answer: 'modal',
        run: async () => ({ kind: 'modal', modal: LINK_MODAL }),
      },
      {
        action: 'portal.link-now',
        access: 'everyone',
        answer: 'private',
        run: async (press, caller) =>
          press.isModalSubmit() && press.fields.fields.has('handle')
            ? link(caller, press.fields.getTextInputValue('handle'))
            : refusal({ code: 'panel-outdated' }),
      },
    ],
  };
}

const LINK_MODAL: Extract<Answer, { kind: 'modal' }>['modal'] = {
  custom_id: 'v1:portal.link-now',
  title: 'Link TikTok',
  components: [
    {
      type: 18,
      label: 'TikTok handle',
      description: '@name or the address of your profile',
      component: {
        type: 4,
        custom_id: 'handle',
        style: 1,
        required: true,
        min_length: 1,
        max_length: 100,
        placeholder: '@name',
      },
    },
  ],
};
