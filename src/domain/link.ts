import type { Failure } from './failure.ts';
import type { Platform, Track } from './submission.ts';

export type LinkTrack = Extract<Track, { kind: 'link' }>;

export type ParsedLink =
  | { readonly ok: true; readonly value: LinkTrack }
  | { readonly ok: false; readonly error: Failure };

/** Longest link taken, characters. */
const MAX_LENGTH = 1_000;

const PLATFORM_HOSTS: readonly (readonly [string, Platform])[] = [
  ['soundcloud.com', 'soundcloud'],
  ['spotify.com', 'spotify'],
  ['spotify.link', 'spotify'],
  ['youtube.com', 'youtube'],
  ['youtu.be', 'youtube'],
  ['deezer.com', 'deezer'],
  ['deezer.page.link', 'deezer'],
  ['ditto.fm', 'ditto'],
  ['dittomusic.com', 'ditto'],
  ['bandcamp.com', 'bandcamp'],
  ['audiomack.com', 'audiomack'],
  ['untitled.stream', 'untitled'],
  ['dropbox.com', 'dropbox'],
  ['drive.google.com', 'google-drive'],
];

const APPLE_HOSTS = ['music.apple.com', 'itunes.apple.com', 'podcasts.apple.com', 'apple.co', 'itun.es'];

const PLATFORM_NAMES = {
  soundcloud: 'SoundCloud',
  spotify: 'Spotify',
  youtube: 'YouTube',
  deezer: 'Deezer',
  ditto: 'Ditto',
  bandcamp: 'Bandcamp',
  audiomack: 'Audiomack',
  untitled: 'untitled.stream',
  dropbox: 'Dropbox',
  'google-drive': 'Google Drive',
  other: 'that site',
} as const satisfies Record<Platform, string>;

/** Says who shared a link or where it was clicked, never which song it is. */
const TRACKING = /^(utm_.*|si|feature|ref|ref_src|fbclid|gclid|dclid|igshid|mc_cid|mc_eid|spm|_branch.*)$/;

/**
 * Reads one pasted link.
 * @param hosts the guild's list; a subdomain of a listed host counts as listed
 */
