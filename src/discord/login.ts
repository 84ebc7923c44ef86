import { apiCode } from './send.ts';

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
    return 'Discord refuses the token in DISCORD_TOKEN. Copy it again: Developer Portal, your application, page "Bot", "Reset Token".';
  }
  if (code === 'DisallowedIntents' || /disallowed intents/i.test(error.message)) {
    return 'The Message Content intent is not switched on for this bot. Switch it on (Developer Portal, your application, page "Bot", "Privileged Gateway Intents"), or run with MESSAGE_CONTENT=off (then songs are not taken from plain messages).';
  }
  return null;
}

function statusOf(error: Error): number | null {
  return 'status' in error && typeof error.status === 'number' ? error.status : null;
}
