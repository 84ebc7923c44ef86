import type { OnAir } from '../../services/snapshots.ts';
import { type Card, container, openButtons, row, text } from './card.ts';
import { pointsText } from './queue-card.ts';
import { mediaText, songName } from './submission-card.ts';
import { LINE_EMOJI, LINE_LABEL, PLATFORM_LABEL, plain, relativeTime } from './words.ts';

/** The song being reviewed, all that the reviewer wants to say about it. */
export function onAirText(onAir: OnAir): string {
  const { submission, fromLine, scoreThen, points, handle, coins, startedAt } = onAir;
  const score =
    scoreThen > 0 || fromLine === 'free'
      ? ` · **${scoreThen.toLocaleString('en-US')} points** ${pointsText(points)}`
      : '';
  const paid = coins > 0 ? ` · 🪙 ${coins.toLocaleString('en-US')}` : '';
  const source =
    submission.track.kind === 'link' ? PLATFORM_LABEL[submission.track.platform] : plain(submission.track.fileName, 60);
  return [
    `### 🎙️ ${songName(submission)}`,
    `\`#${submission.publicId}\` by <@${submission.ownerId}>${handle === null ? '' : ` · @${plain(handle, 40)}`}`,
    `${LINE_EMOJI[fromLine]} ${LINE_LABEL[fromLine]}${score}${paid}`,
    ...(submission.note === null ? [] : [`> ${plain(submission.note, 300)}`]),
    `-# started ${relativeTime(startedAt)} · ${source} · ${mediaText(onAir.media)}`,
  ].join('\n');
}

/** The answer to Next. */
export function nextCard(onAir: OnAir, previous: OnAir | null): Card {
  const before =
    previous === null ? '' : `-# Before: \`#${previous.submission.publicId}\` ${songName(previous.submission, 40)}\n`;
  const { track } = onAir.submission;
  const open = track.kind === 'link' ? openButtons(track.url) : [];
  return {
    components: [
      container('good', [text(`${before}${onAirText(onAir)}`)]),
      ...(open.length === 0 ? [] : [row(...open)]),
    ],
  };
}
