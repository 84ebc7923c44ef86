import type { OnAir } from '../../services/snapshots.ts';
import { type Card, container, openButtons, rowOf, text } from './card.ts';
import { scoreText } from './queue-card.ts';
import { mediaText, songName } from './submission-card.ts';
import { count, LINE_EMOJI, LINE_LABEL, person, plain, relativeTime, signed } from './words.ts';

/** The song being reviewed, all that the reviewer wants to say about it. */
export function onAirText(onAir: OnAir): string {
  const { submission, fromLine, scoreThen, points, coins, startedAt, byUserId } = onAir;
  const score = scoreThen > 0 || fromLine === 'free' ? ` · ${scoreText(scoreThen, points)}` : '';
  const paid = coins > 0 ? ` · ${signed('🪙', count(coins))}` : '';
  return [
    `### 🎙️ ${songName(submission)}`,
    ownerLine(onAir),
    `${LINE_EMOJI[fromLine]} ${LINE_LABEL[fromLine]}${score}${paid}`,
    ...(submission.note === null ? [] : [`> ${plain(submission.note, 300)}`]),
    `-# started ${relativeTime(startedAt)} by ${person(byUserId)} · ${sourceText(onAir)}`,
  ].join('\n');
}

/** The song on air as everybody may read it: a note to the reviewer stays with the reviewer. */
export function publicOnAirText(onAir: OnAir): string {
  const { submission, fromLine, startedAt } = onAir;
  return [
    `### ${songName(submission)}`,
    `${ownerLine(onAir)} · ${LINE_EMOJI[fromLine]} ${LINE_LABEL[fromLine]}`,
    `-# started ${relativeTime(startedAt)} · ${sourceText(onAir)}`,
  ].join('\n');
}

function ownerLine({ submission, handle }: OnAir): string {
  return `\`#${submission.publicId}\` by ${person(submission.ownerId)}${handle === null ? '' : ` (@${plain(handle, 40)})`}`;
}

function sourceText({ submission, media }: OnAir): string {
  const file = submission.track.kind === 'file' ? `${signed('📁', plain(submission.track.fileName, 60))} · ` : '';
  return `${file}${mediaText(submission, media)}`;
}

/** The answer to Next. */
export function nextCard(onAir: OnAir, previous: OnAir | null): Card {
  const before =
    previous === null ? '' : `-# Before: \`#${previous.submission.publicId}\` ${songName(previous.submission, 40)}\n`;
  const { track } = onAir.submission;
  return {
    components: [
      container('good', [text(`${before}${onAirText(onAir)}`)]),
      ...rowOf(track.kind === 'link' ? openButtons(track.url) : []),
    ],
  };
}
