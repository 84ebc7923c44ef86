import type { LiveRefusal } from '../domain/live-refusal.ts';
import { fields, line, whole } from './untrusted.ts';

/** `19881007 (user_not_found)`: TikTok's word for an account that does not exist, or that it does not show. */
const USER_NOT_FOUND = '19881007';
const DETAIL_MAX = 60;

/**
 * What a failure of the library means, by the name of its class: `error.name` is plain 'Error' for most of them.
 * @param now ms since the epoch, for "try again at"
 */
export function refusalOf(error: unknown, now: number): LiveRefusal {
  const facts = fields(error);
  const message = error instanceof Error ? error.message : '';
  switch (error instanceof Error ? error.constructor.name : '') {
    case 'UserOfflineError':
      return { kind: 'offline' };
    case 'SignatureRateLimitError':
      return { kind: 'rate-limited', retryAfterMs: askedToWait(facts, now) };
    // The sign server's "slow down" comes as a web page when a proxy in front of it says so.
    case 'SyntaxError':
      return { kind: 'rate-limited', retryAfterMs: 0 };
    case 'PremiumFeatureError':
      return { kind: 'sign-refused', status: 402 };
    case 'SignAPIError':
      return signRefusal(line(facts.reason, 30), message);
    case 'InvalidResponseCompositeError':
      return pagesRefusal(Array.isArray(fields(facts.config).requestErrs) ? causes(facts) : []);
    case 'InvalidResponseError':
      return responseRefusal(message);
    case 'SchemaDecodeError':
      return { kind: 'network', detail: 'unreadable answer of the sign server' };
    case 'HTTPError':
      return httpRefusal(whole(fields(facts.response).statusCode, 999));
    // A page where JSON was asked for: a captcha.
    case 'ParseError':
      return { kind: 'blocked', detail: 'captcha' };
    case 'TimeoutError':
    case 'ConnectTimeoutError':
      return { kind: 'network', detail: 'timeout' };
    default:
      return otherRefusal(facts, message);
  }
}

/** The common meaning of several failures to read the same thing from different pages. */
export function pagesRefusal(errors: readonly unknown[]): LiveRefusal {
  if (errors.some((error) => error instanceof Error && error.message.includes(USER_NOT_FOUND))) {
    return { kind: 'unknown-user' };
  }
  const each = errors.map((error) => refusalOf(error, 0));
  return each.find(({ kind }) => kind === 'blocked') ?? each[0] ?? { kind: 'network', detail: 'no answer' };
}

function causes(facts: Record<string, unknown>): readonly unknown[] {
  const errors = fields(facts.config).requestErrs;
  return Array.isArray(errors) ? errors : [];
}

function askedToWait(facts: Record<string, unknown>, now: number): number {
  const retryAfter = whole(facts.retryAfter, 86_400_000);
  const resetTime = whole(facts.resetTime, Number.MAX_SAFE_INTEGER);
  return Math.min(86_400_000, Math.max(retryAfter, resetTime === 0 ? 0 : resetTime - now));
}

function signRefusal(reason: string, message: string): LiveRefusal {
  switch (reason) {
    case 'Sign Error':
      return { kind: 'sign-refused', status: Number(/status (\d{3})/.exec(message)?.[1] ?? 500) };
    case 'Connect Error':
      return { kind: 'network', detail: 'sign server unreachable' };
    default:
      return { kind: 'network', detail: `sign server: ${reason.toLowerCase()}` };
  }
}

function responseRefusal(message: string): LiveRefusal {
  if (message.includes(USER_NOT_FOUND)) return { kind: 'unknown-user' };
  if (message.includes('SIGI_STATE HTML tag') || message.includes('into JSON')) {
    return { kind: 'blocked', detail: 'captcha' };
  }
  if (message.includes('LiveRoom object')) return { kind: 'unknown-user' };
  return { kind: 'network', detail: 'unusable answer' };
}

function httpRefusal(status: number): LiveRefusal {
  if (status === 403 || status === 429) return { kind: 'blocked', detail: `HTTP ${status}` };
  return status === 404 ? { kind: 'unknown-user' } : { kind: 'network', detail: `HTTP ${status}` };
}

const HANDSHAKE = /^Error connecting to WebSocket with message: (.*)$/s;

function otherRefusal(facts: Record<string, unknown>, message: string): LiveRefusal {
  const handshake = HANDSHAKE.exec(message)?.[1];
  if (handshake !== undefined) return { kind: 'blocked', detail: line(handshake, DETAIL_MAX) || 'refused' };
  if (message.startsWith('Unexpected server response')) return { kind: 'blocked', detail: line(message, DETAIL_MAX) };
  return { kind: 'network', detail: line(facts.code, DETAIL_MAX) || 'unexpected answer' };
}
