import type { LiveState } from '../domain/live-session.ts';
import type { LiveTally } from './live-tally.ts';
import type { LiveStatus } from './snapshots.ts';

/** What people are shown of a connection. */
export function statusOf(state: LiveState, tally: LiveTally | null, now: number): LiveStatus {
  switch (state.kind) {
    case 'idle':
      return { kind: 'disconnected', lastHost: state.lastHost, lastRefusal: state.lastRefusal };
    case 'ended':
      return { kind: 'disconnected', lastHost: state.target.host, lastRefusal: null };
    case 'waiting-for-live':
    case 'connecting':
      return {
        kind: 'trying',
        host: state.target.host,
        persistent: state.target.persistent,
        phase: state.kind,
        ...state.attempt,
      };
    case 'live':
    case 'recovering': {
      const recovering = state.kind === 'recovering' ? state.attempt : null;
      return {
        kind: 'active',
        host: state.target.host,
        roomId: state.session.roomId,
        sessionId: state.session.sessionId,
        startedAt: state.session.startedAt,
        recovering:
          recovering === null
            ? null
            : { sinceAt: recovering.sinceAt, tries: recovering.tries, nextTryAt: recovering.nextTryAt },
        viewers: tally?.viewers ?? null,
        lastEventAt: tally?.lastEventAt ?? null,
        events: { ...tally?.events },
        coins: tally?.coins ?? 0,
        likesSeen: tally?.likesSeen ?? 0,
        likesRoomTotal: tally?.likesRoomTotal ?? 0,
        gaps: tally?.gaps ?? 0,
        gapMs: (tally?.gapMs ?? 0) + (recovering === null ? 0 : Math.max(0, now - recovering.sinceAt)),
        reconnects: tally?.reconnects ?? 0,
        unreadable: tally?.unreadable ?? 0,
        drift: tally?.drift ?? null,
        merged: tally?.merged ?? 0,
      };
    }
  }
}
