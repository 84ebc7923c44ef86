import { type Answer, type Caller, card, refusal } from '../../answer.ts';
import { linkedCard } from '../../cards/profile-card.ts';
import type { Services } from '../services.ts';

/** Links a typed handle to the caller: the same by command and by the portal's form. */
export async function linkHandle(handles: Services['handles'], caller: Caller, typed: string): Promise<Answer> {
  const result = await handles.link(caller.guildId, caller.userId, typed);
  return result.ok ? card(linkedCard(result.value.handle, result.value.proof)) : refusal(result.error);
}
