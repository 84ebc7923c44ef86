import { rows } from './desk.ts';
import type { Show } from './show.ts';

interface Place {
  readonly id: string;
}

/** What panels show, in one form for what stands on them and for what is stored. */
export interface Picture {
  /** Public ids of the page that the reviewers see, in order. */
  readonly queue: readonly string[];
  readonly pending: readonly string[];
  /** Waiting songs per line, in the order of the lines. */
  readonly counts: readonly number[];
  /** Lines that take no new songs. */
  readonly closed: readonly string[];
  /** Public id of the song on air. */
  readonly onAir: string | null;
  /** Titles of the public queue's first page. */
  readonly titles: readonly string[];
}

const PAGE = 8;
const LINES = ['back-to-back', 'double-skip', 'skip', 'free', 'pending'];
const LABELS = ['Back-to-back', 'Double skip', 'Skip', 'Free', 'Pending skip'];

/** Zero-based pages on which the reviewers' panels stand. */
export interface Pages {
  readonly queue: number;
  readonly pending: number;
}

/** What the database holds, asked in its own words. */
export async function stored(show: Show, pages: Pages = { queue: 0, pending: 0 }): Promise<Picture> {
  const waiting = await rows(
    show,
    'SELECT public_id, title, line FROM submission WHERE guild_id = ? AND priority < 9 ORDER BY priority, sort_a, sort_b, id',
    show.guildId,
  );
  const [play] = await rows(
    show,
    'SELECT s.public_id FROM play p JOIN submission s ON s.id = p.submission_id WHERE p.guild_id = ? AND p.ended_at IS NULL AND p.undone_at IS NULL',
    show.guildId,
  );
  const shut = await rows(
    show,
    "SELECT key FROM setting WHERE guild_id = ? AND key LIKE 'submissions.open.%' AND value = 'false'",
    show.guildId,
  );
  const playable = waiting.filter(({ line }) => line !== 'pending');
  const ids = (songs: typeof waiting, page: number) =>
    songs.slice(page * PAGE, (page + 1) * PAGE).map(({ public_id }) => String(public_id));
  return {
    queue: ids(playable, pages.queue),
    pending: ids(
      waiting.filter(({ line }) => line === 'pending'),
      pages.pending,
    ),
    counts: LINES.map((line) => waiting.filter((song) => song.line === line).length),
    closed: LINES.filter((line) => shut.some(({ key }) => key === `submissions.open.${line}`)),
    onAir: play === undefined ? null : String(play.public_id),
    titles: playable.slice(0, PAGE).map(({ title }) => String(title)),
  };
}

function textOf(show: Show, channel: Place, heading: string): string {
  return show.nova.sees(channel).findLast(({ text }) => text.includes(heading))?.text ?? '';
}

const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

export function pagesShown(show: Show): Pages {
  const page = (heading: string) => {
    const [number] = found(textOf(show, show.channels.review, heading), /Page (\d+) of/g);
    return number === undefined ? 0 : Number(number) - 1;
  };
  return { queue: page('📋 Reviewer queue'), pending: page('⏳ Pending skips') };
}

/** What stands on the panels. */
export function shown(show: Show, publicChannel: Place = show.channels.queue): Picture {
  const { review } = show.channels;
  const room = textOf(show, review, '🎛️ Control room');
  return {
    queue: found(textOf(show, review, '📋 Reviewer queue'), /^┃ \d+\. \S+ #(\w+) /gm),
    pending: found(textOf(show, review, '⏳ Pending skips'), /^┃ #(\w+) /gm),
    counts: LABELS.map((label) => Number(found(room, new RegExp(`${label} ([\\d,]+)`, 'g'))[0]?.replaceAll(',', ''))),
    closed: LINES.filter((_line, index) => new RegExp(`${LABELS[index]} [\\d,]+ 🔒`).test(room)),
    onAir: found(room, /^┃ #(\w+) by /gm)[0] ?? null,
    titles: found(textOf(show, publicChannel, '🎶 Live queue'), /^┃ \d+\. \S+ .* – (.*)$/gm),
  };
}
