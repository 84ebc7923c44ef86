import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, row, text, textCard } from './card.ts';
import { plural } from './words.ts';

/** Asks before a member's data goes. @param askedAt ms since the epoch */
export function eraseQuestion(askedAt: number): Card {
  return {
    components: [
      container('bad', [
        text(
          [
            '### Delete your data on this server?',
            'Your waiting songs are withdrawn; your songs, notes and files, your linked TikTok handles and your settings are deleted. The totals of past shows stay, without you.',
            'This cannot be undone.',
          ].join('\n'),
        ),
      ]),
      row(
        button('Delete my data', encodeCustomId('privacy.erase', askedAt), { style: 'danger', emoji: '🗑️' }),
        button('Keep', encodeCustomId('privacy.keep')),
      ),
    ],
  };
}

export function erasedCard(submissions: number): Card {
  return textCard('quiet', `Your data is deleted: ${plural(submissions, 'song')}, your handles and your settings.`);
}

export function exportSentCard(): Card {
  return textCard('good', '📦 A file with your data is in your direct messages.');
}

/** DMs are closed: the file comes with the answer, which only this person sees. */
export function exportHereCard(file: Card): Card {
  return {
    ...file,
    components: [
      ...file.components,
      container('quiet', [text('-# You take no direct messages from this server, so the file is here.')]),
    ],
  };
}

export function noticesCard(on: boolean): Card {
  return on
    ? textCard('good', '🔔 You are told about your songs by direct message.')
    : textCard('quiet', '🔕 No more direct messages about your songs. `/notices on` brings them back.');
}
