import { SlashCommandBuilder } from 'discord.js';
import type { SessionHead } from '../../../services/session-report.ts';
import { type Answer, type Choice, type Cog, card, refusal } from '../../answer.ts';
import { type Card, clip } from '../../cards/card.ts';
import { clockTime } from '../../cards/words.ts';
import { idArgument } from '../../custom-id.ts';
import type { Services } from '../services.ts';

/** Shows that the option suggests and a typed name is looked for in. */
const SUGGESTED = 25;

/** Autocomplete knows no ticking times: the day is told in UTC. */
function choiceOf({ sessionId, host, startedAt, endedAt }: SessionHead): Choice {
  const day = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
  const span = endedAt === null ? 'running' : clockTime(endedAt - startedAt);
  return { name: clip(`#${sessionId} @${host} · ${day} UTC · ${span}`, 100), value: String(sessionId) };
}

/**
 * `/metrics`: the numbers of a show once more, with the picture and the table that were posted after it.
 * @param sessionCard the card as it is posted after the show; null when there is no such show
 */
export function metricsCog(
  { reports }: Pick<Services, 'reports'>,
  sessionCard: (guildId: string, sessionId: number) => Promise<Card | null>,
): Cog {
  async function show(guildId: string, asked: string | null): Promise<Answer> {
    const newest = asked === null ? (await reports.sessions(guildId, 1))[0]?.sessionId : undefined;
    if (asked === null && newest === undefined) return refusal({ code: 'no-sessions' });
    const sessionId = asked === null ? newest : idArgument(asked.trim().replace(/^#/, ''));
    const found = sessionId === undefined || sessionId === null ? null : await sessionCard(guildId, sessionId);
    return found === null ? refusal({ code: 'no-such-session', asked: asked ?? '' }) : card(found);
  }

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('metrics')
          .setDescription('The numbers of a show: the newest, or the one you choose')
          .addStringOption((option) =>
            option.setName('session').setDescription('A show').setAutocomplete(true).setMaxLength(100),
          )
          .toJSON(),
        access: 'reviewer',
        answer: 'public',
        run: async (interaction, { guildId }) => show(guildId, interaction.options.getString('session')),
        complete: async (interaction, { guildId }) => {
          const typed = interaction.options.getFocused().toLowerCase().replace(/^[#@]/, '');
          const sessions = await reports.sessions(guildId, typed === '' ? SUGGESTED : SUGGESTED * 8);
          return sessions
            .map(choiceOf)
            .filter(({ name }) => name.toLowerCase().includes(typed))
            .slice(0, SUGGESTED);
        },
      },
    ],
    components: [],
  };
}
