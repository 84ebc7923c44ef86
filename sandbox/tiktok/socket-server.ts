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
    const roomId = url.searchParams.get('room_id') ?? '';
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
    if (fault === undefined) this.#admit(request, socket, head, url, opened);
    else this.#strike(fault, socket, () => this.#admit(request, socket, head, url, opened));
  }

  stop(): void {
    for (const timer of this.#delayed) clearTimeout(timer);
    this.#delayed.clear();
    for (const client of this.#server.clients) client.terminate();
    for (const socket of this.#raw) socket.destroy();
    this.#server.close();
  }

  #admit(request: IncomingMessage, socket: Duplex, head: Buffer, url: URL, opened: OpenedRoom | undefined): void {
    const cookie = request.headers.cookie ?? '';
    if (url.pathname !== SOCKET_PATH || opened === undefined) refuse(socket, 200, 'illegal room id');
    else if (!cookie.includes('ttwid=')) refuse(socket, 200, 'DEVICE_BLOCKED');
    else if (!opened.live.room.accepts(url.searchParams.get('wrss'))) refuse(socket, 200, 'illegal secret key');
    else this.#server.handleUpgrade(request, socket, head, (client) => opened.live.room.attach(client));
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

/** TikTok says no with an ordinary HTTP answer; the reason is in a header. */
function refuse(socket: Duplex, status: number, handshakeMessage: string): void {
  socket.end(
    `HTTP/1.1 ${status} OK\r\nHandshake-Msg: ${handshakeMessage}\r\nHandshake-Status: 415\r\n` +
      'Content-Length: 0\r\nConnection: close\r\n\r\n',
  );
}
