import type { Notice } from '../../domain/notice.ts';
import type { Submission } from '../../domain/submission.ts';
import { type Accent, type Card, container, openButtons, row, text } from './card.ts';
import { failureText } from './failure-card.ts';
import { songName } from './submission-card.ts';
import {
  clockTime,
  LINE_EMOJI,
  LINE_LABEL,
  PLATFORM_LABEL,
  person,
  plain,
  plural,
  relativeTime,
  verbatim,
} from './words.ts';

/** Notices that say all by themselves. The others carry an id, and what they show is fetched first. */
export type PlainNotice = Exclude<Notice, { readonly kind: 'metrics' | 'bookmark' | 'data-export' }>;

/** `channel`: others read it too, so that what staff wrote to one person stays out. */
export type NoticeView = 'private' | 'channel';

interface Worded {
  readonly accent: Accent;
  readonly lines: readonly string[];
}

type Wording = {
  readonly [K in PlainNotice['kind']]: (notice: Extract<PlainNotice, { kind: K }>, view: NoticeView) => Worded;
};

const lineName = (line: keyof typeof LINE_LABEL) => `${LINE_EMOJI[line]} **${LINE_LABEL[line]}**`;

function reasonLines(reason: string | null, view: NoticeView): readonly string[] {
  return reason === null || view === 'channel' ? [] : [`> ${plain(reason, 300)}`];
}

const LIVE_END = {
  lost: 'the connection could not be restored',
  restart: 'the bot was restarted and the stream was over by then',
  host: 'the host ended the stream',
} as const;

const endText = (cause: string) =>
  Object.hasOwn(LIVE_END, cause) ? LIVE_END[cause as keyof typeof LIVE_END] : plain(cause, 120);

const WORDING: Wording = {
  'stored-passive': (n) => ({
    accent: 'good',
    lines: [
      `### ✅ Your song is in: \`#${n.publicId}\``,
      `**${plain(n.title)}** · ${LINE_EMOJI.free} ${LINE_LABEL.free} line${n.place === null ? '' : `, place **${n.place}**`}`,
      ...(n.extras === 0
        ? []
        : [`-# One song per message: ${plural(n.extras, 'more link or file', 'more links or files')} left out.`]),
      '-# `/mysubmissions` shows and withdraws it.',
    ],
  }),
  'refused-passive': (n) => ({
    accent: 'warn',
    lines: ['### Your message was not taken as a song', failureText(n.failure)],
  }),
  approved: (n, view) => ({
    accent: 'good',
    lines: [`🎉 The skip of \`#${n.publicId}\` is approved: ${lineName(n.line)} line.`, ...reasonLines(n.reason, view)],
  }),
  rejected: (n, view) => ({
    accent: 'warn',
    lines: [
      `The skip of \`#${n.publicId}\` was not approved; the song waits in the ${lineName('free')} line.`,
      ...reasonLines(n.reason, view),
    ],
  }),
  removed: (n, view) => ({
    accent: 'warn',
    lines: [
      `Staff took \`#${n.publicId}\` **${plain(n.title)}** out of the queue.`,
      ...reasonLines(n.reason, view),
      '-# `/submit` sends another song.',
    ],
  }),
  moved: (n, view) => ({
    accent: 'good',
    lines: [`Staff moved \`#${n.publicId}\` to the ${lineName(n.line)} line.`, ...reasonLines(n.reason, view)],
  }),
  'gift-moved': (n) => ({
    accent: 'good',
    lines: [
      `🎁 \`#${n.publicId}\` moved up to the ${lineName(n.line)} line!`,
      `-# @${plain(n.handle, 40)} · ${plural(n.coins, 'coin')}${n.giftName === null ? '' : ` · ${plain(n.giftName, 40)}`}`,
    ],
  }),
  'gift-reversed': (n) => ({
    accent: 'warn',
    lines: [`Staff reversed a gift, so \`#${n.publicId}\` stands in the ${lineName(n.line)} line again.`],
  }),
  'coming-up': (n) => ({
    accent: 'brand',
    lines: [
      n.place <= 1
        ? `🔜 \`#${n.publicId}\` plays **next**!`
        : `🔜 \`#${n.publicId}\` is coming up: place **${n.place}**.`,
      '-# Come to the show.',
    ],
  }),
  'on-air': (n) => ({ accent: 'good', lines: [`🎙️ \`#${n.publicId}\` **${plain(n.title)}** is on air now!`] }),
  unplayable: (n) => ({
    accent: 'warn',
    lines: [
      `⚠️ The file of \`#${n.publicId}\` can't be played: ${plain(n.why, 200)}.`,
      '-# Withdraw it with `/mysubmissions` and send another file, or a link.',
    ],
  }),
  'handle-proven': (n) => ({ accent: 'good', lines: [`✅ **@${plain(n.name)}** is proven and linked to you.`] }),
  'handle-lost': (n) => ({
    accent: 'warn',
    lines: [
      `**@${plain(n.name)}** is not linked to you any more: ${n.why === 'proven' ? 'its owner has proven it' : 'staff has unlinked it'}.`,
    ],
  }),
  'live-connected': (n) => ({
    accent: 'good',
    lines: [`### 🟢 Connected to @${plain(n.host)}`, `Room ${verbatim(n.roomId, 30)} · session ${n.sessionId}`],
  }),
  'live-ended-unexpectedly': (n) => ({
    accent: 'warn',
    lines: [
      // The end of a show is no accident, whoever did not ask the bot for it.
      `### 🟠 The LIVE of @${plain(n.host)} ended${n.cause === 'host' ? '' : ' unexpectedly'}`,
      `After ${clockTime(n.durationMs)} · session ${n.sessionId} · ${endText(n.cause)}`,
    ],
  }),
  'staff-alert': (n) => ({ accent: 'warn', lines: [`### ⚠️ For staff`, n.text.slice(0, 3_500)] }),
};

