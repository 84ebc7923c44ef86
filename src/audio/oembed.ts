import type { Platform } from '../domain/submission.ts';
import type { LinkDescription } from '../ports/link-resolver.ts';
import { fetchText } from './public-fetch.ts';
import { cleanTag } from './song-tags.ts';

/** Where platforms tell about their songs. All on hosts of the platform itself. */
const ENDPOINTS: Partial<Record<Platform, string>> = {
  soundcloud: 'https://soundcloud.com/oembed?format=json&url=',
  youtube: 'https://www.youtube.com/oembed?format=json&url=',
  spotify: 'https://open.spotify.com/oembed?url=',
  deezer: 'https://api.deezer.com/oembed?format=json&url=',
  audiomack: 'https://audiomack.com/oembed?format=json&url=',
};

const MAX_BYTES = 256 * 1024;
const IDLE_MS = 5_000;

/** The address to ask for a song; null where the platform has none. */
export function oembedAddress(platform: Platform, url: string): URL | null {
  const endpoint = ENDPOINTS[platform];
  return endpoint === undefined ? null : new URL(endpoint + encodeURIComponent(url));
}

/** Null when the platform does not know, or did not answer in words. */
export async function fetchOembed(
  address: URL,
  signal: AbortSignal,
  trusted: ReadonlySet<string>,
): Promise<LinkDescription | null> {
  const headers = { accept: 'application/json', 'user-agent': 'Skipline (oEmbed)' };
  const answer = await fetchText(address, { headers, maxBytes: MAX_BYTES, idleMs: IDLE_MS, signal, trusted });
  return answer.ok ? parseOembed(answer.value) : null;
}

export function parseOembed(text: string): LinkDescription | null {
  const card = parsed(text);
  if (card === null) return null;
  const artist = cleanTag(card.author_name)?.replace(/ - Topic$/, '');
  const whole = cleanTag(card.title);
  if (whole === null) return null;
  // SoundCloud writes "Song by Artist".
  const suffix = artist === undefined ? null : ` by ${artist}`;
  const title = suffix !== null && whole.endsWith(suffix) ? whole.slice(0, -suffix.length) : whole;
  const seconds = Number(card.duration ?? Number.NaN);
  return {
    title,
    ...(artist === undefined || artist === '' ? {} : { artist }),
    ...(Number.isFinite(seconds) && seconds > 0 ? { durationMs: Math.round(seconds * 1000) } : {}),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
