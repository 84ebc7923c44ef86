import type { Human } from '../../discord/people/human.ts';
import type { Seen } from '../../discord/people/seen.ts';
import type { ChannelName } from '../cast.ts';
import type { Stage } from '../stage.ts';

/** Generous: a busy machine is slow, and nothing waits when the answer is there. */
export const PATIENCE = { timeoutMs: 60_000 };

/** Long enough to read, and long enough to notice. ms */
export const READ_MS = 2_600;
export const GLANCE_MS = 1_300;

/** What the story demands of the bot. One that is not met ends the show with this sentence. */
export function demand(met: boolean, what: string, seen: Seen): asserts met {
  if (!met) throw new Error(`${what}. Seen instead: ${seen.text}`);
}

/** Messages of the bot that stand in a channel for everybody. */
export const botMessagesIn = (stage: Stage, channel: ChannelName) =>
  stage.world.messages.in(stage.cast.channels[channel].id).filter(({ authorId }) => authorId === stage.world.bot.id);

/** A command in the lobby, answered to its end. */
export async function run(
  stage: Stage,
  who: Human,
  path: string,
  options: Readonly<Record<string, string | boolean | { readonly id: string }>> = {},
): Promise<Seen> {
  const seen = await (await who.slash(path, options, { channel: stage.cast.channels.lobby })).final(PATIENCE);
  demand(seen.error === undefined, `/${path} is answered`, seen);
  return seen;
}

/** Resolves as soon as this holds, looking after every event of the world. */
export const becomes = (stage: Stage, look: () => boolean, what: string): Promise<unknown> =>
  stage.world.events.until(look, { ...PATIENCE, what });
