import { SlashCommandBuilder } from 'discord.js';
import { type Amend, type Answer, type Caller, type Cog, card, refusal } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { liveStatusCard } from '../../cards/live-card.ts';
import { clockTime } from '../../cards/words.ts';
import type { Services } from '../services.ts';

/** `/tiktok connect|status|disconnect`. Connecting edits its own answer through the states while the token lives. */
export function tiktokCog({ live }: Services, now: () => number): Cog {
  async function connect(caller: Caller, name: string, persistent: boolean, amend: Amend): Promise<Answer> {
    let answered = false;
    const result = await live.connect(caller.guildId, caller.userId, name, persistent, (status) => {
      if (answered) void amend(liveStatusCard(status, now()));
    });
    answered = true;
    return result.ok ? card(liveStatusCard(result.value, now())) : refusal(result.error);
  }

  async function disconnect(caller: Caller): Promise<Answer> {
    const result = await live.disconnect(caller.guildId, caller.userId);
    if (!result.ok) return refusal(result.error);
    const { ended } = result.value;
    if (ended === null) return card(textCard('quiet', 'The attempt is cancelled.'));
    const spanMs = (ended.endedAt ?? now()) - ended.startedAt;
    return card(
      textCard(
        'quiet',
        `The session with **@${ended.host}** has ended after ${clockTime(spanMs)}. The numbers go to the metrics channel.`,
      ),
    );
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('tiktok')
          .setDescription('Follow a TikTok LIVE')
          .addSubcommand((sub) =>
            sub
              .setName('connect')
              .setDescription('Connect to the LIVE of a host')
              .addStringOption((option) =>
                option
                  .setName('unique_id')
                  .setDescription('name, @name or the profile address')
                  .setRequired(true)
                  .setMaxLength(200),
              )
              .addBooleanOption((option) =>
                option.setName('persistent').setDescription('Wait until the host goes live'),
              ),
          )
          .addSubcommand((sub) => sub.setName('status').setDescription('How the connection is doing'))
          .addSubcommand((sub) => sub.setName('disconnect').setDescription('End the session, or cancel the attempt'))
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller, amend) => {
          switch (interaction.options.getSubcommand()) {
            case 'connect':
              return connect(
                caller,
                interaction.options.getString('unique_id', true),
                interaction.options.getBoolean('persistent') ?? false,
                amend,
              );
            case 'disconnect':
              return disconnect(caller);
            default:
              return card(liveStatusCard(live.status(caller.guildId), now()));
          }
        },
      },
    ],
    components: [],
  };
}
