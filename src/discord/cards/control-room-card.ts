import type { LiveStatus, PlaybackStatus, QueuePage } from '../../services/snapshots.ts';
import { encodeCustomId } from '../custom-id.ts';
import { button, type Card, container, row, separator, text, textCard } from './card.ts';
import { refusalText } from './failure-card.ts';
import { liveAccent } from './live-card.ts';
import { onAirText } from './on-air-card.ts';
import { linesText } from './queue-card.ts';
import { clockTime, plain, plural, relativeTime } from './words.ts';

/** The LIVE in two lines. Spans are Discord's own ticking times, so that a quiet show costs no edits. */
function liveText(status: LiveStatus): string {
  switch (status.kind) {
    case 'disconnected':
      return `🔴 **TikTok**: not connected${status.lastHost !== null && status.lastRefusal !== null ? `\n-# ${refusalText(status.lastHost, status.lastRefusal)}` : ''}`;
    case 'trying':
      return `🟠 **TikTok**: @${plain(status.host)} · ${status.phase === 'connecting' ? 'connecting' : 'waiting for the LIVE'} · ${plural(status.tries, 'try', 'tries')} · since ${relativeTime(status.sinceAt)}`;
    case 'active': {
      const head =
        status.recovering === null
          ? `🟢 **TikTok**: @${plain(status.host)} · live since ${relativeTime(status.startedAt)}`
          : `🟠 **TikTok**: @${plain(status.host)} · reconnecting since ${relativeTime(status.recovering.sinceAt)}`;
      const total = Object.values(status.events).reduce((sum, count) => sum + count, 0);
      const seen = `likes seen ${status.likesSeen.toLocaleString('en-US')}/${Math.max(status.likesRoomTotal, status.likesSeen).toLocaleString('en-US')}`;
      return [
        head,
        `👁️ ${status.viewers ?? '?'} · 🪙 ${status.coins.toLocaleString('en-US')} · ${total.toLocaleString('en-US')} events`,
        `-# Truth meter: ${plural(status.gaps, 'gap')} (${clockTime(status.gapMs)}) · ${plural(status.reconnects, 'reconnect')} · ${seen} · ${status.unreadable} not understood`,
        ...(status.drift === null ? [] : [`⚠️ ${plain(status.drift, 200)}`]),
      ].join('\n');
    }
    default:
      throw status satisfies never;
  }
}

function voiceText({ voice, player }: PlaybackStatus): string {
  if (voice.kind === 'away') return `🔇 **Voice**: away${voice.why === null ? '' : ` (${plain(voice.why, 80)})`}`;
  const state = voice.kind === 'ready' ? '🔊' : '🟠';
  return `${state} **Voice**: <#${voice.channelId}>${voice.kind === 'ready' ? '' : ` ${voice.kind}`} · ${player.kind}`;
}

export interface ControlRoom {
  readonly queue: QueuePage;
  readonly live: LiveStatus;
  readonly playback: PlaybackStatus;
}

/** The reviewer's one place: how everything stands, and the actions of the show. */
export function controlRoomCard({ queue, live, playback }: ControlRoom): Card {
  const playId = queue.onAir?.playId ?? 0;
  const open = queue.lines.some((line) => line.open);
  const playing = playback.player.kind === 'playing';
  return {
    components: [
      container(liveAccent(live), [
        text(`## 🎛️ Control room\n${liveText(live)}\n${voiceText(playback)}`),
        separator(),
        text(`**Queue**: ${linesText(queue.lines)}\n${open ? '🟢 Submissions are open' : '🔒 Submissions are closed'}`),
        separator(),
        text(queue.onAir === null ? '*Nothing on air. Next takes the first song.*' : onAirText(queue.onAir)),
        row(
          button('Next', encodeCustomId('reviewer.next', playId), { style: 'primary', emoji: '⏭️' }),
          button('Undo', encodeCustomId('reviewer.undo', playId), { emoji: '↩️', disabled: queue.onAir === null }),
          button(playing ? 'Pause' : 'Play', encodeCustomId('voice.toggle', playId), {
            emoji: playing ? '⏸️' : '▶️',
            disabled: queue.onAir === null,
          }),
          button('Stop', encodeCustomId('voice.stop', playId), { emoji: '⏹️', disabled: queue.onAir === null }),
          button('Bookmark', encodeCustomId('song.bookmark', queue.onAir?.submission.id ?? 0), {
            emoji: '🔖',
            disabled: queue.onAir === null || queue.onAir.submission.bookmarked,
          }),
        ),
        row(
          button('Open submissions', encodeCustomId('room.open', 'all'), {
            style: 'success',
            disabled: queue.lines.every((line) => line.open),
          }),
          button('Close submissions', encodeCustomId('room.close', 'all'), { style: 'danger', disabled: !open }),
        ),
      ]),
    ],
  };
}

/** What a panel says while the bot is stopped on purpose. */
export function pausedCard(label: string): Card {
  return textCard('quiet', `## ⏸️ ${label}\nPaused: the bot is being restarted. This panel comes back by itself.`);
}
