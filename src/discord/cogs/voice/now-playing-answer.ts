import type { Card } from '../../cards/card.ts';
import { nowPlayingCard } from '../../cards/playback-card.ts';
import type { Services } from '../services.ts';

/** The now-playing panel as the answer for one person: without its picture. */
export async function nowPlayingAnswer(
  { playback, queue, settings }: Pick<Services, 'playback' | 'queue' | 'settings'>,
  guildId: string,
  now: number,
): Promise<Card> {
  const allowed = (await settings.all(guildId))['playback.filters'];
  return nowPlayingCard(await queue.onAir(guildId), playback.status(guildId), now, null, allowed);
}
