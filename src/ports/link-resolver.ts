import type { Result } from '../lib/result.ts';

export interface LinkDescription {
  readonly title?: string;
  readonly artist?: string;
  readonly durationMs?: number;
}

/** Why a link cannot be played; `why` is a plain sentence part such as `the video is private`. */
export interface LinkTrouble {
  readonly cause: LinkCause;
  readonly why: string;
}

export const LINK_CAUSES = [
  /** The platform locks its songs (Spotify, Deezer): open it by hand. */
  'protected',
  'host-refused',
  'needs-login',
  'age-restricted',
  'geo-blocked',
  'gone',
  'live-stream',
  'too-long',
  'too-big',
  'not-audio',
  'no-program',
  'timeout',
  'disk-full',
  'cancelled',
  'failed',
] as const;
export type LinkCause = (typeof LINK_CAUSES)[number];

export interface PlayableLink {
  /** Names the prepared audio for `AudioOut`; good until the process ends or the cache needs the room. */
  readonly key: string;
  readonly durationMs: number;
  readonly title: string | null;
  readonly artist: string | null;
}

/** Links to songs on platforms. Only pages on the allowed hosts are ever asked for. */
export interface LinkResolver {
  /** @returns null when unknown, refused, slow (5 s) or broken; never throws */
  describe(url: string, hosts: readonly string[]): Promise<LinkDescription | null>;
  /**
   * Fetches, levels and encodes the song, or finds it in the cache. The same link asked for twice is fetched once; the
   * fetch ends when every caller's signal is aborted. Ends within 3 min.
   */
  playable(url: string, hosts: readonly string[], signal: AbortSignal): Promise<Result<PlayableLink, LinkTrouble>>;
}
