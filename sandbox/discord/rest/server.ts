import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Faults, RestFault } from '../faults.ts';
import type { Json } from '../json.ts';
import { asObject } from '../json.ts';
import type { World } from '../world.ts';
import { ApiError, refusal } from './api-error.ts';
import { type ReadBody, readBody } from './body-reader.ts';
import { limitReply, type RateLimits } from './rate-limits.ts';
import { type Matched, type Method, matchRoute, type Reply, type Route } from './router.ts';

interface Answer {
  readonly status: number;
  readonly body?: Json | undefined;
  /** Instead of a JSON body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A string is sent as it is, the way a proxy in front of Discord answers in HTML. */
const injected = (status: number, { body, headers }: RestFault): Answer =>
  typeof body === 'string'
    ? { status, text: body, headers: { 'content-type': 'text/html', ...headers } }
    : { status, body: (body ?? { message: `${status}: injected`, code: 0 }) as Json, headers: headers ?? {} };

interface Progress {
  route: string;
  body: Json | undefined;
}

/** REST v10 on `/api/v10`. Every request ends in the journal, whatever became of it. */
export class RestServer {
  #world: World;
  #faults: Faults;
  #limits: RateLimits;
  #routes: readonly Route[];

  constructor(world: World, faults: Faults, limits: RateLimits, routes: readonly Route[]) {
    this.#world = world;
    this.#faults = faults;
    this.#limits = limits;
    this.#routes = routes;
  }

  /** The HTTP listener. Never rejects: a bug in a route is answered with 500 and rethrown to the process. */
  readonly listener = (request: IncomingMessage, response: ServerResponse): void => {
    void this.#serve(request, response);
  };

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const startedAt = performance.now();
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const path = url.pathname.replace(/^\/api(\/v\d+)?/, '');
    const method = (request.method ?? 'GET') as Method;
    const progress: Progress = { route: 'none', body: undefined };
    const fault = this.#faults.takeRest(method, path);
    if (fault?.delayMs !== undefined) await wait(fault.delayMs);
    const answer = await this.#answer(request, url, path, method, fault, progress);
    this.#limits.countAnswer(answer.status, answer.headers?.['x-ratelimit-scope'] === 'shared');
    const code = asObject(answer.body)?.code;
    this.#world.events.emit('request', {
      request: {
        method,
        path,
        route: progress.route,
        status: answer.status,
        code: answer.status >= 400 && typeof code === 'number' ? code : null,
        at: this.#world.now(),
        durationMs: performance.now() - startedAt,
        body: progress.body ?? null,
      },
    });
    if (fault?.abort !== undefined) {
      request.socket.destroy();
      return;
    }
    const body = answer.text ?? (answer.body === undefined ? '' : JSON.stringify(answer.body));
    response.writeHead(answer.status, {
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
      'content-length': Buffer.byteLength(body),
      ...answer.headers,
    });
    response.end(body);
  }

  /** The one place where refusals become responses. */
  async #answer(
    request: IncomingMessage,
    url: URL,
    path: string,
    method: Method,
    fault: RestFault | undefined,
    progress: Progress,
  ): Promise<Answer> {
    if (fault?.abort === 'before') return { status: 0 };
    try {
      const read = await readBody(request);
      progress.body = read.body;
      const matched = matchRoute(this.#routes, method, path);
      if (typeof matched !== 'string') progress.route = matched.route.path;
      if (fault?.status !== undefined) {
        return injected(fault.status, fault);
      }
      if (matched === 'unknown' || !url.pathname.startsWith('/api/')) throw refusal('notFound');
      if (matched === 'method') throw refusal('methodNotAllowed');
      this.#authorise(request, matched);
      return this.#limited(matched, url, read);
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body };
      // The client hung up in the middle of its request: there is nobody to answer.
      if (request.destroyed && !request.complete) return { status: 499 };
      // A bug of the sandbox must not look like a refusal of Discord: make it loud and unmistakable.
      process.stderr.write(
        `sandbox: ${method} ${path} failed: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
      return { status: 500, body: { message: '500: Internal Server Error (sandbox bug)', code: 0 } };
    }
  }

  #authorise(request: IncomingMessage, matched: Matched): void {
    if (matched.route.auth === 'open') return;
    if (request.headers.authorization !== `Bot ${this.#world.token}`) throw refusal('unauthorized');
  }

  #limited(matched: Matched, url: URL, read: ReadBody): Answer {
    const verdict = this.#limits.check(matched, read.body);
    if (verdict.kind === 'hit') {
      const { hit } = verdict;
      this.#world.events.emit('rate-limited', {
        method: matched.route.method,
        path: url.pathname,
        code: hit.code ?? null,
        retryAfterMs: hit.retryAfterMs,
      });
      return { status: 429, ...limitReply(hit) };
    }
    return { ...this.#run(matched, url, read), headers: verdict.headers };
  }

  /** A refusal keeps the bucket's headers, so it is caught here as well. */
  #run(matched: Matched, url: URL, read: ReadBody): Reply {
    try {
      const { route, params } = matched;
      return route.handle({ world: this.#world, params, query: url.searchParams, ...read });
    } catch (error) {
      if (error instanceof ApiError) return { status: error.status, body: error.body };
      throw error;
    }
  }
}
