import type { Result } from '../lib/result.ts';
import type { LinkTrouble } from '../ports/link-resolver.ts';
import { cleanTag } from './song-tags.ts';

/** One way to get a song's sound. */
export interface Candidate {
  /** The extractor's name for it. */
  readonly id: string;
  readonly url: string;
  /** `file`: one request gives all of it. `fragments`: only the extractor itself can put it together. */
  readonly delivery: 'file' | 'fragments';
  readonly headers: Readonly<Record<string, string>>;
  readonly chunkBytes: number | null;
}

/** What an extractor found behind a page. */
export interface Extraction {
  readonly title: string | null;
  readonly artist: string | null;
  readonly durationMs: number | null;
  readonly isLive: boolean;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** ms since the epoch; the addresses of its candidates are good until then. */
  readonly expiresAt: number;
  /** What the extractor wants back to fetch fragments. */
  readonly raw: string;
}

/** A program that knows platforms. */
export interface Extractor {
  readonly name: string;
  /** Ends within its own deadline; never throws for what the page is. */
  extract(url: string, signal: AbortSignal): Promise<Result<Extraction, LinkTrouble>>;
  /** Puts a candidate's fragments together into the file. Absent where nothing comes in fragments. */
  readonly assemble?: (
    extraction: Extraction,
    candidate: Candidate,
    path: string,
    signal: AbortSignal,
  ) => Promise<Result<void, LinkTrouble>>;
}

/** Signed addresses name their own end; else an hour is safe. */
const DEFAULT_LIFE_MS = 3_600_000;
const MARGIN_MS = 60_000;
const MAX_CANDIDATES = 3;
/** Enough for 128 kbit/s Opus; more only takes longer. kbit/s */
const WANTED_BITRATE = 160;

interface Format {
  readonly format_id?: unknown;
  readonly url?: unknown;
  readonly protocol?: unknown;
  readonly vcodec?: unknown;
  readonly acodec?: unknown;
  readonly abr?: unknown;
  readonly tbr?: unknown;
  readonly has_drm?: unknown;
  readonly format_note?: unknown;
  readonly http_headers?: unknown;
  readonly downloader_options?: { readonly http_chunk_size?: unknown };
}

/** Reads what `yt-dlp --dump-single-json` prints; null when it is none of that. */
export function parseYtdlp(text: string, now: number): Extraction | null {
  const page = parseObject(text);
  if (page === null) return null;
  // A page with several entries: the first one that is a song.
  const [entry] = Array.isArray(page.entries) ? page.entries.filter(isObject) : [];
  const song = entry ?? page;
  const formats = (Array.isArray(song.formats) ? song.formats : [song]).filter(isObject) as readonly Format[];
  const candidates = formats
    .filter((format) => typeof format.url === 'string' && format.acodec !== 'none' && format.has_drm !== true)
    .toSorted((a, b) => badness(a) - badness(b))
    .slice(0, MAX_CANDIDATES)
    .map(toCandidate);
  const duration = Number(song.duration ?? Number.NaN);
  return {
    title: cleanTag(song.track ?? song.title),
    artist: cleanTag(song.artist ?? song.creator ?? song.uploader ?? song.channel),
    durationMs: Number.isFinite(duration) && duration > 0 ? Math.round(duration * 1000) : null,
    isLive: song.is_live === true || song.live_status === 'is_upcoming',
    candidates,
    expiresAt: Math.min(
      ...candidates.map(({ url }) => expiryOf(url) ?? Number.POSITIVE_INFINITY),
      now + DEFAULT_LIFE_MS,
    ),
    raw: entry === undefined ? text : JSON.stringify(entry),
  };
}

/** Whole files before fragments, sound alone before video, near the wanted bitrate, no previews. */
function badness(format: Format): number {
  const isFile = /^https?$/.test(String(format.protocol ?? 'https'));
  const hasVideo = typeof format.vcodec === 'string' && format.vcodec !== 'none';
  const isPreview = /preview/i.test(`${format.format_id} ${format.format_note}`);
  const bitrate = Number(format.abr ?? format.tbr ?? 0);
  const distance = Number.isFinite(bitrate) && bitrate > 0 ? Math.abs(bitrate - WANTED_BITRATE) : 100;
  return (isPreview ? 100_000 : 0) + (isFile ? 0 : 10_000) + (hasVideo ? 5_000 : 0) + distance;
}

function toCandidate(format: Format): Candidate {
  const chunk = Number(format.downloader_options?.http_chunk_size ?? Number.NaN);
  const headers = isObject(format.http_headers) ? Object.entries(format.http_headers) : [];
  return {
    id: String(format.format_id ?? ''),
    url: String(format.url),
    delivery: /^https?$/.test(String(format.protocol ?? 'https')) ? 'file' : 'fragments',
    headers: Object.fromEntries(headers.filter((header): header is [string, string] => typeof header[1] === 'string')),
    chunkBytes: Number.isFinite(chunk) && chunk > 0 ? chunk : null,
  };
}

/** The end of a signed address, ms since the epoch. */
export function expiryOf(address: string): number | null {
  const query = URL.parse(address)?.searchParams;
  const seconds = Number(query?.get('expire') ?? query?.get('expires') ?? query?.get('Expires') ?? Number.NaN);
  return Number.isFinite(seconds) && seconds > 1e9 ? seconds * 1000 - MARGIN_MS : null;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
