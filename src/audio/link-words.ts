import type { LinkCause, LinkTrouble } from '../ports/link-resolver.ts';

/** Each cause as part of a sentence: "#4F7K can't be played here: …". */
const WORDS = {
  protected: 'the platform locks its songs',
  'host-refused': 'links to that site are not taken here',
  'needs-login': 'the platform asks for an account',
  'age-restricted': 'it is age-restricted',
  'geo-blocked': 'it is not available in the country of this bot',
  gone: 'it is not there any more, or private',
  'live-stream': 'it is a live stream',
  'too-long': 'it is longer than a song',
  'too-big': 'it is too big',
  'not-audio': 'that page holds no song that can be played',
  'no-program': 'yt-dlp is not installed on this machine',
  timeout: 'the platform took too long to answer',
  'disk-full': 'the disk of the bot is full',
  cancelled: 'it was called off',
  failed: 'the platform did not hand it over',
} as const satisfies Record<LinkCause, string>;

/** @param why better words for this case */
export function trouble(cause: LinkCause, why: string = WORDS[cause]): LinkTrouble {
  return { cause, why };
}

/** What extractors print, most telling first. */
const PATTERNS: readonly (readonly [RegExp, LinkCause])[] = [
  [/confirm your age|age.?restricted|inappropriate for some users/i, 'age-restricted'],
  [/in your (country|location|region)|geo.?(restrict|block)|not available from your/i, 'geo-blocked'],
  [/is live|live event|livestream|live stream|premieres? in|will begin in/i, 'live-stream'],
  [/\bDRM\b|protected content/i, 'protected'],
  [
    /not a bot|sign in|log ?in|--cookies|members.only|premium|private (video|track)|requires? payment|purchase|HTTP Error 401/i,
    'needs-login',
  ],
  [/HTTP Error (404|410)|unavailable|removed|does not exist|no longer|terminated|not found|deleted/i, 'gone'],
  [/unsupported url|no (video|audio|media|playable)? ?formats? found|no media|requested format/i, 'not-audio'],
  [/timed? ?out/i, 'timeout'],
];

/** @param text an extractor's own words; never shown to people */
export function causeOf(text: string): LinkCause {
  return PATTERNS.find(([pattern]) => pattern.test(text))?.[1] ?? 'failed';
}

/** Of several failures the one that says most: what the song is counts more than what the tools could not do. */
export function mostTelling(troubles: readonly LinkTrouble[]): LinkTrouble {
  const vague: readonly LinkCause[] = ['no-program', 'failed', 'timeout', 'not-audio'];
  const ranked = troubles.toSorted((a, b) => vague.indexOf(a.cause) - vague.indexOf(b.cause));
  return ranked[0] ?? trouble('failed');
}
