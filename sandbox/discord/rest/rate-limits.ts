import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '../json.ts';
import { asObject } from '../json.ts';
import { snowflakeTime } from '../snowflake.ts';
import type { World } from '../world.ts';
import type { Matched } from './router.ts';

/** A fixed window: `limit` requests per `windowMs`, counted from the first one. */
interface Limit {
  readonly limit: number;
  readonly windowMs: number;
}

/** Announced with headers, per route and major id. Numbers that Discord does not publish are the best known ones. */
const BUCKETS: Readonly<Record<string, Limit>> = {
  'POST /channels/:channel/messages': { limit: 5, windowMs: 5_000 },
  'PATCH /channels/:channel/messages/:message': { limit: 5, windowMs: 5_000 },
  'DELETE /channels/:channel/messages/:message': { limit: 5, windowMs: 1_000 },
  'POST /channels/:channel/messages/bulk-delete': { limit: 1, windowMs: 1_000 },
  'PATCH /channels/:channel': { limit: 10, windowMs: 15_000 },
  'PUT /channels/:channel/messages/:message/reactions/:emoji/@me': { limit: 1, windowMs: 250 },
  'POST /webhooks/:application/:token': { limit: 5, windowMs: 2_000 },
  'PATCH /webhooks/:application/:token/messages/:message': { limit: 5, windowMs: 2_000 },
  'DELETE /webhooks/:application/:token/messages/:message': { limit: 5, windowMs: 2_000 },
  'POST /users/@me/channels': { limit: 10, windowMs: 10_000 },
};

/** Hidden limits inside a bucket: nothing warns of them. */
const RENAME: Limit = { limit: 2, windowMs: 600_000 };
const OLD_EDIT: Limit = { limit: 3, windowMs: 6_000 };
const OLD_MESSAGE_MS = 60 * 60 * 1000;
const GLOBAL: Limit = { limit: 50, windowMs: 1_000 };
/** Invalid requests (401, 403, 429) are counted over this window. */
const INVALID_WINDOW_MS = 600_000;

export interface LimitHit {
  readonly retryAfterMs: number;
  readonly global: boolean;
  readonly scope: 'user' | 'global' | 'shared';
  readonly code: number | undefined;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
}

export type LimitVerdict =
  | { readonly kind: 'pass'; readonly headers: Readonly<Record<string, string>> }
  | { readonly kind: 'hit'; readonly hit: LimitHit };

interface Window {
  readonly startedAt: number;
  used: number;
}

/** Counts requests as Discord does and says what to answer. Time is the sandbox's. */
export class RateLimits {
  #world: World;
  #windows = new Map<string, Window>();
  #invalid: number[] = [];
  /** Off = nothing is ever limited; headers stay. */
  enabled = true;

  constructor(world: World) {
    this.#world = world;
  }

  /** 401, 403 and 429 answers of the last ten minutes: Discord bans an address at 10,000. */
  invalidRequests(): number {
    const since = this.#world.now() - INVALID_WINDOW_MS;
    this.#invalid = this.#invalid.filter((at) => at > since);
    return this.#invalid.length;
  }

  countAnswer(status: number, shared: boolean): void {
    if (status === 401 || status === 403 || (status === 429 && !shared)) this.#invalid.push(this.#world.now());
  }

  check(matched: Matched, body: Json | undefined): LimitVerdict {
    if (!this.enabled) return { kind: 'pass', headers: {} };
    const { route, params } = matched;
    if (route.auth === 'bot') {
      const waitMs = this.#take('global', GLOBAL);
      if (waitMs > 0) return hit(waitMs, { global: true, scope: 'global' });
    }
    const id = `${route.method} ${route.path}`;
    const major = params.channel ?? params.guild ?? params.token ?? '';
    const limit = BUCKETS[id];
    if (limit === undefined) return this.#hidden(id, params, body, {});
    const key = `${id}|${major}`;
    const waitMs = this.#take(key, limit);
    const headers = this.#headers(id, key, limit);
    if (waitMs > 0) return hit(waitMs, { headers });
    return this.#hidden(id, params, body, headers);
  }

