import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import type { Faults, SocketFault } from './faults.ts';
import { flatHeaders, requestUrl } from './http-origin.ts';
import type { Journal } from './journal.ts';
import type { OpenedRoom } from './webcast-routes.ts';

export const SOCKET_PATH = '/webcast/im/ws_proxy/ws_reuse_supplement/';

export interface SocketWorld {
  readonly faults: Faults;
  readonly journal: Journal;
  findRoom(roomId: string): OpenedRoom | undefined;
  /** The room a ticket of the sign server was issued for. */
  findTicket(ticket: string): OpenedRoom | undefined;
}

/** The push server: takes only who brings what the sign server gave for this room. */
export class SocketServer {
  readonly #world: SocketWorld;
  readonly #server: WebSocketServer;
  readonly #delayed = new Set<NodeJS.Timeout>();
  readonly #raw = new Set<Duplex>();

  constructor(world: SocketWorld) {
    this.#world = world;
    this.#server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = requestUrl(request);
    const ticketFor = this.#world.findTicket(url.searchParams.get('wrss') ?? '');
    // The library leaves the room id empty when a LIVE has ended within the initial batch; the ticket still names it.
    const roomId = url.searchParams.get('room_id') || (ticketFor?.live.roomId ?? '');
    const opened = this.#world.findRoom(roomId);
    const handle = opened?.host.handle;
    this.#raw.add(socket);
    socket.once('close', () => this.#raw.delete(socket));
    this.#world.journal.add({
      origin: 'webcast',
      route: 'socket',
      method: 'GET',
      url: url.pathname + url.search,
      handle,
      roomId,
      atMs: Date.now(),
      headers: flatHeaders(request),
    });
    const fault = this.#world.faults.take('socket', handle?.toLowerCase());
    const refusal = whyNot(request, url, opened, ticketFor);
    const admit = (): void => {
      if (refusal !== undefined || opened === undefined) refuse(socket, 200, refusal ?? 'illegal room id');
      else this.#server.handleUpgrade(request, socket, head, (client) => opened.live.room.attach(client));
    };
    if (fault === undefined) admit();
    else this.#strike(fault, socket, admit);
  }

  stop(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    for (const client of this.#server.clients) client.terminate();
    for (const socket of this.#raw) socket.destroy();
    this.#server.close();
  }

  #strike(fault: SocketFault, socket: Duplex, proceed: () => void): void {
    switch (fault.kind) {
      case 'refuse':
        refuse(socket, fault.status ?? 200, fault.handshakeMessage ?? 'DEVICE_BLOCKED');
        break;
      case 'hang':
        break;
      case 'reset':
        socket.destroy();
        break;
      case 'slow': {
        const timer = setTimeout(() => {
          this.#delayed.delete(timer);
          proceed();
        }, fault.ms);
        this.#delayed.add(timer);
        break;
      }
    }
  }
}

/** The handshake message for those who do not bring what the sign server gave them for this room. */
function whyNot(
  request: IncomingMessage,
  url: URL,
  opened: OpenedRoom | undefined,
  ticketFor: OpenedRoom | undefined,
): string | undefined {
  if (url.pathname !== SOCKET_PATH || opened === undefined) return 'illegal room id';
  if (!(request.headers.cookie ?? '').includes('ttwid=')) return 'DEVICE_BLOCKED';
  return ticketFor === opened ? undefined : 'illegal secret key';
}

/** TikTok says no with an ordinary HTTP answer; the reason is in a header. */
function refuse(socket: Duplex, status: number, handshakeMessage: string): void {
  socket.end(
    `HTTP/1.1 ${status} OK\r\nHandshake-Msg: ${handshakeMessage}\r\nHandshake-Status: 415\r\n` +
      'Content-Length: 0\r\nConnection: close\r\n\r\n',
  );
}
