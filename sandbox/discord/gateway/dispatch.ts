import type { World } from '../world.ts';
import type { WorldEvent } from '../world-events.ts';
import { guildDispatches, voiceDispatches } from './guild-dispatch.ts';
import { messageDispatches } from './message-dispatch.ts';
import type { Dispatch } from './wanted.ts';

/** What a session with these intents hears of an event. Guilds without the bot are silent. */
export const dispatchesFor = (world: World, event: WorldEvent, intents: number): readonly Dispatch[] =>
  [
    ...messageDispatches(world, event, intents),
    ...guildDispatches(world, event, intents),
    ...voiceDispatches(world, event),
  ]
    .filter(({ intent }) => intent === 0 || (intents & intent) !== 0)
    .filter(
      ({ t, guildId }) => guildId === null || t === 'GUILD_DELETE' || world.member(guildId, world.bot.id) !== undefined,
    )
    .map(({ t, d, guildId }) => ({ t, d, guildId }));
