import { type Answer, type Caller, card, refusal } from '../../answer.ts';
import { textCard } from '../../cards/card.ts';
import { clockTime, plain } from '../../cards/words.ts';
import type { Services } from '../services.ts';

/** Ends the session, or cancels an attempt that has none yet. */
export async function disconnectLive(
  { live, settings }: Pick<Services, 'live' | 'settings'>,
  { guildId, userId }: Caller,
  now: () => number,
): Promise<Answer> {
  const result = await live.disconnect(guildId, userId);
  if (!result.ok) return refusal(result.error);
  const { ended } = result.value;
  if (ended === null) return card(textCard('quiet', 'The attempt is cancelled.'));
  const spanMs = (ended.endedAt ?? now()) - ended.startedAt;
  const channelId = (await settings.all(guildId))['channel.metrics'];
  const numbers = channelId === null ? '`/metrics` shows the numbers.' : `The numbers go to <#${channelId}>.`;
  return card(
    textCard('quiet', `The session with **@${plain(ended.host)}** has ended after ${clockTime(spanMs)}. ${numbers}`),
  );
}
