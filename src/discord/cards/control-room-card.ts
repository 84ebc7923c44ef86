import { WAITING_LINES } from '../../domain/submission.ts';
import type { LineState, LiveStatus, PlaybackStatus, QueuePage } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, openButtons, row, separator, text, textCard } from './card.ts';
import { refusalText } from './failure-card.ts';
import { eventTotal, liveAccent, truthText } from './live-card.ts';
import { onAirText } from './on-air-card.ts';
import { pauseOrPlay } from './playback-card.ts';
import { undoButton } from './queue-card.ts';
import { count, LINE_EMOJI, LINE_LABEL, plain, plural, relativeTime, signed } from './words.ts';

/** The LIVE in a few lines. Spans are Discord's own ticking times, so that a quiet show costs no edits. */
function liveText(status: LiveStatus): string {
  switch (status.kind) {
    case 'disconnected':
      return `🔴 **TikTok**: not connected${status.lastHost !== null && status.lastRefusal !== null ? `\n-# ${refusalText(status.lastHost, status.lastRefusal)}` : ''}`;
    case 'trying':
      return `🟠 **TikTok**: @${plain(status.host)} · ${status.phase === 'connecting' ? 'connecting' : 'waiting for the LIVE'} · ${plural(status.tries, 'try', 'tries')}, the first ${relativeTime(status.sinceAt)}`;
    case 'active': {
      const head =
        status.recovering === null
          ? `🟢 **TikTok**: @${plain(status.host)} is live, joined ${relativeTime(status.startedAt)}`
          : `🟠 **TikTok**: @${plain(status.host)} · connection lost ${relativeTime(status.recovering.sinceAt)}, reconnecting`;
      return [
        head,
        `👁️ ${status.viewers === null ? '?' : count(status.viewers)} · 🪙 ${count(status.coins)} · ${plural(eventTotal(status), 'event')}`,
        truthText(status),
        ...(status.drift === null ? [] : [`⚠️ ${plain(status.drift, 200)}`]),
      ].join('\n');
    }
    default:
      throw status satisfies never;
  }
}

function voiceText({ voice, player }: PlaybackStatus): string {
  if (voice.kind === 'away')
    return `🔇 **Voice**: ${voice.why === null ? 'not joined (`/join`)' : `away, ${plain(voice.why, 80)}`}`;
  const state = voice.kind === 'ready' ? '🔊' : '🟠';
  return `${state} **Voice**: <#${voice.channelId}>${voice.kind === 'ready' ? '' : ` ${voice.kind}`} · ${player.kind}`;
}

/** Every line with how many wait in it, and whether new songs may enter it. */
function queueText(lines: readonly LineState[]): string {
  const states = WAITING_LINES.flatMap((line) => lines.filter((state) => state.line === line));
  const counts = states.map(
    ({ line, waiting, open }) =>
      `${signed(LINE_EMOJI[line], LINE_LABEL[line])} **${count(waiting)}**${open ? '' : ' 🔒'}`,
  );
  const closed = states.filter(({ open }) => !open).map(({ line }) => LINE_LABEL[line]);
  const state =
    closed.length === 0
      ? '🟢 Submissions are open'
      : closed.length === states.length
        ? '🔒 Submissions are closed'
        : `🟡 Submissions are open, but not: ${closed.join(', ')}`;
  return `${counts.join(' · ')}\n${state}`;
}

export interface ControlRoom {
  readonly queue: QueuePage;
  readonly live: LiveStatus;
  readonly playback: PlaybackStatus;
}

/** The reviewer's one place: how everything stands, and the actions of the show. */
export function controlRoomCard({ queue, live, playback }: ControlRoom): Card {
  const { onAir, lines } = queue;
  return {
    components: [
      container(liveAccent(live), [
        text(`## 🎛️ Control room\n${liveText(live)}\n${voiceText(playback)}`),
        separator(),
        text(queueText(lines)),
        separator(),
        text(onAir === null ? '*Nothing on air. Next takes the first song.*' : onAirText(onAir)),
        songButtons(queue, playback),
        row(
          button('Open submissions', encodeCustomId('room.open', 'all'), {
            style: 'success',
            disabled: lines.every((line) => line.open),
          }),
          button('Close submissions', encodeCustomId('room.close', 'all'), {
            style: 'danger',
            disabled: lines.every((line) => !line.open),
          }),
          ...(onAir === null
            ? []
            : [button('Finish', encodeCustomId('reviewer.finish', onAir.playId), { emoji: '🏁' })]),
          ...(onAir?.submission.track.kind === 'link' ? openButtons(onAir.submission.track.url) : []),
        ),
      ]),
    ],
  };
}

/** Buttons about the song on air. They name it, so that a press that comes too late does nothing to another song. */
function songButtons({ onAir, undoablePlayId }: QueuePage, playback: PlaybackStatus) {
  const playId = onAir?.playId ?? 0;
  const none = { disabled: onAir === null };
  return row(
    button('Next', encodeCustomId('reviewer.next', playId), { style: 'primary', emoji: '⏭️' }),
    undoButton(undoablePlayId),
    pauseOrPlay(playback, playId, none),
    button('Stop', encodeCustomId('voice.stop', playId), { emoji: '⏹️', ...none }),
    button('Bookmark', encodeCustomId('song.bookmark', onAir?.submission.id ?? 0), {
      emoji: '🔖',
      disabled: onAir === null || onAir.submission.bookmarked,
    }),
  );
}

/** What a panel says while the bot is stopped on purpose. */
export function pausedCard(label: string): Card {
  return textCard('quiet', `## ⏸️ ${label}\nPaused: the bot is being restarted. This panel comes back by itself.`);
}
