import type { Failure } from '../../../domain/failure.ts';
import type { Result } from '../../../lib/result.ts';
import type { PlaybackStatus } from '../../../services/snapshots.ts';
import { type Answer, card, refusal } from '../../answer.ts';
import { playbackAnswer } from '../../cards/playback-card.ts';

/** How playback stands after a command changed it. `now` in unix ms is asked when the change is done. */
export async function playbackReply(
  change: Result<PlaybackStatus, Failure> | Promise<Result<PlaybackStatus, Failure>>,
  now: () => number,
): Promise<Answer> {
  const settled = await change;
  return settled.ok ? card(playbackAnswer(settled.value, now())) : refusal(settled.error);
}
