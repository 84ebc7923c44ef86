import { setTimeout as sleep } from 'node:timers/promises';
import type { NightReview } from '../sandbox/story/night-review.ts';
import { type Ask, withDatabase } from './snapshot.ts';

/** What the panels show, in one form for what stands on them and for what is stored. */
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
  /** Titles of the public queue's first page, in order. */
  readonly titles: readonly string[];
}

/** Zero-based pages on which the reviewers' panels stand. */
export interface Pages {
  readonly queue: number;
  readonly pending: number;
}

/** Who looks, and where the panels stand. */
export interface Gallery {
  readonly nova: NightReview['nova'];
  readonly channels: { readonly review: Place; readonly queue: Place };
}

interface Place {
  readonly id: string;
}

const PAGE = 8;
const FIRST: Pages = { queue: 0, pending: 0 };
const LINES = {
  'back-to-back': 'Back-to-back',
  'double-skip': 'Double skip',
  skip: 'Skip',
  free: 'Free',
  pending: 'Pending skip',
};
/** A change is visible within five seconds, also in a storm; the rest is for a busy machine. ms */
const PATIENCE_MS = 10_000;

/** Waits until the panels show what is stored. @returns what is still different, in words */
export async function panelsEqualStore(scene: NightReview, dataDir: string): Promise<readonly string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const [is, should] = [shown(scene), await stored(dataDir, scene.guildId)];
    if (JSON.stringify(is) === JSON.stringify(should)) return [];
    if (performance.now() > deadline)
      return [`the panels show ${JSON.stringify(is)} while ${JSON.stringify(should)} is stored`];
    await sleep(20);
  }
}

/** What the database of a running bot holds, asked in its own words. */
export function stored(dataDir: string, guildId: string, pages = FIRST): Promise<Picture> {
  return withDatabase(dataDir, (rows) => picture(rows, guildId, pages));
}

async function picture(rows: Ask, guildId: string, pages: Pages): Promise<Picture> {
  const waiting = await rows(
    'SELECT public_id, title, line FROM submission WHERE guild_id = ? AND priority < 9 ORDER BY priority, sort_a, sort_b, id',
    guildId,
  );
  const [play] = await rows(
    'SELECT s.public_id FROM play p JOIN submission s ON s.id = p.submission_id WHERE p.guild_id = ? AND p.ended_at IS NULL AND p.undone_at IS NULL',
    guildId,
  );
  const shut = await rows(
    "SELECT key FROM setting WHERE guild_id = ? AND key LIKE 'submissions.open.%' AND value = 'false'",
    guildId,
  );
  const lines = Object.keys(LINES);
  const playable = waiting.filter(({ line }) => line !== 'pending');
  const pending = waiting.filter(({ line }) => line === 'pending');
  const ids = (songs: typeof waiting, page: number) =>
    songs.slice(page * PAGE, (page + 1) * PAGE).map(({ public_id }) => String(public_id));
  return {
    queue: ids(playable, pages.queue),
    pending: ids(pending, pages.pending),
    counts: lines.map((line) => waiting.filter((song) => song.line === line).length),
    closed: lines.filter((line) => shut.some(({ key }) => key === `submissions.open.${line}`)),
    onAir: play === undefined ? null : String(play.public_id),
    titles: playable.slice(0, PAGE).map(({ title }) => String(title)),
  };
}

const textOf = ({ nova }: Gallery, channel: Place, heading: string) =>
  nova.sees(channel).findLast(({ text }) => text.includes(heading))?.text ?? '';

const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');

export function pagesShown(gallery: Gallery): Pages {
  const page = (heading: string) => {
    const [number] = found(textOf(gallery, gallery.channels.review, heading), /Page (\d+) of/g);
    return number === undefined ? 0 : Number(number) - 1;
  };
  return { queue: page('📋 Reviewer queue'), pending: page('⏳ Pending skips') };
}

/** What stands on the panels. */
export function shown(gallery: Gallery): Picture {
  const { review, queue } = gallery.channels;
  const room = textOf(gallery, review, '🎛️ Control room');
  return {
    queue: found(textOf(gallery, review, '📋 Reviewer queue'), /^┃ \d+\. \S+ #(\w+) /gm),
    pending: found(textOf(gallery, review, '⏳ Pending skips'), /^┃ #(\w+) /gm),
    counts: Object.values(LINES).map((label) =>
      Number(found(room, new RegExp(`${label} ([\\d,]+)`, 'g'))[0]?.replaceAll(',', '')),
    ),
    closed: Object.entries(LINES).flatMap(([line, label]) =>
      new RegExp(`${label} [\\d,]+ 🔒`).test(room) ? [line] : [],
    ),
    onAir: found(room, /^┃ #(\w+) by /gm)[0] ?? null,
    titles: found(textOf(gallery, queue, '🎶 Live queue'), /^┃ \d+\. \S+ .* – (.*)$/gm),
  };
}
