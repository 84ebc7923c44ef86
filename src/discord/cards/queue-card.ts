import type { PointsByOrigin } from '../../domain/handle.ts';
import { POINT_ORIGINS } from '../../domain/handle.ts';
import type { OnAir, QueueEntry, QueuePage } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, menu, pageButtons, row, rowOf, separator, text } from './card.ts';
import { mediaText, songName } from './submission-card.ts';
import {
  aboutTime,
  count,
  LINE_EMOJI,
  LINE_LABEL,
  ORIGIN_EMOJI,
  pageText,
  plain,
  plural,
  relativeTime,
  shortNumber,
  signed,
} from './words.ts';

/** Rows of one page of a panel: eight stay legible on a phone and far from Discord's 40 components. */
export const PAGE_SIZE = 8;

/** `❤️ 12 💬 4`, biggest first; empty when there is nothing. */
export function pointsText(points: PointsByOrigin): string {
  return POINT_ORIGINS.map((origin) => ({ origin, amount: points[origin] ?? 0 }))
    .filter(({ amount }) => amount !== 0)
    .sort((a, b) => b.amount - a.amount)
    .map(({ origin, amount }) => `${ORIGIN_EMOJI[origin]} ${shortNumber(amount)}`)
    .join(' ');
}

/** `640 points ❤️ 600 💬 40`. */
export function scoreText(score: number, points: PointsByOrigin): string {
  return [`**${plural(score, 'point')}**`, pointsText(points)].filter((part) => part !== '').join(' ');
}

function publicRow({ submission, place, etaMs }: QueueEntry): string {
  const wait = etaMs === null ? '' : ` · in ${aboutTime(etaMs)}`;
  return `**${place ?? '–'}.** ${LINE_EMOJI[submission.line]} ${songName(submission, 50)}\n-# ${plain(submission.ownerName, 40)}${wait}`;
}

/** Place and song; whose it is, since when it waits and how it would play; what it earned and paid, if anything. */
function staffRow({ submission, place, media, handle, points, coins }: QueueEntry): string {
  const { line, publicId, ownerName, score, submittedAt, bookmarked } = submission;
  const where = place === null ? '' : `**${count(place)}.** ${LINE_EMOJI[line]} `;
  const who = `${plain(ownerName, 30)}${handle === null ? '' : ` (@${plain(handle, 30)})`}`;
  const lineName = place === null ? '' : ` · ${LINE_LABEL[line]}`;
  const earned = [
    ...(line === 'free' && score > 0 ? [scoreText(score, points)] : []),
    ...(coins > 0 ? [signed('🪙', shortNumber(coins))] : []),
  ];
  return [
    `${where}\`#${publicId}\` ${songName(submission, 40)}${bookmarked ? ' 🔖' : ''}`,
    `-# ${who}${lineName} · ${relativeTime(submittedAt)} · ${mediaText(submission, media)}`,
    ...(earned.length === 0 ? [] : [`-# ${earned.join(' · ')}`]),
  ].join('\n');
}

function onAirLine(onAir: OnAir | null): string {
  return onAir === null
    ? '*Nothing on air*'
    : `🎙️ On air: ${songName(onAir.submission, 60)} · ${plain(onAir.submission.ownerName, 40)}`;
}

const footer = (queue: QueuePage) =>
  queue.total === 0 ? [] : [text(`-# ${pageText(queue)}${plural(queue.total, 'song')} waiting`)];

/** Rows of a list with what to say when there are none. */
function listText(rows: readonly string[], { lines }: Pick<QueuePage, 'lines'>) {
  if (rows.length > 0) return text(rows.join('\n'));
  const isOpen = lines.some(({ line, open }) => open && (line === 'free' || line === 'pending'));
  return text(
    isOpen
      ? 'The queue is empty. `/submit` puts your song here.'
      : 'The queue is empty, and submissions are closed right now.',
  );
}

/** The public live queue: what plays now and next. Its pages come as answers of their own: everybody has one panel. */
export function liveQueueCard(queue: QueuePage): Card {
  return {
    components: [
      container('brand', [
        text(`## 🎶 Live queue\n${onAirLine(queue.onAir)}`),
        separator(),
        listText(queue.entries.map(publicRow), queue),
        ...(queue.total === 0 ? [] : [separator()]),
        ...footer(queue),
        ...rowOf(pageButtons('live-queue.page', queue)),
      ]),
    ],
  };
}

