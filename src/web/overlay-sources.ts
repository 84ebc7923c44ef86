import type { Submission } from '../domain/submission.ts';
import type { Store } from '../ports/store.ts';
import type { HandleService } from '../services/handle-service.ts';
import type { PlaybackService } from '../services/playback-service.ts';
import type { QueueService } from '../services/queue-service.ts';
import type { LeaderboardRow, PlayerStatus, QueuePage } from '../services/snapshots.ts';
import type { SubmissionService } from '../services/submission-service.ts';
import { QUEUE_MAX } from './protocol.ts';

/** Where an overlay's picture comes from. */
export interface OverlaySources {
  /** The first page of the one order, and what is on air. */
  queue(guildId: string): Promise<QueuePage>;
  leaderboard(guildId: string): Promise<readonly LeaderboardRow[]>;
  player(guildId: string): PlayerStatus;
  /** Loudness per slice of a stored file, 0..255; null when it was not measured. */
  peaks(sha256: string): Promise<readonly number[] | null>;
  song(guildId: string, submissionId: number): Promise<Submission | null>;
  /** The newest waiting song of the member a handle is linked to: what that handle's coins count towards. */
  songOfHandle(guildId: string, handle: string): Promise<Submission | null>;
}

export interface OverlayServices {
  readonly store: Pick<Store, 'read'>;
  readonly queue: Pick<QueueService, 'page'>;
  readonly handles: Pick<HandleService, 'leaderboard'>;
  readonly submissions: Pick<SubmissionService, 'get'>;
  readonly playback: Pick<PlaybackService, 'status'>;
}

export function overlaySources({ store, queue, handles, submissions, playback }: OverlayServices): OverlaySources {
  return {
    queue: (guildId) => queue.page(guildId, 0, QUEUE_MAX),
    leaderboard: async (guildId) => (await handles.leaderboard(guildId, 0)).rows,
    player: (guildId) => playback.status(guildId).player,
    peaks: async (sha256) => (await store.read((reads) => reads.media.get(sha256)))?.peaks ?? null,
    song: (guildId, submissionId) => submissions.get(guildId, submissionId),
    songOfHandle: (guildId, handle) =>
      store.read(async (reads) => {
        const known = await reads.handles.byName(guildId, handle);
        if (known === null || known.linkedUserId === null) return null;
        const waiting = await reads.submissions.waitingOf(guildId, known.linkedUserId);
        return waiting.reduce<Submission | null>(
          (newest, song) => (newest === null || song.id > newest.id ? song : newest),
          null,
        );
      }),
  };
}
