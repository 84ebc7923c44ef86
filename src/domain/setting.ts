import { HANDLE_POLICIES } from './handle.ts';

/** How a setting's value is read and checked. */
export type SettingKind =
  | { readonly type: 'integer'; readonly min: number; readonly max: number; readonly unit: string }
  | { readonly type: 'switch' }
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'channel'; readonly accepts: 'text' | 'voice' }
  | { readonly type: 'role' }
  /** Comma-separated, each lower-cased and trimmed. */
  | { readonly type: 'list'; readonly maxItems: number; readonly itemPattern: RegExp };

interface Spec {
  readonly kind: SettingKind;
  readonly default: number | boolean | string | readonly string[] | null;
  readonly about: string;
}

const points = (value: number, about: string): Spec & { readonly default: number } => ({
  kind: { type: 'integer', min: 0, max: 100_000, unit: 'points' },
  default: value,
  about,
});
const amount = (value: number, min: number, max: number, unit: string, about: string) => ({
  kind: { type: 'integer', min, max, unit } as const,
  default: value,
  about,
});
const toggle = (value: boolean, about: string) => ({ kind: { type: 'switch' } as const, default: value, about });
const channel = (about: string) => ({
  kind: { type: 'channel', accepts: 'text' } as const,
  default: null as string | null,
  about,
});

/** Hosts whose links are taken by default; a subdomain of a listed host counts as listed. */
export const DEFAULT_LINK_HOSTS: readonly string[] = [
  'soundcloud.com',
  'spotify.com',
  'spotify.link',
  'youtube.com',
  'youtu.be',
  'deezer.com',
  'deezer.page.link',
  'ditto.fm',
  'dittomusic.com',
  'bandcamp.com',
  'audiomack.com',
  'untitled.stream',
  'dropbox.com',
  'drive.google.com',
];

export const FILTER_NAMES = ['bass-boost', 'reverb', 'slow', 'speed', '8d', 'nightcore', 'vaporwave'] as const;
export type FilterName = (typeof FILTER_NAMES)[number];

/** Every setting of a guild: its kind, default and what it is for. Tokens and keys are never settings. */
export const SETTINGS = {
  'role.reviewer': {
    kind: { type: 'role' } as const,
    default: null as string | null,
    about: 'Role that may run the show',
  },
  'channel.submissions': channel(
    'Channel where links and files become submissions; other messages of members are deleted',
  ),
  'channel.portal': channel('Channel of the submission portal message'),
  'channel.reviewer': channel('Channel of the control room, reviewer queue and pending skips'),
  'channel.live-queue': channel('Channel of the public live queue'),
  'channel.now-playing': channel('Channel of the now-playing panel'),
  'channel.bookmarks': channel('Channel where bookmarked songs go'),
  'channel.debug': channel('Channel for connection notices and error reports'),
  'channel.metrics': channel('Channel for the numbers after a show'),
  'submissions.open.free': toggle(true, 'Free submissions are taken'),
  'submissions.open.pending': toggle(true, 'Skip claims are taken'),
  'submissions.open.skip': toggle(true, 'Songs may enter the skip line'),
  'submissions.open.double-skip': toggle(true, 'Songs may enter the double-skip line'),
  'submissions.open.back-to-back': toggle(true, 'Songs may enter the back-to-back line'),
  'submissions.free-limit': amount(1, 1, 10, 'songs', 'Waiting free songs per member'),
  'submissions.pending-limit': amount(0, 0, 100, 'songs', 'Waiting skip claims per member; 0 = no limit'),
  'submissions.max-file-mb': amount(25, 1, 100, 'MB', 'Largest file taken'),
  'submissions.min-seconds': amount(5, 1, 60, 's', 'Shortest song taken'),
  'submissions.max-minutes': amount(20, 1, 120, 'min', 'Longest song taken'),
  'submissions.hosts': {
    kind: { type: 'list', maxItems: 60, itemPattern: /^(?=.{3,253}$)([a-z0-9-]+\.)+[a-z][a-z0-9-]*$/ } as const,
    default: DEFAULT_LINK_HOSTS,
    about: 'Hosts whose links are taken',
  },
  'handles.policy': {
    kind: { type: 'choice', choices: HANDLE_POLICIES } as const,
    default: 'open',
    about: 'Which TikTok handles may be linked',
  },
  'handles.limit': amount(10, 1, 50, 'handles', 'Handles one member may link'),
  'points.like': points(1, 'Each like'),
  'points.comment': points(2, 'A comment'),
  'points.share': points(5, 'A share'),
  'points.follow': points(10, 'A follow, once per show and handle'),
  'points.subscribe': points(25, 'A subscription'),
  'points.join': points(0, 'Joining the LIVE'),
  'points.gift-per-coin': points(2, 'Each coin of a gift below the large-gift mark'),
  'points.gift-per-coin-large': points(1, 'Each coin of a gift from the large-gift mark on'),
  'points.large-gift-from': amount(1_000, 1, 1_000_000, 'coins', 'From this value on a gift is large'),
  'points.comments-per-minute': amount(10, 0, 1_000, 'comments', 'Comments per handle and minute that earn; 0 = all'),
  'points.shares-per-minute': amount(3, 0, 1_000, 'shares', 'Shares per handle and minute that earn; 0 = all'),
  'gifts.skip': amount(1_000, 1, 10_000_000, 'coins', 'Coins that buy the skip line'),
  'gifts.double-skip': amount(2_000, 1, 10_000_000, 'coins', 'Coins that buy the double-skip line'),
  'gifts.back-to-back': amount(5_000, 1, 10_000_000, 'coins', 'Coins that buy the back-to-back line'),
  'live.grace-minutes': amount(10, 1, 120, 'min', 'How long a dropped LIVE may be away before the session ends'),
  'live.record': toggle(false, 'Record raw LIVE events to files'),
  'notices.coming-up-at': amount(3, 0, 20, 'place', 'Place at which an owner is told "you are next"; 0 = never'),
  'media.keep-days': amount(30, 1, 3_650, 'days', 'How long files of songs that no longer wait are kept'),
  'media.max-gb': amount(5, 1, 1_000, 'GB', 'Disk space for songs; waiting ones are never deleted'),
  'playback.volume': amount(100, 1, 200, '%', 'Volume when the bot joins'),
  'playback.alone-minutes': amount(5, 0, 240, 'min', 'Alone in voice for this long: leave; 0 = stay'),
  'playback.filters': {
    kind: {
      type: 'list',
      maxItems: FILTER_NAMES.length,
      itemPattern: /^(bass-boost|reverb|slow|speed|8d|nightcore|vaporwave)$/,
    } as const,
    default: FILTER_NAMES as readonly string[],
    about: 'Filters that may be used',
  },
} as const satisfies Record<string, Spec>;

export type SettingKey = keyof typeof SETTINGS;

type Widen<T> = T extends number ? number : T extends boolean ? boolean : T;

/** All settings of one guild, defaults filled in. */
export type Settings = {
  readonly [K in SettingKey]: (typeof SETTINGS)[K]['kind'] extends { type: 'integer' }
    ? number
    : (typeof SETTINGS)[K]['kind'] extends { type: 'switch' }
      ? boolean
      : (typeof SETTINGS)[K]['kind'] extends { type: 'list' }
        ? readonly string[]
        : (typeof SETTINGS)[K]['kind'] extends { type: 'choice'; choices: readonly (infer C)[] }
          ? C
          : Widen<(typeof SETTINGS)[K]['default']>;
};

export function isSettingKey(text: string): text is SettingKey {
  return Object.hasOwn(SETTINGS, text);
}
