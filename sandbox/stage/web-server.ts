import { createReadStream, existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { requestSchema } from './acts.ts';
import type { StageAnswer, StageFact } from './protocol.ts';
import type { Stage } from './stage.ts';
import { Visitor } from './visitor.ts';

/** Discord's own largest upload for members without a subscription is 20 MiB; a little more, so that its refusal is seen. */
const MAX_UPLOAD_BYTES = 60 * 1024 * 1024;
const MAX_REQUEST_BYTES = 256 * 1024;
/** A page that does not read is let go; it comes back and gets everything anew. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json; charset=utf-8',
};

/** Pictures and files come from the sandbox's CDN, another port of this machine. Nothing else is ever loaded. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: http://127.0.0.1:*",
  "media-src 'self' http://127.0.0.1:*",
  "connect-src 'self' ws://127.0.0.1:* ws://localhost:*",
  "style-src 'self' 'unsafe-inline'",
  "frame-src 'self'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

export interface WebServerOptions {
  readonly stage: Stage;
  /** Folder of the built page. */
  readonly folder: string;
  /** Tried first; another one is taken when it is busy. 0 = any. */
  readonly port: number;
}

/** The demo page and its websocket, on loopback only. */
export class WebServer {
  readonly #options: WebServerOptions;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_REQUEST_BYTES });
  #port = 0;

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        options.stage.log.add('you', 'bad', `The page's server failed: ${String(error)}`);
        response.destroy();
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  async start(): Promise<void> {
    this.#port = await this.#listen(this.#options.port).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') return this.#listen(0);
      throw error;
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket, head) => {
      if (!this.#isOurs(request) || request.url !== '/socket') {
        socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
        return;
      }
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => this.#welcome(webSocket));
    });
    const { stage } = this.#options;
    stage.onFact((fact) => this.#tellAll(fact));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#sockets.close();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Other pages in the same browser, and names that point here, are not ours. */
  #isOurs({ headers }: IncomingMessage): boolean {
    const hosts = [`127.0.0.1:${this.#port}`, `localhost:${this.#port}`];
    const { host = '', origin } = headers;
    return hosts.includes(host) && (origin === undefined || origin === `http://${host}`);
  }

  #welcome(socket: WebSocket): void {
    const send = (message: StageFact | StageAnswer): void => write(socket, message);
    const visitor = new Visitor(this.#options.stage, send);
    socket.on('message', (raw) => {
      const parsed = requestSchema.safeParse(parse(raw));
      if (parsed.success) void visitor.request(parsed.data);
      else
        send({
          type: 'answer',
          re: numberIn(parse(raw)),
          ok: false,
          why: 'the page sent something this server does not know',
        });
    });
    socket.on('error', () => socket.terminate());
    socket.on('close', () => visitor.leave());
    visitor.enter();
  }

  #tellAll(fact: StageFact): void {
    for (const socket of this.#sockets.clients) write(socket, fact);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isOurs(request)) return refuse(response, 403, 'This address is not for you.');
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (pathname === '/upload' && request.method === 'POST')
      return this.#upload(request, response, searchParams.get('name') ?? '');
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Not allowed.');
    if (pathname === '/voice.ogg' || pathname === '/voice.packets') {
      const { radio } = this.#options.stage;
      if (radio === undefined) return refuse(response, 404, 'This sandbox has no voice.');
      return radio.listen(response, pathname === '/voice.ogg' ? 'ogg' : 'packets');
    }
    if (/^\/overlay(\/|-|$)/.test(pathname)) return this.#fromBot(request, response);
    return this.#file(response, pathname === '/' ? '/index.html' : pathname);
  }

  async #file(response: ServerResponse, pathname: string): Promise<void> {
    const { folder } = this.#options;
    const wanted = decoded(pathname);
    if (wanted === null) return refuse(response, 400, 'That is no address.');
    const path = normalize(join(folder, wanted));
    const found = path.startsWith(folder + sep) && existsSync(path) ? await stat(path) : null;
    if (found === null || !found.isFile()) return refuse(response, 404, 'There is nothing here.');
    response.writeHead(200, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
      'content-length': found.size,
      'content-security-policy': POLICY,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      // File names carry a hash of their content, but for the page itself.
      'cache-control': pathname === '/index.html' ? 'no-cache' : 'max-age=31536000, immutable',
    });
    // Whoever goes away in the middle, or a file that does, ends this answer and nothing else.
    pipeline(createReadStream(path), response, () => undefined);
  }

  async #upload(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size > MAX_UPLOAD_BYTES) return refuse(response, 413, 'Your files are too powerful.');
      chunks.push(chunk);
    }
    const upload = this.#options.stage.uploads.add({
      name: name.slice(0, 200) || 'unknown',
      bytes: Buffer.concat(chunks),
    });
    response.writeHead(200, { 'content-type': TYPES['.json'] }).end(JSON.stringify(upload));
  }

  /** The overlay as the bot serves it, event stream included; from this origin, so that the page may frame it. */
  #fromBot(request: IncomingMessage, response: ServerResponse): void {
    const { botPort } = this.#options.stage;
    const headers = { ...request.headers, host: `127.0.0.1:${botPort}` };
    const onward = httpRequest(
      { host: '127.0.0.1', port: botPort, path: request.url, method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        // A bot that is killed ends no stream: whoever reads it has to hear that it broke off.
        pipeline(answer, response, () => undefined);
      },
    );
    onward.once('error', () => refuse(response, 502, 'The bot is not there.'));
    response.once('close', () => onward.destroy());
    onward.end();
  }
}

function write(socket: WebSocket, message: StageFact | StageAnswer): void {
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_UNSENT_BYTES) socket.terminate();
  else socket.send(JSON.stringify(message));
}

function refuse(response: ServerResponse, status: number, why: string): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${why}\n`);
}

/** A path as it was meant; null when its escapes make no sense. */
function decoded(pathname: string): string | null {
  try {
    return decodeURIComponent(pathname);
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}

function parse(raw: RawData): unknown {
  try {
    return JSON.parse(String(raw));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const numberIn = (request: unknown): number =>
  typeof request === 'object' && request !== null && 're' in request && typeof request.re === 'number' ? request.re : 0;