  /** Limits that depend on what the request does. */
  #hidden(id: string, params: Matched['params'], body: Json | undefined, headers: LimitHit['headers']): LimitVerdict {
    const channelId = params.channel ?? '';
    if (id === 'PATCH /channels/:channel' && this.#renames(channelId, asObject(body))) {
      const waitMs = this.#take(`rename|${channelId}`, RENAME);
      if (waitMs > 0) return hit(waitMs, {});
    }
    const messageId = params.message ?? '';
    if (id === 'PATCH /channels/:channel/messages/:message' && /^\d{17,19}$/.test(messageId)) {
      const ageMs = this.#world.now() - snowflakeTime(messageId);
      const waitMs = ageMs > OLD_MESSAGE_MS ? this.#take(`old-edit|${channelId}`, OLD_EDIT) : 0;
      if (waitMs > 0) {
        const message = 'Maximum number of edits to messages older than 1 hour reached. Try again later';
        return hit(waitMs, { code: 30_046, message });
      }
    }
    return { kind: 'pass', headers };
  }

  #renames(channelId: string, body: JsonObject | undefined): boolean {
    const channel = this.#world.channels.get(channelId);
    if (channel === undefined || body === undefined) return false;
    const { name, topic } = body;
    return (name !== undefined && name !== channel.name) || (topic !== undefined && topic !== channel.topic);
  }

  /** Counts one request; 0 when it fits, else how long until the window ends. */
  #take(key: string, limit: Limit): number {
    const now = this.#world.now();
    const current = this.#windows.get(key);
    if (current === undefined || now >= current.startedAt + limit.windowMs) {
      if (this.#windows.size > 10_000) this.#sweep(now);
      this.#windows.set(key, { startedAt: now, used: 1 });
      return 0;
    }
    if (current.used < limit.limit) {
      current.used += 1;
      return 0;
    }
    return current.startedAt + limit.windowMs - now;
  }

  #sweep(now: number): void {
    for (const [key, window] of this.#windows) if (now - window.startedAt > RENAME.windowMs) this.#windows.delete(key);
  }

  #headers(id: string, key: string, limit: Limit): LimitHit['headers'] {
    const window = this.#windows.get(key);
    const resetAt = (window?.startedAt ?? this.#world.now()) + limit.windowMs;
    return {
      'x-ratelimit-bucket': createHash('md5').update(id).digest('hex'),
      'x-ratelimit-limit': String(limit.limit),
      'x-ratelimit-remaining': String(Math.max(0, limit.limit - (window?.used ?? 0))),
      'x-ratelimit-reset': (resetAt / 1000).toFixed(3),
      'x-ratelimit-reset-after': ((resetAt - this.#world.now()) / 1000).toFixed(3),
    };
  }
}

const hit = (
  retryAfterMs: number,
  facts: Partial<Pick<LimitHit, 'global' | 'scope' | 'code' | 'message' | 'headers'>>,
): LimitVerdict => {
  const { global = false, scope = 'user', code, message = 'You are being rate limited.', headers = {} } = facts;
  return { kind: 'hit', hit: { retryAfterMs, global, scope, code, message, headers } };
};

/** Headers and body of the 429. */
export const limitReply = (
  limit: LimitHit,
): { readonly headers: Readonly<Record<string, string>>; readonly body: JsonObject } => ({
  headers: {
    ...limit.headers,
    // Whole seconds, rounded up, as the header is; the body has the fraction.
    'retry-after': String(Math.ceil(limit.retryAfterMs / 1000)),
    'x-ratelimit-scope': limit.scope,
    ...(limit.global ? { 'x-ratelimit-global': 'true' } : {}),
  },
  body: {
    message: limit.message,
    retry_after: limit.retryAfterMs / 1000,
    global: limit.global,
    ...(limit.code === undefined ? {} : { code: limit.code }),
  },
});
