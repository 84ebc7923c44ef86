import { controlRoomCard } from '../cards/control-room-card.ts';
import { nowPlayingCard } from '../cards/playback-card.ts';
import { liveQueueCard, PAGE_SIZE, pendingCard, reviewerQueueCard } from '../cards/queue-card.ts';
import { portalCard } from '../cards/submission-card.ts';
import type { Services } from '../cogs/services.ts';
import type { PanelKind } from './panel-kinds.ts';
import type { PanelView } from './panel-view.ts';

/** A song's progress bar moves this often while it plays. ms */
const PROGRESS_MS = 10_000;

/** What panels show comes from here. */
export interface PanelSources {
  readonly queue: Pick<Services['queue'], 'page' | 'pendingPage' | 'onAir'>;
  readonly live: Pick<Services['live'], 'status'>;
  readonly playback: Pick<Services['playback'], 'status'>;
  readonly settings: Pick<Services['settings'], 'all'>;
}

/** Fetches what a panel shows and draws it. */
export async function renderPanel(
  { queue, live, playback, settings }: PanelSources,
  waveformOf: (sha256: string) => Promise<Uint8Array | null>,
  now: () => number,
  guildId: string,
  kind: PanelKind,
  page: number,
): Promise<PanelView> {
  switch (kind) {
    case 'live-queue': {
      const shown = await queue.page(guildId, page, PAGE_SIZE);
      return { card: liveQueueCard(shown), page: shown.page, refreshMs: null };
    }
    case 'reviewer-queue': {
      const shown = await queue.page(guildId, page, PAGE_SIZE);
      return { card: reviewerQueueCard(shown), page: shown.page, refreshMs: null };
    }
    case 'pending-skips': {
      const shown = await queue.pendingPage(guildId, page, PAGE_SIZE);
      return { card: pendingCard(shown), page: shown.page, refreshMs: null };
    }
    case 'control-room': {
      const shown = await queue.page(guildId, 0, 1);
      return {
        card: controlRoomCard({ queue: shown, live: live.status(guildId), playback: playback.status(guildId) }),
        page: 0,
        refreshMs: null,
      };
    }
    case 'now-playing': {
      const [onAir, status] = [await queue.onAir(guildId), playback.status(guildId)];
      const track = onAir?.submission.track;
      const waveform = track?.kind === 'file' ? await waveformOf(track.sha256) : null;
      const allowed = (await settings.all(guildId))['playback.filters'];
      return {
        card: nowPlayingCard(onAir, status, now(), waveform, allowed),
        page: 0,
        refreshMs: status.player.kind === 'playing' ? PROGRESS_MS : null,
      };
    }
    case 'portal': {
      const all = await settings.all(guildId);
      const open = { free: all['submissions.open.free'], skips: all['submissions.open.pending'] };
      return { card: portalCard(open), page: 0, refreshMs: null };
    }
    default:
      throw kind satisfies never;
  }
}
