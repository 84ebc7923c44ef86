import type { Card } from '../../cards/card.ts';
import { PAGE_SIZE, queueCard } from '../../cards/queue-card.ts';
import { placeText } from '../../cards/submission-card.ts';
import { plural } from '../../cards/words.ts';
import type { Services } from '../services.ts';

/** Own songs whose place is explained: more would push the queue itself out of sight. */
const EXPLAINED = 5;

/** A page of the queue, and where the caller's own songs stand and why. */
export async function queueView(
  { queue }: Pick<Services, 'queue'>,
  guildId: string,
  userId: string,
  page: number,
): Promise<Card> {
  const { page: shown, own } = await queue.pageFor(guildId, userId, page, PAGE_SIZE);
  const mine = own.slice(0, EXPLAINED).map((song) => `\`#${song.submission.publicId}\` ${placeText(song)}`);
  const more = own.length - mine.length;
  return queueCard(shown, more === 0 ? mine : [...mine, `-# and ${plural(more, 'more song')}: \`/mysubmissions\``]);
}
