import { type Client, Events, type Interaction, type Message } from 'discord.js';
import { apiCode } from './send.ts';

/** What the client hands on. Listening starts before the login: what arrives while guilds load waits for ready. */
export interface Ears {
  readonly interaction: (interaction: Interaction) => void;
  readonly message: (message: Message) => void;
}

export function listen(client: Client, ears: Ears): void {
  client.on(Events.InteractionCreate, ears.interaction);
  client.on(Events.MessageCreate, ears.message);
}

/** Resolves when the gateway is ready: guilds are known and interactions arrive. */
export async function logIn(client: Client, token: string): Promise<void> {
  const ready = new Promise<void>((resolve) => client.once(Events.ClientReady, () => resolve()));
  await client.login(token);
  await ready;
}

export const TOKEN_REFUSED =
  'Discord refuses the token in DISCORD_TOKEN. Copy it again: Developer Portal, your application, page "Bot", "Reset Token".';
export const INTENT_REFUSED =
  'The Message Content intent is not switched on for this bot. Switch it on (Developer Portal, your application, page "Bot", "Privileged Gateway Intents"), or run with MESSAGE_CONTENT=off (then songs are not taken from plain messages).';

/**
 * Why Discord does not let the bot in, in plain words; null when it is no matter of configuration.
 * @param error what `client.login` rejected with
 */
export function loginRefusal(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = 'code' in error ? error.code : undefined;
  if (
    code === 'TokenInvalid' ||
    apiCode(error) === 0 ||
    statusOf(error) === 401 ||
    /TOKEN_INVALID|invalid token/i.test(error.message)
  ) {
    return TOKEN_REFUSED;
  }
  if (code === 'DisallowedIntents' || /disallowed intents/i.test(error.message)) {
    return INTENT_REFUSED;
  }
  return null;
}

function statusOf(error: Error): number | null {
  return 'status' in error && typeof error.status === 'number' ? error.status : null;
}
