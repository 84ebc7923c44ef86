import { type Client, Events } from 'discord.js';
import { INTENT_REFUSED, TOKEN_REFUSED } from './login.ts';

/** Close codes after which the gateway lets nobody back in as they are, and what to do about each. */
const CLOSED_FOR_GOOD: ReadonlyMap<number, string> = new Map([
  [4004, TOKEN_REFUSED],
  [4010, 'Discord refuses the shard of this bot (4010). Update the bot.'],
  [4011, 'The bot is in more servers than one connection to Discord may serve (4011). Take it out of some of them.'],
  [4012, 'Discord no longer speaks the version of its gateway that this bot knows (4012). Update the bot.'],
  [4013, 'Discord refuses the intents this bot asks for (4013). Update the bot.'],
  [4014, INTENT_REFUSED],
]);

/**
 * Tells once, in plain words, that Discord lets the running bot in no longer: a token that was reset, an intent that
 * was switched off. The client neither comes back from that nor says so: the process would stay up and hear nothing.
 */
export function onDismissal(client: Client, tell: (words: string) => void): void {
  let told = false;
  const once = (words: string | undefined) => {
    if (told || words === undefined) return;
    told = true;
    tell(words);
  };
  client.on(Events.ShardDisconnect, ({ code }) => once(CLOSED_FOR_GOOD.get(code)));
  // Answers to interactions carry their own token: one that ran out is nothing of the bot's.
  client.rest.on('response', ({ data }, { status }) => once(status === 401 && data.auth ? TOKEN_REFUSED : undefined));
}