export function parseLink(text: string, hosts: readonly string[]): ParsedLink {
  const pasted = text.trim();
  if (pasted.length > MAX_LENGTH) return refuse({ code: 'link-invalid', why: 'too-long' });
  // What some apps copy along and nobody sees; then Discord's way of asking for no preview.
  const typed = pasted.replace(/^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu, '').replace(/^<(.*)>$/, '$1');
  if (!/^[^\s\\\p{Cc}\p{Cf}]+$/u.test(typed) || !/^[a-z][a-z0-9+.-]*:/i.test(typed) || !URL.canParse(typed)) {
    return refuse({ code: 'link-invalid', why: 'not-a-link' });
  }
  if (!/^https:\/\//i.test(typed)) return refuse({ code: 'link-invalid', why: 'not-https' });
  // By the text as well: an empty user name leaves no trace in the parsed address.
  if (/^https:\/\/[^/?#]*@/i.test(typed)) return refuse({ code: 'link-invalid', why: 'has-credentials' });
  const url = new URL(typed);
  const host = url.hostname.replace(/\.$/, '');
  if (isListed(host, APPLE_HOSTS)) return refuse({ code: 'link-apple' });
  if (url.port !== '' || !isPublicHost(host) || !isListed(host, hosts)) {
    return refuse({ code: 'link-host-refused', host: url.host, allowed: hosts });
  }
  url.hostname = host;
  const platform = PLATFORM_HOSTS.find(([known]) => isListed(host, [known]))?.[1] ?? 'other';
  const normalizedUrl = NORMALIZERS[platform](url);
  if (normalizedUrl === null) return refuse({ code: 'link-not-a-song', platform: PLATFORM_NAMES[platform] });
  return { ok: true, value: { kind: 'link', url: url.href, normalizedUrl, platform } };
}

/** Names on the public internet only: no addresses, no names that mean this machine or this network. */
export function isPublicHost(host: string): boolean {
  if (!/^(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/.test(host)) return false;
  return !/\.(localhost|local|localdomain|internal|intranet|lan|home|corp|arpa|test|invalid|onion)$/.test(host);
}

function isListed(host: string, hosts: readonly string[]): boolean {
  return hosts.some((listed) => host === listed || host.endsWith(`.${listed}`));
}

function refuse(error: Failure): ParsedLink {
  return { ok: false, error };
}

/** Per platform: the same song as the same text, or null when the page is not one song. */
const NORMALIZERS = {
  youtube: (url) => {
    const id = youtubeId(url);
    return id === null ? null : `https://youtube.com/watch?v=${id}`;
  },
  spotify: (url) => {
    if (url.hostname === 'spotify.link') return plain(url);
    const path = parts(url).filter((part, index) => index > 0 || !part.startsWith('intl-'));
    const [kind = '', id] = path[0] === 'embed' ? path.slice(1) : path;
    if (id === undefined || /^(playlist|artist|user|show|search|genre|collection|section)$/.test(kind)) return null;
    return `https://open.spotify.com/${kind}/${id}`;
  },
  soundcloud: (url) => {
    if (url.hostname === 'on.soundcloud.com' || url.hostname === 'snd.sc') return plain(url);
    const [user = '', track = '', ...rest] = parts(url).map((part) => part.toLowerCase());
    if (user === '' || track === '' || /^(discover|search|you|stream|upload|pages|charts|tags)$/.test(user))
      return null;
    if (/^(sets|likes|tracks|albums|reposts|followers|following|popular-tracks|spotlight)$/.test(track)) return null;
    return ['https://soundcloud.com', user, track, ...rest].join('/');
  },
  deezer: (url) => {
    if (url.hostname !== 'deezer.com' && url.hostname !== 'www.deezer.com') return plain(url);
    const [kind = '', id] = parts(url).filter((part, index) => index > 0 || !/^[a-z]{2}(-[a-z]{2})?$/i.test(part));
    if (id === undefined || /^(playlist|artist|profile|show|channels|search)$/.test(kind)) return null;
    return `https://deezer.com/${kind}/${id}`;
  },
  bandcamp: (url) => {
    const [kind = '', name] = parts(url);
    if (name === undefined || !/^(track|album)$/.test(kind)) return null;
    return `https://${url.hostname.replace(/^www\./, '')}/${kind}/${name}`.toLowerCase();
  },
  audiomack: (url) => {
    const path = parts(url).map((part) => part.toLowerCase());
    if (path.length < 2 || path.includes('playlist')) return null;
    return ['https://audiomack.com', ...path].join('/');
  },
  dropbox: (url) => {
    const path = parts(url);
    const isFile = path[0] === 's' || (path[0] === 'scl' && path[1] === 'fi');
    return isFile && path.length >= 3 ? ['https://dropbox.com', ...path].join('/') : null;
  },
  'google-drive': (url) => {
    const path = parts(url);
    const at = path.indexOf('d');
    const id = path[0] === 'file' && at > 0 ? path[at + 1] : url.searchParams.get('id');
    if (id === undefined || id === null || id === '' || path.includes('folders')) return null;
    return `https://drive.google.com/file/d/${id}`;
  },
  ditto: songPage,
  untitled: songPage,
  other: songPage,
} as const satisfies Record<Platform, (url: URL) => string | null>;

function youtubeId(url: URL): string | null {
  const [first = '', second = ''] = parts(url);
  const id =
    url.hostname === 'youtu.be' || url.hostname.endsWith('.youtu.be')
      ? first
      : first === 'watch'
        ? (url.searchParams.get('v') ?? '')
        : /^(shorts|live|embed|v)$/.test(first)
          ? second
          : '';
  return /^[\w-]{1,64}$/.test(id) ? id : null;
}

/** Any page but the front page. */
function songPage(url: URL): string | null {
  return parts(url).length === 0 ? null : plain(url);
}

/** Host without its usual prefixes, path without a slash at the end, parameters sorted and without tracking. */
function plain(url: URL): string {
  const kept = [...url.searchParams].filter(([name]) => !TRACKING.test(name.toLowerCase()));
  const query = new URLSearchParams(kept.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))).toString();
  const path = parts(url).join('/');
  const host = url.hostname.replace(/^(www|m|mobile)\./, '');
  return `https://${host}/${path}${query === '' ? '' : `?${query}`}`;
}

function parts(url: URL): string[] {
  return url.pathname.split('/').filter((part) => part !== '');
}
