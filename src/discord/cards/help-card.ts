import { type Card, container, separator, text } from './card.ts';

type HelpLine = readonly [command: string, about: string];

const LISTENER: readonly HelpLine[] = [
  ['/submit', 'send a song: a link or a file'],
  ['/submitfile', 'the same with a file as an option'],
  ['Submit this track', 'in the Apps menu of a message: its link or file is your song'],
  ['/mysubmissions', 'your songs: place, withdraw, submit again'],
  ['/queue', 'what plays next, and where your songs stand'],
  ['/link-tiktok', 'link your TikTok handle: likes, comments and gifts then move your songs'],
  ['/unlink-tiktok', 'unlink one of them'],
  ['/my-tiktok-handles', 'your linked handles'],
  ['/mystats', 'your points, rank and songs'],
  ['/leaderboard', 'handles with the most points'],
  ['/notices', 'direct messages about your songs: on or off'],
  ['/privacy', 'your own data: a copy, or delete it'],
];

const REVIEWER: readonly HelpLine[] = [
  ['/next', 'take the next song'],
  ['/move', 'move a song to another line'],
  ['/remove', 'take a song out'],
  ['/clearfree', 'empty the free line (asks, can be undone)'],
  ['/opensubmissions', 'open all lines or one'],
  ['/closesubmissions', 'close all lines or one'],
  ['/tiktok connect', 'follow a LIVE; also `status` and `disconnect`'],
  ['/overlay', 'the address of the on-stream overlay: `show`, `reset`'],
  ['/metrics', 'the numbers of a show'],
  ['/gifts', 'the ledger of gifts, and reversing one'],
  ['/resetpoints', 'points of a member, a handle, or all back to 0'],
  ['/join', 'come into voice; also `/leave`'],
  ['/play', 'play, `/pause`, `/stop`, `/seek`, `/volume`, `/filter`'],
  ['/nowplaying', 'the song on air'],
  ['/voicestatus', 'how the voice connection is doing'],
];

const ADMIN: readonly HelpLine[] = [
  ['/setup', 'set everything up step by step'],
  ['/setup-submission-portal', 'the message with the Submit button'],
  ['/setup-reviewer-channel', 'control room, reviewer queue, pending skips'],
  ['/setup-live-queue', 'the public queue'],
  ['/setnowplayingchannel', 'the now-playing panel'],
  ['/set-submission-channel', 'where pasted links and files become songs'],
  ['/setbookmarkchannel', 'where bookmarked songs go'],
  ['/setdebugchannel', 'connection notices and trouble'],
  ['/setup-post-live-metrics', 'the numbers after a show'],
  ['/settings', '`show`, `set`, `reset`: everything else'],
  ['/admin-link', 'link a handle by force; also `/admin-unlink`'],
  ['/selfheal', 'check and mend all panels now'],
];

const block = (title: string, lines: readonly HelpLine[]) =>
  text([`### ${title}`, ...lines.map(([command, about]) => `\`${command}\` ${about}`)].join('\n'));

/** `/help`: what this person can do, no more. */
export function helpCard(rights: { readonly isReviewer: boolean; readonly isAdmin: boolean }): Card {
  return {
    components: [
      container('brand', [
        block('🎧 Songs and points', LISTENER),
        ...(rights.isReviewer ? [separator(), block('🎛️ The show', REVIEWER)] : []),
        ...(rights.isAdmin ? [separator(), block('🔧 This server', ADMIN)] : []),
      ]),
    ],
  };
}

/** Said once ever to a new server. */
export function welcomeCard(): Card {
  return {
    components: [
      container('brand', [
        text(
          [
            '## 👋 Hello, I am Skipline',
            'I run music reviews for TikTok LIVE: listeners submit songs here, a queue decides who is next, and likes, comments and gifts on the LIVE move songs.',
            'Somebody with **Manage Server** starts with `/setup`; it takes two minutes and can create the channels.',
            '-# `/help` shows what you can do.',
          ].join('\n'),
        ),
      ]),
    ],
  };
}
