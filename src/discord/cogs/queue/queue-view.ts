import { isWaiting } from '../../../domain/submission.ts';
import type { Card } from '../../cards/card.ts';
import { PAGE_SIZE, queueCard } from '../../cards/queue-card.ts';
import { placeText } from '../../cards/submission-card.ts';
import type { Services } from '../services.ts';

/** Own songs whose place is explained: more would push the queue itself out of sight. */
const EXPLAINED = 5;

/** A page of the queue, and where the caller's own songs stand and why. */
export async function queueView(
  { queue, submissions }: Pick<Services, 'queue' | 'submissions'>,
  guildId: string,
  userId: string,
  page: number,
): Promise<Card> {
  const [shown, own] = await Promise.all([queue.page(guildId, page, PAGE_SIZE), submissions.own(guildId, userId, 0)]);
  const mine: string[] = [];
  for (const { submission } of own.entries.filter((entry) => isWaiting(entry.submission.line)).slice(0, EXPLAINED)) {
    const explained = await queue.explain(guildId, submission.id);
    if (explained.ok) mine.push(`\`#${submission.publicId}\` ${placeText(explained.value)}`);
  }
  return queueCard(shown, mine);
}
