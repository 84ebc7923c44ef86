import { ComponentType } from 'discord.js';
import stringWidth from 'string-width';
import type { SessionHandleRow, SessionReport } from '../../services/snapshots.ts';
import { type Card, type CardFile, container, separator, text } from './card.ts';
import { clockTime, count, plain, plural } from './words.ts';

/** Rows of the posted table; the file has all. */
export const TABLE_ROWS = 15;
export const PICTURE_NAME = 'show.png';

const END_CAUSE = {
  host: 'the host ended the stream',
  staff: 'ended by staff',
  lost: 'the connection could not be restored',
  restart: 'it was over when the bot came back',
} as const satisfies Record<NonNullable<SessionReport['endCause']>, string>;

/** Cuts and pads to exactly `width` columns of a fixed-width font: CJK and emoji take two. */
export function cell(content: string, width: number, align: 'left' | 'right'): string {
  let shown = content;
  if (stringWidth(shown) > width) {
    const characters = [...new Intl.Segmenter().segment(shown)].map(({ segment }) => segment);
    while (characters.length > 0 && stringWidth(`${characters.join('')}…`) > width) characters.pop();
    shown = `${characters.join('')}…`;
  }
  const pad = ' '.repeat(Math.max(0, width - stringWidth(shown)));
  return align === 'left' ? shown + pad : pad + shown;
}

/** `987`, `12.3k`, `4.5M`: five characters at most. */
export function compact(count: number): string {
  if (count < 10_000) return String(count);
  if (count < 999_950) return `${(count / 1_000).toFixed(count < 99_950 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(count < 99_950_000 ? 1 : 0)}M`;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly align: 'left' | 'right';
  readonly of: (row: SessionHandleRow, names: ReadonlyMap<string, string>) => string;
}

const COLUMNS: readonly Column[] = [
  {
    title: 'User',
    width: 12,
    align: 'left',
    of: (row, names) => (row.linkedUserId === null ? '-' : (names.get(row.linkedUserId) ?? 'member')),
  },
  { title: 'TikTok', width: 14, align: 'left', of: (row) => row.handle },
  { title: '~Watch', width: 7, align: 'right', of: (row) => clockTime(row.watchMs) },
  { title: 'Likes', width: 5, align: 'right', of: (row) => compact(row.likes) },
  { title: 'Comm', width: 5, align: 'right', of: (row) => compact(row.comments) },
  { title: 'Share', width: 5, align: 'right', of: (row) => compact(row.shares) },
  { title: 'Gifts', width: 5, align: 'right', of: (row) => compact(row.gifts) },
  { title: 'Coins', width: 5, align: 'right', of: (row) => compact(row.coins) },
];

/** By this a posted card is known again. */
export function sessionMark(sessionId: number): string {
  return ` · session ${sessionId}\n`;
}

/** Inside a code block only its end must be kept out; control characters and line breaks would break the columns. */
function cellText(content: string): string {
  return content.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replaceAll('`', "'");
}

function table(report: SessionReport, names: ReadonlyMap<string, string>): string {
  const line = (values: readonly string[]) =>
    COLUMNS.map(({ width, align }, index) => cell(values[index] ?? '', width, align))
      .join(' ')
      .trimEnd();
  const rows = report.handles
    .slice(0, TABLE_ROWS)
    .map((row) => line(COLUMNS.map(({ of }) => cellText(of(row, names)))));
  return ['```', line(COLUMNS.map(({ title }) => title)), ...rows, '```'].join('\n');
}

function totalsText({ totals, viewers, songs, gaps }: SessionReport, spanMs: number): string {
  const gapMs = gaps.reduce((sum, gap) => sum + (gap.toAt === null ? 0 : gap.toAt - gap.fromAt), 0);
  return [
    `⏱️ **${clockTime(spanMs)}** · 🎵 **${plural(songs.length, 'song')}** played`,
    `❤️ ${plural(totals.likes, 'like')} · 💬 ${plural(totals.comments, 'comment')} · 🔁 ${plural(totals.shares, 'share')}`,
    `➕ ${plural(totals.follows, 'follow')} · ⭐ ${plural(totals.subscribes, 'subscribe')} · 🎁 ${plural(totals.gifts, 'gift')} · 🪙 ${plural(totals.coins, 'coin')}`,
    viewers === null
      ? '👁️ no viewer count was seen'
      : `👁️ viewers: peak ${count(viewers.peak)} · average ${count(viewers.average)} · lowest ${count(viewers.lowest)}`,
    gaps.length === 0
      ? '-# No gaps in the connection'
      : `-# ${plural(gaps.length, 'gap')} in the connection, ${clockTime(gapMs)} in all`,
  ].join('\n');
}

/**
 * The numbers of a show: stays within Discord's limits for any number of handles.
 * @param files the picture and the table, when they could be made
 */
export function metricsCard(
  report: SessionReport,
  names: ReadonlyMap<string, string>,
  files: { readonly picture: Uint8Array | null; readonly table: CardFile | null },
  now: number,
): Card {
  const spanMs = (report.endedAt ?? now) - report.startedAt;
  const ended = report.endCause === null ? 'still running' : END_CAUSE[report.endCause];
  const head = `## 📊 The show with @${plain(report.host, 40)}\n<t:${Math.floor(report.startedAt / 1000)}:f> · ${ended}${sessionMark(report.sessionId)}`;
  const more = report.handles.length - TABLE_ROWS;
  const people =
    report.handles.length === 0
      ? [text('Nobody engaged this time. It happens to the best: the next show will be louder. 💜')]
      : [
          text(`**Top of the crowd**\n${table(report, names)}`),
          text(
            `-# ${more > 0 ? `and ${more.toLocaleString('en-US')} more${files.table === null ? '' : ' in the file'} · ` : ''}watch time is approximate: from first to last interaction`,
          ),
        ];
  return {
    components: [
      container('brand', [
        text(`${head}${totalsText(report, spanMs)}`),
        ...(files.picture === null
          ? []
          : [
              {
                type: ComponentType.MediaGallery as const,
                items: [{ media: { url: `attachment://${PICTURE_NAME}` } }],
              },
            ]),
        separator(),
        ...people,
        ...(files.table === null
          ? []
          : [{ type: ComponentType.File as const, file: { url: `attachment://${files.table.name}` } }]),
      ]),
    ],
    files: [
      ...(files.picture === null ? [] : [{ name: PICTURE_NAME, bytes: files.picture }]),
      ...(files.table === null ? [] : [files.table]),
    ],
  };
}
