import { type Client, Events, type Interaction, type Message, type REST, Routes } from 'discord.js';
import { type BackoffPolicy, backoffDelay } from '../lib/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import { apiCode, isOutage } from './send.ts';

/** What the client hands on. Listening starts before the login: what arrives while guilds load waits for ready. */
export interface Ears {
  readonly interaction: (interaction: Interaction) => void;
  readonly message: (message: Message) => void;
}

export function listen(client: Client, ears: Ears): void {
  client.on(Events.InteractionCreate, ears.interaction);
  client.on(Events.MessageCreate, ears.message);
}

/** Between two looks whether Discord is there. ms */
const LOOK: BackoffPolicy = { baseMs: 2_000, factor: 2, maxMs: 60_000, jitter: 0.2 };

/**
 * Waits until Discord answers at all: a bot that starts during an outage, or before the network is up, is there when
 * that is over. What it answers is for the login to understand.
 * @throws the signal's reason when it is aborted
 */
export async function discordAnswers(
  rest: REST,
  token: string,
  { clock, log, signal }: { readonly clock: Clock; readonly log: Logger; readonly signal: AbortSignal },
): Promise<void> {
  rest.setToken(token);
  for (let tries = 0; ; tries += 1) {
    try {
      await rest.get(Routes.gatewayBot(), { signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isOutage(error)) return;
      const waitMs = backoffDelay(LOOK, tries, clock.random());
      log.warn({ err: error, waitMs }, 'Discord cannot be reached; tried again');
      await clock.sleep(waitMs, signal);
    }
  }
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
