import type { PointsByOrigin } from '../../domain/handle.ts';
import { POINT_ORIGINS } from '../../domain/handle.ts';
import { WAITING_LINES } from '../../domain/submission.ts';
import type { LineState, OnAir, QueueEntry, QueuePage } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, menu, row, separator, text } from './card.ts';
import { mediaText, songName } from './submission-card.ts';
import { aboutTime, LINE_EMOJI, LINE_LABEL, ORIGIN_EMOJI, plain, plural, relativeTime, shortNumber } from './words.ts';

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

export function linesText(lines: readonly LineState[]): string {
  return WAITING_LINES.flatMap((line) => lines.filter((state) => state.line === line))
    .map(({ line, waiting, open }) => `${LINE_EMOJI[line]} ${waiting}${open ? '' : ' 🔒'}`)
    .join('   ');
}

function publicRow({ submission, place, etaMs }: QueueEntry): string {
  const wait = etaMs === null ? '' : ` · ${aboutTime(etaMs)}`;
  return `**${place ?? '–'}.** ${LINE_EMOJI[submission.line]} ${songName(submission, 50)}\n-# ${plain(submission.ownerName, 40)}${wait}`;
}

function staffRow(entry: QueueEntry): string {
  const { submission, place, media, handle, points, coins } = entry;
  const score =
    submission.line === 'free' ? ` · **${submission.score.toLocaleString('en-US')}** ${pointsText(points)}` : '';
  const who = `${plain(submission.ownerName, 30)}${handle === null ? '' : ` @${plain(handle, 30)}`}`;
  const paid = coins > 0 ? ` · 🪙 ${shortNumber(coins)}` : '';
  const mark = submission.bookmarked ? ' 🔖' : '';
  return [
    `**${place ?? '•'}.** ${LINE_EMOJI[submission.line]} \`#${submission.publicId}\` ${songName(submission, 40)}${mark}`,
    `-# ${who} · ${LINE_LABEL[submission.line]}${score}${paid} · ${relativeTime(submission.submittedAt)} · ${mediaText(media)}`,
  ].join('\n');
}

function onAirLine(onAir: OnAir | null): string {
  return onAir === null
    ? '*Nothing on air*'
    : `🎙️ On air: ${songName(onAir.submission, 60)} · ${plain(onAir.submission.ownerName, 40)}`;
}

function pager(action: string, { page, pages }: QueuePage) {
  return [
    button('◀', encodeCustomId(action, page - 1), { disabled: page === 0 }),
    button('▶', encodeCustomId(action, page + 1), { disabled: page + 1 >= pages }),
  ];
}

const footer = ({ page, pages, total }: QueuePage) =>
  `-# Page ${page + 1} of ${pages} · ${plural(total, 'song')} waiting`;

/** The public live queue: what plays now and next. */
export function liveQueueCard(queue: QueuePage): Card {
  const rows = queue.entries.map(publicRow);
  return {
    components: [
      container('brand', [
        text(`## 🎶 Live queue\n${onAirLine(queue.onAir)}`),
        separator(),
        text(rows.length === 0 ? 'The queue is empty. `/submit` puts your song here.' : rows.join('\n')),
        separator(),
        text(footer(queue)),
        row(...pager('live-queue.page', queue)),
      ]),
    ],
  };
}

/** `/queue`: the same page for one person, with their own songs' places explained. */
export function queueCard(queue: QueuePage, own: readonly string[]): Card {
  const rows = queue.entries.map(publicRow);
  return {
    components: [
      container('brand', [
        text(`### 🎶 Queue\n${onAirLine(queue.onAir)}`),
        text(rows.length === 0 ? 'The queue is empty. `/submit` puts your song here.' : rows.join('\n')),
        ...(own.length === 0 ? [] : [separator(), text(`**Your songs**\n${own.join('\n')}`)]),
        text(footer(queue)),
        row(...pager('queue.page', queue)),
      ]),
    ],
  };
}

/** The reviewer's queue with its actions. The Next button names the song on air: a second press of it does nothing. */
export function reviewerQueueCard(queue: QueuePage): Card {
  const rows = queue.entries.map(staffRow);
  const playId = queue.onAir?.playId ?? 0;
  return {
    components: [
      container('brand', [
        text(`## 📋 Reviewer queue\n${onAirLine(queue.onAir)}\n${linesText(queue.lines)}`),
        separator(),
        ...(rows.length === 0 ? [text('No songs are waiting.')] : rows.map(text)),
        separator(),
        text(footer(queue)),
        ...(queue.entries.length === 0
          ? []
          : [
              row(
                menu(
                  encodeCustomId('reviewer.pick', queue.page),
                  'Do something with a song…',
                  queue.entries.map(({ submission, place }) => ({
                    label: `${place ?? '•'}. #${submission.publicId} ${submission.title}`,
                    description: submission.artist,
                    value: String(submission.id),
                    emoji: LINE_EMOJI[submission.line],
                  })),
                ),
              ),
            ]),
        row(
          button('Next', encodeCustomId('reviewer.next', playId), { style: 'primary', emoji: '⏭️' }),
          button('Undo', encodeCustomId('reviewer.undo', playId), { emoji: '↩️', disabled: queue.onAir === null }),
          ...pager('reviewer.page', queue),
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
        ...(queue.entries.length === 0
          ? []
          : [
              row(
                menu(
                  encodeCustomId('pending.pick', queue.page),
                  'Approve or reject a song…',
                  queue.entries.map(({ submission }) => ({
                    label: `#${submission.publicId} ${submission.title}`,
                    description: `${submission.artist} · ${submission.ownerName}`,
                    value: String(submission.id),
                  })),
                ),
              ),
            ]),
        row(...pager('pending.page', queue)),
      ]),
    ],
  };
}

/** What a reviewer can do with one song; every button carries the song's id only. */
export function songActionsCard(entry: QueueEntry): Card {
  const { id, line } = entry.submission;
  const pending = line === 'pending';
  const to = (target: 'back-to-back' | 'double-skip' | 'skip') =>
    button(
      pending ? `Approve: ${LINE_LABEL[target]}` : LINE_LABEL[target],
      encodeCustomId(pending ? 'pending.approve' : 'song.move', id, target),
      {
        emoji: LINE_EMOJI[target],
        disabled: !pending && line === target,
      },
    );
  return {
    components: [
      container('brand', [
        text(
          `### Song \`#${entry.submission.publicId}\`\n${staffRow(entry)}${entry.submission.note === null ? '' : `\n> ${plain(entry.submission.note, 300)}`}`,
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
        button('Bookmark', encodeCustomId('song.bookmark', id), { emoji: '🔖', disabled: entry.submission.bookmarked }),
        button("Owner's history", encodeCustomId('song.history', id), { emoji: '🕘' }),
        button('Remove', encodeCustomId('song.remove', id), { style: 'danger', emoji: '🗑️' }),
      ),
    ],
  };
}
