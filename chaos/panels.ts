import { setTimeout as sleep } from 'node:timers/promises';
import type { NightReview } from '../sandbox/story/night-review.ts';
import { type Ask, withDatabase } from './snapshot.ts';

/** What the panels show, in one form for what stands on them and for what is stored. */
interface Picture {
  /** Public ids of the reviewers' page, in order. */
  readonly queue: readonly string[];
  readonly pending: readonly string[];
  /** Waiting songs per line. */
  readonly counts: readonly number[];
  readonly onAir: string | null;
  /** Titles of the public page, in order. */
  readonly titles: readonly string[];
}

const PAGE = 8;
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
    const [is, should] = [shown(scene), await withDatabase(dataDir, stored)];
    if (JSON.stringify(is) === JSON.stringify(should)) return [];
    if (performance.now() > deadline)
      return [`the panels show ${JSON.stringify(is)} while ${JSON.stringify(should)} is stored`];
    await sleep(20);
  }
}

async function stored(rows: Ask): Promise<Picture> {
  const waiting = await rows(
    'SELECT public_id, title, line FROM submission WHERE priority < 9 ORDER BY priority, sort_a, sort_b, id',
  );
  const [play] = await rows(
    'SELECT s.public_id FROM play p JOIN submission s ON s.id = p.submission_id WHERE p.ended_at IS NULL AND p.undone_at IS NULL',
  );
  const playable = waiting.filter(({ line }) => line !== 'pending').slice(0, PAGE);
  return {
    queue: playable.map((song) => String(song.public_id)),
    pending: waiting
      .filter(({ line }) => line === 'pending')
      .slice(0, PAGE)
      .map((song) => String(song.public_id)),
    counts: Object.keys(LINES).map((line) => waiting.filter((song) => song.line === line).length),
    onAir: play === undefined ? null : String(play.public_id),
    titles: playable.map(({ title }) => String(title)),
  };
}

function shown({ nova, channels }: NightReview): Picture {
  const textOf = (channel: { readonly id: string }, heading: string) =>
    nova.sees(channel).findLast(({ text }) => text.includes(heading))?.text ?? '';
  const found = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
  const room = textOf(channels.review, '🎛️ Control room');
  return {
    queue: found(textOf(channels.review, '📋 Reviewer queue'), /^┃ \d+\. \S+ #(\w+) /gm),
    pending: found(textOf(channels.review, '⏳ Pending skips'), /^┃ #(\w+) /gm),
    counts: Object.values(LINES).map((label) =>
      Number(found(room, new RegExp(`${label} ([\\d,]+)`, 'g'))[0]?.replaceAll(',', '')),
    ),
    onAir: found(room, /^┃ #(\w+) by /gm)[0] ?? null,
    titles: found(textOf(channels.queue, '🎶 Live queue'), /^┃ \d+\. \S+ .* – (.*)$/gm),
  };
}