/**
 * @param forUser whom a message in a channel is for; shown as a name, it pings nobody
 * @param guildName where it comes from, for people who are on several servers
 */
export function noticeCard(
  notice: PlainNotice,
  options: { readonly view: NoticeView; readonly forUser?: string; readonly guildName?: string },
): Card {
  // The map is complete by its type; the cast only joins the union's halves again.
  const { accent, lines } = (WORDING[notice.kind] as (notice: PlainNotice, view: NoticeView) => Worded)(
    notice,
    options.view,
  );
  const content = [
    ...(options.forUser === undefined ? [] : [`<@${options.forUser}>`]),
    ...lines,
    ...(options.guildName === undefined ? [] : [`-# ${plain(options.guildName, 60)}`]),
  ];
  return { components: [container(accent, [text(content.join('\n'))])] };
}

/** A bookmarked song for the bookmark channel. */
export function bookmarkCard(song: Submission, byUserId: string): Card {
  const source =
    song.track.kind === 'link' ? PLATFORM_LABEL[song.track.platform] : `📁 ${plain(song.track.fileName, 80)}`;
  const lines = [
    `### 🔖 ${songName(song)}`,
    `\`#${song.publicId}\` by ${person(song.ownerId)} (${plain(song.ownerName, 40)}) · ${source}`,
    ...(song.note === null ? [] : [`> ${plain(song.note, 300)}`]),
    `-# bookmarked by ${person(byUserId)} · submitted ${relativeTime(song.submittedAt)}`,
  ];
  const open = song.track.kind === 'link' ? openButtons(song.track.url) : [];
  return {
    components: [container('brand', [text(lines.join('\n'))]), ...(open.length === 0 ? [] : [row(...open)])],
  };
}

/** A member's own data as a file. */
export function dataExportCard(json: string, guildName: string): Card {
  return {
    components: [
      container('brand', [
        text(`### 📦 Your data\nEverything this bot keeps about you on **${plain(guildName, 60)}**, as JSON.`),
        { type: 13, file: { url: 'attachment://skipline-data.json' } },
      ]),
    ],
    files: [{ name: 'skipline-data.json', bytes: new TextEncoder().encode(json) }],
  };
}
