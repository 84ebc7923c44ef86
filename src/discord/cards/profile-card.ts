import type { Handle } from '../../domain/handle.ts';
import type { LeaderboardRow, MemberStats } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, pageButtons, row, rowOf, text, textCard } from './card.ts';
import { pointsText } from './queue-card.ts';
import { placeText } from './submission-card.ts';
import { plain, plural, relativeTime } from './words.ts';

export function linkedCard(handle: Handle, proof: { readonly code: string; readonly expiresAt: number } | null): Card {
  if (proof === null) {
    return textCard(
      'good',
      `🔗 **@${plain(handle.name)}** is linked to you${handle.proven ? ' ✅ proven' : ''}. ${plural(handle.points, 'point')} so far; what it does in the LIVE now counts for your songs.`,
    );
  }
  return textCard(
    'warn',
    `### 🔐 Prove that **@${plain(handle.name)}** is yours\nType this in the LIVE chat from that account:\n## \`${proof.code}\`\nThe code runs out ${relativeTime(proof.expiresAt)}. You are told when it worked.`,
  );
}

export function unlinkedCard(handle: Handle): Card {
  return textCard(
    'quiet',
    `**@${plain(handle.name)}** is not linked any more. It keeps its ${plural(handle.points, 'point')}.`,
  );
}

/** What fits into a message with the longest names. */
const HANDLES_SHOWN = 25;
const STATS_HANDLES = 10;
const STATS_SONGS = 8;

const moreLine = (left: number) => (left > 0 ? [`-# … and ${left} more`] : []);

export function handlesCard(handles: readonly Handle[]): Card {
  if (handles.length === 0) return textCard('quiet', '### My TikTok handles\nNone yet. `/link-tiktok` links one.');
  const rows = handles
    .slice(0, HANDLES_SHOWN)
    .map(
      (handle) =>
        `**@${plain(handle.name, 40)}**${handle.proven ? ' ✅' : ''} · ${plural(handle.points, 'point')} · ${handle.lastSeenAt === null ? 'never seen in a LIVE' : `seen ${relativeTime(handle.lastSeenAt)}`}`,
    );
  return textCard('brand', `### My TikTok handles\n${[...rows, ...moreLine(handles.length - rows.length)].join('\n')}`);
}

export function leaderboardCard(page: {
  readonly rows: readonly LeaderboardRow[];
  readonly page: number;
  readonly pages: number;
}): Card {
  const medal = ['🥇', '🥈', '🥉'];
  const rows = page.rows.map(
    (entry) =>
      `${medal[entry.rank - 1] ?? `**${entry.rank}.**`} @${plain(entry.handle, 40)}${entry.linkedUserId === null ? '' : ` · <@${entry.linkedUserId}>`} · **${entry.points.toLocaleString('en-US')}**`,
  );
  return {
    components: [
      container('brand', [
        text(
          `### 🏆 Leaderboard\n${rows.length === 0 ? 'No points yet. Likes, comments, shares, follows and gifts on the LIVE earn them.' : rows.join('\n')}`,
        ),
        ...rowOf(pageButtons('leaderboard.page', page)),
      ]),
    ],
  };
}

export function statsCard(stats: MemberStats): Card {
  const handles = stats.handles
    .slice(0, STATS_HANDLES)
    .map(
      (handle) => `@${plain(handle.name, 40)} ${handle.points.toLocaleString('en-US')}${handle.proven ? ' ✅' : ''}`,
    );
  const waiting = stats.waiting
    .slice(0, STATS_SONGS)
    .map((explained) => `\`#${explained.submission.publicId}\` ${placeText(explained)}`);
  return textCard(
    'brand',
    [
      `### 📊 My numbers\n**${plural(stats.score, 'point')}**${stats.rank === null ? '' : ` · rank ${stats.rank}`}${pointsText(stats.points) === '' ? '' : ` · ${pointsText(stats.points)}`}`,
      `Submitted ${stats.submitted} · played ${stats.played}`,
      ...(handles.length === 0 ? ['-# No TikTok handle linked: `/link-tiktok`.'] : [`-# ${handles.join(' · ')}`]),
      ...moreLine(stats.handles.length - handles.length),
      ...waiting,
      ...moreLine(stats.waiting.length - waiting.length),
    ].join('\n'),
  );
}

/** Asks before every balance of the server falls to 0. */
export function resetAllQuestion(askedAt: number): Card {
  return {
    components: [
      container('bad', [
        text('### Reset **all** points of this server?\nEvery handle falls to 0. This cannot be undone.'),
      ]),
      row(
        button('Reset all', encodeCustomId('points.reset-all', askedAt), { style: 'danger' }),
        button('Keep', encodeCustomId('points.keep')),
      ),
    ],
  };
}

export function resetCard(result: { readonly handles: number; readonly points: number }): Card {
  if (result.handles === 0) return textCard('quiet', 'Nothing was reset: no linked handle, or none with points.');
  return textCard('quiet', `Reset ${plural(result.handles, 'handle')}: ${plural(result.points, 'point')} taken back.`);
}
