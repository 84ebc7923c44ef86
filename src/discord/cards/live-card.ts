import type { LiveStatus } from '../../services/snapshots.ts';
import { type Accent, type Card, textCard } from './card.ts';
import { refusalText } from './failure-card.ts';
import { aboutTime, clockTime, plain, plural, relativeTime, verbatim } from './words.ts';

/** Green, orange, red: what `/tiktok status` and the control room say about the LIVE. */
export function liveAccent(status: LiveStatus): Accent {
  if (status.kind === 'active') return status.recovering === null ? 'good' : 'warn';
  return status.kind === 'trying' ? 'warn' : 'bad';
}

function activeText(status: Extract<LiveStatus, { kind: 'active' }>, now: number): string {
  const events = Object.entries(status.events)
    .filter(([, count]) => count > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${kind} ${count.toLocaleString('en-US')}`)
    .join(' · ');
  const total = Object.values(status.events).reduce((sum, count) => sum + count, 0);
  const { recovering } = status;
  const truth = [
    `gaps ${status.gaps} (${clockTime(status.gapMs)})`,
    `reconnects ${status.reconnects}`,
    `likes seen ${status.likesSeen.toLocaleString('en-US')} of ${Math.max(status.likesRoomTotal, status.likesSeen).toLocaleString('en-US')}`,
    `not understood ${status.unreadable}`,
    ...(status.merged > 0 ? [`merged under load ${status.merged.toLocaleString('en-US')}`] : []),
  ];
  return [
    recovering === null
      ? `### 🟢 Active: @${plain(status.host)}`
      : `### 🟠 Reconnecting: @${plain(status.host)}\nLost ${relativeTime(recovering.sinceAt)}, try ${recovering.tries}. The show goes on as the same session.`,
    `Room ${verbatim(status.roomId, 30)} · session ${status.sessionId} · up ${clockTime(now - status.startedAt)}`,
    `Viewers **${status.viewers ?? '?'}** · coins **${status.coins.toLocaleString('en-US')}** · events **${total.toLocaleString('en-US')}** · last ${status.lastEventAt === null ? 'never' : relativeTime(status.lastEventAt)}`,
    ...(events === '' ? [] : [`-# ${events}`]),
    `-# Truth meter: ${truth.join(' · ')}`,
    ...(status.drift === null ? [] : [`⚠️ ${plain(status.drift, 200)}`]),
  ].join('\n');
}

export function liveStatusText(status: LiveStatus, now: number): string {
  switch (status.kind) {
    case 'active':
      return activeText(status, now);
    case 'trying': {
      const next = status.nextTryAt === null ? 'now' : relativeTime(status.nextTryAt);
      const why =
        status.lastRefusal === null ? '' : `\n-# Last answer: ${refusalText(status.host, status.lastRefusal)}`;
      return [
        `### 🟠 In progress: @${plain(status.host)}`,
        `${status.phase === 'connecting' ? 'Connecting' : 'Waiting for the LIVE to start'} · ${plural(status.tries, 'try', 'tries')} · ${aboutTime(now - status.sinceAt)} so far · next try ${next}${why}`,
      ].join('\n');
    }
    case 'disconnected': {
      const last = status.lastHost === null ? '' : `\n-# Last host: @${plain(status.lastHost)}`;
      const why =
        status.lastHost === null || status.lastRefusal === null
          ? ''
          : `\n-# ${refusalText(status.lastHost, status.lastRefusal)}`;
      return `### 🔴 Disconnected\n\`/tiktok connect\` follows a LIVE.${last}${why}`;
    }
    default:
      throw status satisfies never;
  }
}

export function liveStatusCard(status: LiveStatus, now: number): Card {
  return textCard(liveAccent(status), liveStatusText(status, now));
}
