import { type APIModalInteractionResponseCallbackData, ComponentType, TextInputStyle } from 'discord.js';
import { PLAY_LINES, type Submission } from '../../domain/submission.ts';
import type { LineState, PlaceExplained } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, row, text, textCard } from './card.ts';
import { placeText, songName } from './submission-card.ts';
import { LINE_EMOJI, LINE_LABEL, plural, relativeTime } from './words.ts';

export function movedCard(explained: PlaceExplained): Card {
  return textCard(
    'good',
    `\`#${explained.submission.publicId}\` ${songName(explained.submission)}\n${placeText(explained)}`,
  );
}

export function removedCard(submission: Submission): Card {
  return textCard('quiet', `🗑️ Removed \`#${submission.publicId}\` ${songName(submission)}. Its owner is told.`);
}

export function bookmarkedCard(submission: Submission): Card {
  return textCard('good', `🔖 Bookmarked \`#${submission.publicId}\` ${songName(submission)}.`);
}

export function undoneCard(submission: Submission): Card {
  return textCard(
    'good',
    `↩️ \`#${submission.publicId}\` ${songName(submission)} is back where it stood, with its points.`,
  );
}

/** Asks before the free line is emptied. @param count songs that would go */
export function clearFreeQuestion(count: number, askedAt: number): Card {
  return {
    components: [
      container('bad', [
        text(`### Clear the free line?\n${plural(count, 'song')} would be removed. It can be undone in one step.`),
      ]),
      row(
        button('Clear', encodeCustomId('reviewer.clear', askedAt), { style: 'danger', emoji: '🧹' }),
        button('Keep', encodeCustomId('reviewer.keep')),
      ),
    ],
  };
}

export function clearedCard(count: number, batch: string): Card {
  return {
    components: [
      container('quiet', [text(`🧹 Removed ${plural(count, 'free song')}.`)]),
      row(button('Undo', encodeCustomId('reviewer.unclear', batch), { emoji: '↩️' })),
    ],
  };
}

export function unclearedCard(count: number): Card {
  const back = count === 1 ? 'is back where it stood' : 'are back where they stood';
  return textCard('good', `↩️ ${plural(count, 'free song')} ${back}.`);
}

export function openStateCard(lines: readonly LineState[]): Card {
  const rows = lines.map(
    ({ line, open }) => `${LINE_EMOJI[line]} ${LINE_LABEL[line]}: ${open ? '🟢 open' : '🔒 closed'}`,
  );
  return textCard('brand', `### Submissions\n${rows.join('\n')}`);
}

export function historyCard(submissions: readonly Submission[]): Card {
  const rows = submissions.map(
    (song) =>
      `\`#${song.publicId}\` ${songName(song, 50)} · ${LINE_LABEL[song.line]} · ${relativeTime(song.submittedAt)}`,
  );
  return textCard('brand', `### 🕘 History\n${rows.length === 0 ? 'No songs yet.' : rows.slice(0, 15).join('\n')}`);
}

function reasonInput(placeholder: string) {
  return {
    type: ComponentType.Label as const,
    label: 'Reason',
    description: 'Optional; the owner is told',
    component: {
      type: ComponentType.TextInput as const,
      custom_id: 'reason',
      style: TextInputStyle.Paragraph,
      required: false,
      max_length: 300,
      placeholder,
    },
  };
}

export function removeModal(submission: Submission): APIModalInteractionResponseCallbackData {
  return {
    custom_id: encodeCustomId('song.remove-now', submission.id),
    title: `Remove #${submission.publicId}`,
    components: [reasonInput('Not today, sorry')],
  };
}

export function rejectModal(submission: Submission): APIModalInteractionResponseCallbackData {
  return {
    custom_id: encodeCustomId('pending.reject-now', submission.id),
    title: `Reject the skip of #${submission.publicId}`,
    components: [reasonInput('No gift was seen')],
  };
}

/** A decision with its reason in one modal. */
export function decideModal(submission: Submission): APIModalInteractionResponseCallbackData {
  return {
    custom_id: encodeCustomId('pending.decide', submission.id),
    title: `Decide on #${submission.publicId}`,
    components: [
      {
        type: ComponentType.Label,
        label: 'Decision',
        component: {
          type: ComponentType.StringSelect,
          custom_id: 'decision',
          options: [
            ...PLAY_LINES.filter((line) => line !== 'free').map((line) => ({
              label: `Approve: ${LINE_LABEL[line]}`,
              value: line,
            })),
            { label: 'Reject to the free line', value: 'reject' },
          ],
        },
      },
      reasonInput('Thanks for the lion!'),
    ],
  };
}
