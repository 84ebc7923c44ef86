import { SlashCommandBuilder } from 'discord.js';
import { isWaiting, WAITING_LINES } from '../../../domain/submission.ts';
import { type Answer, type Caller, type Cog, type CommandModule, card, refusal, update } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { nextCard } from '../../cards/on-air-card.ts';
import {
  clearedCard,
  clearFreeQuestion,
  movedCard,
  openStateCard,
  removedCard,
  undoneCard,
} from '../../cards/staff-card.ts';
import { LINE_LABEL } from '../../cards/words.ts';
import { idArgument } from '../../custom-id.ts';
import type { PanelDesk } from '../../panels/panel-desk.ts';
import type { Services } from '../services.ts';
import { songChoices } from './song-choices.ts';

const LINE_CHOICES = WAITING_LINES.map((line) => ({ name: LINE_LABEL[line], value: line }));
const CONFIRM_MS = 60_000;

/**
 * Takes the next song and plays it where the bot is joined. A song that can't be played is no reason to refuse: the
 * show goes on, and the now-playing panel says why.
 * @param expectedPlayId what the pressed button showed; undefined for a typed command
 */
export async function takeNext(services: Services, caller: Caller, expectedPlayId?: number | null): Promise<Answer> {
  const result = await services.queue.next(caller.guildId, caller.userId, expectedPlayId);
  if (!result.ok) return refusal(result.error);
  if (services.playback.status(caller.guildId).voice.kind !== 'away') void services.playback.playOnAir(caller.guildId);
  return card(nextCard(result.value.onAir, result.value.previous));
}

/** The show by command: next, move, remove, clear, open and close. */
export function reviewerCog(services: Services, desk: PanelDesk, now: () => number): Cog {
  const { queue, submissions } = services;

  const completeSong: NonNullable<CommandModule['complete']> = async (interaction, caller) =>
    songChoices(await submissions.suggest(caller.guildId, interaction.options.getFocused(), 'waiting'));

  async function setOpen(caller: Caller, line: string | null, open: boolean): Promise<Answer> {
    if (line !== null && !isWaiting(line)) return refusal({ code: 'setting-unknown', key: line });
    const result = await queue.setOpen(caller.guildId, caller.userId, line ?? 'all', open);
    return result.ok ? card(openStateCard(result.value)) : refusal(result.error);
  }

  const openCommand = (name: string, about: string, open: boolean): CommandModule => ({
    definition: new SlashCommandBuilder()
      .setName(name)
      .setDescription(about)
      .addStringOption((option) =>
        option
          .setName('line')
          .setDescription('Only this line; else all')
          .addChoices(...LINE_CHOICES),
      )
      .toJSON(),
    access: 'reviewer',
    answer: 'private',
    run: async (interaction, caller) => setOpen(caller, interaction.options.getString('line'), open),
  });

  return {
    commands: [
      {
        definition: new SlashCommandBuilder()
          .setName('next')
          .setDescription('Take the next song of the queue')
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (_interaction, caller) => takeNext(services, caller),
      },
      {
        definition: new SlashCommandBuilder()
          .setName('move')
          .setDescription('Move a song to another line')
          .addStringOption((option) =>
            option
              .setName('song')
              .setDescription('Song id such as #4F7K')
              .setRequired(true)
              .setAutocomplete(true)
              .setMaxLength(100),
          )
          .addStringOption((option) =>
            option
              .setName('line')
              .setDescription('Where to')
              .setRequired(true)
              .addChoices(...LINE_CHOICES),
          )
          .addStringOption((option) => option.setName('reason').setDescription('The owner is told').setMaxLength(300))
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) => {
          const line = interaction.options.getString('line', true);
          const song = await submissions.find(caller.guildId, interaction.options.getString('song', true));
          if (!song.ok) return refusal(song.error);
          if (!isWaiting(line)) return refusal({ code: 'setting-unknown', key: line });
          const reason = interaction.options.getString('reason');
          const result = await queue.move(
            caller.guildId,
            caller.userId,
            song.value.id,
            line,
            reason === null ? {} : { reason },
          );
          return result.ok ? card(movedCard(result.value)) : refusal(result.error);
        },
        complete: completeSong,
      },
      {
        definition: new SlashCommandBuilder()
          .setName('remove')
          .setDescription('Take a song out of the queue')
          .addStringOption((option) =>
            option
              .setName('song')
              .setDescription('Song id such as #4F7K')
              .setRequired(true)
              .setAutocomplete(true)
              .setMaxLength(100),
          )
          .addStringOption((option) => option.setName('reason').setDescription('The owner is told').setMaxLength(300))
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (interaction, caller) => {
          const song = await submissions.find(caller.guildId, interaction.options.getString('song', true));
          if (!song.ok) return refusal(song.error);
          const result = await queue.remove(
            caller.guildId,
            caller.userId,
            song.value.id,
            interaction.options.getString('reason') ?? undefined,
          );
          return result.ok ? card(removedCard(result.value)) : refusal(result.error);
        },
        complete: completeSong,
      },
      {
        definition: new SlashCommandBuilder()
          .setName('clearfree')
          .setDescription('Remove all songs of the free line (asks first)')
          .toJSON(),
        access: 'reviewer',
        answer: 'private',
        run: async (_interaction, caller) => {
          const page = await queue.page(caller.guildId, 0, 1);
          const free = page.lines.find((state) => state.line === 'free')?.waiting ?? 0;
          return free === 0 ? refusal({ code: 'nothing-to-clear' }) : card(clearFreeQuestion(free, now()));
        },
      },
      openCommand('opensubmissions', 'Open submissions, all lines or one', true),
      openCommand('closesubmissions', 'Close submissions, all lines or one', false),
    ],
    components: [
      {
        action: 'reviewer.clear',
        access: 'reviewer',
        answer: 'update',
        run: async (_press, caller, [askedAt]) => {
          if (now() - (idArgument(askedAt) ?? 0) > CONFIRM_MS) return refusal({ code: 'confirm-expired' });
          const result = await queue.clearFree(caller.guildId, caller.userId);
          return result.ok ? update(clearedCard(result.value.count, result.value.batch)) : refusal(result.error);
        },
      },
      {
        action: 'reviewer.keep',
        access: 'reviewer',
        answer: 'update',
        run: async () => update(textCard('quiet', 'Nothing was removed.')),
      },
      {
        action: 'reviewer.unclear',
        access: 'reviewer',
        answer: 'update',
        run: async (_press, caller, [batch = '']) => {
          const result = await queue.undoClear(caller.guildId, caller.userId, batch);
          return result.ok
            ? update(textCard('good', `↩️ ${result.value.count} free songs are back where they stood.`))
            : refusal(result.error);
        },
      },
      {
        action: 'reviewer.next',
        access: 'reviewer',
        answer: 'update',
        run: async (press, caller, [playId]) => {
          const taken = await takeNext(services, caller, idArgument(playId) || null);
          return taken.kind === 'card' && desk.isPanel(press) ? desk.redraw(press, caller) : taken;
        },
      },
      {
        action: 'reviewer.undo',
        access: 'reviewer',
        answer: 'update',
        run: async (press, caller, [playId]) => {
          const result = await queue.undo(caller.guildId, caller.userId, idArgument(playId) ?? undefined);
          if (!result.ok) return refusal(result.error);
          if (services.playback.status(caller.guildId).voice.kind !== 'away')
            void services.playback.stop(caller.guildId, caller.userId);
          return desk.isPanel(press) ? desk.redraw(press, caller) : card(undoneCard(result.value.restored));
        },
      },
    ],
  };
}
