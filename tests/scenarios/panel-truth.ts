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
  /** Public id of the song on air. */
  readonly onAir: string | null;
  /** Titles of the public queue's first page. */
  readonly titles: readonly string[];
}

const PAGE = 8;
const LINES = ['back-to-back', 'double-skip', 'skip', 'free', 'pending'];
const LABELS = ['Back-to-back', 'Double skip', 'Skip', 'Free', 'Pending skip'];

/** What the database holds, asked in its own words. @param page of the reviewer queue, zero-based */
export async function stored(show: Show, page = 0): Promise<Picture> {
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
  const playable = waiting.filter(({ line }) => line !== 'pending');
  const ids = (songs: typeof waiting) => songs.map(({ public_id }) => String(public_id));
  return {
    queue: ids(playable.slice(page * PAGE, (page + 1) * PAGE)),
    pending: ids(waiting.filter(({ line }) => line === 'pending').slice(0, PAGE)),
    counts: LINES.map((line) => waiting.filter((song) => song.line === line).length),
    onAir: play === undefined ? null : String(play.public_id),
    titles: playable.slice(0, PAGE).map(({ title }) => String(title)),
  };
}

function textOf(show: Show, channel: Place, heading: string): string {
  return show.nova.sees(channel).findLast(({ text }) => text.includes(heading))?.text ?? '';
}

const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

/** What stands on the panels. */
export function shown(show: Show, publicChannel: Place = show.channels.queue): Picture {
  const { review } = show.channels;
  const room = textOf(show, review, '🎛️ Control room');
  return {
    queue: found(textOf(show, review, '📋 Reviewer queue'), /^┃ \d+\. \S+ #(\w+) /gm),
    pending: found(textOf(show, review, '⏳ Pending skips'), /^┃ #(\w+) /gm),
    counts: LABELS.map((label) => Number(found(room, new RegExp(`${label} ([\\d,]+)`, 'g'))[0]?.replaceAll(',', ''))),
    onAir: found(room, /^┃ #(\w+) by /gm)[0] ?? null,
    titles: found(textOf(show, publicChannel, '🎶 Live queue'), /^┃ \d+\. \S+ .* – (.*)$/gm),
  };
}