/** `/queue`: the same page for one person, with their own songs' places explained. */
export function queueCard(queue: QueuePage, own: readonly string[]): Card {
  return {
    components: [
      container('brand', [
        text(`### 🎶 Queue\n${onAirLine(queue.onAir)}`),
        listText(queue.entries.map(publicRow), queue),
        ...(own.length === 0 ? [] : [separator(), text(`**Your songs**\n${own.join('\n')}`)]),
        ...footer(queue),
        ...rowOf(pageButtons('queue.page', queue)),
      ]),
    ],
  };
}

/** Takes back the newest Next, also when its song was finished since. @param playId null when there is none */
export function undoButton(playId: number | null) {
  return button('Undo', encodeCustomId('reviewer.undo', playId ?? 0), { emoji: '↩️', disabled: playId === null });
}

/** The reviewer's queue with its actions. The Next button names the song on air: a second press of it does nothing. */
export function reviewerQueueCard(queue: QueuePage): Card {
  const rows = queue.entries.map(staffRow);
  const playId = queue.onAir?.playId ?? 0;
  return {
    components: [
      container('brand', [
        text(`## 📋 Reviewer queue\n${onAirLine(queue.onAir)}`),
        separator(),
        ...(rows.length === 0 ? [text('No songs are waiting.')] : rows.map(text)),
        separator(),
        ...footer(queue),
        ...songMenu('reviewer.pick', 'Do something with a song…', queue),
        row(
          button('Next', encodeCustomId('reviewer.next', playId), { style: 'primary', emoji: '⏭️' }),
          undoButton(queue.undoablePlayId),
          ...pageButtons('reviewer.page', queue),
        ),
      ]),
    ],
  };
}

/** Songs that claim a skip. */
export function pendingCard(queue: QueuePage): Card {
  const rows = queue.entries.map(staffRow);
  return {
    components: [
      container(queue.total === 0 ? 'quiet' : 'warn', [
        text(
          `## ⏳ Pending skips\n${queue.total === 0 ? 'No skip claims are waiting.' : 'Approve to a line, or reject to the free line.'}`,
        ),
        ...(rows.length === 0 ? [] : [separator(), ...rows.map(text), separator()]),
        ...footer(queue),
        ...songMenu('pending.pick', 'Approve or reject a song…', queue),
        ...rowOf(pageButtons('pending.page', queue)),
      ]),
    ],
  };
}

/** The songs of a page to choose from; none when there are none. */
function songMenu(action: string, placeholder: string, { entries, page }: QueuePage) {
  if (entries.length === 0) return [];
  const options = entries.map(({ submission, place }) => ({
    label: `${place === null ? '' : `${count(place)}. `}#${submission.publicId} ${submission.title}`,
    description: `${submission.artist} · ${submission.ownerName}`,
    value: String(submission.id),
    emoji: LINE_EMOJI[submission.line],
  }));
  return [row(menu(encodeCustomId(action, page), placeholder, options))];
}

/** What a reviewer can do with one song; every button carries the song's id only. */
export function songActionsCard(entry: QueueEntry): Card {
  const { id, line, note, bookmarked } = entry.submission;
  const pending = line === 'pending';
  const to = (target: 'back-to-back' | 'double-skip' | 'skip') =>
    button(
      pending ? `Approve: ${LINE_LABEL[target]}` : LINE_LABEL[target],
      encodeCustomId(pending ? 'pending.approve' : 'song.move', id, target),
      { emoji: LINE_EMOJI[target], disabled: line === target },
    );
  return {
    components: [
      container('brand', [
        text(
          `### ${pending ? '⏳ A skip claim' : 'What to do with this song?'}\n${staffRow(entry)}${note === null ? '' : `\n> ${plain(note, 300)}`}`,
        ),
      ]),
      row(
        to('back-to-back'),
        to('double-skip'),
        to('skip'),
        pending
          ? button('Reject', encodeCustomId('pending.reject', id), { style: 'danger', emoji: '✖️' })
          : button('Free', encodeCustomId('song.move', id, 'free'), {
              emoji: LINE_EMOJI.free,
              disabled: line === 'free',
            }),
      ),
      row(
        pending
          ? button('With a reason…', encodeCustomId('pending.reason', id), { emoji: '📝' })
          : button('Play next', encodeCustomId('song.play-next', id), { style: 'primary', emoji: '⬆️' }),
        button('Bookmark', encodeCustomId('song.bookmark', id), { emoji: '🔖', disabled: bookmarked }),
        button("Owner's history", encodeCustomId('song.history', id), { emoji: '🕘' }),
        button('Remove', encodeCustomId('song.remove', id), { style: 'danger', emoji: '🗑️' }),
      ),
    ],
  };
}
