import { type Answer, type Caller, card, refusal } from '../../answer.ts';
import { nextCard } from '../../cards/on-air-card.ts';
import type { Services } from '../services.ts';

/**
 * Takes the next song and plays it where the bot is joined. A song that can't be played is no reason to refuse: the
 * show goes on, and the now-playing panel says why.
 * @param expectedPlayId what the pressed button showed; undefined for a typed command
 */
export async function takeNext(
  { queue, playback }: Pick<Services, 'queue' | 'playback'>,
  { guildId, userId }: Caller,
  expectedPlayId?: number | null,
): Promise<Answer> {
  const result = await queue.next(guildId, userId, expectedPlayId);
  if (!result.ok) return refusal(result.error);
  if (playback.status(guildId).voice.kind !== 'away') void playback.playOnAir(guildId);
  return card(nextCard(result.value.onAir, result.value.previous));
}
