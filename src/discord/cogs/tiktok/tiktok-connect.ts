import { type Amend, type Answer, type Caller, card, refusal } from '../../answer.ts';
import { liveStatusCard } from '../../cards/live-card.ts';
import type { Services } from '../services.ts';

/** What `/tiktok connect` was asked for. */
export interface AskedLive {
  /** As typed: a name, @name or the profile's address. */
  readonly host: string;
  /** Whether to wait until the host goes live. */
  readonly persistent: boolean;
}

/** Connects, and shows later states in the same answer while its token lives. */
export async function connectLive(
  { live }: Pick<Services, 'live'>,
  { guildId, userId }: Caller,
  { host, persistent }: AskedLive,
  amend: Amend,
  now: () => number,
): Promise<Answer> {
  let answered = false;
  const result = await live.connect(guildId, userId, host, persistent, (status) => {
    if (answered) void amend(liveStatusCard(status, now()));
  });
  answered = true;
  return result.ok ? card(liveStatusCard(result.value, now())) : refusal(result.error);
}
