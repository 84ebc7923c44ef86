import type { APIMessageTopLevelComponent } from 'discord.js';
import type { Failure } from '../../domain/failure.ts';
import { isWaiting, type MediaState, type Submission } from '../../domain/submission.ts';
import type { PlaceExplained } from '../../services/snapshots.ts';
import type { OwnPage, Submitted } from '../../services/submission-service.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, menu, pageButtons, row, rowOf, text, textCard } from './card.ts';
import { failureText } from './failure-card.ts';
import {
  aboutTime,
  LINE_EMOJI,
  LINE_LABEL,
  PLATFORM_LABEL,
  pageText,
  plain,
  plural,
  relativeTime,
  signed,
} from './words.ts';

/** `**Artist** – Title`, harmless. */
export function songName(song: Pick<Submission, 'artist' | 'title'>, max = 100): string {
  return `**${plain(song.artist, max)}** – ${plain(song.title, max)}`;
}

/** "#7: free line, 42 points, 6 songs ahead, about 19 min" in words. */
export function placeText({ submission, place, ahead, etaMs }: PlaceExplained): string {
  const line = `${LINE_EMOJI[submission.line]} ${LINE_LABEL[submission.line]} line`;
  if (place === null)
    return submission.line === 'pending' ? `${line}: waits for the reviewer's approval` : LINE_LABEL[submission.line];
  const points = submission.line === 'free' ? `, ${plural(submission.score, 'point')}` : '';
  const wait = etaMs === null ? '' : `, ${aboutTime(etaMs)}`;
  return `**#${place}**: ${line}${points}, ${ahead === 0 ? 'plays next' : `${plural(ahead, 'song')} ahead`}${wait}`;
}

function skipQuestion(submission: Submission): APIMessageTopLevelComponent[] {
  return [
    row(
      button("Yes, it's a skip", encodeCustomId('submission.skip', submission.id, 'yes'), {
        style: 'primary',
        emoji: '⏭️',
      }),
      button('No', encodeCustomId('submission.skip', submission.id, 'no'), { style: 'secondary' }),
    ),
  ];
}

/** The confirmation, with the one question when it was not said whether it is a paid skip. */
export function submittedCard(submitted: Submitted): Card {
  const { submission, asks, notFree, explained, handleLinked } = submitted;
  const isKept = submission.line !== 'draft';
  const lines = [
    isKept
      ? `### ✅ Submitted as \`#${submission.publicId}\``
      : `### ❔ One question about \`#${submission.publicId}\``,
    songName(submission),
  ];
  if (isKept) lines.push(placeText(explained));
  if (notFree !== null) lines.push(failureText(notFree));
  if (submission.track.kind === 'file') lines.push('-# The file is stored; it is being prepared for playback.');
  if (!handleLinked) {
    lines.push(
      '-# No TikTok handle is linked to you yet: `/link-tiktok` lets your likes, comments and gifts move your songs.',
    );
  }
  if (!asks) return { components: [container('good', [text(lines.join('\n'))])] };
  const question = isKept
    ? '**Is this a paid skip?** Without an answer within 5 minutes it stays free.'
    : '**Is this a paid skip?** Only then is it kept. Please answer within 5 minutes.';
  return {
    components: [
      container(isKept ? 'good' : 'warn', [text(`${lines.join('\n')}\n\n${question}`)]),
      ...skipQuestion(submission),
    ],
  };
}

export function skipAnsweredCard(explained: PlaceExplained): Card {
  const { submission } = explained;
  const head =
    submission.line === 'pending'
      ? `### ⏳ \`#${submission.publicId}\` claims a skip\nThe reviewer checks it; you are told when it is approved.`
      : `### ✅ \`#${submission.publicId}\` is in`;
  return { components: [container('good', [text(`${head}\n${songName(submission)}\n${placeText(explained)}`)])] };
}

