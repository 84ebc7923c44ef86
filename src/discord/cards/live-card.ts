import type { LiveStatus } from '../../services/snapshots.ts';
import { type Accent, type Card, textCard } from './card.ts';
import { refusalText } from './failure-card.ts';
import { aboutTime, clockTime, count, plain, plural, relativeTime, verbatim } from './words.ts';

/** Green, orange, red: what `/tiktok status` and the control room say about the LIVE. */
export function liveAccent(status: LiveStatus): Accent {
  if (status.kind === 'active') return status.recovering === null ? 'good' : 'warn';
  return status.kind === 'trying' ? 'warn' : 'bad';
}

type Active = Extract<LiveStatus, { kind: 'active' }>;

/** How much of the LIVE was really seen, in one line. */
export function truthText(status: Active): string {
  const { gaps, gapMs, likesSeen, likesRoomTotal, unreadable, merged } = status;
  const truth = [
    gaps === 0 ? 'no gaps' : `${plural(gaps, 'gap')} (${clockTime(gapMs)})`,
    ...(status.reconnects > 0 ? [plural(status.reconnects, 'reconnect')] : []),
    `${count(likesSeen)} of ${plural(Math.max(likesRoomTotal, likesSeen), 'like')} seen`,
    unreadable === 0 ? 'all understood' : `${plural(unreadable, 'message')} not understood`,
    ...(merged > 0 ? [`${count(merged)} merged under load`] : []),
  ];
  return `-# Truth meter: ${truth.join(' · ')}`;
}

/** Events of all kinds. */
export function eventTotal({ events }: Active): number {
  return Object.values(events).reduce((sum, each) => sum + each, 0);
}

function activeText(status: Active, now: number): string {
  const events = Object.entries(status.events)
    .filter(([, times]) => times > 0)
    .sort((a, b) => b[1] - a[1])
    .map(([kind, times]) => `${kind} ${count(times)}`)
    .join(' · ');
  const { recovering } = status;
  return [
    recovering === null
      ? `### 🟢 Active: @${plain(status.host)}`
      : `### 🟠 Reconnecting: @${plain(status.host)}\nLost ${relativeTime(recovering.sinceAt)}, try ${recovering.tries}. The show goes on as the same session.`,
    `Room ${verbatim(status.roomId, 30)} · session ${status.sessionId} · up ${clockTime(now - status.startedAt)}`,
    `Viewers **${status.viewers ?? '?'}** · coins **${count(status.coins)}** · events **${count(eventTotal(status))}** · last ${status.lastEventAt === null ? 'never' : relativeTime(status.lastEventAt)}`,
    ...(events === '' ? [] : [`-# ${events}`]),
    truthText(status),
    ...(status.drift === null ? [] : [`⚠️ ${plain(status.drift, 200)}`]),
  ].join('\n');
}

export function liveStatusText(status: LiveStatus, now: number): string {
  switch (status.kind) {
    case 'active':
      return activeText(status, now);
    case 'trying': {
      const next = status.nextTryAt === null ? 'now' : relativeTime(status.nextTryAt);
      // Offline is what is being waited for: nothing to explain.
      const why =
        status.lastRefusal === null || (status.persistent && status.lastRefusal.kind === 'offline')
          ? ''
          : `\n-# Last answer: ${refusalText(status.host, status.lastRefusal)}`;
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
