import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { isAllowed, lookupPublic } from './public-fetch.ts';

const HTTPS_PORT = 443;
/** Nothing was said for this long. ms */
const IDLE_MS = 30_000;

/**
 * A way to the public internet and nowhere else, for a program that goes wherever pages lead: a proxy on loopback that
 * opens a tunnel to public addresses on the port of https. It is there while the work runs.
 * @param trusted origins that may be reached wherever they are: for tests
 */
export async function withPublicProxy<T>(
  trusted: ReadonlySet<string>,
  work: (proxyUrl: string) => Promise<T>,
): Promise<T> {
  const open = new Set<Duplex>();
  const server = createServer((asked, response) => relay(asked, response, trusted));
  server.on('connection', (socket) => keep(open, socket));
  server.on('connect', (asked: IncomingMessage, near: Duplex, head: Buffer) => {
    near.on('error', () => near.destroy());
    const far = way(asked.url ?? '', trusted);
    if (far === null) near.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    else join(near, keep(open, far), head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    for (const socket of open) socket.destroy();
  }
}

function keep<T extends Duplex>(open: Set<Duplex>, socket: T): T {
  open.add(socket);
  socket.once('close', () => open.delete(socket));
  return socket;
}

/** @param target of `CONNECT`: `host:port`. @returns null when nothing may be reached there */
function way(target: string, trusted: ReadonlySet<string>): Socket | null {
  const address = URL.parse(`https://${target}`);
  if (address === null) return null;
  const isTrusted = trusted.has(address.origin);
  // Its own port is not part of an address.
  const isPublic = address.port === '' && target.endsWith(`:${HTTPS_PORT}`) && isAllowed(address, new Set());
  if (!isTrusted && !isPublic) return null;
  const host = address.hostname.replace(/^\[|\]$/g, '');
  // The address that is connected to is the address that was looked at.
  const lookup = isTrusted ? {} : { lookup: lookupPublic };
  return connect({ host, port: Number(address.port || HTTPS_PORT), timeout: IDLE_MS, ...lookup });
}

function join(near: Duplex, far: Socket, head: Buffer): void {
  far.once('connect', () => {
    near.write('HTTP/1.1 200 Connection established\r\n\r\n');
    far.write(head);
    far.pipe(near);
    near.pipe(far);
  });
  far.once('timeout', () => far.destroy());
  far.once('error', () => near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
  far.once('close', () => near.end());
  near.once('close', () => far.destroy());
}

/** Plain http is only for origins that are trusted. */
function relay(asked: IncomingMessage, response: ServerResponse, trusted: ReadonlySet<string>): void {
  const address = URL.parse(asked.url ?? '');
  if (address === null || !trusted.has(address.origin)) {
    response.writeHead(403).end();
    return;
  }
  const sent = request(address, { method: asked.method ?? 'GET', headers: asked.headers, timeout: IDLE_MS });
  sent.once('response', (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  sent.once('timeout', () => sent.destroy(new Error('timed out')));
  sent.once('error', () => response.destroy());
  asked.pipe(sent);
}
