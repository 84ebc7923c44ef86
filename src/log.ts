import { type DestinationStream, pino, stdTimeFunctions } from 'pino';
import type { LogLevel } from './config.ts';
import type { Logger } from './ports/logger.ts';

export interface LogOptions {
  readonly level: LogLevel;
  /** Strings that must not appear in any line, wherever they come from. */
  readonly secrets: readonly string[];
  /** stdout when unset. Receives one JSON line per call. */
  readonly destination?: DestinationStream;
}

/** What stands in a line instead of a secret. */
export const REDACTED = '[redacted]';

/** A shorter "secret" would tear holes into ordinary words. */
const MIN_SECRET_LENGTH = 6;
const MAX_CAUSES = 5;

const SECRET_KEYS = [
  'token',
  'authorization',
  'Authorization',
  'apiKey',
  'signApiKey',
  'cookie',
  'Cookie',
  'session_id',
  'secret',
  'secret_key',
  'password',
];

/**
 * Credentials nobody configured, known by their shape: any bot token, and the token of an interaction, which stands in
 * the path of its callback and webhook URLs and answers in the bot's name for 15 minutes.
 */
const SECRET_SHAPES: readonly { readonly shape: RegExp; readonly replacement: string }[] = [
  { shape: /[\w-]{24,28}\.[\w-]{6}\.[\w-]{27,}/g, replacement: REDACTED },
  { shape: /(\/(?:webhooks|interactions)\/\d{17,20}\/)[\w%.~-]{20,}/g, replacement: `$1${REDACTED}` },
];

/** The process's log: JSON lines, secrets removed by the name of the field and by their value. */
export function createLog({ level, secrets, destination }: LogOptions): Logger {
  const redact = createRedactor(secrets);
  const paths = SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`, `*.*.*.${key}`]);
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths, censor: REDACTED },
      serializers: { err: errorFacts, error: errorFacts, reason: errorFacts },
      hooks: { streamWrite: (line) => withoutControls(redact(line)) },
    },
    destination ?? pino.destination(1),
  );
}

/**
 * A line is one line, and does nothing to the terminal it is read in: JSON escapes most control characters, but not
 * DEL, the eight-bit ones (U+009B begins an ANSI sequence), Unicode's line ends and the marks that reverse reading.
 */
function withoutControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Replaces every occurrence of a secret in a text, as it is, JSON-escaped or URL-encoded. */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const forms = secrets
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
  // Longest first: a secret may contain another one.
  const ordered = [...new Set(forms)].sort((a, b) => b.length - a.length);
  return (text) => {
    const known = ordered.reduce((line, form) => line.replaceAll(form, REDACTED), text);
    return SECRET_SHAPES.reduce((line, { shape, replacement }) => line.replaceAll(shape, replacement), known);
  };
}

function errorFacts(thrown: unknown): unknown {
  return serializeError(thrown);
}

/**
 * What a person needs of an error. Only these fields: libraries hang whole requests (headers, cookies, uploaded files)
 * on theirs.
 */
export function serializeError(thrown: unknown, depth = 0): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, stack, cause } = thrown;
  const facts: Record<string, unknown> = { type: name === 'Error' ? thrown.constructor.name : name, message, stack };
  for (const key of ['code', 'status', 'statusCode', 'method', 'url'] as const) {
    const value: unknown = Reflect.get(thrown, key);
    if (typeof value === 'string' || typeof value === 'number') facts[key] = value;
  }
  if (depth >= MAX_CAUSES) return facts;
  if (cause !== undefined) facts.cause = cause instanceof Error ? serializeError(cause, depth + 1) : String(cause);
  if (thrown instanceof AggregateError) {
    facts.errors = thrown.errors.slice(0, MAX_CAUSES).map((inner) => serializeError(inner, depth + 1));
  }
  return facts;
}
