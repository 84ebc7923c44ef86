import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FaultByRoute, Faults, HttpFault } from './faults.ts';
import type { Journal, JournalEntry, Route } from './journal.ts';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
}

type HttpRoute = Exclude<keyof FaultByRoute, 'socket'>;

/** Which route a request is for, and how it is answered. */
export interface Match {
  readonly route: HttpRoute;
  /** Host (creator) it is about, if that can be told. */
  readonly handle: string | undefined;
  readonly roomId: string | undefined;
  /** Counts off the fault that hits this request: a general one to strike with, or one inside the answer. */
  resolve(faults: Faults): { readonly fault: HttpFault | undefined; answer(): Answer };
}

/** Keeps the link between a route and its faults, which a plain union of matches would lose. */
export function match<R extends HttpRoute>(
  route: R,
  about: { readonly handle?: string | undefined; readonly roomId?: string | undefined },
  answer: (fault: Exclude<FaultByRoute[R], HttpFault> | undefined) => Answer,
): Match {
  return {
    route,
    handle: about.handle,
    roomId: about.roomId,
    resolve: (faults) => {
      const fault = faults.take(route, about.handle?.toLowerCase());
      if (fault !== undefined && isHttpFault(fault)) return { fault, answer: () => answer(undefined) };
      // What is left after the general faults is the route's own kind.
      const own = fault as Exclude<FaultByRoute[R], HttpFault> | undefined;
      return { fault: undefined, answer: () => answer(own) };
    },
  };
}

function isHttpFault(fault: FaultByRoute[HttpRoute]): fault is HttpFault {
  return ['status', 'captcha', 'hang', 'reset', 'slow'].includes(fault.kind);
}

export interface OriginWiring {
  readonly name: JournalEntry['origin'];
  readonly faults: Faults;
  readonly journal: Journal;
  route(request: HttpRequest): Match | undefined;
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** One HTTP origin: journals what comes, lets the faults strike, answers. */
export class HttpOrigin {
  readonly #wiring: OriginWiring;
  readonly #server: Server;
  readonly #delayed = new Set<NodeJS.Timeout>();

  constructor(wiring: OriginWiring) {
    this.#wiring = wiring;
    this.#server = createServer();
  }

  async start(host: string, port: number): Promise<number> {
    this.#server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        process.emitWarning(`TikTok sandbox: ${request.url ?? ''} failed: ${String(error)}`);
        if (!response.headersSent) send(response, { status: 500, contentType: 'text/plain', body: 'sandbox failure' });
      });
    });
    this.#server.on('upgrade', (request, socket, head) => {
      if (this.#wiring.upgrade === undefined) socket.destroy();
      else this.#wiring.upgrade(request, socket, head);
    });
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('TikTok sandbox: not listening on a port');
    return (address satisfies AddressInfo).port;
  }

  async stop(): Promise<void> {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await read(incoming);
    if (request === undefined) {
      response.destroy();
      return;
    }
    const found = this.#wiring.route(request);
    this.#journal(request, found);
    if (found === undefined) {
      send(response, { status: 404, contentType: 'text/plain', body: 'not found' });
      return;
    }
    const { fault, answer } = found.resolve(this.#wiring.faults);
    if (fault === undefined) send(response, answer());
    else this.#strike(fault, response, answer);
  }

  #strike(fault: HttpFault, response: ServerResponse, answer: () => Answer): void {
    switch (fault.kind) {
      case 'status':
        send(response, {
          status: fault.status,
          contentType: fault.contentType ?? 'application/json',
          body: fault.body ?? JSON.stringify({ code: fault.status, message: 'sandbox fault' }),
        });
        break;
      case 'captcha':
        send(response, { status: 200, contentType: 'text/html; charset=utf-8', body: CAPTCHA_PAGE });
        break;
      case 'hang':
        break;
      case 'reset':
        response.destroy();
        break;
      case 'slow': {
        const timer = setTimeout(() => {
          this.#delayed.delete(timer);
          send(response, answer());
        }, fault.ms);
        this.#delayed.add(timer);
        break;
      }
    }
  }

  #journal(request: HttpRequest, found: Match | undefined): void {
    const route: Route = found?.route ?? 'unknown';
    this.#wiring.journal.add({
      origin: this.#wiring.name,
      route,
      method: request.method,
      url: request.url.pathname + request.url.search,
      handle: found?.handle,
      roomId: found?.roomId,
      atMs: Date.now(),
      headers: request.headers,
    });
  }
}

const CAPTCHA_PAGE =
  '<!doctype html><html><head><title>Security verification</title></head>' +
  '<body><div id="captcha-verify-container">Verify to continue</div></body></html>';

const BODY_LIMIT_BYTES = 1_048_576;

/** `undefined` when the body is cut short or too large. */
async function read(incoming: IncomingMessage): Promise<HttpRequest | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of incoming) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size > BODY_LIMIT_BYTES) return undefined;
      chunks.push(bytes);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return undefined;
    throw error;
  }
  return {
    method: incoming.method ?? 'GET',
    url: requestUrl(incoming),
    headers: flatHeaders(incoming),
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

export function requestUrl(incoming: IncomingMessage): URL {
  return new URL(incoming.url ?? '/', 'http://sandbox.invalid');
}

export function flatHeaders(incoming: IncomingMessage): Readonly<Record<string, string | undefined>> {
  const flat = Object.entries(incoming.headers).map(([name, value]) => [name, value?.toString()]);
  return Object.fromEntries(flat);
}

function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, { 'content-type': answer.contentType, ...answer.headers });
  response.end(answer.body);
}

export function json(value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, headers, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}