/** @param song as it is after an answer that was refused; null when it is not the caller's */
export function skipRefusedCard(failure: Failure, song: Submission | null): Card {
  const isRule = failure.code === 'line-closed' || failure.code === 'limit-reached';
  const isKept = song !== null && isRule && isWaiting(song.line);
  const stays = isKept
    ? `\n\`#${song.publicId}\` stays in the ${LINE_EMOJI[song.line]} ${LINE_LABEL[song.line]} line.`
    : '';
  // Its question is gone with this answer, so a draft is as good as withdrawn.
  const isLost = song !== null && isRule && !isKept;
  return textCard(
    'warn',
    `${failureText(failure)}${stays}${isLost ? `\n\`#${song.publicId}\` was **not** kept.` : ''}`,
  );
}

const ABOUT_HANDLE: ReadonlySet<Failure['code']> = new Set(['handle-invalid', 'handle-taken', 'handle-not-seen']);

/** Refused for the handle named with the command. The modal has no field for it, so trying again goes on without. */
export function isAboutHandle(failure: Failure): boolean {
  return ABOUT_HANDLE.has(failure.code);
}

/** A refused modal, with the way back to it. @param retryToken what the router's memory kept of the typed text */
export function tryAgainCard(failure: Failure, retryToken: string): Card {
  const without = isAboutHandle(failure) ? '\n-# **Try again** submits the song without that handle.' : '';
  return {
    components: [
      container('warn', [text(`${failureText(failure)}${without}`)]),
      row(button('Try again', encodeCustomId('submission.retry', retryToken), { style: 'primary' })),
    ],
  };
}

/** How a song would play: a link by its platform, a file by how far it is prepared. */
export function mediaText({ track }: Pick<Submission, 'track'>, media: MediaState): string {
  if (track.kind === 'link') return signed('🔗', PLATFORM_LABEL[track.platform]);
  switch (media.kind) {
    case 'link':
    case 'ready':
      return signed('▶️', 'ready');
    case 'preparing':
      return signed('⚙️', 'preparing');
    case 'unplayable':
      return signed('⚠️', plain(media.reason, 60));
    default:
      throw media satisfies never;
  }
}

/** One's own songs, ten a page, with what can be done to them. */
export function ownSongsCard(page: OwnPage): Card {
  if (page.total === 0) {
    return {
      components: [container('quiet', [text('### My submissions\nNothing yet. `/submit` sends your first song.')])],
    };
  }
  const lines = page.entries.map(({ submission, place, etaMs, media, playedAt }) => {
    const where = isWaiting(submission.line)
      ? `${LINE_EMOJI[submission.line]} ${LINE_LABEL[submission.line]}${place === null ? '' : ` · place ${place}`}${etaMs === null ? '' : ` · in ${aboutTime(etaMs)}`}`
      : `${LINE_EMOJI[submission.line]} ${LINE_LABEL[submission.line]}${playedAt === null ? '' : ` ${relativeTime(playedAt)}`}`;
    const state = isWaiting(submission.line) ? ` · ${mediaText(submission, media)}` : '';
    return `\`#${submission.publicId}\` ${songName(submission, 60)}\n-# ${where}${state}`;
  });
  const actions = page.entries.flatMap(({ submission }) =>
    (isWaiting(submission.line)
      ? [{ verb: 'withdraw', label: 'Withdraw', emoji: '↩️' }]
      : [
          { verb: 'again', label: 'Submit again', emoji: '🔁' },
          { verb: 'hide', label: 'Delete from history', emoji: '🗑️' },
        ]
    ).map(({ verb, label, emoji }) => ({
      label: `${label} #${submission.publicId}`,
      description: `${submission.artist} – ${submission.title}`,
      value: `${verb}-${submission.id}`,
      emoji,
    })),
  );
  return {
    components: [
      container('brand', [
        text(`### My submissions\n${lines.join('\n')}\n-# ${pageText(page)}${plural(page.total, 'song')}`),
      ]),
      ...(actions.length === 0
        ? []
        : [
            row(
              menu(encodeCustomId('submission.own-act', page.page), 'Do something with a song…', actions.slice(0, 25)),
            ),
          ]),
      ...rowOf(pageButtons('submission.own-page', page)),
    ],
  };
}

/** What is open to listeners; into the other lines songs come by gifts and staff alone. */
function openText(free: boolean, skips: boolean): string {
  if (free) return `🟢 Open: free songs${skips ? ' and paid skips' : '. Paid skips are closed right now.'}`;
  return skips
    ? '🟡 Open: paid skips only. Free songs are closed right now.'
    : '🔴 Submissions are **closed** right now.';
}

/** The standing message from which listeners submit. */
export function portalCard(open: { readonly free: boolean; readonly skips: boolean }): Card {
  const state = openText(open.free, open.skips);
  return {
    components: [
      container(open.free || open.skips ? 'brand' : 'quiet', [
        text(
          `## 🎧 Submit your music\nSend a link (SoundCloud, Spotify, YouTube, …) or a file (MP3, WAV, M4A, FLAC) to the show.\n${state}`,
        ),
      ]),
      row(
        button('Submit', encodeCustomId('portal.submit'), { style: 'primary', emoji: '🎵' }),
        button('My submissions', encodeCustomId('portal.mine'), { emoji: '📋' }),
        button('Submit again', encodeCustomId('portal.again'), { emoji: '🔁' }),
        button('Link TikTok', encodeCustomId('portal.link'), { emoji: '🔗' }),
      ),
    ],
  };
}

/** One's past songs, to send one of them once more. */
export function againCard(page: OwnPage): Card {
  const past = page.entries.filter(({ submission }) => !isWaiting(submission.line));
  if (past.length === 0) {
    return {
      components: [
        container('quiet', [
          text(
            '### Submit again\nYour history is empty: only songs that were played, removed or withdrawn can be sent again.',
          ),
        ]),
      ],
    };
  }
  return {
    components: [
      container('brand', [text('### Submit again\nChoose a song from your history.')]),
      row(
        menu(
          encodeCustomId('submission.again'),
          'Choose a song…',
          past.slice(0, 25).map(({ submission }) => ({
            label: `#${submission.publicId} ${submission.title}`,
            description: submission.artist,
            value: String(submission.id),
          })),
        ),
      ),
    ],
  };
}
